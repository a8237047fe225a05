"""Frequency analysis: codes are taken for values as common as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkage.attacks.alignment import (
    DISPERSION,
    Column,
    Matrix,
    Pair,
    align,
    assigned,
    sampled,
    smoothed,
    squared,
)
from linkage.attacks.base import Attack, Knowledge, as_guesses, released_column
from linkage.problems import Problems, is_number
from linkage.schemes import View
from linkage.schemes.base import JOIN
from linkage.schemes.tokens.derived import FORMS, derived, parts_of

MOST_CODES: Final = 500
"""Codes of a column that are aligned at most. A choice, for seconds; rarer ones say little."""

MOST_VALUES: Final = 1_000
"""Values that these may mean, at most. A choice: were there no more than codes, those of rarer values
would be taken for the nearest."""

MOST_COLUMNS: Final = 6
"""Columns aligned at once at most. A choice, for seconds."""

FEWEST_SHARES: Final = 30
"""Shares needed to tell of how many people they were learned. A choice."""

MARGIN: Final = 2.0
"""Codes aligned for each that is claimed, so that the last have their rivals. A choice."""

PRECISION: Final = 0.5
"""Claims more likely right than wrong, taken together. A choice."""

Alignment = Literal["joint", "assignment", "rank"]


@dataclass(frozen=True)
class Frequency(Attack):
    """Align codes with values by how common they are, and by what they occur with.

    Needs no key and no function, only shares in the population. It works because equal values
    stay equal, and gets common ones right first. A guess carries the probability that it is
    right: over all alignments that the counts allow, each weighed by its likelihood. Codes too
    unsure to keep the expected precision are left out.

    It cannot read a column for which `Knowledge.frequencies` holds neither its values nor a joint
    table of its fields; nor one whose codes hardly repeat, such as of whole birth dates with
    names: there all codes are alike.

    Parameters
    ----------
    column : str
        Column of the release to attack. Of several fields or their forms, such as
        ``surname.soundex+sex``, the guess is the joint value, written ``S530|F``.
    top : int
        Codes to claim at most, the commonest; beyond 500 none is tried.
    alignment : {"joint", "assignment", "rank"}
        joint: all columns at once, as far as joint shares are known (``surname+given_name``);
        alone, as assignment. assignment: the likeliest alignment of the counts as a whole. rank:
        first with first, second with second.
    precision : float
        Expected share of right claims, in [0, 1]; 0 claims all.
    dispersion : float
        Variance of a count between two populations, in units of that of independent people, 1 or
        more: what one expects before the alignment. Families share surnames.

    Examples
    --------
    >>> from linkage.schemes import Hmac
    >>> people = pd.DataFrame({"surname": ["SMITH"] * 180 + ["NG"] * 20})
    >>> release = Hmac(key=bytes(32)).encode(people).view()
    >>> census = Knowledge(frequencies={"surname": pd.Series({"SMITH": 0.9, "NG": 0.1})})
    >>> Frequency("surname").run(release, census).groupby("guess").size().to_dict()
    {'NG': 20, 'SMITH': 180}
    """

    column: str = "surname"
    top: int = 100
    alignment: Alignment = "joint"
    precision: float = PRECISION
    dispersion: float = DISPERSION

    name: ClassVar[str] = "frequency"
    needs: ClassVar[tuple[str, ...]] = ("frequencies",)
    uses: ClassVar[tuple[str, ...]] = ("frequencies",)
    method: ClassVar[str] = (
        "codes are taken for values that are as common, and that occur with the same others"
    )
    source: ClassVar[str] = (
        "Christen et al. 2017, doi:10.1007/978-3-319-57454-7_49; what occurs together, and how sure "
        "a guess is: this package"
    )

    def __post_init__(self) -> None:
        problems = Problems()
        problems.whole_number("frequency top", self.top, 1)
        problems.choice("frequency alignment", self.alignment, ("joint", "assignment", "rank"))
        if not is_number(self.precision) or not 0 <= self.precision <= 1:
            problems.append(
                f"frequency precision: got {self.precision!r}, allowed 0 to 1; try {PRECISION}"
            )
        if not is_number(self.dispersion) or not self.dispersion >= 1:
            problems.append(
                f"frequency dispersion: got {self.dispersion!r}, allowed 1 or more; try {DISPERSION}"
            )
        problems.raise_any()

    @property
    def target(self) -> str:
        """The value behind the column."""
        return self.column

    def inapplicable(self, view: View) -> str:
        """Needs the column in the release."""
        return (
            "" if released_column(view, self.column) is not None else "the release has no such code"
        )

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs the population's shares of its values, unless they can be read."""
        if view.scheme.readable:
            return ""
        missing = super().lacking(view, knowledge)
        if missing:
            return missing
        known = table_of(_tables(knowledge), self.column)
        return "" if known is not None else f"needs the frequencies of {self.column}"

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """Codes that are claimed at most; none where values can be read."""
        return 0 if view.scheme.readable else self.top

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """Values that the population is known to have."""
        shares = _shares(_tables(knowledge), self.column)
        return 0 if shares is None else len(shares)

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Align, and claim what is sure enough; ties in the release fall in the order of the codes."""
        codes = released_column(view, self.column)
        assert codes is not None
        if view.scheme.readable:
            return as_guesses(codes, {code: (code, 1.0) for code in codes.dropna().unique()})
        listed = self._listed(view, _tables(knowledge))
        target = listed[self.column]
        if not len(target.codes) or not len(target.values):
            return as_guesses(codes, {})
        alone = self.alignment != "joint" or len(listed) == 1
        columns = {
            name: replace(each.column, dispersion=float(self.dispersion))
            for name, each in listed.items()
        }
        pairs = {} if alone else _pairs(listed, _tables(knowledge))
        square = squared(align(columns, pairs)[self.column])
        probability = sampled(square, rng=rng)
        chosen = (
            np.arange(len(square))
            if self.alignment == "rank"
            else assigned(square if alone else np.log(probability + 1e-9))
        )
        return as_guesses(codes, self._claims(target, chosen, probability))

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Guess the commonest value for everyone."""
        shares = _shares(_tables(knowledge), self.column)
        commonest = None if shares is None or shares.empty else shares.index[0]
        return pd.DataFrame({"record": np.arange(count), "guess": commonest, "confidence": np.nan})

    def _listed(self, view: View, tables: Tables) -> dict[str, Listed]:
        """Give the column, last, and those that tell something about it."""
        most = int(min(MARGIN * self.top + 20, MOST_CODES))
        names = [self.column]
        if self.alignment == "joint":
            most = MOST_CODES
            names = _connected(view, self.column, tables)
        found = {}
        for name in reversed(names):
            codes, shares = released_column(view, name), _shares(tables, name)
            assert codes is not None
            assert shares is not None
            found[name] = Listed.of(codes, shares, most)
        return found

    def _claims(
        self, target: Listed, chosen: NDArray[np.intp], probability: Matrix
    ) -> dict[Any, tuple[object, float]]:
        """Give the meaning of the codes that are sure enough, the commonest codes only."""
        rows = np.arange(min(self.top, len(target.codes)))
        rows = rows[chosen[rows] < len(target.values)]
        sure = probability[rows, chosen[rows]]
        order = np.argsort(-sure, kind="stable")
        expected = np.cumsum(sure[order]) / np.arange(1, len(order) + 1)
        kept = order[: int((expected >= self.precision).sum())]  # it falls along the order
        return {
            target.codes[rows[at]]: (target.values[chosen[rows[at]]], float(sure[at]))
            for at in np.sort(kept)
        }


