"""Differencing: two tables of counts, before and after, tell about the person between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks.base import Attack, Knowledge
from linkage.records import TEXT
from linkage.schemes import Counts, DpCounts, View
from linkage.schemes.base import Scheme
from linkage.schemes.reduced import noise
from linkage.schemes.reduced.counts import COUNT, Table

Floats = NDArray[np.float64]

NEGLIGIBLE: Final = 40.0
"""Noise of this many times 1 / epsilon is left out of account: it has a probability of exp(-40)."""

MOST_COUNTS: Final = 100_000
"""True counts that are considered either side of the told ones; of noise that reaches farther, one
count tells next to nothing."""


@dataclass(frozen=True)
class Differencing(Attack):
    """Compare two tables between which one person may have joined, or one has.

    The adversary knows how the tables are made and that they differ by no more than one person. For
    each cell it weighs how likely the two told counts are if the cell has one more in the later
    table, and if it has not, over all true counts there could be: the likelihood ratio, which by the
    lemma of Neyman and Pearson no other rule betters. Of exact counts a rise by one is certain; of
    suppressed ones what the bounds leave possible counts (a count that is told as 11 after it was
    suppressed rose); of two-sided geometric noise a rise by more than half is likelier than not to
    be the person.

    Both tables have noise of their own, yet one epsilon bounds what the attack achieves. The earlier
    table counts the others only, whether the person joins or not: it says nothing of the person and
    costs it nothing. All that depends on the person is one table with epsilon, so that rate and
    control of the claims differ by (exp(epsilon) - 1) / (exp(epsilon) + 1) at most (Kairouz, Oh &
    Viswanath 2015), whatever else is known, the exact counts of the others included. Two later
    tables with the person would have twice the epsilon.

    Parameters
    ----------
    target : {"membership", "cell"}
        Whether a person of the list joined: a claim, guess True, for those who did likelier than not,
        both being as likely beforehand. Or, where one person is known to have joined, which cell it
        joined; beforehand a cell is as likely as it has people.

    Examples
    --------
    >>> from linkage.schemes import Counts
    >>> people = pd.DataFrame({"sex": ["F"] * 20}, index=[f"person {row}" for row in range(20)])
    >>> table = Counts(by=(("sex", "sex"),))
    >>> later, earlier = (table.encode(frame).view() for frame in (people, people.iloc[1:]))
    >>> known = Knowledge(auxiliary=people.head(1), releases=(earlier,))
    >>> Differencing().run(later, known).values.tolist()
    [['person 0', True, 1.0]]
    >>> Differencing("cell").run(later, known)["guess"].tolist()
    ['F']
    """

    target: Literal["membership", "cell"] = "membership"

    name: ClassVar[str] = "differencing"
    about: ClassVar[Literal["records", "people"]] = "people"
    needs: ClassVar[tuple[str, ...]] = ("auxiliary", "releases")
    uses: ClassVar[tuple[str, ...]] = ("auxiliary", "releases")
    method: ClassVar[str] = (
        "compares the counts of two tables, one of them before a person joined, cell by cell"
    )
    source: ClassVar[str] = (
        "Denning, Denning & Schwartz 1979, doi:10.1145/320064.320069; Kairouz, Oh & Viswanath 2015, "
        "arXiv:1311.0776"
    )

    def __post_init__(self) -> None:
        if self.target not in ("membership", "cell"):
            raise ValueError(
                f"differencing target: got {self.target!r}, allowed 'membership', 'cell'"
            )

    def inapplicable(self, view: View) -> str:
        """Needs a table of counts."""
        return "" if view.scheme.rows_are == "cells" else "the release is no table of counts"

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs an earlier table of the same cells, and to know what the cells are made of."""
        missing = super().lacking(view, knowledge)
        if missing:
            return missing
        assert knowledge.auxiliary is not None
        earlier = knowledge.releases[0].scheme
        if not (isinstance(earlier, Table) and _cut(earlier) == _cut(view.scheme)):
            return "needs an earlier table with the same cells"
        told = [name for name in view.scheme.fields if view.tokens[name].notna().any()]
        absent = [name for name in told if name not in knowledge.auxiliary]
        if self.target == "membership" and absent:
            return f"the list of people has no {', '.join(absent)}"
        return ""

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """A person's cell each, or all cells."""
        listed = 0 if knowledge.auxiliary is None else len(knowledge.auxiliary)
        return len(view) if self.target == "cell" else listed

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """In or not; or one of the cells."""
        return len(view) if self.target == "cell" else 2

    def targets(self, view: View, knowledge: Knowledge) -> pd.Index[Any]:
        """People on the list."""
        return pd.Index([]) if knowledge.auxiliary is None else knowledge.auxiliary.index

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Weigh the two counts of each cell."""
        assert knowledge.auxiliary is not None
        earlier, listed = knowledge.releases[0], knowledge.auxiliary
        cells, before, after = _side_by_side(earlier, view)
        if self.target == "cell":
            rose, same = likelihoods(earlier.scheme, view.scheme, before, after, crowded=True)
            with np.errstate(divide="ignore", invalid="ignore"):
                odds = np.where(rose > 0, rose / same, 0.0)
            return _likeliest_cell(listed.index, cells, odds)
        place = cells.get_indexer(pd.Index(person_cells(view, listed)))
        counts = (np.append(told, 0.0)[place] for told in (before, after))  # -1: no such cell
        rose, same = likelihoods(earlier.scheme, view.scheme, *counts)
        with np.errstate(invalid="ignore"):
            posterior = np.where(rose > 0, rose / (rose + same), 0.0)
        return _claims(listed.index, posterior)

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Toss a coin; or draw a cell by the earlier counts."""
        if self.target == "membership":
            claimed = np.flatnonzero(rng.random(count) < 0.5)
            return pd.DataFrame({"record": claimed, "guess": True, "confidence": 0.5})
        earlier = knowledge.releases[0].tokens
        share = np.maximum(earlier[COUNT].fillna(1).to_numpy(np.float64), 0.0)
        share = share / share.sum() if share.sum() else np.full(len(share), 1 / len(share))
        drawn = rng.choice(len(share), size=count, p=share)
        guesses = cell_labels(earlier).to_numpy(object)[drawn]
        return pd.DataFrame(
            {"record": np.arange(count), "guess": guesses, "confidence": share[drawn]}
        )


