"""Frequency analysis of strangers' codes: how much is read, how sure it was, in how many seconds.

The register is one synthetic world, HMAC coded; all that is known are shares of values and of
pairs of values in another world, with other people. `python benchmarks/frequency.py [PEOPLE
[KNOWN]]`, by default 100,000 and 100,000. Memory: about 1 GB a million people.
"""

from __future__ import annotations

import sys
import time
from itertools import combinations

import pandas as pd

import synthetic
from linkage.attacks import Frequency, Knowledge
from linkage.records import TEXT
from linkage.schemes import Hmac, Key
from linkage.schemes.base import joined

FIELDS = ("given_name", "surname", "sex", "birth_decade")
FIRST = (10, 100, 500)


def draw(people: int, seed: int) -> pd.DataFrame:
    persons = synthetic.World(people=people, seed=seed).persons()
    return persons.assign(birth_decade=persons["date_of_birth"].str[:3])[list(FIELDS)]


def learn(people: pd.DataFrame) -> Knowledge:
    entries = [*FIELDS, *("+".join(pair) for pair in combinations(FIELDS, 2))]
    shares = {entry: joined(people, entry).value_counts(normalize=True) for entry in entries}
    return Knowledge(frequencies=shares)


def main() -> None:
    given = [int(number.replace(",", "")) for number in sys.argv[1:]]
    people, known = (*given, *(100_000, 100_000)[len(given) :])
    register, knowledge = draw(people, 1).astype(TEXT), learn(draw(known, 2))
    view = Hmac(key=Key.random()).encode_records(register, FIELDS).view()
    print(f"register of {people:,}, shares learned from {known:,} others")
    print(
        f"{'column':12}{'alignment':12}" + "".join(f"{f'right of {n}':>14}" for n in FIRST), end=""
    )
    print(f"{'expected':>10}{'claims at .9':>14}{'right':>7}{'seconds':>9}")
    for column in ("surname", "given_name"):
        counts = view.tokens[column].value_counts()
        for alignment in ("rank", "assignment", "joint"):
            started = time.perf_counter()
            guesses = Frequency(column, 500, alignment, precision=0).run(view, knowledge)
            seconds = time.perf_counter() - started
            at = guesses["record"].to_numpy()
            claims = pd.DataFrame(
                {
                    "code": view.tokens[column].iloc[at].to_numpy(),
                    "right": guesses["guess"].to_numpy() == register[column].iloc[at].to_numpy(),
                    "sure": guesses["confidence"],
                }
            ).drop_duplicates("code")
            first = claims.set_index("code").reindex(counts.index[:500])
            right = first["right"].eq(True)
            ordered = claims.sort_values("sure", ascending=False)
            kept = ordered[ordered["sure"].expanding().mean() >= 0.9]
            print(f"{column:12}{alignment:12}", end="")
            print("".join(f"{right.head(n).sum():14}" for n in FIRST), end="")
            print(f"{claims['sure'].sum():10.0f}{len(kept):14}{kept['right'].sum():7}", end="")
            print(f"{seconds:9.1f}")


if __name__ == "__main__":
    main()
