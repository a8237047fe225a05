"""Attacks on similarity-preserving codes beside published figures, every seed shown.

`python benchmarks/attacks.py [CASE ...]`, by default all but `large`; cases: overlap, two-sided,
schemes, hardening, errors, large. Given name, surname and birth date of people drawn from a
synthetic world of 150,000; CLK of 1,024 bits, 10 hashes, q = 2 unless said. A line is one run: no
truth but in the columns right and of.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

import synthetic
from linkage.attacks import GraphMatching, Knowledge
from linkage.records import prepare
from linkage.schemes import DemoKey
from linkage.schemes.catalogue import make

FIELDS = ("given_name", "surname", "date_of_birth")
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Case:
    """A list of so many people, a release that overlaps it, and what was published for it.

    Parameters
    ----------
    people : int
        On the list.
    overlap : float
        One-sided: records of the release, all of people on the list, as a share of it. Two-sided:
        the release is as long as the list and shares so much of it.
    """

    people: int
    overlap: float
    scheme: str = "clk"
    harden: tuple[str, ...] = ()
    salt_by: str = ""
    two_sided: bool = False
    errors: float = 0.0
    fakes: float = 0.0
    published: str = ""


CASES: dict[str, list[Case]] = {
    "overlap": [
        *(
            Case(1_000, share, published=told)
            for share, told in [
                (1, "1.00"),
                (0.5, ".89"),
                (0.35, ".07"),
                (0.2, ""),
                (0.1, ""),
                (0.07, ""),
                (0.05, ""),
            ]
        ),
        *(Case(2_000, share) for share in (0.5, 0.3, 0.1)),
        *(
            Case(10_000, share, published=told)
            for share, told in [(0.3, "1.00"), (0.15, ".005"), (0.05, ""), (0.02, "")]
        ),
    ],
    "two-sided": [
        Case(1_000, 0.85, two_sided=True, published=".99"),
        Case(1_000, 0.5, two_sided=True, published="under .04"),
        Case(1_000, 0.2, two_sided=True),
        Case(10_000, 0.2, two_sided=True, published=".999"),
        Case(10_000, 0.1, two_sided=True, published="under .06"),
    ],
    "schemes": [
        Case(1_000, share, scheme)
        for scheme in ("minhash", "two_step", "rbf", "field_bloom")
        for share in (1, 0.5, 0.3)
    ],
    "hardening": [
        *(
            Case(2_000, share, harden=steps)
            for steps in [
                ("xor_fold",),
                ("balance",),
                ("rule90",),
                ("permute",),
                ("rehash",),
                ("blip=0.05",),
                ("diffuse=2",),
            ]
            for share in (1, 0.3)
        ),
        Case(2_000, 1, salt_by="date_of_birth"),
        Case(2_000, 1, fakes=0.25),
        Case(2_000, 0.3, fakes=0.25),
    ],
    "errors": [
        Case(10_000, 0.2, two_sided=True, errors=share, published=told)
        for share, told in [(0.02, ".999"), (0.1, ".96"), (0.15, ".09"), (0.5, "")]
    ],
    "large": [
        Case(20_000, 1, harden=("diffuse=4",), published=".87"),
        Case(20_000, 1, harden=("diffuse=10",), published="under .014"),
        Case(100_000, 0.1, published=""),
    ],
}


def miswritten(records: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Change one letter or digit in one field of so many records."""
    changed = records.astype(object)
    for row in np.flatnonzero(rng.random(len(records)) < share):
        column = int(rng.integers(len(FIELDS)))
        value = changed.iat[row, column]
        places = [at for at, sign in enumerate(value) if sign.isalnum()]
        at = places[rng.integers(len(places))]
        sign = str(rng.integers(10)) if value[at].isdigit() else chr(65 + rng.integers(26))
        changed.iat[row, column] = value[:at] + sign + value[at + 1 :]
    return changed.astype("string[pyarrow]")


def drawn(
    case: Case, everybody: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the people of the release and of the list; the index says who they are."""
    order = rng.permutation(len(everybody))
    listed = everybody.iloc[order[: case.people]]
    common = int(case.overlap * case.people)
    others = case.people - common if case.two_sided else 0
    held = everybody.iloc[
        np.concatenate([order[:common], order[case.people : case.people + others]])
    ]
    held = miswritten(held, case.errors, rng) if case.errors else held
    if not case.fakes:
        return held.iloc[rng.permutation(len(held))], listed.sample(frac=1, random_state=1)
    fakes = pd.DataFrame(
        {name: rng.permutation(held[name].to_numpy()) for name in FIELDS}, dtype="string[pyarrow]"
    )[: int(case.fakes * len(held))]
    fakes.index = pd.Index([-1] * len(fakes))
    released = pd.concat([held, fakes])
    return released.iloc[rng.permutation(len(released))], listed.sample(frac=1, random_state=1)


def run(case: Case, everybody: pd.DataFrame, seed: int) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    released, listed = drawn(case, everybody, rng)
    method: dict[str, object] = {"harden": case.harden} if case.harden else {}
    method |= {"salt_by": case.salt_by} if case.salt_by else {}
    scheme = make(case.scheme, **method).with_secret(DemoKey(rng.bytes(32)))
    view = scheme.encode_records(released, FIELDS).view()
    started = time.perf_counter()
    guesses = GraphMatching().run(view, Knowledge(auxiliary=listed), seed=seed)
    seconds = time.perf_counter() - started
    truth = released.index.to_numpy()[guesses["record"]]
    return {
        "claims": len(guesses),
        "right": int((truth == guesses["guess"].to_numpy()).sum()),
        "of": int(case.overlap * case.people),
        "expected": round(float(guesses["confidence"].sum())),
        "seconds": round(seconds, 1),
    }


def main() -> None:
    people = synthetic.World(people=150_000, seed=3).persons()[list(FIELDS)]
    everybody = prepare(people).drop_duplicates(ignore_index=True)
    chosen = sys.argv[1:] or [name for name in CASES if name != "large"]
    print(
        f"{'people':>7} {'overlap':>7} {'':9} {'scheme':11} {'changed':26} {'published':>10} "
        f"{'seed':>4} {'claims':>6} {'right':>6} {'of':>6} {'rate':>5} {'expected':>8} {'s':>6}"
    )
    for case in (each for name in chosen for each in CASES[name]):
        changes = [*case.harden, *([f"salt {case.salt_by}"] if case.salt_by else [])]
        changes += [f"{case.errors:.0%} errors"] if case.errors else []
        changes += [f"{case.fakes:.0%} fakes"] if case.fakes else []
        for seed in SEEDS if case.people < 20_000 else SEEDS[:1]:
            told = run(case, everybody, seed)
            rate = int(str(told["right"])) / int(str(told["of"]))
            print(
                f"{case.people:7,} {case.overlap:7} {'two-sided' if case.two_sided else '':9} "
                f"{case.scheme:11} {', '.join(changes):26} {case.published:>10} {seed:4} "
                f"{told['claims']:6} {told['right']:6} {told['of']:6} {rate:5.3f} "
                f"{told['expected']:8} {told['seconds']:6}",
                flush=True,
            )


if __name__ == "__main__":
    main()
