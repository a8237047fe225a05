"""From worlds to an answer, at small size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import linkage
from linkage import InputError, Scenario
from linkage.calibration import Calibration, Prior, Published, Unknowns
from linkage.calibration.calibrate import POOLED, Model, draw_pool, fit
from linkage.calibration.pool import COUNTED, KINDS, Pool
from linkage.calibration.worlds import answered, usual_shares, with_shares

CASE = Scenario.load("irs-ice-2025")
SMALL = CASE.replace(
    regimes=["strict", "statute", "confirm_only", "case_by_case"],
    **{
        "calibration.worlds": 3,
        "calibration.people": 20_000,
        "calibration.asked": 300,
        "calibration.particles": 200,
    },
)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return draw_pool(SMALL, None)


@pytest.fixture(scope="module")
def fitted(pool: Pool) -> Calibration:
    return fit(SMALL, pool)


def _shares(**changes: float) -> dict[str, np.ndarray]:
    usual = usual_shares(SMALL) | {"borrowed": 0.1} | changes
    return {name: np.array([value]) for name, value in usual.items()}


def test_kinds_of_every_list_sum_to_one(pool: Pool) -> None:
    mixture = pool.mixture(_shares())
    assert mixture.sum() == pytest.approx(1)
    assert (mixture >= 0).all()
    nobody = pd.Series(pool.mixture(_shares(in_register=0.0, non_filer=0.0))[0], KINDS)
    assert nobody.groupby("whom").sum()["stranger"] == pytest.approx(1)
    silent = pd.Series(pool.mixture(_shares(number_given=0.0))[0], KINDS)
    assert silent.groupby("number").sum()["missing"] == pytest.approx(1)


def test_weighting_gives_what_a_world_of_other_shares_gives(pool: Pool) -> None:
    other = {"in_register": 0.3, "number_given": 0.9, "former_address": 0.6, "placeholder": 0.02}
    scenario = with_shares(SMALL, {**POOLED, **other}).replace(people=20_000, requests=300)
    direct = [answered(scenario, ("as_practised",), seed) for seed in range(40, 46)]
    asked = sum(requests.sum() for requests, _ in direct)
    counted = dict(zip(COUNTED, sum(a[0].sum(axis=1) for _, a in direct), strict=True))
    whom = pd.Series(pool.requests.sum(axis=0), KINDS).groupby("whom").sum()
    borrowed = float(whom["borrower"] / (whom["borrower"] + whom["in_register"]))
    weighed = pool.mixture(_shares(**{**POOLED, **other, "borrowed": borrowed}))
    rates = pool.rates(np.arange(len(pool)))
    expected = dict(zip(COUNTED, rates[0] @ weighed[0], strict=True))
    for name in ("answered", "by_number", "insufficient", "new_address"):
        spread = np.sqrt(expected[name] / asked + expected[name] / 900)
        assert counted[name] / asked == pytest.approx(expected[name], abs=4 * spread + 0.003)


def test_the_published_figures_are_met_and_the_answer_has_an_interval(fitted: Calibration) -> None:
    check = fitted.check()
    assert check["held"].all(), check
    answer = fitted.answer()
    assert 0 <= answer["low"] < answer["median"] < answer["high"] < 47_289
    assert answer["share"] < 0.2
    released = fitted.answer("answered")
    assert released["low"] < 47_289 < released["high"]
    assert fitted.posterior["in_register"].between(0, 0.75).all()


def test_other_rules_release_less(fitted: Calibration) -> None:
    table = fitted.regimes().set_index(["regime", "measure"])["median"]
    assert table["strict"].eq(0).all()
    assert table[("statute", "answered")] <= table[("as_practised", "answered")]
    assert table[("statute", "breach")] == 0
    assert table[("case_by_case", "answered")] <= 1000


def test_the_answer_hangs_on_what_it_hangs_on(fitted: Calibration) -> None:
    table = fitted.sensitivity.set_index("unknown")
    assert {"in_register", "relative_number", "simulated worlds"} <= set(table.index)
    assert (table["total"] > -0.1).all()
    assert table["total"].max() > 0.1


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path, pool: Pool) -> None:
    directory = tmp_path / "worlds"
    first = draw_pool(SMALL, directory)
    files = sorted(directory.glob("world-*.npz"))
    assert len(files) == 3
    kept = {path: path.stat().st_mtime_ns for path in files[1:]}
    files[0].unlink()
    again = draw_pool(SMALL, directory)
    assert {path: path.stat().st_mtime_ns for path in files[1:]} == kept
    for one in (first, again):
        np.testing.assert_array_equal(one.requests, pool.requests)
        np.testing.assert_array_equal(one.answers, pool.answers)
    with pytest.raises(InputError, match="another scenario"):
        draw_pool(SMALL.replace(**{"world.mover_share": 0.2}), directory)


def test_a_calibration_is_saved_and_loaded(fitted: Calibration, tmp_path: Path) -> None:
    loaded = Calibration.load(fitted.save(tmp_path / "kept"))
    pd.testing.assert_frame_equal(loaded.predicted, fitted.predicted)
    assert loaded.answer().tolist() == fitted.answer().tolist()


def test_a_beta_prior_has_its_mean_and_its_limits() -> None:
    prior = Prior(0.2, 0.6, mean=0.3, weight=20)
    drawn = prior.quantile(np.random.default_rng(0).random(20_000))
    assert drawn.mean() == pytest.approx(0.3, abs=0.002)
    # Variance of a beta: m (1 - m) / (w + 1), here on a range of 0.4.
    assert drawn.std() == pytest.approx(0.4 * np.sqrt(0.25 * 0.75 / 21), rel=0.03)
    assert ((drawn > 0.2) & (drawn < 0.6)).all()


def test_bad_plans_are_refused_by_name() -> None:
    with pytest.raises(InputError) as caught:
        Unknowns(regime="x", requests=10, released=20, priors={"tins": Prior(0, 1)}, worlds=0)
    text = str(caught.value)
    for part in (
        "priors: got 'tins'",
        "published: got nothing",
        "worlds: got 0",
        "released: got 20",
    ):
        assert part in text
    with pytest.raises(InputError, match="low must be less"):
        Prior(0.5, 0.5)
    with pytest.raises(InputError, match=r"mean: got 0\.9"):
        Prior(0.1, 0.5, mean=0.9)
    with pytest.raises(InputError, match="above high"):
        Published(0.5, 0.4)
    with pytest.raises(InputError, match=r"no \[calibration\]"):
        linkage.calibrate("address-sharing")


def test_coverage_of_lists_drawn_from_the_model_itself(pool: Pool) -> None:
    """Simulation-based calibration in small: the truth lies in nine of ten intervals, nearly."""
    assert SMALL.calibration is not None
    rng = np.random.default_rng(5)
    model = Model.of(SMALL, pool, rng=rng)
    inside = 0
    worlds = 10
    for number in range(worlds):
        ranks = rng.random((50, len(model.unknowns) + 1))
        ranks = ranks[model.possible(model.shares(ranks))][:1]
        list_ = replace(model, plan=replace(SMALL.calibration, requests=20_000, released=1))
        told = list_.figures(ranks, rng=rng)
        expected = dict(zip(COUNTED, list_.expected(ranks)[0, 0], strict=True))
        wrong = rng.poisson(expected["wrong"] * 20_000)
        near = {
            name: Published(
                max(0.0, float(v[0]) * 0.97 - 1e-4), min(1.0, float(v[0]) * 1.03 + 1e-4)
            )
            for name, v in told.items()
        }
        plan = replace(list_.plan, published=near, particles=150)
        found = fit(replace(SMALL, calibration=plan, seed=number), pool)
        low, high = found.predicted.query("regime == 'as_practised'")["wrong"].quantile(
            [0.05, 0.95]
        )
        inside += low <= wrong <= high
    assert inside >= 6  # of 10: by chance fewer once in 600 times