@dataclass(frozen=True)
class Listed:
    """The commonest codes and values of a column, most first.

    Parameters
    ----------
    codes, values : pandas.Index
    column : Column
        Their counts and shares.
    records : (records,) int array
        Place of each record's code; the number of codes for rarer ones, -1 where missing.
    """

    codes: pd.Index[Any]
    values: pd.Index[Any]
    column: Column
    records: NDArray[np.intp]

    @classmethod
    def of(cls, codes: pd.Series[Any], shares: pd.Series[float], most: int) -> Listed:
        """Count codes, ties in their own order."""
        numbers, distinct = pd.factorize(codes)
        known = numbers >= 0
        counts = np.bincount(numbers[known], minlength=len(distinct))
        order = np.lexsort((pd.Index(distinct).argsort().argsort(), -counts))[:most]
        place = np.full(len(distinct) + 1, len(order))
        place[order] = np.arange(len(order))
        place[-1] = -1
        shares = shares.iloc[: min(2 * most, MOST_VALUES)]
        column = Column(
            counts[order].astype(float),
            np.asarray(shares, np.float64),
            float(known.sum()),
            shares.attrs["people"],
        )
        return cls(pd.Index(distinct[order]), shares.index, column, place[numbers])


Tables = Mapping[str, "pd.Series[float]"]


def _tables(knowledge: Knowledge) -> Tables:
    return knowledge.frequencies or {}


