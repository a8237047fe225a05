"""Attacks that read filters, beside published figures: q-grams found by patterns, atoms or known pairs.

`python benchmarks/patterns.py [CASE ...]`, by default all; cases: frequency, mining, codes, pairs,
spelling, hardening. Values are those of one synthetic world, how common they are is known from
another; people are drawn from a third. A line is one run; no truth but in the columns right and of.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import synthetic
from linkage.attacks import Atoms, Attack, Knowledge, KnownPairs, PatternFrequency, PatternMining
from linkage.records import prepare
from linkage.schemes import DemoKey
from linkage.schemes.catalogue import make

FIELDS = ("given_name", "surname", "date_of_birth")
HARDENED: list[dict[str, Any]] = [
    {},
    *({"harden": (step,)} for step in ("xor_fold", "balance", "rule90", "permute", "rehash")),
    *({"harden": (step,)} for step in ("blip=0.05", "diffuse=2", "diffuse=4", "diffuse=10")),
    {"markov": 1},
    {"salt_by": "date_of_birth"},
]


@cache
def world(seed: int, people: int) -> pd.DataFrame:
    return prepare(synthetic.World(people=people, seed=seed).persons()[list(FIELDS)])


def told(changes: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in changes.items()).replace("harden ", "")


def attacked(
    what: str,
    attack: Attack,
    view: Any,
    held: Knowledge,
    truth: pd.Series,
    seed: int,
    published: str,
) -> pd.DataFrame | None:
    """Run one attack and print a line."""
    why = attack.why_not(view, held)
    if why:
        print(f"{attack.name:17} {what:58} {published:>22} {seed:4}  not run: {why}", flush=True)
        return None
    attack.warm_up()
    started = time.perf_counter()
    guesses = attack.run(view, held, seed=seed)
    seconds = time.perf_counter() - started
    right = truth.iloc[guesses["record"]].to_numpy(object) == guesses["guess"].to_numpy(object)
    of = len(attack.targets(view, held))
    print(
        f"{attack.name:17} {what:58} {published:>22} {seed:4} {int(right.sum()):6} {len(guesses):6} "
        f"{of:6} {guesses['confidence'].sum():8.0f} {seconds:6.1f}",
        flush=True,
    )
    return guesses.assign(right=right)


def of_field(
    attack: Attack, field: str, people: int, changes: dict[str, Any], seed: int, published: str = ""
) -> None:
    """Attack the filters of one field; how common values are is known from other people."""
    victims, others = world(10 + seed, people), world(20 + seed, people)
    scheme = make("clk", **changes).with_secret(DemoKey.from_seed(seed, "clk"))
    view = scheme.encode(victims, fields=[field]).view()
    held = Knowledge(frequencies={field: others[field].value_counts(normalize=True)})
    truth = victims[field].astype(object)
    what = f"{field} of {people:,} {told(changes)}"
    found = attacked(what, attack, view, held, truth, seed, published)
    if found is None or attack.name != "pattern_frequency":
        return
    common = truth.value_counts().index
    guess = found.set_index("record")
    parts = []
    for top in (10, 20, 100):
        rows = truth.reset_index(drop=True).isin(common[:top])
        claims = guess[guess.index.isin(np.flatnonzero(rows))]
        values = truth.iloc[claims.index].to_numpy(object)
        named = pd.DataFrame({"value": values, "right": claims["right"]}).groupby("value").first()
        parts.append(f"top {top}: {int(named['right'].sum())} right, {len(named)} claimed")
    print(f"{'':17} {'; '.join(parts)}", flush=True)


def of_people(
    attack: Attack, scheme: str, people: int, listed: int, common: int, changes: dict[str, Any],
    seed: int, known: float = 0.0, published: str = "",
) -> None:  # fmt: skip
    """Attack whole records; a list has some of the people, and strangers."""
    everybody = world(3, 150_000).drop_duplicates(ignore_index=True)
    order = np.random.default_rng(seed).permutation(len(everybody))
    held = everybody.iloc[order[:people]]
    strangers = order[people : people + listed - common]
    rows = np.concatenate([order[:common], strangers])
    on_list = everybody.iloc[np.random.default_rng(seed + 1).permutation(rows)]
    coded = make(scheme, **changes).with_secret(DemoKey.from_seed(seed, scheme))
    view = coded.encode_records(held, FIELDS).view()
    pairs = np.flatnonzero(np.random.default_rng(seed + 2).random(people) < known)
    spells = isinstance(attack, KnownPairs) and attack.decode == "spell"
    if spells:
        on_list = pd.concat([held.iloc[pairs], on_list[~on_list.index.isin(held.index)]])
    knowledge = Knowledge(
        auxiliary=on_list,
        known_pairs=pd.DataFrame({"record": pairs, "person": held.index[pairs]}) if known else None,
    )
    truth = pd.Series(held.index, dtype=object)
    if spells:
        truth = held[list(FIELDS)].astype(object).agg("|".join, axis=1)
    what = f"{people:,} {scheme}, list {len(on_list):,}" + (f", {known:.0%} known" if known else "")
    attacked(f"{what} {told(changes)}", attack, view, knowledge, truth, seed, published)


def frequency(seed: int) -> None:
    of_field(PatternFrequency("surname"), "surname", 100_000, {}, seed, "5 of 9 of top 10")
    of_field(PatternFrequency("given_name"), "given_name", 100_000, {}, seed, "6 of 9 of top 10")


def mining(seed: int) -> None:
    for field, published in (("given_name", "2,765 of 4,106"), ("surname", "")):
        of_field(PatternMining(field), field, 50_000, {}, seed, published)
        of_field(Atoms(field), field, 50_000, {}, seed, "934/7,580 surnames")


def codes(seed: int) -> None:
    for attack in (PatternMining(), Atoms()):
        of_people(attack, "clk", 3_000, 3_000, 3_000, {}, seed, published="44 %, of 222,262 508")
        of_people(attack, "clk", 3_000, 3_000, 1_500, {}, seed)
        of_people(attack, "field_bloom", 3_000, 3_000, 1_500, {}, seed)


def pairs(seed: int) -> None:
    for known, published in ((0.2, "76 %"), (0.05, "5 %")):
        of_people(KnownPairs(), "clk", 2_000, 51_000, 2_000, {}, seed, known, published)
    for scheme in ("two_step", "minhash", "rbf", "field_bloom"):
        of_people(KnownPairs(), scheme, 1_000, 11_000, 1_000, {}, seed, 0.2)


def spelling(seed: int) -> None:
    attack = KnownPairs("spell", "+".join(FIELDS), precision=0)
    for people, known in ((2_000, 0.2), (2_000, 0.05), (10_000, 0.2), (10_000, 0.05)):
        of_people(attack, "clk", people, people, 0, {}, seed, known, "0.2-0.6 % exact")


def hardening(seed: int) -> None:
    for changes in HARDENED:
        for attack in (
            PatternFrequency("given_name"),
            PatternMining("given_name"),
            Atoms("given_name"),
        ):
            if changes.get("salt_by") is None:
                of_field(attack, "given_name", 20_000, changes, seed)
        for attack in (PatternMining(), Atoms()):
            of_people(attack, "clk", 3_000, 3_000, 1_500, changes, seed)
        of_people(KnownPairs(), "clk", 1_000, 11_000, 1_000, changes, seed, 0.2)


CASES = {each.__name__: each for each in (frequency, mining, codes, pairs, spelling, hardening)}
SEEDS = {"frequency": (0, 1, 2), "mining": (0, 1), "codes": (0, 1, 2), "pairs": (0, 1)}


def chosen() -> Iterator[tuple[str, int]]:
    for name in sys.argv[1:] or CASES:
        for seed in SEEDS.get(name, (0,)):
            yield name, seed


def main() -> None:
    print(
        f"{'attack':17} {'on':58} {'published':>22} {'seed':>4} {'right':>6} {'claims':>6} {'of':>6} "
        f"{'expected':>8} {'s':>6}"
    )
    for name, seed in chosen():
        CASES[name](seed)


if __name__ == "__main__":
    main()
