"""What guesses come to beside the truth, which no attack sees."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks import Attack, Knowledge
from linkage.exchange import Exchange, population
from linkage.measures.inference import HOME, HOUSEHOLD, count_household, count_learned
from linkage.measures.intervals import Estimate
from linkage.measures.risk import Counts, count_claims, count_guesses
from linkage.measures.suspicion import count_suspicion
from linkage.measures.uniqueness import disclosure
from linkage.schemes import KAnonymous, Plain, View

MEMBERSHIP: Final = "membership"
SAME_PERSON: Final = "same person"

Learned = dict[str, dict[str, int]]


def has_truth(attack: Attack, exchange: Exchange) -> bool:
    """Whether it is known what a right guess is."""
    facts = exchange.persons if attack.about == "people" else exchange.answers
    return attack.target in facts or attack.target in UNWRITTEN


UNWRITTEN: Final = (SAME_PERSON, "cell")
"""Targets whose truth is in no file, but in how releases were made."""


def score(
    attack: Attack,
    guesses: pd.DataFrame,
    view: View,
    knowledge: Knowledge,
    exchange: Exchange,
    *,
    rng: np.random.Generator,
) -> Counts:
    """Count right guesses, those made blindly, and those that fit people outside the release."""
    targets = attack.targets(view, knowledge)
    sure = count_sureness(guesses, len(targets), attack.candidates(view, knowledge))
    if attack.about == "people":
        return sure | _score_people(attack, guesses, targets, knowledge, exchange, rng)
    answers = exchange.answers[attack.target]
    control = exchange.control[attack.target]
    claimed, correct = count_guesses(guesses, answers)
    blind = attack.guess_blindly(len(targets), knowledge, rng=rng)
    blind = blind.assign(record=targets[blind["record"].to_numpy(np.int64)])
    others = pd.DataFrame({"record": range(len(control)), "guess": None})
    if len(control) and len(targets):
        by_record = guesses.set_index("record")["guess"]
        drawn = targets[rng.integers(len(targets), size=len(control))]
        others["guess"] = by_record.reindex(drawn).to_numpy(object)
    return sure | {
        "n": len(targets),
        "claimed": claimed,
        "correct": correct,
        "baseline_n": len(targets),
        "baseline_correct": count_guesses(blind, answers)[1],
        "control_n": len(control),
        "control_correct": count_guesses(others.dropna(subset="guess"), control)[1],
    }


def _score_people(
    attack: Attack,
    guesses: pd.DataFrame,
    targets: pd.Index[Any],
    knowledge: Knowledge,
    exchange: Exchange,
    rng: np.random.Generator,
) -> Counts:
    """Count right claims about people in the register, and about those who are not."""
    persons = exchange.persons.loc[targets]
    truth, inside = persons[attack.target], persons["registered"]
    counts: Counts = dict(count_claims(guesses, truth, inside))
    if attack.target == MEMBERSHIP:  # as many claims, made at random
        return counts | {"baseline_n": len(targets), "baseline_correct": len(guesses)}
    blind = attack.guess_blindly(len(targets), knowledge, rng=rng)
    blind = blind.assign(person=targets[blind["record"].to_numpy(np.int64)])
    found = count_claims(blind, truth, inside)
    return counts | {"baseline_n": found["n"], "baseline_correct": found["correct"]}


def score_joins(
    attack: Attack,
    guesses: pd.DataFrame,
    same_person: NDArray[np.int64],
    knowledge: Knowledge,
    *,
    rng: np.random.Generator,
) -> Counts:
    """Count records joined rightly with another release, and those joined whose person is not there."""
    there = same_person >= 0
    record, guess = (guesses[name].to_numpy(np.int64) for name in ("record", "guess"))
    blind = attack.guess_blindly(len(there), knowledge, rng=rng)
    drawn = blind["guess"].to_numpy(np.int64)
    return count_sureness(guesses, len(there), len(knowledge.releases[0])) | {
        "n": int(there.sum()),
        "claimed": len(guesses),
        "correct": int((same_person[record] == guess).sum()),
        "baseline_n": int(there.sum()),
        "baseline_correct": int((same_person[: len(drawn)] == drawn).sum()),
        "control_n": int((~there).sum()),
        "control_correct": int((~there[record]).sum()),
    }


def count_sureness(guesses: pd.DataFrame, targets: int, candidates: int) -> Counts:
    """Count how sure the guesses are; nothing where the number of candidates is not known."""
    sure = np.full(targets, np.nan)
    sure[: len(guesses)] = guesses["confidence"]
    return count_suspicion(sure, max(candidates, 1))


def learned(
    attack: Attack,
    guesses: pd.DataFrame,
    view: View,
    knowledge: Knowledge,
    exchange: Exchange,
) -> Learned:
    """What the records say of the people whom they are claimed to be of."""
    if attack.target != "person" or view.attributes is None or guesses.empty:
        return {}
    assert knowledge.auxiliary is not None
    record, person = guesses["record"].to_numpy(np.int64), guesses["guess"]
    told, facts = view.attributes.iloc[record], exchange.persons
    found = {str(name): count_learned(told[name], facts[name].reindex(person)) for name in told}
    homes = None if exchange.truth is None else exchange.truth.homes
    if homes is not None:
        filed = pd.Series(homes.filed[record])
        found[HOME] = count_learned(filed, homes.people["address"].reindex(person))
        right = person.to_numpy() == exchange.answers["person"].to_numpy()[record]
        named = pd.Index(person[right])
        found[HOUSEHOLD] = count_household(
            named, homes.people["address"], knowledge.auxiliary.index
        )
    return found


def disclosed(view: View, exchange: Exchange) -> dict[str, Estimate]:
    """How alike released records are, where they are told in classes; plain ones by the same fields."""
    names = [name for name in KAnonymous.fields if name in exchange.register]
    if not names or not isinstance(view.scheme, KAnonymous | Plain):
        return {}
    everybody = population(exchange)
    tokens = everybody[names]
    if isinstance(view.scheme, KAnonymous):
        names = [str(name) for name in view.tokens]
        tokens = view.scheme.asking().encode_records(everybody, tuple(names)).tokens
    codes = tokens.groupby(names, dropna=False, sort=False).ngroup().to_numpy()
    told = view.tokens[names].notna().any(axis=1).to_numpy()
    return disclosure(np.where(told, codes[: len(view)], -1), codes)
