from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from linkage.measures.estimators import fit_pitman, pitman, zayatz
from linkage.measures.intervals import wilson
from linkage.measures.uniqueness import (
    ERRORS,
    SHARES,
    UNITS,
    Classes,
    disclosure,
    over_worlds,
)
from linkage.problems import InputError

DUAL = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair))),
    min_size=1,
    max_size=20,
).filter(lambda sizes: any(f for f, _ in sizes))
"""Classes as (f, F), f <= F, with at least one record."""


def _records(sizes: list[int]) -> np.ndarray:
    return np.repeat(np.arange(len(sizes)), sizes)


def _figures(f: list[int], F: list[int] | None = None) -> dict[str, float]:
    population = None if F is None else _records(F)
    return {name: each.value for name, each in disclosure(_records(f), population).items()}


def _process(people: int, theta: float, alpha: float, *, rng: np.random.Generator) -> np.ndarray:
    """Classes of people who come in one by one (the Chinese restaurant of two parameters)."""
    classes, founder = np.zeros(people, np.int64), np.zeros(people, bool)
    where, whether = rng.random((2, people))
    count = 0
    for i in range(people):
        place = where[i] * (theta + i) - theta
        who = min(int(place), i - 1)
        if i == 0 or place < 0 or (founder[who] and whether[i] < alpha):
            classes[i], founder[i], count = count, True, count + 1
        else:
            classes[i] = classes[who]
    return classes


def test_risks_are_per_record_and_not_per_class() -> None:
    figures = _figures([1, 99], [1, 99])
    assert figures["prosecutor_average"] == 0.02  # per class it would be 0.505
    assert figures["journalist_average"] == figures["marketer"] == 0.02
    assert figures["prosecutor_highest"] == figures["journalist_highest"] == 1
    assert figures["k"] == figures["k_map"] == 1
    assert figures["prosecutor_at_risk"] == figures["journalist_at_risk"] == 0.01
    assert figures["sample_uniqueness"] == figures["population_uniqueness"] == 0.01


def test_all_measures_by_hand() -> None:
    figures = _figures([1, 2, 3, 0, 0], [1, 10, 12, 1, 4])
    assert figures["k"] == 1
    assert figures["k_map"] == 1
    assert figures["prosecutor_average"] == 3 / 6
    assert figures["marketer"] == pytest.approx((1 + 0.2 + 0.25) / 6)
    assert figures["journalist_average"] == pytest.approx((1 + 0.2 + 0.25) / 6)  # 3/23 is less
    assert figures["prosecutor_at_risk"] == 1
    assert figures["journalist_at_risk"] == 3 / 6
    assert figures["sample_uniqueness"] == 1 / 6
    assert figures["population_uniqueness"] == 1 / 6
    assert figures["people_alone"] == 2
    assert figures["suppressed"] == 0
    assert set(figures) == set(UNITS)


def test_the_journalist_takes_the_larger_of_two_averages() -> None:
    one = _figures([1, 99], [2, 100])
    assert one["marketer"] == pytest.approx((0.5 + 0.99) / 100)
    assert one["journalist_average"] == pytest.approx(2 / 102)
    other = _figures([5, 1], [5, 10])
    assert other["journalist_average"] == other["marketer"] == pytest.approx((1 + 0.1) / 6)


def test_a_class_of_eleven_is_above_the_line_and_one_of_twelve_is_not() -> None:
    assert _figures([11, 12])["prosecutor_at_risk"] == 11 / 23
    at_most = disclosure(_records([11, 12]), line=1 / 11)
    assert at_most["prosecutor_at_risk"].value == 0


def test_shares_have_intervals_and_exact_figures_have_none() -> None:
    figures = disclosure(_records([1, 99]), _records([1, 99]))
    assert figures["sample_uniqueness"] == wilson(1, 100)
    assert math.isnan(figures["marketer"].low)
    assert "no interval" in figures["marketer"].note
    for name in set(UNITS) - set(SHARES):
        assert figures[name].note


def test_suppressed_records_are_in_no_class() -> None:
    figures = disclosure([-1, -1, 3, 3], [3, 3, 3, 5, -1])
    assert figures["k"].value == 2
    assert figures["prosecutor_average"] == figures["prosecutor_average"]._replace(value=0.5, n=2)
    assert figures["suppressed"] == wilson(2, 4)
    assert figures["people_alone"].value == 1
    assert figures["people_alone"].n == 4


def test_without_a_population_its_figures_are_undefined_and_say_why() -> None:
    figures = disclosure([0, 0, 1])
    assert figures["k"].value == 1
    needs = {"k_map", "marketer", "population_uniqueness", "people_alone", "zayatz", "pitman"}
    for name in needs | {"journalist_highest", "journalist_average", "journalist_at_risk"}:
        assert math.isnan(figures[name].value)
        assert "population" in figures[name].note


