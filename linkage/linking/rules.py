"""Which rules to block on: as many matches as a number of candidate pairs can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.blocking import LARGEST_BLOCK, Rule, count_pairs
from linkage.linking.joining import Files
from linkage.linking.keys import KEYS

PAIRS_A_RECORD: Final = 60
PAIRS_AT_LEAST: Final = 1_000_000
"""Pairs to look for: so many for each record of the smaller file, and so many more."""

COARSE: Final = 10
"""Candidates a record from which a column of codes is too coarse to block on alone."""

ERRORS: Final[dict[str, dict[str, float]]] = {
    "given_name": {"spelling": 0.05, "slip": 0.06, "other": 0.10},
    "surname": {"spelling": 0.05, "slip": 0.06, "part": 0.04, "other": 0.04},
    "date_of_birth": {"part": 0.06, "order": 0.01, "other": 0.02},
    "tin": {"slip": 0.05, "other": 0.03},
    "street_number": {"slip": 0.06},
    "street_name": {"kind": 0.06, "slip": 0.10},
    "unit": {"other": 0.20},
    "city": {"slip": 0.10},
    "state": {"other": 0.02},
    "zip": {"slip": 0.05},
    "sex": {"other": 0.01},
}
"""How often two records of one person differ so in a field. A prior of ours, not measured."""

OTHER_FIELDS: Final = {"other": 0.05}

CARELESS: Final = 0.5
MORE_ERRORS: Final = 3.0
"""Share of matches in which errors come together, and how many times as many. A prior of ours."""

EXCHANGED: Final = 0.02
"""Share of matches whose given name and surname changed places. A prior of ours."""

MOVED: Final = 0.18
"""Share of matches whose address is another. A prior of ours."""

AGREES_AFTER_A_MOVE: Final = {
    "street_number": 0.0,
    "street_name": 0.0,
    "unit": 0.0,
    "city": 0.2,
    "state": 0.8,
    "zip": 0.05,
    "zip_start": 0.4,
    "street_word": 0.0,
}
"""How often an address agrees all the same. A prior of ours."""

SURVIVES: Final[dict[str, dict[str, float]]] = {
    "given_name_sound": {"spelling": 0.9, "slip": 0.35, "other": 0.1},
    "given_name_start": {"spelling": 0.6, "slip": 0.55, "other": 0.4},
    "surname_word": {"part": 1.0},
    "surname_sound": {"spelling": 0.9, "slip": 0.35, "part": 1.0},
    "surname_start": {"spelling": 0.7, "slip": 0.6, "part": 0.5},
    "birth_year": {"part": 0.6, "order": 1.0},
    "birth_month_day": {"part": 0.4, "order": 1.0},
    "zip_start": {"slip": 0.5},
    "street_word": {"kind": 1.0, "slip": 0.3},
}
"""How often a key agrees though its column has such an error. A prior of ours."""

MATCHES: Final = 20_000
"""Matches imagined, to see which rules would find them."""

LEAST_GAIN: Final = 1.5e-4
RECORDS_A_MATCH: Final = 300_000
"""A rule must find at least this share of the imagined matches that no other finds, and one match
for so many records that are looked through."""

MOST_FIELDS: Final = 3
"""Fields a rule reads at most."""

SAMPLE: Final = 200_000
"""Records of each file on which costs are counted, evenly spaced; all, where there are fewer."""

TRUSTED: Final = 2.0
"""A rule is taken at once if it makes up to so many times the pairs that were expected."""

RECORDS_A_PAIR: Final = 15
"""Records looked through in the time in which one pair is compared."""


@dataclass(frozen=True, eq=False)
class Choice:
    """Rules chosen, and all that was considered.

    Parameters
    ----------
    rules : tuple of tuple of str
    table : pandas.DataFrame
        Of each rule considered: `pairs` expected, share of the imagined matches it `finds`, what it
        `adds` to those chosen before, and `verdict`.
    """

    rules: tuple[Rule, ...]
    table: pd.DataFrame


def choose_rules(
    left: pd.DataFrame,
    right: pd.DataFrame | None,
    *,
    budget: int | None = None,
    records: int | None = None,
    keys: bool = True,
) -> Choice:
    """Choose blocking rules from the data alone, for a budget of candidate pairs.

    Matches are imagined: errors strike their fields as often as in `ERRORS`, values are missing as
    they are in the files. Of all rules of up to three fields, that one is taken in turn which finds
    the most imagined matches not found before for the pairs it makes (greedy maximum coverage under
    a budget: Khuller, Moss and Naor 1999, doi:10.1016/S0020-0190(99)00031-9). Pairs are first
    estimated as if fields were independent, and counted on samples of the files of 200,000 records
    before a rule is taken.

    Parameters
    ----------
    left, right : pandas.DataFrame
        See `candidate_pairs`.
    budget : int, optional
        Pairs to make at most; by default 60 for each record of the smaller file and a million.
    records : int, optional
        Records of the whole right file, where ``right`` is a sample of it.
    keys : bool
        Whether coarser forms of values may be used, which codes do not have.

    Returns
    -------
    Choice

    Examples
    --------
    >>> left = pd.DataFrame({"surname": ["NG", "DIAZ"] * 9, "zip": ["02139", "10001", None] * 6})
    >>> choose_rules(left, left.copy(), budget=200).rules
    (('surname_sound',),)
    """
    names = _usable(left, left if right is None else right, keys)
    sample = _Sample.of(left, right, names, records)
    if budget is None:
        budget = PAIRS_AT_LEAST + PAIRS_A_RECORD * min(sample.records)
    rules = _all_rules(names)
    found = _imagined(sample.files, names)
    finds = np.stack([np.logical_and.reduce([found[name] for name in rule]) for rule in rules])
    return _Greedy(sample, rules, finds, budget).run()


def token_rules(left: pd.DataFrame, right: pd.DataFrame) -> tuple[Rule, ...]:
    """Choose blocking rules for columns of codes: identifying ones alone, coarse ones together.

    A coarse column is one on which a record agrees with more than ten others on average; alone
    it makes many candidates and never a link.

    Examples
    --------
    >>> file = pd.DataFrame({"tin": range(40), "sex": ["F", "M"] * 20, "zip": ["1"] * 40})
    >>> token_rules(file, file.copy())
    (('tin',), ('sex', 'zip'))
    """
    files = Files.of(left, right, ())
    expected = {
        name: int(files.matched((name,)).sizes().sum()) / max(files.left, 1)
        for name in files.columns
    }
    alone = tuple((name,) for name in files.columns if expected[name] <= COARSE)
    coarse = tuple(name for name in files.columns if expected[name] > COARSE)
    return (*alone, *([coarse] if coarse else []))


def _usable(left: pd.DataFrame, right: pd.DataFrame, keys: bool) -> list[str]:
    columns = [str(column) for column in left.columns if column in right.columns]
    if not keys:
        return columns
    return [*columns, *(name for name, key in KEYS.items() if set(key.columns) <= set(columns))]


def _columns(name: str) -> tuple[str, ...]:
    return KEYS[name].columns if name in KEYS else (name,)


def _read_once(columns: list[str]) -> bool:
    return len(set(columns)) == len(columns)


def _all_rules(names: Sequence[str]) -> list[Rule]:
    """All sets of up to three names, of a column each."""
    return [
        rule
        for size in range(1, MOST_FIELDS + 1)
        for rule in combinations(names, size)
        if _read_once([column for name in rule for column in _columns(name)])
    ]


def _imagined(files: Files, names: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Imagine matches: on which names do they agree."""
    rng = np.random.default_rng(0)
    rows = [rng.integers(0, max(records, 1), MATCHES) for records in (files.left, files.right)]
    moved = rng.random(MATCHES) < MOVED
    times = np.where(rng.random(MATCHES) < CARELESS, MORE_ERRORS, 1.0)
    agree: dict[str, NDArray[np.bool_]] = {}
    for column in files.columns:
        errors = ERRORS.get(column, OTHER_FIELDS)
        limits = np.cumsum(list(errors.values()))
        error = np.searchsorted(limits, rng.random(MATCHES) / times, side="right")  # last: none
        luck, luck_of_movers = rng.random(MATCHES), rng.random(MATCHES)
        for name in (name for name in names if _columns(name) == (column,)):
            survives = SURVIVES.get(name, {})
            chance = np.array([*(survives.get(kind, 0.0) for kind in errors), 1.0])
            after_move = AGREES_AFTER_A_MOVE.get(name, 1.0)
            agree[name] = (luck < chance[error]) & (~moved | (luck_of_movers < after_move))
    if "names_either_way" in names:
        both = agree["given_name_sound"] & agree["surname_sound"]
        exchanged = rng.random(MATCHES) < EXCHANGED
        for name in (name for name in agree if _columns(name)[0] in ("given_name", "surname")):
            agree[name] &= ~exchanged
        agree["names_either_way"] = both
    for name in names:
        part = files.parts[name]
        for side, chosen in zip((part.left, part.right), rows, strict=True):
            if len(side[0]):
                agree[name] &= part.known(tuple(column[chosen] for column in side))
    return agree


