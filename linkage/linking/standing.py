"""A linker that stands ready: it scores one record or many against a file, always in the same way."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.blocking import Rule, candidate_pairs
from linkage.linking.codes import Positions, share_codes
from linkage.linking.comparisons import default_comparisons
from linkage.linking.evidence import Evidence
from linkage.linking.rules import choose_rules
from linkage.linking.weights import HOUSEHOLD, FellegiSunter

ALL_PAIRS: Final = 1_000_000
"""Pairs up to which every one is compared; beyond, those of the blocking rules are."""

RANDOM_PAIRS: Final = 50_000
"""Pairs of the file's own records that tell how strangers agree."""

HELD: Final = 0.5
"""Share of the people asked about who are in the file, before anything is compared. A prior."""


class StandingLinker:
    """Scores records against a file with weights that do not depend on what else is asked.

    How often strangers agree is learned from the file's own records, how rare a value is too; how
    often two records of one person agree is the prior of each level of agreement
    (`linkage.linking.comparisons.Level.m`), as nothing can be learned from a list of one.

    Parameters
    ----------
    file : pandas.DataFrame
        Plain columns, as `linkage.schemes.Plain` gives them.
    rng : numpy.random.Generator

    Examples
    --------
    >>> names = ["ANA", "BEN", "EVA", "LUZ"] * 25
    >>> dates = [f"19{40 + number // 2}-01-{1 + number % 28:02d}" for number in range(100)]
    >>> file = pd.DataFrame({"given_name": names, "date_of_birth": dates}, dtype="string")
    >>> linker = StandingLinker(file, rng=np.random.default_rng(0))
    >>> (linker.best(file.head(2).assign(given_name=["ANA", "PIO"])) > 0).tolist()
    [True, False]
    """

    def __init__(self, file: pd.DataFrame, *, rng: np.random.Generator) -> None:
        self._file, _ = share_codes(file, file)
        self._pairs = rng.integers(len(file), size=(2, RANDOM_PAIRS))
        self._models: dict[tuple[str, ...], FellegiSunter] = {}
        self._rules: dict[tuple[str, ...], tuple[Rule, ...]] = {}

    def best(self, records: pd.DataFrame) -> NDArray[np.float64]:
        """Give the log odds, in bits, of the likeliest record for each; -inf if none compares.

        Only columns that the file has too are compared. Many records are taken in parts smaller
        than the file, which alone tells how rare values are.
        """
        size = len(self._file)
        parts = [records.iloc[start : start + size] for start in range(0, len(records), size)]
        return np.concatenate([np.empty(0), *map(self._best, parts)])

    def _best(self, records: pd.DataFrame) -> NDArray[np.float64]:
        columns = tuple(str(name) for name in records if name in self._file)
        best = np.full(len(records), -np.inf)
        comparisons = default_comparisons(columns)
        if not comparisons or not len(self._file):
            return best
        if columns not in self._models:
            self._models[columns] = self._learned(columns)
        model = self._models[columns]
        right, left = share_codes(self._file[list(columns)], records[list(columns)])
        evidence = Evidence(left, right, comparisons, HOUSEHOLD, None)
        first, second = self._candidates(left, right, columns)
        levels, rare, kin = evidence.by_field(first, second)
        match, household = model.log_ratios_of(levels)
        weight = model.against_both(match + rare.sum(axis=1), household + kin.sum(axis=1))
        np.maximum.at(best, first, weight + np.log2(model.prior / (1 - model.prior)))
        return best

    def _learned(self, columns: tuple[str, ...]) -> FellegiSunter:
        file = self._file[list(columns)]
        comparisons = default_comparisons(columns)
        evidence = Evidence(file, file, comparisons, HOUSEHOLD)
        first, second = self._pairs
        apart = first != second
        measured = evidence.measure(first[apart], second[apart])
        return FellegiSunter(
            comparisons,
            evidence.count_patterns(measured),
            all_pairs=len(file),
            most_matches=1,
            start_matches=HELD,
            by_chance=[evidence.agreement_by_chance(comparison) for comparison in comparisons],
        )

    def _candidates(
        self, left: pd.DataFrame, right: pd.DataFrame, columns: tuple[str, ...]
    ) -> tuple[Positions, Positions]:
        if len(left) * len(right) <= ALL_PAIRS:
            first, second = np.divmod(np.arange(len(left) * len(right)), len(right))
            return first, second
        if columns not in self._rules:
            file = self._file[list(columns)]
            self._rules[columns] = tuple(choose_rules(file, file).rules)
        found = candidate_pairs(left, right, self._rules[columns])
        return found.left, found.right
