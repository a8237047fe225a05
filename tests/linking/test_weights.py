"""Match weights: by formula, learned back from simulated pairs, and as a stock classifier."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import recordlinkage
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from linkage.linking.compare import CodedFeature, Comparison, exact
from linkage.linking.weights import (
    MISSING,
    FellegiSunter,
    count_patterns,
    probability_of,
    reached_levels,
)

LEVELS = ((1.0, "exact"), (0.9, "very similar"), (0.8, "similar"))
M = [np.array([0.90, 0.10]), np.array([0.80, 0.15, 0.05]), np.array([0.70, 0.10, 0.10, 0.10])]
U = [np.array([0.02, 0.98]), np.array([0.01, 0.04, 0.95]), np.array([0.001, 0.009, 0.05, 0.94])]


def comparisons(sizes: list[int]) -> list[Comparison]:
    return [
        Comparison(CodedFeature(name, name, exact), LEVELS[: size - 1])
        for name, size in zip("abcdef", sizes, strict=False)
    ]


def draw(shares: list[np.ndarray], count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw similarities whose levels have these shares."""
    columns = []
    for share in shares:
        value = np.append([bound for bound, _ in LEVELS[: len(share) - 1]], 0.3)
        columns.append(value[rng.choice(len(share), size=count, p=share)])
    return np.column_stack(columns)


def simulated(rng: np.random.Generator, missing: float = 0.0) -> tuple[pd.DataFrame, np.ndarray]:
    """All pairs of a linkage: 2,000 matches among 200,000."""
    match = np.arange(200_000) < 2_000
    vectors = np.where(match[:, None], draw(M, len(match), rng), draw(U, len(match), rng))
    vectors[rng.random(vectors.shape) < missing] = np.nan
    index = pd.MultiIndex.from_arrays([np.arange(len(match)), np.arange(len(match)) + 7])
    return pd.DataFrame(vectors, index=index, columns=list("abc")), match


def model(vectors: pd.DataFrame, random_vectors: pd.DataFrame | None = None) -> FellegiSunter:
    return FellegiSunter(
        comparisons([len(share) for share in M]),
        vectors if random_vectors is None else random_vectors,
        all_pairs=len(vectors),
        most_matches=20_000,
    )


def test_learns_m_u_and_the_number_of_matches_back():
    # Tolerances are about four standard errors of shares among 2,000 matches, with a little
    # for the matches whose membership is uncertain.
    vectors, _ = simulated(np.random.default_rng(1))
    others, _ = simulated(np.random.default_rng(2))
    learned = model(vectors, others)
    learned.fit(vectors)
    for got, true in zip(learned.m, M, strict=True):
        np.testing.assert_allclose(got, true, atol=0.05)
    for got, true in zip(learned.u, U, strict=True):
        np.testing.assert_allclose(got, true, atol=0.003)
    assert learned.matches == pytest.approx(2_000, rel=0.08)
    assert learned.prior == pytest.approx(0.01, rel=0.08)


def test_learns_back_with_a_fifth_of_the_values_missing():
    vectors, _ = simulated(np.random.default_rng(3), missing=0.2)
    learned = model(vectors)
    learned.fit(vectors)
    for got, true in zip(learned.m, M, strict=True):
        np.testing.assert_allclose(got, true, atol=0.06)
    assert learned.matches == pytest.approx(2_000, rel=0.12)


def test_probability_equals_bayes_formula_pair_by_pair():
    rng = np.random.default_rng(4)
    vectors, _ = simulated(rng, missing=0.1)
    learned = model(vectors)
    learned.fit(vectors)
    sample = pd.concat([vectors.iloc[:100], vectors.iloc[-100:]])
    for row, got in zip(sample.to_numpy(), learned.prob(sample), strict=True):
        odds = learned.matches / (len(vectors) - learned.matches)
        for value, m, u in zip(row, learned.m, learned.u, strict=True):
            if not np.isnan(value):
                level = sum(value < bound for bound, _ in LEVELS[: len(m) - 1])
                odds *= m[level] / u[level]
        assert got == pytest.approx(odds / (1 + odds), rel=1e-9)


@settings(deadline=None)
@given(
    hnp.arrays(
        np.int8,
        st.tuples(st.integers(1, 40), st.integers(1, 5)),
        elements=st.integers(MISSING, 4),
    )
)
def test_patterns_equal_numpys_unique_rows(levels):
    patterns = count_patterns(levels)
    rows, counts = np.unique(levels, axis=0, return_counts=True)
    got = dict(zip(map(tuple, patterns.levels.tolist()), patterns.counts.tolist(), strict=True))
    assert got == dict(zip(map(tuple, rows.tolist()), counts.tolist(), strict=True))
    assert len(patterns.levels) == len(rows)


def test_levels_by_hand():
    similarities = np.array([[1.0], [0.99], [0.9], [0.85], [0.8], [0.79], [0.0], [np.nan]])
    levels = reached_levels(similarities, comparisons([4]))
    assert levels.ravel().tolist() == [0, 1, 1, 2, 2, 3, 3, MISSING]


def test_a_field_that_is_always_missing_changes_nothing():
    vectors, _ = simulated(np.random.default_rng(5))
    wider = vectors.assign(d=np.nan)
    sizes = [len(share) for share in M]
    narrow, wide = (
        FellegiSunter(comparisons(kinds), frame, all_pairs=len(frame), most_matches=20_000)
        for kinds, frame in ((sizes, vectors), ([*sizes, 3], wider))
    )
    narrow.fit(vectors)
    wide.fit(wider)
    np.testing.assert_allclose(wide.prob(wider), narrow.prob(vectors), rtol=1e-12)
    assert wide.matches == pytest.approx(narrow.matches, rel=1e-12)