@dataclass(frozen=True, eq=False)
class _Sample:
    """Evenly spaced records of both files, and how many more pairs there are in all."""

    files: Files
    scale: float
    records: tuple[int, int]

    @classmethod
    def of(
        cls,
        left: pd.DataFrame,
        right: pd.DataFrame | None,
        names: Sequence[str],
        others: int | None,
    ) -> _Sample:
        alone = right is None or right is left
        records = (len(left), others or len(left if right is None else right))
        some = _spaced(left)
        spaced = None if alone or right is None else _spaced(right)
        files = Files.of(some, spaced, [tuple(names)])
        scale = max(records[0] * records[1], 1) / max(files.left * files.right, 1)
        return cls(files, scale, records)

    def shares(self, names: Sequence[str]) -> dict[str, float]:
        """Share of all pairs that agree on each name."""
        pairs = max(self.pairs / self.scale, 1)
        return {name: int(self.files.matched((name,)).sizes().sum()) / pairs for name in names}

    def filled(self, names: Sequence[str]) -> dict[str, float]:
        """How often each name has a form, over all slots: the look-ups it takes."""
        parts = {name: self.files.parts[name] for name in names}
        return {
            name: sum(np.count_nonzero(part.form(part.left, slot) >= 0) for slot in part.slots)
            / max(self.files.left, 1)
            for name, part in parts.items()
        }

    @property
    def pairs(self) -> float:
        """All pairs of records there are."""
        return self.records[0] * self.records[1] / (2 if self.files.alone else 1)

    def count(self, rule: Rule) -> float:
        """Pairs that a rule will make."""
        largest = max(int(LARGEST_BLOCK / self.scale), 1)
        return count_pairs(self.files, rule, largest_block=largest) * self.scale


