"""Collusion: what two releases of one register tell together, and what many do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks.base import Attack, Knowledge, released_column
from linkage.linking.encoded import fit_encoded
from linkage.schemes import Encoded, View

Codes = NDArray[np.int64]
Positions = NDArray[np.int64]
Colours = NDArray[np.uint64]

COMMON: Final = 0.01
"""Share of the distinct codes of one release that the other must have, too, before two columns count
as made alike; prior. Under different keys none is common."""

UNSURE: Final = 10
"""Pairs of guesses that are taken to disagree before any is seen; prior, so that few prove little."""

ATTRIBUTES: Final = "attributes"


@dataclass(frozen=True)
class Collusion(Attack):
    """Join the release of one recipient with that of another, or with that of another time.

    Where codes are common, because the key is the same or there is none, the releases are linked as
    their scheme allows; of schemes that differ, columns with common codes are compared, whatever they
    are called; so are attributes that stand beside the codes in both.

    Where nothing is common, what is left is which records share a code. Records are told apart by
    how often each of their codes occurs, by how often those of the records occur that share one, and
    so on (colour refinement, Weisfeiler & Leman 1968), and a record is guessed where it is the only
    one of its kind in both releases. That works on releases of the same people; if some are in one of
    them only, few kinds are the same, and nearly all is abstained from. How sure such guesses are is
    seen in themselves: two right ones that share a code on one side share one on the other.

    A right guess is the position of the same person in `Knowledge.releases`, the first of them.

    Parameters
    ----------
    least : float
        Least probability of a guess.
    rounds : int
        Of the refinement, at most; after none a kind is how often a record's codes occur. All are
        tried, as one record more or less changes kinds the farther the more rounds there are.

    Examples
    --------
    >>> from linkage.schemes import Hmac, Sha256
    >>> names = [("ANA", "NG"), ("BEN", "RUIZ"), ("EVA", "LEE"), ("IAN", "DIAZ"), ("ZOE", "KIM")]
    >>> people = pd.DataFrame(names, columns=["given_name", "surname"])
    >>> people["date_of_birth"] = "1980-02-03"
    >>> other = Sha256().encode(people.iloc[::-1]).view()
    >>> Collusion().run(Sha256().encode(people).view(), Knowledge(releases=(other,)))["guess"].tolist()
    [4, 3, 2, 1, 0]
    >>> keyed = Hmac(key=bytes(32)).encode(people).view()
    >>> len(Collusion().run(keyed, Knowledge(releases=(other,))))
    0
    """

    least: float = 0.5
    rounds: int = 3

    name: ClassVar[str] = "collusion"
    needs: ClassVar[tuple[str, ...]] = ("releases",)
    uses: ClassVar[tuple[str, ...]] = ("releases",)
    method: ClassVar[str] = (
        "two recipients put their releases side by side and join the records of the same person, by "
        "codes that are equal in both or else by how often codes occur"
    )
    source: ClassVar[str] = "Weisfeiler & Leman 1968, for codes that have nothing in common"

    @property
    def target(self) -> str:
        """A record of the other release."""
        return "same person"

    def inapplicable(self, view: View) -> str:
        """Needs codes or attributes."""
        if view.scheme.linked_by == "nothing" and view.attributes is None:
            return view.scheme.description.linking
        return ""

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs another release of records."""
        missing = super().lacking(view, knowledge)
        if missing:
            return missing
        of_records = knowledge.releases[0].scheme.rows_are == "records"
        return "" if of_records else "the other release is a table of counts, not of records"

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """One a record."""
        return len(view)

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """Records of the other release."""
        return len(knowledge.releases[0]) if knowledge.releases else 0

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Join the releases in each way that there is, and keep the surest guess of each record."""
        return self._join(view, knowledge.releases[0], rng)

    def _join(self, one: View, other: View, rng: np.random.Generator) -> pd.DataFrame:
        alike = list(_alike_columns(one, other))
        found = [_look_up(mine, theirs, rng) for mine, theirs in _identifying(one, alike)]
        if _comparable(one, other, {name for name, _ in alike}):
            found.append(_linked(one, other, self.least, rng))
        if all(name == ATTRIBUTES for name, _ in alike):
            known = dict(alike).get(ATTRIBUTES)
            found += [_by_kind(one, other, depth, known) for depth in range(self.rounds + 1)]
        guesses = pd.concat([_no_guesses(), *found]).sort_values(
            "confidence", ascending=False, kind="stable"
        )
        guesses = guesses[guesses["confidence"] >= self.least]
        for column in ("record", "guess"):  # a person is one record on either side
            guesses = guesses.drop_duplicates(column)
        return guesses.sort_values("record", ignore_index=True)

    def histories(self, view: View, knowledge: Knowledge, *, seed: int = 0) -> pd.DataFrame:
        """Follow each record from release to release, each joined with the one before.

        Returns
        -------
        pandas.DataFrame
            A row a record, a column a further release: the position there; -1 from where the trace is
            lost. A record without -1 has a complete history.
        """
        rng = np.random.default_rng(seed)
        place, traces = np.arange(len(view)), {}
        for number, (one, other) in enumerate(
            zip((view, *knowledge.releases), knowledge.releases, strict=False)
        ):
            guesses = self._join(one, other, rng)
            step = np.full(len(one) + 1, -1, np.int64)  # place -1, lost, takes the last
            step[guesses["record"].to_numpy(np.int64)] = guesses["guess"].to_numpy(np.int64)
            place = step[place]
            traces[number] = place
        return pd.DataFrame(traces, index=range(len(view)))

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Draw records of the other release."""
        records = len(knowledge.releases[0])
        drawn = rng.integers(max(records, 1), size=count)
        return pd.DataFrame({"record": np.arange(count), "guess": drawn, "confidence": 1 / records})


