"""Answer a list of requests under a regime: which addresses, or yeses, go out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking import Linked
from linkage.linking.blocking import LARGEST_BLOCK
from linkage.linking.joining import Files
from linkage.records import TEXT
from linkage.regimes.regime import ADDRESS, COMPARED, NAME_CONTROL, Gate, Regime, Review, Route

Positions = NDArray[np.int64]
Bools = NDArray[np.bool_]

PLACEHOLDERS: Final = frozenset(
    {
        "FAILED TO PROVIDE",
        "NONE",
        "UNKNOWN",
        "HOMELESS",
        "NO ADDRESS",
        "IN CUSTODY",
        "NOT PROVIDED",
        "TRANSIENT",
        "GENERAL DELIVERY",
    }
)
"""Words in place of a street. The first is named in press accounts of the case; the rest: a prior."""

LETTERS: Final = 4
"""Letters of the first surname that the IRS checks beside a number (name control, Pub. 4163)."""


@dataclass(frozen=True)
class Releases:
    """Answers that go out, by position, and what the request said of the address.

    Parameters
    ----------
    request, register : int arrays
        The request answered and the record that answered it.
    real : bool array
        Whether the request held house number, street and ZIP.
    compared : bool array
        Whether the rule compared the address before it answered.
    on_file : bool array
        Whether the request's address is one on file, of whatever year.
    current : bool array
        Whether it is that of the last return: then the requester learns no new address.
    """

    request: Positions
    register: Positions
    real: Bools
    compared: Bools
    on_file: Bools
    current: Bools

    def __len__(self) -> int:
        return len(self.request)

    @property
    def breach(self) -> Bools:
        """Whether the request held no real address that is one on file."""
        return ~(self.real & self.on_file)


def decide(
    regime: Regime,
    requests: pd.DataFrame,
    register: pd.DataFrame,
    linked: Linked | None = None,
    *,
    former: pd.DataFrame | None = None,
    rng: np.random.Generator,
) -> Releases:
    """Answer every request under a regime.

    Parameters
    ----------
    regime : Regime
    requests, register : pandas.DataFrame
        Records as `linkage.records.prepare` gives them.
    linked : Linked, optional
        Links between requests (left) and register (right), for regimes that match by the model.
    former : pandas.DataFrame, optional
        Addresses of earlier years on file: record (position in the register), street_number,
        street_name, zip.
    rng : numpy.random.Generator
        For what a review stops.

    Returns
    -------
    Releases

    Examples
    --------
    >>> from linkage.regimes import REGIMES
    >>> person = {"given_name": "ANA", "surname": "NG", "zip": "02139", "tin": "900123456"}
    >>> file = pd.DataFrame([person | {"street_number": "12", "street_name": "ELM ST"}])
    >>> ask = pd.DataFrame([person | {"street_number": None, "street_name": "FAILED TO PROVIDE"}])
    >>> rng = np.random.default_rng(0)
    >>> [len(decide(REGIMES[name], ask, file, rng=rng)) for name in ("as_practised", "statute")]
    [1, 0]
    """
    if regime.discloses == "nothing":
        return _nothing()
    parts = _with_parts(requests)
    admitted = _admitted(regime.request, requests, parts)
    requests, register = parts, _with_parts(register)
    files = Files.of(requests, register, ())
    if regime.model is None:
        asked, found, compared = _match(regime, requests, files)
    elif linked is not None:
        sure = ~(linked.probability < regime.model.least_probability)  # NaN is taken as it is
        asked, found = linked.left[sure], linked.right[sure]
        compared = np.zeros(len(asked), np.bool_)
    else:
        raise ValueError(f"{regime.name}: it matches by the model; pass the linker's links")
    kept = admitted[asked]
    asked, found, compared = asked[kept], found[kept], compared[kept]
    real = _real(requests)[asked]
    current = _agree(ADDRESS, files, asked, found)
    on_file = current | _was_on_file(former, requests, asked, found)
    agrees = {"no": np.ones_like(real), "any_year": on_file, "current": current}
    kept = agrees[regime.address_must_agree].copy()
    if regime.review is not None:
        kept &= ~_stopped(regime.review, files, asked, found, rng=rng)
    compared = compared | (regime.address_must_agree != "no")
    told = (part[kept] for part in (real, compared, on_file, current))
    return Releases(asked[kept], found[kept], *told)


def _nothing() -> Releases:
    none, no = np.empty(0, np.int64), np.empty(0, np.bool_)
    return Releases(none, none, no, no, no, no)


def _admitted(gate: Gate, requests: pd.DataFrame, parts: pd.DataFrame) -> Bools:
    """Whether each request carries what it must; of those that do, the first so many."""
    zip_like = _zip_like(parts)
    admitted = {
        "any": np.ones(len(parts), np.bool_),
        "zip_like": zip_like,
        "real": _real(parts),
    }[gate.address]
    admitted = admitted & parts[list(gate.fields)].notna().all(axis=1).to_numpy(np.bool_)
    if gate.refuse_placeholders and "street_name" in requests:
        admitted &= ~requests["street_name"].isin(PLACEHOLDERS).to_numpy(np.bool_)
    return admitted & (np.cumsum(admitted) <= gate.most) if gate.most else admitted


def _zip_like(parts: pd.DataFrame) -> Bools:
    return np.asarray(parts["zip"].str.fullmatch(r"\d{5}").fillna(False), np.bool_)


def _real(parts: pd.DataFrame) -> Bools:
    """Whether house number, street and ZIP are there; placeholders are no streets."""
    return parts[list(ADDRESS)].notna().all(axis=1).to_numpy(np.bool_) & _zip_like(parts)


def _with_parts(records: pd.DataFrame) -> pd.DataFrame:
    """Add what routes compare, missing where absent; placeholders are no streets."""
    nothing = pd.Series(pd.NA, index=records.index, dtype=TEXT)
    parts = {
        name: records.get(name, nothing).astype(TEXT) for name in COMPARED if name != NAME_CONTROL
    }
    street = parts["street_name"]
    parts["street_name"] = street.mask(street.isin(PLACEHOLDERS))
    start = parts["surname"].str.slice(0, LETTERS)
    parts[NAME_CONTROL] = start.str.replace(" .*", "", regex=True)  # the first surname
    return pd.DataFrame(parts).reset_index(drop=True)


def _match(
    regime: Regime, requests: pd.DataFrame, files: Files
) -> tuple[Positions, Positions, Bools]:
    """Pairs of request and record by the request's own route, and whether it compared streets."""
    found = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_))]
    waiting = np.ones(len(requests), np.bool_)
    for route in regime.routes:
        takes = waiting & requests[list(route.needs)].notna().all(axis=1).to_numpy(np.bool_)
        waiting &= ~takes
        found.append(_by_route(route, takes, requests, files))
    asked, record, compared = (np.concatenate(part) for part in zip(*found, strict=True))
    if regime.several == "all":
        return asked, record, compared
    once = np.bincount(asked, minlength=len(requests))[asked] == 1
    return asked[once], record[once], compared[once]