@pytest.mark.parametrize("codes", [[], [-1, -1]])
def test_without_classes_nothing_is_defined(codes: list[int]) -> None:
    figures = disclosure(np.array(codes, int), [0, 0, 1])
    assert figures["people_alone"].value == 1
    for name in set(UNITS) - {"people_alone", "suppressed"}:
        assert math.isnan(figures[name].value)
        assert figures[name].note
    assert figures["suppressed"].n == len(codes)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="1 classes with fewer people than released records"):
        disclosure([0, 0, 1], [0, 1])
    with pytest.raises(InputError, match="fewer people"):
        disclosure([0, 7], [0, 1])
    with pytest.raises(InputError, match="sample_codes: got float64"):
        disclosure([0.5])
    with pytest.raises(InputError, match="population_codes: got int64 of shape"):
        disclosure([0], [[0]])
    with pytest.raises(InputError, match="sizes: got 0"):
        zayatz([0, 1], 5)
    with pytest.raises(InputError, match="people: got 2, allowed 3"):
        pitman([1, 2], 2)


@given(DUAL)
def test_risks_are_ordered(sizes: list[tuple[int, int]]) -> None:
    figures = _figures([f for f, _ in sizes], [F for _, F in sizes])
    order = ("marketer", "journalist_average", "journalist_highest", "prosecutor_highest")
    risks = [figures[name] for name in order]
    assert all(low <= high + 1e-12 for low, high in pairwise(risks))
    assert figures["journalist_average"] <= figures["prosecutor_average"] + 1e-12
    assert figures["prosecutor_average"] <= figures["prosecutor_highest"] + 1e-12
    assert figures["k"] <= figures["k_map"]
    assert figures["journalist_at_risk"] <= figures["prosecutor_at_risk"]
    assert figures["population_uniqueness"] <= figures["sample_uniqueness"]
    assert all(0 <= figures[name] <= 1 for name in (*order, *SHARES))


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20))
def test_releasing_everybody_makes_prosecutor_and_journalist_alike(sizes: list[int]) -> None:
    figures = _figures(sizes, sizes)
    for name in ("highest", "average", "at_risk"):
        assert figures[f"prosecutor_{name}"] == pytest.approx(figures[f"journalist_{name}"])
    assert figures["marketer"] == pytest.approx(figures["prosecutor_average"])
    assert figures["k"] == figures["k_map"]
    assert figures["sample_uniqueness"] == figures["population_uniqueness"]
    assert figures["zayatz_error"] == pytest.approx(0, abs=1e-9)
    assert figures["people_alone"] == sizes.count(1)


@given(st.lists(st.integers(-1, 5), max_size=40), st.permutations(range(6)), st.randoms())
def test_numbers_and_order_do_not_matter(codes: list[int], new: list[int], random: object) -> None:
    numbers = np.array([*new, -1]) * 1_000_003
    numbers[-1] = -1
    renamed = numbers[np.array(codes, int)]
    shuffled = renamed[np.argsort([random.random() for _ in codes])]  # type: ignore[attr-defined]
    np.testing.assert_equal(
        {name: tuple(each) for name, each in disclosure(np.array(codes, int)).items()},
        {name: tuple(each) for name, each in disclosure(shuffled.astype(int)).items()},
    )


def test_zayatz_by_hand() -> None:
    # N = 4, n = 2, both alone: p_1 = 1, so every one of s_1 / pi is.
    assert zayatz([1, 1], 4).value == pytest.approx(4)
    # sizes 1, 2 of N = 6: P(f=1 | F=1) = 1/2, P(f=1 | F=2) = 2 C(4,2) / C(6,3) = 3/5
    assert zayatz([1, 2], 6).value == pytest.approx(1 * 0.5 / (0.5 * 0.5 + 0.5 * 0.6))
    assert zayatz([2, 3], 50).value == 0
    assert math.isnan(zayatz([], 10).value)


def test_zayatz_draws_by_the_hypergeometric_distribution() -> None:
    sizes, people = [1, 1, 1, 2, 4, 4, 9], 60
    n = sum(sizes)
    chance = np.mean([stats.hypergeom.pmf(1, people, j, n) for j in sizes])
    assert zayatz(sizes, people).value == pytest.approx(3 * (3 / 7) / chance)


def test_zayatz_with_the_population_as_sample_is_exact() -> None:
    classes = _process(3_000, 200, 0.4, rng=np.random.default_rng(3))
    sizes = np.bincount(classes)
    assert zayatz(sizes, 3_000).value == pytest.approx(np.count_nonzero(sizes == 1), rel=1e-9)