Column = tuple[Codes, Codes]
"""Two columns as numbers of the values, which both share; -1 where missing."""


def _no_guesses() -> pd.DataFrame:
    nothing = np.empty(0, np.int64)
    return pd.DataFrame({"record": nothing, "guess": nothing, "confidence": np.empty(0)})


def _columns(view: View) -> dict[str, pd.Series[Any]]:
    """Columns whose values are equal where what was encoded is."""
    names = view.fields if view.scheme.linked_by == "field_dice" else view.tokens
    found = {str(name): released_column(view, str(name)) for name in names}
    return {name: column for name, column in found.items() if column is not None}


def _alike_columns(one: View, other: View) -> Iterator[tuple[str, Column]]:
    """Pair columns that have codes in common, and the attributes of both, as one column."""
    mine, theirs = _columns(one), _columns(other)
    sets = {name: pd.Index(column.dropna().unique()) for name, column in theirs.items()}
    for name, column in mine.items():
        codes = pd.Index(column.dropna().unique())
        for candidate in [name] if name in theirs else list(theirs):
            common = len(codes.intersection(sets[candidate]))
            if common > COMMON * min(len(codes), len(sets[candidate])):
                yield name, numbered(column, theirs[candidate])
    if one.attributes is None or other.attributes is None:
        return
    told = [name for name in one.attributes if name in other.attributes]
    if told:
        yield ATTRIBUTES, numbered(*(attribute_rows(view, told) for view in (one, other)))


def attribute_rows(view: View, names: list[Any]) -> pd.Series[Any]:
    """Give some attributes of each record as one value, missing where all are."""
    assert view.attributes is not None
    told = view.attributes[names]
    whole = pd.MultiIndex.from_frame(told.astype(object).where(told.notna(), "")).to_flat_index()
    return pd.Series(whole, dtype=object).mask(told.isna().all(axis=1).to_numpy())


def numbered(one: pd.Series[Any], other: pd.Series[Any]) -> Column:
    """Number the values of two columns, equal ones alike, missing ones -1."""
    both = pd.concat([one.astype(object), other.astype(object)], ignore_index=True)
    codes = pd.factorize(both)[0].astype(np.int64)
    return codes[: len(one)], codes[len(one) :]


def _identifying(one: View, alike: list[tuple[str, Column]]) -> Iterator[Column]:
    """Columns to look up: all that a record has as one, and each by itself that may identify."""
    if not alike:
        return
    pairs = [column for _, column in alike]
    joint = tuple(np.stack([pair[side] for pair in pairs], axis=1) for side in (0, 1))
    rows = np.concatenate(joint)
    numbers = np.unique(rows, axis=0, return_inverse=True)[1].ravel().astype(np.int64)
    numbers[(rows < 0).all(axis=1)] = -1
    yield numbers[: len(joint[0])], numbers[len(joint[0]) :]
    if one.scheme.linked_by == "any_token":
        yield from pairs
    else:
        yield from (pair for name, pair in alike if name == ATTRIBUTES)


def _look_up(mine: Codes, theirs: Codes, rng: np.random.Generator) -> pd.DataFrame:
    """Guess one of those who have the same value.

    Of m records here and n there the pairs of the same person are min(m, n) at most, so that a
    pair at random is one with a probability of 1 / max(m, n) at most.
    """
    size = max(mine.max(initial=-1), theirs.max(initial=-1)) + 1
    here, there = (np.bincount(codes[codes >= 0], minlength=size) for codes in (mine, theirs))
    order = rng.permutation(len(theirs))
    order = order[theirs[order] >= 0]
    example = np.full(size + 1, -1, np.int64)
    example[theirs[order]] = order
    records = np.flatnonzero((mine >= 0) & (example[mine] >= 0))
    codes = mine[records]
    return pd.DataFrame(
        {
            "record": records,
            "guess": example[codes],
            "confidence": 1 / np.maximum(here, there)[codes],
        }
    )


