"""Hashing a dictionary: our compiled search against a loop over the standard library."""

from __future__ import annotations

import hashlib
import hmac
import statistics
import time
from collections.abc import Callable

from linkage.attacks import number_space
from linkage.attacks.enumeration import search
from linkage.schemes.digests import Recipe

ROUNDS = 5
KEY = bytes(range(32))
OURS, LOOP = 10_000_000, 500_000  # numbers tried
WANTED = "000123456"


def loop_sha256(wanted: str) -> str | None:
    target, found = bytes.fromhex(wanted), None
    for number in range(LOOP):
        value = b"%09d" % number
        if hashlib.sha256(value).digest() == target:
            found = value.decode()
    return found


def loop_hmac(wanted: str) -> str | None:
    target, found = bytes.fromhex(wanted), None
    for number in range(LOOP):
        value = b"%09d" % number
        if hmac.digest(KEY, value, "sha256") == target:
            found = value.decode()
    return found


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    space = number_space([(0, OURS)])
    print(f"nine-digit numbers, one core, medians of {ROUNDS} alternating rounds")
    print(
        f"{'':14}{'loop hashes/s':>15}{'ours hashes/s':>15}{'ratio':>8}"
        f"{'loop, all 10^9':>16}{'ours, all 10^9':>16}"
    )
    for name, recipe, loop in (
        ("SHA-256", Recipe(), loop_sha256),
        ("HMAC-SHA-256", Recipe(hmac_key=KEY), loop_hmac),
    ):
        code = recipe.digest(WANTED)
        assert search(recipe, space, [code]) == {code: WANTED}  # also compiles
        assert loop(code) == WANTED
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            taken[0].append(seconds(lambda: loop(code)))  # noqa: B023
            taken[1].append(seconds(lambda: search(recipe, space, [code])))  # noqa: B023
        slow, fast = LOOP / statistics.median(taken[0]), OURS / statistics.median(taken[1])
        print(
            f"{name:14}{slow:15,.0f}{fast:15,.0f}{fast / slow:8.1f}"
            f"{1e9 / slow:14,.0f} s{1e9 / fast:14,.0f} s"
        )


if __name__ == "__main__":
    main()