def test_known_matches_are_counted_with_half_a_pair_added():
    vectors, match = simulated(np.random.default_rng(6), missing=0.1)
    learned = model(vectors)
    learned.fit(vectors, vectors.index[match])
    assert learned.matches == 2_000
    for column, m in enumerate(learned.m):
        values = vectors.to_numpy()[match, column]
        bounds = [bound for bound, _ in LEVELS[: len(m) - 1]] + [0.3]
        counts = np.array([(values == bound).sum() for bound in bounds])
        np.testing.assert_allclose(m, (counts + 0.5) / (counts.sum() + 0.5 * len(m)))


def test_runs_as_a_stock_classifier():
    vectors, match = simulated(np.random.default_rng(7))
    learned = model(vectors)
    assert isinstance(learned, recordlinkage.base.BaseClassifier)
    links = learned.fit_predict(vectors)
    probability = learned.prob(vectors)
    assert isinstance(links, pd.MultiIndex)
    assert links.equals(vectors.index[probability >= 0.5])
    assert links.equals(learned.predict(vectors))
    truth = vectors.index[match]
    assert recordlinkage.precision(truth, links) > 0.9
    assert recordlinkage.recall(truth, links) > 0.8
    with recordlinkage.option_context("classification.return_type", "series"):
        assert learned.predict(vectors).sum() == len(links)


def test_table_lists_every_level_with_its_weight():
    vectors, _ = simulated(np.random.default_rng(8))
    learned = model(vectors)
    learned.fit(vectors)
    table = learned.table()
    assert table["agreement"].tolist() == [
        *["exact", "different"],
        *["exact", "very similar", "different"],
        *["exact", "very similar", "similar", "different"],
    ]
    np.testing.assert_allclose(table["weight"], np.log2(table["m"] / table["u"]))
    np.testing.assert_allclose(table.groupby("field")[["m", "u"]].sum(), 1.0)
    np.testing.assert_allclose(np.concatenate(learned.m), table["m"])


def test_weights_in_bits_and_a_prior_make_a_probability():
    got = probability_of(np.array([0.0, 3.0, -2000.0, 2000.0]), prior=0.2)
    np.testing.assert_allclose(got, [0.2, 2 / 3, 0.0, 1.0], atol=1e-12)


def test_a_single_pair_is_never_certain_beforehand():
    vectors = pd.DataFrame({"a": [1.0]}, index=pd.MultiIndex.from_tuples([(0, 0)]))
    learned = FellegiSunter(comparisons([2]), vectors, all_pairs=1, most_matches=1)
    learned.fit(vectors)
    assert 0 < learned.prior < 1
    assert 0 < learned.prob(vectors).iloc[0] < 1


def household_vectors(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Vectors of given name, surname and address: random pairs, candidates, and their classes."""
    agreeing = {
        "match": (0.9, 0.9, 0.8),
        "household": (0.005, 0.9, 0.95),
        "stranger": (0.005, 0.005, 0.0005),
    }
    kinds = np.repeat(list(agreeing), [2_000, 4_000, 14_000])
    chance = np.array([agreeing[kind] for kind in kinds])
    columns = ["given_name", "surname", "address"]
    candidates = pd.DataFrame((rng.random(chance.shape) < chance).astype(float), columns=columns)
    strangers = (rng.random((200_000, 3)) < agreeing["stranger"]).astype(float)
    return pd.DataFrame(strangers, columns=columns), candidates, kinds


def household_model(fields: list[str]) -> tuple[FellegiSunter, pd.DataFrame, np.ndarray]:
    random_pairs, candidates, kinds = household_vectors(np.random.default_rng(5))
    alike = [
        Comparison(CodedFeature(name, name, exact, label=name), ((1.0, "exact"),))
        for name in fields
    ]
    model = FellegiSunter(alike, random_pairs, all_pairs=40_000_000, most_matches=5_000)
    model.fit(candidates)
    return model, candidates, kinds


def test_members_of_a_household_are_told_from_matches():
    model, candidates, kinds = household_model(["given_name", "surname", "address"])
    linked = model.prob(candidates).to_numpy() >= 0.5
    assert (kinds[linked] == "match").mean() > 0.9
    assert linked[kinds == "match"].mean() > 0.6
    agree_on_both = 4_000 * 0.9 * 0.95  # the others cannot be told from strangers
    assert model.households == pytest.approx(agree_on_both, rel=0.05)
    assert model.h[0] is model.u[0]  # a given name is nothing that a household shares


def test_without_that_class_they_would_be_linked():
    model, candidates, kinds = household_model(["one", "two", "three"])
    assert model.households == 0
    linked = model.prob(candidates).to_numpy() >= 0.5
    assert (kinds[linked] == "household").mean() > 0.4


def test_the_weight_counts_household_members_among_the_others():
    model, candidates, _ = household_model(["given_name", "surname", "address"])
    both = candidates.drop_duplicates()
    for (_, pair), weight in zip(
        both.iterrows(), model.match_weights(both.to_numpy()), strict=True
    ):
        level = [0 if agrees else 1 for agrees in pair]
        m, u, h = (
            np.prod([shares[field][level[field]] for field in range(3)])
            for shares in (model.m, model.u, model.h)
        )
        others = (1 - model.household_share) * u + model.household_share * h
        assert weight == pytest.approx(np.log2(m / others))
