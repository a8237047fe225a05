"""Many small worlds under one plan: what becomes of requests of each kind, and of lists made of them.

A list is a mixture of kinds of requests: about whom, with what number, with what address. What
becomes of a request depends on its kind, and how common the kinds are depends on the unknown shares
alone. So worlds are run once, under shares that give many requests of every kind; what a list of
other shares would come to follows by weighting the kinds anew (importance weighting, Kahn &
Marshall 1953, doi:10.1287/opre.1.5.263).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WHOM: Final = ("in_register", "borrower", "non_filer", "stranger")
NUMBERS: Final = ("own", "borrowed", "relative", "wrong", "missing")
ADDRESSES: Final = ("current", "former", "placeholder", "office", "blank")

KINDS: Final = pd.MultiIndex.from_product(
    [WHOM, NUMBERS, ADDRESSES], names=["whom", "number", "address"]
)
"""Kinds of requests."""

COUNTED: Final = (
    *("answered", "wrong", "by_number", "insufficient", "new_address", "unconfirmed"),
    *("breach", "stale", "bystanders", "citizen_bystanders", "child_bystanders"),
    *("wrong_citizens", "right"),
)
"""What is counted of the answers under each regime."""

Shares = Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class Pool:
    """Requests and answers by kind, world by world.

    Parameters
    ----------
    regimes : tuple of str
    requests : (worlds, kinds) array
    answers : (worlds, regimes, counted, kinds) array
    shares : mapping of str to float
        The unknown shares under which they were drawn.
    """

    regimes: tuple[str, ...]
    requests: Floats
    answers: Floats
    shares: Mapping[str, float]

    def __len__(self) -> int:
        return len(self.requests)

    def rates(self, worlds: NDArray[np.int64]) -> Floats:
        """What becomes of one request of each kind, over some worlds; (regimes, counted, kinds).

        A kind that did not come up gives nothing; it has no weight in any list like these.
        """
        asked = self.requests[worlds].sum(axis=0)
        counts = self.answers[worlds].sum(axis=0)
        return np.asarray(counts / np.maximum(asked, 1))

    @cached_property
    def relatives(self) -> Floats:
        """Of requests of each kind of person that were to hold a relative's number, those that do.

        Who lives alone has none; the number is their own then.
        """
        whole = pd.DataFrame({"n": self.requests.sum(axis=0)}, index=KINDS)["n"]
        given = whole.drop(index="missing", level="number")
        of_whom = given.groupby("whom").sum().reindex(list(WHOM), fill_value=0)
        related = given.xs("relative", level="number").groupby("whom").sum()
        expected = of_whom * self.shares["relative_number"]
        return np.asarray((related.reindex(of_whom.index) / expected.clip(lower=1)).clip(0, 1))

    def mixture(self, shares: Shares) -> Floats:
        """How common each kind is on lists of some shares; (lists, kinds).

        Parameters
        ----------
        shares : mapping of str to (lists,) array
            Every name of `linkage.calibration.plan.UNKNOWN`.
        """
        whom = self._whom(shares)
        number = self._number(shares)
        address = _address(shares)
        kinds = whom[:, :, None, None] * number[:, :, :, None] * address[:, None, None, :]
        return np.asarray(kinds.reshape(len(whom), -1))

    def _whom(self, shares: Shares) -> Floats:
        filers, others = shares["in_register"], shares["non_filer"]
        borrowers = filers * shares["borrowed"]
        return np.stack([filers - borrowers, borrowers, others, 1 - filers - others], axis=1)

    def _number(self, shares: Shares) -> Floats:
        given, wrong = shares["number_given"], shares["wrong_number"]
        parts = []
        for whom, has_relative in zip(WHOM, self.relatives, strict=True):
            relative = shares["relative_number"] * has_relative
            nothing = np.zeros_like(given)
            own = given * (1 - wrong - relative)
            columns = {
                "own": nothing if whom == "borrower" else own,
                "borrowed": own if whom == "borrower" else nothing,
                "relative": given * relative,
                "wrong": given * wrong,
                "missing": 1 - given,
            }
            parts.append(np.stack([columns[name] for name in NUMBERS], axis=1))
        return np.stack(parts, axis=1)


def _address(shares: Shares) -> Floats:
    told = [shares["former_address"], shares["placeholder"], shares["office"], shares["blank"]]
    return np.stack([1 - sum(told), *told], axis=1)


def kinds_of(
    asked: pd.DataFrame, in_register: NDArray[np.bool_], borrows: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Give the kind of each request, as a row of `KINDS`.

    Parameters
    ----------
    asked : pandas.DataFrame
        Truth of the requests: person_id, tin_status, address_status.
    in_register, borrows : bool arrays
        Whether the person asked for is in the register, and files under another's number.
    """
    nobody = asked["person_id"].to_numpy() < 0
    whom = np.select([nobody, ~in_register, borrows], [3, 2, 1], 0)
    number = pd.Categorical(asked["tin_status"].astype(object), NUMBERS).codes
    address = pd.Categorical(asked["address_status"].astype(object), ADDRESSES).codes
    return np.asarray((whom * len(NUMBERS) + number) * len(ADDRESSES) + address, np.int64)