def table_of(tables: Tables, *columns: str) -> str | None:
    """Name the smallest table of population shares that holds all fields of some columns.

    Examples
    --------
    >>> table_of({"sex": pd.Series({"F": 1.0}), "surname+sex": pd.Series({"NG|F": 1.0})}, "sex")
    'sex'
    """
    needed = {part for column in columns for part in parts_of(column)}
    if any(form not in FORMS for form in _forms(columns)):
        return None
    fit = [name for name in tables if needed <= set(name.split(JOIN))]
    return min(fit, key=lambda name: (len(name.split(JOIN)), name), default=None)


def _forms(columns: Iterable[str]) -> list[str]:
    parts = [part for column in columns for part in column.split(JOIN)]
    return [part.partition(".")[2] for part in parts if "." in part]


def _values(table: pd.Series[float], name: str, *columns: str) -> list[pd.Index[Any]]:
    """Give the values of some columns for each row of a table of shares."""
    if columns == (name,):
        return [pd.Index(table.index.astype(object))]
    fields = name.split(JOIN)
    split = pc.split_pattern(
        pa.array(table.index, pa.large_string()), "|", max_splits=len(fields) - 1
    )
    parts = pd.DataFrame(
        {each: pc.list_element(split, at).to_pandas() for at, each in enumerate(fields)}
    )
    return [pd.Index(derived(parts, column).astype(object)) for column in columns]


def _shares(tables: Tables, column: str) -> pd.Series[float] | None:
    """Give the population's shares of a column's values, largest first; None if unknown."""
    name = table_of(tables, column)
    if name is None:
        return None
    table = tables[name]
    shares = table.groupby(_values(table, name, column)[0].to_numpy()).sum()
    shares = shares[shares > 0].sort_values(ascending=False, kind="stable")
    shares.attrs["people"] = learned_from(table)
    return shares


def learned_from(shares: pd.Series[float]) -> float:
    """Tell of how many people shares were learned: of whom they are whole numbers; else infinite.

    Few shares may be round by chance, and were learned well enough.

    Examples
    --------
    >>> learned_from(pd.Series([0.02] * 50)), learned_from(pd.Series([0.5, 0.25, 0.25]))
    (50.0, inf)
    """
    known = shares.to_numpy(float)
    known = known[known > 0]
    if len(known) < FEWEST_SHARES:
        return float("inf")
    people = known / known.min()
    whole = np.abs(people - np.round(people)).max() < 1e-6 * people.max()
    return float(known.sum() / known.min()) if whole else float("inf")


def _connected(view: View, column: str, tables: Tables) -> list[str]:
    """Give the column, and the others that joint tables tie to it, directly or by others."""
    fields = view.fields if view.scheme.linked_by == "field_dice" else tuple(view.tokens.columns)
    others = [name for name in fields if name != column and table_of(tables, name)]
    names = [column]
    for name in names:  # grows while it is gone through
        for other in others:
            if other not in names and len(names) < MOST_COLUMNS and table_of(tables, name, other):
                names.append(other)
    return names


def _pairs(listed: Mapping[str, Listed], tables: Tables) -> dict[tuple[str, str], Pair]:
    """Count what occurs together, and look up how often it should."""
    pairs = {}
    names = list(listed)
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            name = table_of(tables, one, other)
            if name is None:
                continue
            counts = _together(listed[one], listed[other])
            joint = _joint(tables[name], name, one, other, listed)
            people = learned_from(tables[name])
            people = people if np.isfinite(people) else float(counts.sum())
            pairs[one, other] = Pair(counts, *smoothed(joint, people))
            pairs[other, one] = Pair(counts.T, *smoothed(joint.T, people))
    return pairs


def _together(one: Listed, other: Listed) -> Matrix:
    both = (one.records >= 0) & (other.records >= 0)
    shape = len(one.codes) + 1, len(other.codes) + 1
    flat = one.records[both] * shape[1] + other.records[both]
    return _table(flat, None, shape)


def _joint(
    table: pd.Series[float], name: str, one: str, other: str, listed: Mapping[str, Listed]
) -> Matrix:
    """Shares of the listed values of two columns, the last row and column all others."""
    places = []
    for column, found in zip((one, other), _values(table, name, one, other), strict=True):
        values = listed[column].values
        place = values.get_indexer(found)
        places.append(np.where(place < 0, len(values), place))
    shape = len(listed[one].values) + 1, len(listed[other].values) + 1
    flat = places[0] * shape[1] + places[1]
    weights = np.asarray(table, np.float64)
    return _table(flat, weights, shape)


def _table(flat: NDArray[np.intp], weights: Matrix | None, shape: tuple[int, int]) -> Matrix:
    counted = np.bincount(flat, weights, minlength=shape[0] * shape[1])
    return np.asarray(counted, np.float64).reshape(shape)