def cell_labels(cells: pd.DataFrame) -> pd.Series[Any]:
    """Write cells as text, their values joined by ``|``; a missing one is empty.

    Examples
    --------
    >>> cell_labels(pd.DataFrame({"sex": ["F", None], "state": ["MA", "TX"], "count": [12, 20]})).tolist()
    ['F|MA', '|TX']
    """
    columns = [cells[name].astype(TEXT).fillna("") for name in cells if name != COUNT]
    label = columns[0]
    for column in columns[1:]:
        label = label + "|" + column
    return label


def person_cells(table: View, people: pd.DataFrame) -> pd.Series[Any]:
    """Give the cell of each person in a table, as `cell_labels` writes it.

    Parameters
    ----------
    table : View
        Of `Counts` or `DpCounts`.
    people : pandas.DataFrame
        Prepared records.
    """
    assert isinstance(table.scheme, Table)
    known = tuple(name for name in table.scheme.fields if name in people)
    cells = table.scheme.cells(people, known)
    if isinstance(table.scheme, DpCounts):  # what is not on its lists counts as missing
        for name in cells:
            cells[name] = cells[name].where(cells[name].isin(table.tokens[name].unique()))
    return cell_labels(cells)


def _cut(scheme: Scheme) -> tuple[Any, ...]:
    """How a table cuts people into cells."""
    assert isinstance(scheme, Table)
    return scheme.by, scheme.top_code, scheme.in_year, getattr(scheme, "domains", ())


def _side_by_side(earlier: View, later: View) -> tuple[pd.Index[Any], Floats, Floats]:
    """Cells of two tables with their counts: 0 where a cell is not listed, NaN if suppressed."""
    sides = []
    for table in (earlier, later):
        told = table.tokens[COUNT].to_numpy(np.float64, na_value=np.nan)
        sides.append((pd.Index(cell_labels(table.tokens)), np.append(told, 0.0)))
    cells = sides[1][0].union(sides[0][0], sort=False)
    before, after = (told[index.get_indexer(cells)] for index, told in sides)
    return cells, before, after