def _by_route(
    route: Route, takes: Bools, requests: pd.DataFrame, files: Files
) -> tuple[Positions, Positions, Bools]:
    matched = files.matched(route.agree)
    asked, record = matched.pairs(matched.sizes() <= LARGEST_BLOCK)
    agrees = takes[asked]
    for field in route.agree_where_given:
        given = requests[field].notna().to_numpy()[asked]
        agrees &= ~given | _agree((field,), files, asked, record)
    asked, record = asked[agrees], record[agrees]
    compared = np.zeros(len(asked), np.bool_)
    if route.compares_address:
        compared = requests["street_name"].notna().to_numpy(np.bool_)[asked]
    return asked, record, compared


def _agree(fields: tuple[str, ...], files: Files, asked: Positions, record: Positions) -> Bools:
    """Whether pairs agree on all fields; a missing value agrees with nothing."""
    agree = np.ones(len(asked), np.bool_)
    for field in fields:
        agree &= files.parts[field].agree(asked, record)
    return agree


def _was_on_file(
    former: pd.DataFrame | None, requests: pd.DataFrame, asked: Positions, record: Positions
) -> Bools:
    """Whether the request's address is one that the record's returns of earlier years had."""
    if former is None or former.empty:
        return np.zeros(len(asked), np.bool_)
    columns = list(ADDRESS)
    told = requests.loc[asked, columns].assign(record=record, pair=np.arange(len(asked)))
    same = told.dropna().merge(former[["record", *columns]], on=["record", *columns])
    return np.isin(np.arange(len(asked)), same["pair"])


def _stopped(
    review: Review, files: Files, asked: Positions, record: Positions, *, rng: np.random.Generator
) -> Bools:
    """Whether a person who compares request and record stops the answer."""
    differs = np.zeros(len(asked), np.bool_)
    for field in review.fields:
        part = files.parts[field]
        ours, theirs = tuple(c[asked] for c in part.left), tuple(c[record] for c in part.right)
        differs |= part.known(ours) & part.known(theirs) & ~part.agree(asked, record)
    return differs & (rng.random(len(asked)) < review.catches)
