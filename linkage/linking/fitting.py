"""Learn from two files, or one, how records of one person agree: candidates, comparison, weights."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.linking.assignment import groups
from linkage.linking.blocking import Candidates, Rule, candidate_pairs
from linkage.linking.codes import Positions, share_codes
from linkage.linking.comparisons import Comparison, default_comparisons
from linkage.linking.decision import Decision, decide_one_to_one, decide_pairs
from linkage.linking.evidence import Evidence
from linkage.linking.rules import choose_rules
from linkage.linking.weights import HOUSEHOLD, FellegiSunter

RANDOM_PAIRS: Final = 200_000
"""Pairs drawn to learn how often strangers resemble each other; more change little."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """Two files with the model learned from them.

    Parameters
    ----------
    evidence : Evidence
    candidates : Candidates
    rules : tuple of tuple of str
        By which these were found.
    model : FellegiSunter
    weight : (candidates,) float32 array
        Match weight in bits.
    all_records : (int, int), optional
        How many records the files have; where None, as many as the evidence holds.
    """

    evidence: Evidence
    candidates: Candidates
    rules: tuple[Rule, ...]
    model: FellegiSunter
    weight: NDArray[np.float32]
    all_records: tuple[int, int] | None = None

    def decide(self, *, one_to_one: bool, threshold: float) -> Decision:
        """Choose the links."""
        prior = self.model.prior
        log_odds = self.weight + np.float32(np.log2(prior / (1 - prior)))
        pairs = self.candidates.left, self.candidates.right
        if not one_to_one:
            return decide_pairs(*pairs, log_odds, threshold)
        records = self.all_records or (len(self.evidence.left), len(self.evidence.right))
        return decide_one_to_one(*pairs, log_odds, threshold, records=records)


def fit_records(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    comparisons: list[Comparison] | None = None,
    rules: Sequence[Rule] | None = None,
    candidates: Candidates | None = None,
    matches: tuple[Positions, Positions] | None = None,
    person: NDArray[np.float64] | None = None,
    rng: np.random.Generator,
) -> Fitted:
    """Find candidate pairs, compare them and learn match weights.

    Parameters
    ----------
    left, right : pandas.DataFrame
        Records as `linkage.records.prepare` or `prepare_coded` give them, or columns of tokens.
        One frame twice for the pairs within a file.
    comparisons, rules : optional
        How to compare and where to look; chosen from the common columns when None.
    candidates : Candidates, optional
        Pairs to compare, where the rules have been followed already.
    matches : pair of arrays, optional
        Positions of known matches.
    person : (records,) array, optional
        How much of a person each record of the larger file is; a whole one when None.
    rng : numpy.random.Generator

    Returns
    -------
    Fitted
    """
    left, right = share_codes(left, right)
    rules = choose_rules(left, right).rules if rules is None else tuple(rules)
    comparisons = default_comparisons(list(left.columns)) if comparisons is None else comparisons
    with ThreadPoolExecutor(1) as pool:  # neither of the two needs the other
        waiting = pool.submit(Evidence, left, right, comparisons, HOUSEHOLD, person)
        if candidates is None:
            candidates = candidate_pairs(left, right, rules)
        evidence = waiting.result()
    random = evidence.measure(*_random_pairs(len(left), len(right), left is right, rng))
    within = left is right
    model = FellegiSunter(
        comparisons,
        evidence.count_patterns(random),
        all_pairs=evidence.all_pairs,
        most_matches=evidence.all_pairs if within else min(len(left), len(right)),
        start_matches=min(len(left), len(right)) / 2,
        by_chance=[evidence.agreement_by_chance(comparison) for comparison in comparisons],
    )
    measured = evidence.measure(candidates.left, candidates.right)
    known = None if matches is None else evidence.count_patterns(evidence.measure(*matches))
    model.fit(evidence.count_patterns(measured), known)
    return Fitted(evidence, candidates, rules, model, model.score(evidence, measured))


def fit_within(records: pd.DataFrame, _: pd.DataFrame | None = None, **choices: Any) -> Fitted:
    """Learn from the pairs within one file, twice.

    A value that only one person's records have is rarer than their number says. Who is one person
    is known roughly after the first time, so the second counts persons.

    Parameters
    ----------
    records : pandas.DataFrame
    choices : see `fit_records`

    Returns
    -------
    Fitted
    """
    rng = choices.pop("rng")
    seed = int(rng.integers(2**63))
    alone = np.full(len(records), 0.5)  # each record is compared with one of its own
    rough = fit_records(records, records, person=alone, rng=np.random.default_rng(seed), **choices)
    found = rough.decide(one_to_one=False, threshold=0.5).chosen
    group = groups(rough.candidates.left[found], rough.candidates.right[found], len(records))
    person = 1 / np.bincount(group)[group]
    return fit_records(records, records, person=person, rng=np.random.default_rng(seed), **choices)


def _random_pairs(
    left: int, right: int, within: bool, rng: np.random.Generator
) -> tuple[Positions, Positions]:
    """Draw pairs of positions, all of them where they are few."""
    if within and left * (left - 1) // 2 <= RANDOM_PAIRS:
        first, second = np.triu_indices(left, 1)
        return first.astype(np.int64), second.astype(np.int64)
    total = left * right
    if total <= RANDOM_PAIRS:
        return tuple(np.divmod(np.arange(total), right))  # type: ignore[return-value]
    first, second = np.divmod(rng.integers(0, total, RANDOM_PAIRS, dtype=np.int64), right)
    apart = (first != second) | (not within)
    return first[apart], second[apart]