def likelihoods(
    earlier: Scheme, later: Scheme, before: Floats, after: Floats, *, crowded: bool = False
) -> tuple[Floats, Floats]:
    """How likely pairs of counts are if one person joined between them, and if nobody did.

    Sums over all true counts, each as likely as the other beforehand.

    Parameters
    ----------
    earlier, later : Counts or DpCounts
        How the tables were made.
    before, after : float arrays
        Told counts; NaN where suppressed, 0 where a cell is not listed.
    crowded : bool
        Weigh each count of those who joined by itself, as who joins does so where people are.

    Returns
    -------
    rose, same : float arrays
        Equal up to a common factor to the two likelihoods.

    Examples
    --------
    >>> from linkage.schemes import Counts
    >>> pairs = np.array([15.0, np.nan, np.nan]), np.array([16.0, 11.0, np.nan])
    >>> [each.tolist() for each in likelihoods(Counts(), Counts(), *pairs)]
    [[1.0, 1.0, 9.0], [0.0, 0.0, 10.0]]
    """
    pairs = np.stack([before, after], axis=1)
    distinct, which = np.unique(pairs, axis=0, return_inverse=True, equal_nan=True)
    found = np.empty((len(distinct), 2))
    for row, (first, second) in enumerate(distinct):
        true = _true_counts((earlier, later), (first, second))
        given = chances(earlier, first, true)
        weight = true + 1.0 if crowded else 1.0
        found[row] = (
            (weight * given) @ chances(later, second, true + 1),
            given @ chances(later, second, true),
        )
    rose, same = found[which.ravel()].T
    return rose, same


def _true_counts(schemes: tuple[Scheme, Scheme], told: tuple[float, float]) -> Floats:
    """Counts that there can have been, up to what noise or suppression hides."""
    lows, highs = [], []
    for scheme, count in zip(schemes, told, strict=True):
        if isinstance(scheme, DpCounts):
            reach = min(NEGLIGIBLE / scheme.epsilon, MOST_COUNTS)
            lows.append(0.0 if scheme.clamp and count == 0 else count - reach)
            highs.append(count + reach)
        else:
            assert isinstance(scheme, Counts)
            suppressed = np.isnan(count)
            lows.append(0.0 if suppressed else count - 1)
            highs.append(float(scheme.smallest) if suppressed else count)
    low, high = max(0.0, np.floor(min(lows))), max(0.0, np.ceil(max(highs)))
    return np.arange(low, high + 1)


def chances(scheme: Scheme, told: float, true: Floats) -> Floats:
    """Probability that a table tells a count, for each true count.

    Parameters
    ----------
    scheme : Counts or DpCounts
    told : float
        NaN where suppressed, 0 where a cell is not listed.
    true : float array
        Counts, 0 or more.

    Examples
    --------
    >>> from linkage.schemes import Counts
    >>> chances(Counts(), float("nan"), np.array([0.0, 1.0, 10.0, 11.0])).tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    if isinstance(scheme, Counts):
        hidden = (true > 0) & (true < scheme.smallest)
        return np.asarray(np.where(hidden, np.isnan(told), true == told), np.float64)
    assert isinstance(scheme, DpCounts)
    below = scheme.clamp and told == 0  # any number up to 0 was told so: a geometric series
    whole = -np.expm1(-scheme.epsilon) if below else 1.0
    return np.asarray(noise.mass(told - true, scheme.epsilon) / whole)


def _claims(people: pd.Index[Any], posterior: Floats) -> pd.DataFrame:
    """Claim those who joined likelier than not."""
    claimed = posterior > 0.5
    return pd.DataFrame(
        {"person": people[claimed], "guess": True, "confidence": posterior[claimed]}
    )


def _likeliest_cell(people: pd.Index[Any], cells: pd.Index[Any], odds: Floats) -> pd.DataFrame:
    """Guess the likeliest cell for each person; nothing if no cell can have risen."""
    certain = np.isinf(odds)
    weight = certain.astype(np.float64) if certain.any() else odds
    if not weight.sum() > 0:
        return pd.DataFrame({"person": people[:0], "guess": [], "confidence": np.empty(0)})
    best = int(np.argmax(weight))
    sure = weight[best] / weight.sum()
    return pd.DataFrame({"person": people, "guess": cells[best], "confidence": sure})