def _comparable(one: View, other: View, alike: set[str]) -> bool:
    """Whether a linker can be run: one scheme, and codes in common or such as only resemble."""
    if one.scheme.fingerprint != other.scheme.fingerprint or one.scheme.linked_by == "nothing":
        return False
    whole = one.scheme.linked_by in ("dice", "jaccard")
    return one.fields == other.fields if whole else bool(alike - {ATTRIBUTES})


def _linked(one: View, other: View, least: float, rng: np.random.Generator) -> pd.DataFrame:
    """Link the releases as two parties would that use the scheme."""
    sides = [
        Encoded(
            view.scheme,
            pd.RangeIndex(len(view)),
            view.tokens,
            view.bits,
            view.symbols,
            view.fields,
        )
        for view in (one, other)
    ]
    fitted = fit_encoded(sides[0], sides[1], rng=rng)
    found = fitted.decide(one_to_one=True, threshold=least)
    return pd.DataFrame(
        {
            "record": fitted.candidates.left[found.chosen],
            "guess": fitted.candidates.right[found.chosen],
            "confidence": found.probability,
        }
    )


def _by_kind(one: View, other: View, rounds: int, attributes: Column | None) -> pd.DataFrame:
    """Guess records that are the only ones of their kind in both releases.

    Attributes that both have are part of what a record is like.
    """
    mine, theirs = _columns(one), _columns(other)
    names = [name for name in mine if name in theirs]
    if not names:
        return _no_guesses()
    sides = [
        np.stack([pd.factorize(columns[name])[0] for name in names], axis=1)
        for columns in (mine, theirs)
    ]
    told = attributes or (None, None)
    alone = [
        _only_ones(kinds(codes, rounds, known)) for codes, known in zip(sides, told, strict=True)
    ]
    _, first, second = np.intersect1d(
        alone[0].index, alone[1].index, assume_unique=True, return_indices=True
    )
    records, guesses = alone[0].to_numpy()[first], alone[1].to_numpy()[second]
    sure = consistency(sides[0][records], sides[1][guesses])
    return pd.DataFrame({"record": records, "guess": guesses, "confidence": sure})


def _only_ones(colours: Colours) -> pd.Series[int]:
    """Positions of the records whose colour no other has, by colour."""
    positions = pd.Series(np.arange(len(colours)), index=colours)
    return positions[~positions.index.duplicated(keep=False)]


def kinds(codes: Codes, rounds: int, known: Codes | None = None) -> Colours:
    """Colour records by how often their codes occur, and by what records share them.

    Parameters
    ----------
    codes : (records, columns) int array
        Numbers of codes, in any order; -1 where missing.
    rounds : int
        After each, records of a colour are alike one step farther.
    known : (records,) int array, optional
        What else tells records apart, by numbers that mean the same in all releases.

    Returns
    -------
    uint64 array
        Equal for records that are alike, whatever the codes are called; others are equal with a
        probability of about 2**-64.

    Examples
    --------
    >>> one = kinds(np.array([[0, 0], [0, 1], [1, 0]]), 0)
    >>> bool(one[0] != one[1]), bool((one == kinds(np.array([[9, 5], [9, 7], [3, 5]]), 0)).all())
    (True, True)
    """
    columns = [pd.factorize(np.where(column < 0, -1, column))[0] for column in codes.T]
    missing = [column < 0 for column in codes.T]
    colours = np.zeros(len(codes), np.uint64) if known is None else known.astype(np.uint64)
    for _ in range(rounds + 1):
        parts = [colours]
        for column, absent in zip(columns, missing, strict=True):
            shared = np.zeros(column.max(initial=-1) + 1, np.uint64)
            np.add.at(shared, column, _mixed(colours))  # a sum does not depend on the order
            parts.append(np.where(absent, np.uint64(0), _mixed(shared)[column]))
        colours = np.zeros(len(codes), np.uint64)
        for part in parts:
            colours = _mixed(colours * np.uint64(3) + part)
    return colours


def _mixed(values: Colours) -> Colours:
    """Scatter 64-bit numbers (the finaliser of SplitMix64, Steele et al. 2014)."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def consistency(mine: Codes, theirs: Codes) -> float:
    """Estimate which share of some guesses is right from whether they agree with each other.

    Two neighbouring guesses that share a code here share the one there if both are right, and hardly
    otherwise: the share p that does is the square of the share that is right. `UNSURE` more pairs
    count as if they did not.

    Parameters
    ----------
    mine, theirs : (guesses, columns) int arrays
        Codes of the guessed records here and there; -1 where missing.

    Examples
    --------
    >>> consistency(np.array([[1], [1], [1]]), np.array([[5], [5], [6]]))
    0.28867513459481287
    """
    agreeing = pairs = 0
    for one, other in zip(mine.T, theirs.T, strict=True):
        order = np.argsort(one, kind="stable")
        first, second = one[order], other[order]
        same = (first[1:] == first[:-1]) & (first[1:] >= 0)
        pairs += int(same.sum())
        agreeing += int((same & (second[1:] == second[:-1])).sum())
    return float(np.sqrt(agreeing / (pairs + UNSURE)))
