"""What adversaries draw their knowledge from: lists of people, and how common values are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from linkage.adversaries import Adversary
from linkage.attacks import Knowledge
from linkage.scenario import Auxiliary
from linkage.schemes.base import joined, present_fields

MOVED_A_YEAR: Final = 0.084
"""Share of people who move within a year (CPS 2021)."""

RENAMED_A_YEAR: Final = 0.008
"""Share of people whose surname changes within a year; prior: two in a marriage, one changes."""

ARRIVED_A_YEAR: Final = 0.02
"""Share of a population that is not on a list a year old: births, arrivals; prior."""

JOINT: Final = (
    *("given_name", "surname", "sex", "zip", "given_name+surname", "given_name+sex"),
    *("surname+sex", "surname+zip", "given_name+zip"),
)
"""What is counted of a population: how common names and places are, and which go together."""

ADDRESS: Final = ("street_number", "street_name", "unit", "city", "state", "zip", "address_line")

Frequencies = Mapping[str, "pd.Series[float]"]


@dataclass(frozen=True)
class Sources:
    """The people there are, and how common values are elsewhere.

    Parameters
    ----------
    everyone : pandas.DataFrame
        Records of all people, by the person's label.
    elsewhere : mapping of field to pandas.Series, optional
        Shares of values in an unrelated population; None takes those of everyone.
    """

    everyone: pd.DataFrame = field(repr=False)
    elsewhere: Frequencies | None = field(repr=False)

    @cached_property
    def population(self) -> Frequencies:
        """Shares of values that an outsider can look up."""
        if self.elsewhere is not None:
            return self.elsewhere
        return all_shares(self.everyone.drop(columns="tin", errors="ignore"))

    def knowledge(
        self, adversary: Adversary, auxiliary: Auxiliary, *, rng: np.random.Generator
    ) -> Knowledge:
        """Draw what an adversary holds; without the key and without further releases.

        Parameters
        ----------
        adversary : Adversary
        auxiliary : Auxiliary
            The scenario's list of people, where the adversary says nothing else.
        rng : numpy.random.Generator
        """
        names = ("overlap", "errors", "age")
        own = {name: getattr(adversary, name) for name in names}
        usual = {name: getattr(auxiliary, name) for name in names}
        listed = auxiliary_list(
            self.everyone,
            Auxiliary(
                **(usual | {name: value for name, value in own.items() if value is not None})
            ),
            rng=rng,
        )
        known: Frequencies | None = None
        if adversary.frequencies == "population":
            known = self.population
        elif adversary.frequencies == "list":
            known = all_shares(listed)
        return Knowledge(
            auxiliary=listed if len(listed) else None,
            frequencies=known,
            function=adversary.function,
            queries=adversary.queries,
        )


def shares(people: pd.DataFrame, entries: Iterable[str]) -> Frequencies:
    """Count how common values are, of joint entries how common each combination is.

    Examples
    --------
    >>> people = pd.DataFrame({"sex": ["F", "F", "M"], "zip": ["02139", "02139", None]})
    >>> shares(people, ["sex+zip"])["sex+zip"].to_dict()
    {'F|02139': 1.0}
    """
    present = present_fields(tuple(entries), people)
    return {entry: joined(people, entry).value_counts(normalize=True) for entry in present}


def all_shares(people: pd.DataFrame) -> Frequencies:
    """Count how common the values of every column are, and which names go together."""
    return shares(people, dict.fromkeys([*map(str, people.columns), *JOINT]))


def auxiliary_list(
    everyone: pd.DataFrame, auxiliary: Auxiliary, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the adversary's list: a share of the people, some of their entries wrong or outdated.

    Taxpayer numbers are not on it; the index says who each entry is.
    """
    chosen = np.flatnonzero(rng.random(len(everyone)) < auxiliary.overlap)
    listed = everyone.iloc[rng.permutation(chosen)].drop(columns="tin", errors="ignore")
    for name in ("given_name", "date_of_birth"):
        listed = _exchanged(listed, (name,), auxiliary.errors, rng)
    return _outdated(listed, auxiliary.age, rng) if auxiliary.age else listed


def _outdated(listed: pd.DataFrame, years: float, rng: np.random.Generator) -> pd.DataFrame:
    """Write a list as it was some years ago."""
    arrived, moved, renamed = (
        1 - (1 - share) ** years for share in (ARRIVED_A_YEAR, MOVED_A_YEAR, RENAMED_A_YEAR)
    )
    listed = listed[rng.random(len(listed)) >= arrived]
    return _exchanged(_exchanged(listed, ADDRESS, moved, rng), ("surname",), renamed, rng)


def _exchanged(
    listed: pd.DataFrame, names: tuple[str, ...], share: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Give a share of the entries what another has in some columns."""
    present = [name for name in names if name in listed]
    if not present or not len(listed):
        return listed
    wrong = np.flatnonzero(rng.random(len(listed)) < share)
    donors = np.arange(len(listed))
    donors[wrong] = rng.integers(len(listed), size=len(wrong))
    return listed.assign(**{name: listed[name].array.take(donors) for name in present})