def _log_likelihood(sizes: list[int], theta: float, alpha: float) -> float:
    """The sampling formula, term by term."""
    log = sum(math.log(theta + i * alpha) for i in range(1, len(sizes)))
    log -= sum(math.log(theta + i) for i in range(1, sum(sizes)))
    return log + sum(math.log(i - alpha) for f in sizes for i in range(1, f))


@pytest.mark.parametrize(
    "sizes", [[1] * 20 + [2] * 5 + [3, 5, 9], [1] * 80 + [2] * 9 + [3] * 2, [4, 5, 30, 1]]
)
def test_the_fit_is_likelier_than_all_around_it(sizes: list[int]) -> None:
    fit = fit_pitman(sizes)
    assert not isinstance(fit, str)
    theta, alpha = fit
    best = _log_likelihood(sizes, theta, alpha)
    for a in np.linspace(0, 0.98, 50):
        for shifted in np.geomspace(1e-3, 1e5, 60):
            assert _log_likelihood(sizes, shifted - a, a) <= best + 1e-6


@pytest.mark.parametrize("sizes", [[7], [1, 1, 1]])
def test_what_cannot_be_fitted_is_undefined_and_says_why(sizes: list[int]) -> None:
    for figure in pitman(sizes, 100):
        assert math.isnan(figure.value)
        assert "model" in figure.note


@pytest.mark.parametrize(("theta", "alpha"), [(50.0, 0.5), (500.0, 0.3), (10.0, 0.8)])
def test_pitman_and_zayatz_on_people_drawn_from_the_model(theta: float, alpha: float) -> None:
    errors = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        people = _process(20_000, theta, alpha, rng=rng)
        figures = disclosure(rng.permutation(people)[:10_000], people)
        truth = figures["people_alone"].value / 20_000
        names = ("pitman", "pitman_finite", "zayatz")
        errors.append([figures[name].value / truth - 1 for name in names])
        assert figures["pitman_error"].value == pytest.approx(figures["pitman"].value - truth)
    assert np.abs(np.mean(errors, axis=0)).max() < 0.08
    fit = fit_pitman(np.bincount(people))
    assert not isinstance(fit, str)
    assert fit[1] == pytest.approx(alpha, abs=0.1)


def test_from_a_tenth_zayatz_is_too_high_where_pitman_is_near() -> None:
    rng = np.random.default_rng(0)
    people = _process(20_000, 500, 0.3, rng=rng)
    figures = disclosure(rng.permutation(people)[:2_000], people)
    truth = figures["people_alone"].value / 20_000
    assert figures["pitman"].value == pytest.approx(truth, rel=0.25)
    assert figures["zayatz"].value > 1.5 * truth


def test_for_many_classes_only_the_finite_expectation_holds() -> None:
    rng = np.random.default_rng(0)
    people = _process(20_000, 50_000, 0.3, rng=rng)
    figures = disclosure(rng.permutation(people)[:10_000], people)
    assert math.isnan(figures["pitman"].value)
    assert math.isnan(figures["pitman_error"].value)
    assert "large populations" in figures["pitman"].note
    assert abs(figures["pitman_finite_error"].value) < 0.03


def test_both_expectations_agree_for_many_people() -> None:
    sizes = [1] * 20 + [2] * 5 + [3, 5, 9]
    fit = fit_pitman(sizes)
    assert not isinstance(fit, str)
    published, finite = pitman(sizes, 10**8)
    by_formula = 1e8 ** fit[1] * special.gamma(fit[0] + 1) / special.gamma(sum(fit))
    assert published.value == pytest.approx(by_formula)
    assert finite.value == pytest.approx(published.value, rel=1e-4)


def test_worlds_join() -> None:
    one, two = (disclosure(_records(f), _records(F)) for f, F in (([1, 1], [1, 3]), ([2], [2])))
    joined = over_worlds([one, two])
    assert joined["sample_uniqueness"].value == 0.5
    assert joined["sample_uniqueness"].n == 4
    assert joined["k"].value == 1.5
    assert joined["k"].n == 2
    assert joined["pitman"].note
    assert set(joined) == set(UNITS)


def test_joined_errors_may_be_below_zero() -> None:
    usual = disclosure([0, 0, 1], [0, 0, 1])
    figure = usual["zayatz_error"]
    worlds = [usual | dict.fromkeys(ERRORS, figure._replace(value=value)) for value in (-0.3, -0.1)]
    joined = over_worlds(worlds)
    for name in ERRORS:
        assert joined[name].value == pytest.approx(-0.2)
        assert joined[name].low < -0.3 < -0.1 < joined[name].high


def test_classes_that_the_release_does_not_have_count_for_uniques_only() -> None:
    classes = Classes.of([4, 4], [4, 4, 4, 9, 8])
    assert classes.sample.tolist() == [2]
    assert classes.population is not None
    assert classes.population.tolist() == [3]
    assert (classes.uniques, classes.people, classes.records) == (2, 5, 2)
