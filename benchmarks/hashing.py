"""Hashing a dictionary: our compiled search against a loop over the standard library, all cores both.

``python benchmarks/hashing.py --all`` really tries all 10^9 nine-digit numbers.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from linkage.attacks import number_space
from linkage.attacks.enumeration import search
from linkage.schemes.digests import Recipe

ROUNDS = 3
KEY = bytes(range(32))
LOOP = 500_000  # numbers that each process of the loop tries
WANTED = "000123456"
CORES = os.cpu_count() or 1


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="try all nine-digit numbers")
    ours = 10**9 if parser.parse_args().all else 10**8
    space = number_space([(0, ours)])
    print(f"nine-digit numbers, {CORES} cores, medians of {ROUNDS} alternating rounds")
    print(
        f"{'':14}{'loop hashes/s':>15}{'ours hashes/s':>15}{'ratio':>8}"
        f"{'loop, all 10^9':>16}{'ours, all 10^9':>16}"
    )
    with ProcessPoolExecutor(CORES) as pool:
        for name, recipe, loop in (
            ("SHA-256", Recipe(), loop_sha256),
            ("HMAC-SHA-256", Recipe(hmac_key=KEY), loop_hmac),
        ):
            code = recipe.digest(WANTED)
            small = number_space([(0, 10**7)])
            assert search(recipe, small, [code]) == {code: WANTED}  # also compiles
            assert set(pool.map(loop, [code] * CORES)) == {WANTED}
            taken: tuple[list[float], list[float]] = ([], [])
            for _ in range(ROUNDS):
                taken[0].append(seconds(lambda: list(pool.map(loop, [code] * CORES))))  # noqa: B023
                taken[1].append(seconds(lambda: search(recipe, space, [code])))  # noqa: B023
            slow, fast = (
                done / statistics.median(took)
                for done, took in zip((CORES * LOOP, ours), taken, strict=True)
            )
            print(
                f"{name:14}{slow:15,.0f}{fast:15,.0f}{fast / slow:8.1f}"
                f"{1e9 / slow:14,.0f} s{1e9 / fast:14,.0f} s"
            )


if __name__ == "__main__":
    main()
