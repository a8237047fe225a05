"""Run the planned attacks on a release and count what they achieve."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage import releases as other_recipients
from linkage.adversaries import Adversary
from linkage.attacks import (
    Atoms,
    Attack,
    Auxiliary,
    Dictionary,
    Frequency,
    GraphMatching,
    Inference,
    Knowledge,
    KnownPairs,
    PatternFrequency,
    PatternMining,
)
from linkage.attacks.base import lacking
from linkage.attacks.collusion import Collusion
from linkage.attacks.composition import Composition
from linkage.attacks.dictionary import NAME_AND_BIRTH
from linkage.attacks.differencing import Differencing
from linkage.attacks.probing import Probing
from linkage.exchange import Exchange
from linkage.linking.service import open_service
from linkage.measures.bounds import largest_advantage
from linkage.plans import AttackPlan
from linkage.scenario import Scenario
from linkage.schemes import DpCounts, Encoded, Oprf, Scheme, View
from linkage.schemes.reduced.counts import Table
from linkage.schemes.sets.limits import Limited
from linkage.scoring import (
    SAME_PERSON,
    Learned,
    count_sureness,
    disclosed,
    has_truth,
    learned,
    score,
    score_joins,
)
from linkage.tally import NOT_APPLICABLE, NOT_RUN, Outcome, Tally

HELD_AS: Final[dict[str, tuple[str, ...]]] = {
    "auxiliary": ("overlap", "errors", "age"),
    "frequencies": ("frequencies", "overlap", "errors", "age"),
}
"""Parts of knowledge to the settings of an adversary that they follow from, where names differ."""

CELL: Final = "cell"

RECEIVED: Final = 0.8
"""Share of the records that another recipient got too; prior. The rest are the control."""


@dataclass(frozen=True)
class Trial:
    """A release under attack in one world.

    Parameters
    ----------
    scenario : Scenario
    scheme : Scheme
        With its secret.
    released : Encoded
    exchange : Exchange
    seed : int
    """

    scenario: Scenario
    scheme: Scheme
    released: Encoded
    exchange: Exchange
    seed: int

    def run(self, tally: Tally) -> None:
        """Run every planned attack with what each adversary holds."""
        view = self._view()
        tally.disclosure = disclosed(view, self.exchange)
        known: dict[tuple[Any, ...], Outcome] = {}
        held = dict(self._held())
        for plan in self.scenario.attacks:
            attack = make_attack(plan, self.exchange)
            for label, (adversary, knowledge) in held.items():
                same = (plan, *_settings(adversary, attack))
                if same not in known:
                    known[same], told = self._outcome(plan, attack, view, adversary, knowledge)
                    for what, counts in told.items():
                        tally.inference[(attack.name, label, what)] = counts
                tally.outcomes[(attack.name, attack.target, label)] = known[same]

    def _view(self) -> View:
        """What leaves: codes, attributes beside them, and the holder's end of a protocol."""
        view = self.released.view()
        if isinstance(view.scheme, Limited | Oprf):
            view = replace(view, service=open_service(self.released, seed=self.seed))
        if not view.scheme.seen:
            return view
        told = [name for name in self.scenario.attributes if name in self.exchange.attributes]
        beside = told and view.scheme.rows_are == "records"
        return replace(view, attributes=self.exchange.attributes[told]) if beside else view

    def _held(self) -> Iterator[tuple[str, tuple[Adversary, Knowledge]]]:
        """What each adversary holds, but for those whom only a key sets apart that there is not."""
        adversaries = self.scenario.known_adversaries()
        keyless = self.scheme.seen and not self.scheme.secret_is
        for label, adversary in adversaries.items():
            without = replace(adversary, key=False, queries=0)
            if keyless and adversary.key and without in adversaries.values():
                continue
            rng = np.random.default_rng([self.seed, 1])
            knowledge = self.exchange.sources.knowledge(adversary, self.scenario.auxiliary, rng=rng)
            knowledge = replace(knowledge, key=self.scheme.secret if adversary.key else None)
            yield label, (adversary, replace(knowledge, known_pairs=self._known(adversary, rng)))

    def _known(self, adversary: Adversary, rng: np.random.Generator) -> pd.DataFrame | None:
        """Records whose person the adversary knows already."""
        if not adversary.known_pairs:
            return None
        records = np.flatnonzero(rng.random(len(self.released)) < adversary.known_pairs)
        people = self.exchange.answers["person"].to_numpy()[records]
        return pd.DataFrame({"record": records, "person": people})

    def _outcome(
        self,
        plan: AttackPlan,
        attack: Attack,
        view: View,
        adversary: Adversary,
        knowledge: Knowledge,
    ) -> tuple[Outcome, Learned]:
        inapplicable = attack.not_applicable(view)
        if inapplicable or not has_truth(attack, self.exchange):
            note = inapplicable or f"the file has no {attack.target}"
            return Outcome(status=NOT_APPLICABLE, note=note), {}
        if isinstance(attack, Differencing):
            return self._play(plan, attack, adversary), {}
        same_person = None
        if "releases" in attack.needs and adversary.releases:
            knowledge, same_person = self._with_releases(attack, plan, adversary, knowledge)
            if not knowledge.releases:
                reason = other_recipients.why_not(self.scheme, plan.recipient)
                return Outcome(status=NOT_APPLICABLE, note=reason), {}
        missing = attack.lacking(view, knowledge)
        if missing:
            per_try = attack.seconds_per_try(view)
            return Outcome(status=NOT_RUN, note=missing, per_try=per_try), {}
        attack.warm_up()
        started = time.process_time()
        guesses = attack.run(view, knowledge, seed=self.seed)
        seconds = time.process_time() - started
        tried = attack.tries(view, knowledge)
        if same_person is None:
            counts = score(attack, guesses, view, knowledge, self.exchange, rng=self._rng(5))
        else:
            counts = score_joins(attack, guesses, same_person, knowledge, rng=self._rng(5))
        outcome = Outcome(
            counts,
            tried=tried,
            seconds=seconds,
            per_try=seconds / max(tried, 1),
            blocks=attack.hash_blocks(view),
        )
        return outcome, learned(attack, guesses, view, knowledge, self.exchange)

    def _with_releases(
        self, attack: Attack, plan: AttackPlan, adversary: Adversary, knowledge: Knowledge
    ) -> tuple[Knowledge, NDArray[np.int64] | None]:
        """Add what other recipients got; with, for scoring, the same people's records there."""
        if other_recipients.why_not(self.scheme, plan.recipient):
            return knowledge, None
        told = [name for name in self.scenario.attributes if name in self.exchange.attributes]
        beside = self.exchange.attributes[told] if told else None
        releases, positions = other_recipients.further_releases(
            self.scheme,
            self.exchange.register,
            adversary.releases,
            way=plan.recipient,
            share=RECEIVED,
            attributes=beside if attack.name == Composition.name else None,
            rng=self._rng(7),
        )
        held = replace(knowledge, releases=releases)
        return held, positions if attack.target == SAME_PERSON else None

    def _play(self, plan: AttackPlan, attack: Differencing, adversary: Adversary) -> Outcome:
        """Play the game of who joined a table; each game is one target."""
        if not adversary.releases:
            return Outcome(status=NOT_RUN, note=lacking(Knowledge(), ("releases",)))
        assert isinstance(self.scheme, Table)
        by_cell = attack.target == CELL
        play = other_recipients.joining_games if by_cell else other_recipients.membership_games
        counts = dict.fromkeys(("n", "claimed", "correct", "control_n", "control_correct"), 0)
        found: list[float] = []
        candidates = 2
        started = time.process_time()
        games = play(self.scheme, self.exchange.register, plan.games, rng=self._rng(8))
        for view, knowledge, truth in games:
            guesses = attack.run(view, knowledge, seed=self.seed)
            right = guesses["guess"].eq(truth).sum() if by_cell else len(guesses)
            inside = by_cell or truth
            candidates = attack.candidates(view, knowledge)
            counts["n" if inside else "control_n"] += 1
            counts["correct" if inside else "control_correct"] += int(right)
            counts["claimed"] += len(guesses)
            found += guesses["confidence"].tolist()
        sure = count_sureness(pd.DataFrame({"confidence": found}), plan.games, candidates)
        blind = {"baseline_n": 0 if by_cell else plan.games, "baseline_correct": counts["claimed"]}
        if by_cell:
            blind["baseline_correct"] = 0
        return Outcome(
            counts | blind | sure,
            tried=plan.games,
            seconds=time.process_time() - started,
            bound=np.nan if by_cell else _bound(self.scheme),
        )

    def _rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, purpose])


