"""Gecko's side of ``generation.py``: run by a Python of its own, which has gecko-syndata.

Reads a folder of frequency tables and then, for every line on standard input, makes rows and
writes how many, and the seconds it took to make them.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from gecko import generator, mutator

ROWS = 100_000
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def columns(tables: Path, rng: np.random.Generator) -> list:
    """Columns of a register and what generates them, in Gecko's own way."""

    def table(*names: str) -> tuple:
        file = tables / f"{'-'.join(names)}.csv"
        if len(names) == 1:
            return names[0], generator.from_frequency_table(file, names[0], "count", rng=rng)
        return names, generator.from_multicolumn_frequency_table(
            file, list(names), "count", rng=rng
        )

    def number(name: str, low: int, high: int) -> tuple:
        return name, generator.from_uniform_distribution(low, high, precision=0, rng=rng)

    born = generator.from_datetime_range("1935-01-01", "2007-01-01", "%Y-%m-%d", "D", rng=rng)
    return [
        table("given_name", "sex"),
        table("middle_initial"),
        table("surname"),
        ("date_of_birth", born),
        number("tin", 900_000_000, 1_000_000_000),
        table("tin_type"),
        number("street_number", 1, 9_999),
        table("street_name"),
        table("unit"),
        table("zip", "city", "state"),
        table("filing_status"),
        number("income", 0, 200_000),
        number("refund", 0, 6_000),
        table("dependents"),
        table("tax_year"),
    ]


def main() -> None:
    tables, with_errors = Path(sys.argv[1]), sys.argv[2] == "errors"
    rng = np.random.default_rng(1)
    plan = columns(tables, rng)
    slip = (0.005, mutator.with_substitute(charset=ALPHABET, rng=rng))
    digit = (0.002, mutator.with_substitute(charset="0123456789", rng=rng))
    errors = [(name, slip) for name in ("given_name", "surname", "street_name")]
    errors += [("date_of_birth", digit), ("tin", digit)]
    for _ in sys.stdin:
        start = time.perf_counter()
        frame = generator.to_data_frame(plan, ROWS)
        if with_errors:
            frame = mutator.mutate_data_frame(frame, errors)
        seconds = time.perf_counter() - start
        print(len(frame), seconds, flush=True)


if __name__ == "__main__":
    main()
