"""The page of a calibration."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from linkage import Scenario
from linkage.calibration import Calibration
from linkage.reporting.calibrated import write_calibration
from linkage.unknowns import FIGURES


@pytest.fixture(scope="module")
def fitted() -> Calibration:
    """Made up, as quickly as can be."""
    rng = np.random.default_rng(1)
    scenario = Scenario.load("irs-ice-2025").to_mapping()
    shares = pd.DataFrame(
        {name: rng.uniform(0.1, 0.3, 50) for name in scenario["calibration"]["priors"]}
    )
    published = scenario["calibration"]["published"]
    figures = {name: np.full(50, published[name]["low"]) for name in FIGURES}
    counts = {"requests": 1_280_000, "answered": 47_289, "wrong": 900, "breach": 2_000}
    rows = [
        {"draw": draw, "regime": regime, **counts, "citizen_bystanders": 10 + draw}
        for draw in range(50)
        for regime in ("as_practised", "statute")
    ]
    sensitivity = pd.DataFrame(
        {"unknown": list(shares), "first": 0.1, "total": 0.2, "posterior": -0.1}
    )
    sensitivity.loc[sensitivity["unknown"] == "borrowed", "posterior"] = 0.7
    return Calibration(
        scenario=scenario,
        prior=shares,
        posterior=shares / 2,
        figures=pd.DataFrame(figures),
        predicted=pd.DataFrame(rows),
        sensitivity=sensitivity,
        distance=0.0,
    )


def test_the_page_holds_the_answer_and_stands_alone(fitted: Calibration, tmp_path: Path) -> None:
    page = fitted.report(tmp_path / "report")
    html = page.read_text("utf-8")
    text = re.sub(r"<[^>]+>", "", html)
    assert "Of 47,289 answers the model predicts 900 (900 to 900)" in text
    assert "4 of 4 published figures" in text
    assert "hangs most on one share that nobody has published: filed as another" in text
    assert html.count("How to read it.") == html.count("<img ") == 4
    assert re.findall(r'(?:src|srcset)="(?!data:image/svg)', html) == []
    assert "<script" not in html
    assert {path.name for path in page.parent.iterdir()} == {
        *("report.html", "scenario.toml", "charts", "tables")
    }
    assert Scenario.load(page.parent / "scenario.toml").name == "irs-ice-2025"
    for link in re.findall(r'href="((?:charts|tables)/[^"]+)"', html):
        assert (page.parent / link).is_file()


def test_every_unknown_stands_with_its_source(fitted: Calibration, tmp_path: Path) -> None:
    page = write_calibration(fitted, tmp_path / "report")
    unknowns = pd.read_csv(page.parent / "tables" / "unknowns.csv")
    assert unknowns["unknown"].tolist() == list(fitted.prior)
    assert unknowns["source"].str.startswith("prior").all()
    assert unknowns["after_median"].to_numpy() == pytest.approx(unknowns["before_median"] / 2)


def test_a_directory_with_anything_else_is_left_alone(fitted: Calibration, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"mine\.txt"):
        write_calibration(fitted, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
