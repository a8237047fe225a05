"""Whether the credible intervals of a calibration are kept: worlds of known truth, fitted blindly.

`python benchmarks/coverage.py [WORLDS]`, 200 by default. Each world has unknown shares drawn from the
priors of the scenario irs-ice-2025. It publishes the same four figures as in 2025, no more; the
calibration fits them, and its 90 % interval of the number of wrong persons is held against the
truth (simulation-based calibration: Talts et al. 2018, arXiv 1804.06788). A line is one world.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from linkage.calibration.calibrate import Model, draw_pool, fit
from linkage.calibration.pool import COUNTED, Pool
from linkage.calibration.worlds import answered, with_shares
from linkage.measures.intervals import wilson
from linkage.scenario import Scenario
from linkage.unknowns import Published

PEOPLE, REQUESTS, PARTICLES = 200_000, 1_500, 400
FIGURES = {
    "number_route": "by_number",
    "insufficient": "insufficient",
    "new_address": "new_address",
}


def drawn_shares(model: Model, rng: np.random.Generator) -> dict[str, float]:
    """Draw shares from the priors until they are possible together."""
    while True:
        shares = model.shares(rng.random((1, len(model.unknowns) + 1)))
        if model.possible(shares)[0]:
            return {name: float(value[0]) for name, value in shares.items()}


def with_truth(scenario: Scenario, shares: dict[str, float], usual_borrowed: float) -> Scenario:
    """Give a world these shares; who borrows numbers follows from who has one of their own."""
    without = 1 - scenario.make_world(0).register.itin_share
    itin = 1 - min(1.0, shares["borrowed"] / usual_borrowed * without)
    world = with_shares(scenario, shares).replace(people=PEOPLE, requests=REQUESTS)
    return world.replace(**{"world.register.itin_share": itin})


def published(answers: np.ndarray) -> dict[str, Published]:
    """What the holder tells of its answers, with half a standard deviation of rounding."""
    told = dict(zip(COUNTED, answers[0].sum(axis=1), strict=True))
    count = int(told["answered"])
    figures = {"yield": (count / REQUESTS, REQUESTS)}
    figures |= {name: (told[key] / max(count, 1), max(count, 1)) for name, key in FIGURES.items()}
    return {
        name: Published(
            max(0.0, share - 0.5 * np.sqrt(share * (1 - share) / n) - 0.5 / n),
            min(1.0, share + 0.5 * np.sqrt(share * (1 - share) / n) + 0.5 / n),
        )
        for name, (share, n) in figures.items()
    }


def one(scenario: Scenario, pool: Pool, seed: int) -> tuple[int, float, float, float, float]:
    """Draw a world, fit it, and give its true number of wrong persons beside the prediction."""
    rng = np.random.default_rng([1, seed])
    plan = scenario.calibration
    assert plan is not None
    model = Model.of(scenario, pool, rng=rng)
    shares = drawn_shares(model, rng)
    world = with_truth(scenario, shares, model.usual["borrowed"])
    _, answers = answered(world, (plan.regime,), 1_000_003 + seed)
    told = dict(zip(COUNTED, answers[0].sum(axis=1), strict=True))
    blind = replace(
        plan,
        requests=REQUESTS,
        released=max(int(told["answered"]), 1),
        published=published(answers),
        particles=PARTICLES,
    )
    fitted = fit(replace(scenario, calibration=blind, seed=seed), pool)
    wrong = fitted.predicted.loc[fitted.predicted["regime"] == plan.regime, "wrong"].to_numpy()
    truth = int(told["wrong"])
    # Counts are few: where in the prediction the truth lies, ties split at random.
    place = float((wrong < truth).mean() + rng.random() * (wrong == truth).mean())
    return truth, place, *np.quantile(wrong, [0.05, 0.95]), fitted.distance


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    scenario = Scenario.load("irs-ice-2025")
    kept = Path("reports/local/irs-ice-2025-worlds")
    pool = draw_pool(scenario, kept, jobs=2, progress=True)
    started = time.perf_counter()
    tasks = (delayed(one)(scenario, pool, seed) for seed in range(count))
    inside, places = 0, []
    print(f"{'wrong':>6} {'low':>6} {'high':>6} {'place':>6} {'distance':>8}")
    for truth, place, low, high, distance in Parallel(n_jobs=2, return_as="generator")(tasks):
        print(f"{truth:6} {low:6.0f} {high:6.0f} {place:6.3f} {distance:8.3f}", flush=True)
        inside += 0.05 <= place <= 0.95
        places.append(place)
    kept_share = wilson(inside, count)
    print(
        f"\ninside the 90 % interval: {inside} of {count} = {kept_share.value:.3f} "
        f"({kept_share.low:.3f} to {kept_share.high:.3f}); {time.perf_counter() - started:.0f} s"
    )
    print("tenths of the prediction:", np.histogram(places, np.linspace(0, 1, 11))[0].tolist())


if __name__ == "__main__":
    main()
