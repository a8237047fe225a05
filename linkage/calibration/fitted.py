"""What a calibration found: posterior draws, what they predict, and what the answer hangs on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from linkage.whole import Kind

INTERVAL: Final = 0.9
"""Probability of a credible interval."""

TABLES: Final = ("prior", "posterior", "figures", "predicted", "sensitivity")

SAVED: Final = Kind(
    "saved calibration",
    ("calibration.json", *(f"{name}.parquet" for name in TABLES)),
    "calibration.json",
)


@dataclass(frozen=True)
class Calibration:
    """Posterior draws and what they predict.

    Parameters
    ----------
    scenario : mapping
        What was calibrated.
    prior, posterior : pandas.DataFrame
        One row a draw, one column an unknown share: before the figures were seen, and after.
    figures : pandas.DataFrame
        One row a draw: each published figure, simulated anew.
    predicted : pandas.DataFrame
        One row a draw and regime: requests, and how many answers there are of each sort.
    sensitivity : pandas.DataFrame
        unknown, first, total, posterior: see `linkage.calibration.sensitivity`.
    distance : float
        How far the farthest draw is from the published ranges, relative to them; 0 is within.
    """

    scenario: Mapping[str, Any]
    prior: pd.DataFrame = field(repr=False)
    posterior: pd.DataFrame = field(repr=False)
    figures: pd.DataFrame = field(repr=False)
    predicted: pd.DataFrame = field(repr=False)
    sensitivity: pd.DataFrame = field(repr=False)
    distance: float

    def answer(self, measure: str = "wrong", regime: str = "") -> pd.Series[Any]:
        """Give a predicted count under a regime, the published one unless named.

        Returns
        -------
        pandas.Series
            median, low, high (90 % credible interval), share (of the answers), share_low,
            share_high.
        """
        plan = self.scenario["calibration"]
        rows = self.predicted[self.predicted["regime"] == (regime or plan["regime"])]
        share = rows[measure] / rows["answered"].where(rows["answered"] > 0)
        counts, shares = _interval(rows[measure]), _interval(share)
        names = ("median", "low", "high", "share", "share_low", "share_high")
        return pd.Series([*counts, *shares], index=list(names))

    def check(self) -> pd.DataFrame:
        """Compare what the posterior predicts with what was published.

        Returns
        -------
        pandas.DataFrame
            figure, low, high (published), median, predicted_low, predicted_high, held: whether the
            90 % interval of the prediction meets the published range.
        """
        rows = []
        for name, range_ in self.scenario["calibration"]["published"].items():
            median, low, high = _interval(self.figures[name])
            held = low <= range_["high"] and high >= range_["low"]
            rows.append((name, range_["low"], range_["high"], median, low, high, held))
        names = ("figure", "low", "high", "median", "predicted_low", "predicted_high", "held")
        return pd.DataFrame(rows, columns=list(names))

    def __str__(self) -> str:
        """Tell the answer, and what it rests on."""
        plan, answer = self.scenario["calibration"], self.answer()
        held = self.check()
        hangs = self.sensitivity.set_index("unknown")["posterior"].abs()
        lines = [
            f"Of {plan['released']:,} answers the model predicts {answer['median']:,.0f} about the "
            f"wrong person (90 % credible interval {answer['low']:,.0f} to {answer['high']:,.0f}; "
            f"{answer['share']:.1%}, {answer['share_low']:.1%} to {answer['share_high']:.1%}).",
            "It is a prediction under the scenario's assumptions, not a count.",
            f"Published figures that it gives again: {held['held'].sum()} of {len(held)}.",
            f"The answer hangs most on: {str(hangs.idxmax()).replace('_', ' ')}.",
        ]
        return "\n".join(lines)

    def regimes(self) -> pd.DataFrame:
        """Predict the same list under every regime.

        Returns
        -------
        pandas.DataFrame
            regime, measure, median, low, high: counts on the published list.
        """
        measures = [name for name in self.predicted if name not in ("draw", "regime", "requests")]
        rows = [
            (regime, measure, *_interval(cells[measure]))
            for regime, cells in self.predicted.groupby("regime", sort=False)
            for measure in measures
        ]
        return pd.DataFrame(rows, columns=["regime", "measure", "median", "low", "high"])

    def report(self, directory: str | Path) -> Path:
        """Write a self-contained page with all of this, its charts and tables beside it.

        Parameters
        ----------
        directory : str or Path
            An earlier page in it is replaced once the new one is whole.

        Returns
        -------
        pathlib.Path
            The HTML page.
        """
        from linkage.reporting.calibrated import write_calibration

        return write_calibration(self, directory)

    def foot(self) -> str:
        """Say under a chart what stands behind it."""
        plan = self.scenario["calibration"]
        return (
            f"{len(self.posterior):,} draws, {plan['worlds']} worlds of {plan['people']:,} people, "
            f"{plan['asked']:,} requests each · seed {self.scenario['seed']} · a model's prediction "
            "under stated assumptions, simulated people · sources in the scenario file"
        )

    def save(self, directory: str | Path) -> Path:
        """Save as Parquet tables and a JSON file, whole or not at all."""
        target = Path(directory)
        with SAVED.written(target) as fresh:
            for name in TABLES:
                getattr(self, name).to_parquet(fresh / f"{name}.parquet")
            about = {"scenario": dict(self.scenario), "distance": self.distance}
            (fresh / "calibration.json").write_text(
                json.dumps(about, indent=1, default=str), "utf-8"
            )
        return target

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """Load what `save` wrote."""
        path = Path(directory)
        about = json.loads((path / "calibration.json").read_text("utf-8"))
        tables = {name: pd.read_parquet(path / f"{name}.parquet") for name in TABLES}
        return cls(scenario=about["scenario"], distance=about["distance"], **tables)


def _interval(values: pd.Series[float]) -> tuple[float, float, float]:
    """Median and 90 % interval."""
    known = values.dropna().to_numpy(np.float64)
    if not len(known):
        return (np.nan, np.nan, np.nan)
    tail = (1 - INTERVAL) / 2
    low, median, high = np.quantile(known, [tail, 0.5, 1 - tail])
    return float(median), float(low), float(high)
