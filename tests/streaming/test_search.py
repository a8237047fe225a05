"""Linking a register that passes by gives what linking the whole gives."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

import synthetic
from linkage.linking.blocking import candidate_pairs
from linkage.linking.codes import share_codes
from linkage.linking.comparisons import default_comparisons
from linkage.linking.fitting import fit_records
from linkage.linking.frequencies import LEAST_COUNT
from linkage.records import prepare, prepare_coded
from linkage.schemes import HmacFields, Plain
from linkage.streaming.joins import Forms
from linkage.streaming.scheme_search import SchemeSearch
from linkage.streaming.search import Findings, Search, stacked
from linkage.streaming.shares import Added, Shares, Values, rarity_of

WORLD = synthetic.World(people=12_000, seed=3, partition_people=2_000)
REQUESTS = 300


@lru_cache(maxsize=1)
def files() -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    pieces = [WORLD.partition(index).taxpayers for index in range(WORLD.partitions)]
    return prepare(WORLD.requests(REQUESTS)), [prepare_coded(piece) for piece in pieces]


def found_by(search: Search | SchemeSearch, pieces: list[pd.DataFrame]):
    """Look through pieces, keep what may be of use, and finish: the fit, and rows of the whole."""
    found = [search.look(piece) for piece in pieces]
    findings = Findings(search if isinstance(search, Search) else search.search)
    for each in found:
        findings.add(each)
    rows = [np.unique(each["pairs"]["record"]) for each in found]
    starts = np.cumsum([0, *map(len, pieces[:-1])])
    kept = stacked([piece.iloc[here] for piece, here in zip(pieces, rows, strict=True)])
    at = np.concatenate([here + start for here, start in zip(rows, starts, strict=True)])
    places = [
        np.searchsorted(at, each["pairs"]["record"] + start)
        for each, start in zip(found, starts, strict=True)
    ]
    pairs = (
        np.concatenate([each["pairs"]["request"] for each in found]),
        np.concatenate(places),
    )
    if isinstance(search, Search):
        return search.finish(kept, pairs, findings), at
    return search.finish(kept, pairs, findings, sum(map(len, pieces))), at


def test_links_weights_and_matches_are_those_of_the_whole_register():
    requests, pieces = files()
    whole = stacked(pieces)
    rng = np.random.default_rng
    search = Search.prepare(requests, pieces, records=len(whole), rng=rng(0))
    passed, at = found_by(search, pieces)
    held = fit_records(requests, whole, rules=search.rules, rng=rng(0))
    assert passed.model.matches == pytest.approx(held.model.matches, rel=1e-3)
    links = []
    for fitted, places in ((passed, at), (held, np.arange(len(whole)))):
        chosen = fitted.decide(one_to_one=True, threshold=0.5).chosen
        records = places[fitted.candidates.right[chosen]]
        pairs = zip(fitted.candidates.left[chosen].tolist(), records.tolist(), strict=True)
        links.append(dict(zip(pairs, fitted.weight[chosen].tolist(), strict=True)))
    assert len(links[0]) > 150
    assert links[0].keys() == links[1].keys()
    apart = [abs(weight - links[1][pair]) for pair, weight in links[0].items()]
    assert np.median(apart) < 0.1  # in memory, values of several columns may share a counter


def counted_rarity(whole: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """Count values one by one; a value that nobody else has counts as Good and Turing say."""
    known = whole[list(columns)].astype(object).dropna()
    values = list(known.itertuples(index=False, name=None))
    counts = Counter(values)
    times = Counter(counts.values())
    single = np.clip(2 * times[2] / max(times[1], 1), LEAST_COUNT, 1)
    bits = np.full(len(whole), np.nan)
    for row, value in zip(known.index, values, strict=True):
        bits[row] = np.log2(len(values) / (counts[value] if counts[value] > 1 else single))
    return bits


def test_what_a_pair_has_in_common_is_as_rare_as_in_the_whole_register():
    requests, pieces = files()
    whole = stacked(pieces)
    comparisons = default_comparisons(list(whole.columns))
    values = Values.of(comparisons, Forms(requests).joint, records=len(whole))
    added = Added(values)
    for piece in pieces:
        added.add(values.count(values.find(Forms(piece).joint)).frame())
    left, right = share_codes(requests, whole)
    shares = Shares.of(added.counts())
    told = [shares.by_record(values.find(Forms(each).joint)) for each in (left, right)]
    passed = rarity_of(*told)
    together = 0
    for columns in values.asked:
        pairs = candidate_pairs(left, right, [columns], largest_block=len(left) * len(right))
        got = passed(columns)(pairs.left, pairs.right)
        np.testing.assert_allclose(got, counted_rarity(whole, columns)[pairs.right], atol=0.01)
        together += len(columns) > 1 and len(pairs.left) > 0
    assert together


def test_a_sample_of_the_register_is_enough_to_find_the_same():
    requests, pieces = files()
    rng = np.random.default_rng
    records = sum(map(len, pieces))
    every = SchemeSearch.prepare(Plain(), requests, pieces, records=records, rng=rng(0))
    assert every is not None
    some = SchemeSearch.prepare(
        Plain(), requests, pieces[::3], records=records, rules=every.search.rules, rng=rng(0)
    )
    assert some is not None
    links = []
    for search in (every, some):
        fitted, at = found_by(search, pieces)
        chosen = fitted.decide(one_to_one=True, threshold=0.5).chosen
        records_of = at[fitted.candidates.right[chosen]]
        links.append(set(zip(fitted.candidates.left[chosen], records_of, strict=True)))
    assert len(links[0] ^ links[1]) <= 0.01 * len(links[0])


def test_tokens_of_fields_link_nearly_as_well():
    requests, pieces = files()
    truth = WORLD.request_truth(REQUESTS)["person_id"].to_numpy()
    who = WORLD.taxpayer_truth()["person_id"].to_numpy()
    search = SchemeSearch.prepare(
        HmacFields(key=bytes(range(32))),
        requests,
        pieces,
        records=len(who),
        rng=np.random.default_rng(0),
    )
    assert search is not None
    fitted, at = found_by(search, pieces)
    chosen = fitted.decide(one_to_one=True, threshold=0.5).chosen
    right = truth[fitted.candidates.left[chosen]] == who[at[fitted.candidates.right[chosen]]]
    assert right.mean() > 0.97
    assert right.sum() > 0.9 * np.isin(truth, who).sum()


def test_a_piece_without_a_field_is_searched_by_the_others():
    requests, pieces = files()
    records = sum(map(len, pieces))
    search = SchemeSearch.prepare(
        Plain(), requests, pieces, records=records, rng=np.random.default_rng(0)
    )
    assert search is not None
    bare = pieces[0].drop(columns=["unit", "tin"])
    assert len(search.look(bare)["pairs"]) > 0


def test_at_first_look_few_values_are_taken_to_be_too_common():
    rng = np.random.default_rng(1)
    share = 1 / np.arange(1, 30_001)
    drawn = rng.choice(30_000, 400_000, p=share / share.sum())
    names = pd.DataFrame(
        {"surname": pd.Categorical.from_codes(drawn, [f"N{n}" for n in range(30_000)])}
    )
    requests = names.sample(20_000, random_state=1).astype(object).reset_index(drop=True)
    hashes_of = Forms(requests).joint
    values = Values.of(default_comparisons(["surname"]), hashes_of, records=len(names))
    pieces = [names.iloc[start : start + 2_000] for start in range(0, len(names), 20_000)]
    counted = [values.count(values.find(Forms(piece).joint)) for piece in pieces]
    likely, rare = (
        Shares.of_sample(counted, more=10, careful=careful).by_record(values.find(hashes_of))[
            ("surname",)
        ]
        for careful in (False, True)
    )
    counts = pd.Series(drawn).value_counts()
    true = -np.log2(requests["surname"].str[1:].astype(int).map(counts).to_numpy() / len(names))
    assert (rare < true - 0.5).mean() < 0.06
    assert np.median(rare - true) < 1
    assert abs(np.median(likely - true)) < 0.1