def _bound(scheme: Scheme) -> float:
    """Largest advantage that the scheme guarantees; NaN without a guarantee."""
    return largest_advantage(scheme.epsilon) if isinstance(scheme, DpCounts) else np.nan


def _settings(adversary: Adversary, attack: Attack) -> tuple[Any, ...]:
    """Settings of an adversary that change what an attack finds."""
    names = [name for part in attack.uses for name in HELD_AS.get(part, (part,))]
    return tuple(getattr(adversary, name) for name in names)


def make_attack(plan: AttackPlan, exchange: Exchange) -> Attack:
    """Make an attack as it is planned."""
    made: dict[str, Callable[[], Attack]] = {
        "auxiliary": lambda: Auxiliary(most_tries=plan.tries // 10),
        "frequency": lambda: Frequency(plan.target, plan.top),
        "pattern_frequency": lambda: PatternFrequency(plan.target),
        "pattern_mining": lambda: PatternMining(plan.target),
        "atoms": lambda: Atoms(plan.target),
        "graph_matching": GraphMatching,
        "known_pairs": lambda: (
            KnownPairs() if plan.target == "person" else KnownPairs("spell", plan.target)
        ),
        "inference": lambda: Inference(plan.target),
        "collusion": Collusion,
        "composition": Composition,
        "probing": lambda: Probing(
            "date_of_birth" if plan.target == "date_of_birth" else "membership", most=plan.games
        ),
        "differencing": lambda: Differencing("cell" if plan.target == CELL else "membership"),
    }
    if plan.attack == "dictionary":
        if plan.target == "tin":
            return Dictionary("tin", exchange.numbers, plan.tries)
        return Dictionary(NAME_AND_BIRTH, exchange.name_dates(plan.guesses), plan.tries)
    return made[plan.attack]()