def _spaced(frame: pd.DataFrame) -> pd.DataFrame:
    step = -(-len(frame) // SAMPLE)
    return frame if step <= 1 else frame.iloc[::step]


class _Greedy:
    """Takes rules one by one."""

    def __init__(
        self, sample: _Sample, rules: list[Rule], finds: NDArray[np.bool_], budget: int
    ) -> None:
        self.sample, self.rules, self.finds, self.budget = sample, rules, finds, budget
        names = sorted({name for rule in rules for name in rule})
        share, filled = sample.shares(names), sample.filled(names)
        expected = [sample.pairs * prod(share[name] for name in rule) for rule in rules]
        self.fewest = finds.mean(axis=1) * min(sample.records)  # where every record has a match
        self.pairs = np.maximum(expected, self.fewest)
        passes = [prod(filled[name] for name in rule) for rule in rules]
        self.least = max(
            LEAST_GAIN, sum(sample.records) / max(min(sample.records), 1) / RECORDS_A_MATCH
        )
        self.effort = 1 + np.array(passes) * (sum(sample.records) / RECORDS_A_PAIR)
        self.counted = np.zeros(len(rules), np.bool_)
        self.taken: list[int] = []
        self.adds: dict[int, float] = {}

    def run(self) -> Choice:
        """Take rules until none is left that adds enough for what it costs."""
        missed = self.finds
        remaining = float(self.budget)
        while True:
            gain = np.count_nonzero(missed, axis=1) / MATCHES
            best = self._best(np.where(gain >= self.least, gain, 0.0), remaining)
            if best is None:
                return self._choice(self._needed())
            self.taken.append(best)
            self.adds[best] = gain[best]
            missed = missed[:, ~missed[best]]
            remaining -= self.pairs[best]

    def _needed(self) -> list[int]:
        """Drop rules that later ones made needless; without any, take the one of fewest pairs."""
        kept = self.taken or [int(self.pairs.argmin())]
        for rule in list(kept):
            others = [other for other in kept if other != rule]
            alone = self.finds[rule] & ~self.finds[others].any(axis=0)
            if others and np.count_nonzero(alone) / MATCHES < self.least:
                kept = others
        return kept

    def _best(self, gain: NDArray[np.float64], remaining: float) -> int | None:
        """Give the rule that adds most for its pairs, counting them before it is believed."""
        while True:
            worth = np.where(self.pairs <= remaining, gain / (self.pairs + self.effort), 0.0)
            best = int(worth.argmax())
            if worth[best] <= 0:
                return None
            if self.counted[best]:
                return best
            expected = self.pairs[best]
            self.pairs[best] = max(self.sample.count(self.rules[best]), self.fewest[best])
            self.counted[best] = True
            if self.pairs[best] <= min(TRUSTED * expected, remaining):
                return best

    def _choice(self, kept: list[int]) -> Choice:
        considered = sorted({*np.flatnonzero(self.counted).tolist(), *kept})
        table = pd.DataFrame(
            {
                "rule": [" + ".join(self.rules[rule]) for rule in considered],
                "pairs": [round(self.pairs[rule]) for rule in considered],
                "finds": [self.finds[rule].mean() for rule in considered],
                "adds": [self.adds.get(rule, np.nan) for rule in considered],
                "verdict": [self._verdict(rule, kept) for rule in considered],
            }
        )
        return Choice(tuple(self.rules[rule] for rule in kept), table)

    def _verdict(self, rule: int, kept: list[int]) -> str:
        if rule in kept:
            return "taken"
        if rule in self.adds:
            return "needless beside coarser ones"
        return "more pairs than it is worth"
