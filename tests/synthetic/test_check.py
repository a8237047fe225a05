"""The table of what a world has beside what the country has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthetic import tables
from synthetic.check import Figure, __main__, realism, table, text
from synthetic.check.names import one_in
from synthetic.check.whole_zips import sampled_zips

PEOPLE = 20_000
COLUMNS = ["figure", "world", "outside", "tolerance", "fits", "source", "reason"]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return realism(PEOPLE, seed=3, whole_zips=5)


def test_every_figure_has_a_number_a_source_and_a_reason(frame: pd.DataFrame) -> None:
    assert list(frame.columns) == COLUMNS
    assert len(frame) > 60
    numbers = frame[["world", "outside", "tolerance"]].to_numpy()
    assert np.isfinite(numbers).all()
    assert (frame["tolerance"] >= 0).all()
    assert (frame[["figure", "source", "reason"]] != "").all(axis=None)
    assert set(frame["fits"]) == {"yes", "no", "bound"}
    assert not frame.duplicated(["figure", "source"]).any()


def test_the_verdict_follows_from_the_numbers(frame: pd.DataFrame) -> None:
    gap = frame["world"] - frame["outside"]
    least = frame["figure"].str.endswith(", at least")
    most = frame["figure"].str.endswith(", at most")
    excess = gap.abs().mask(least, -gap).mask(most, gap)
    kept = excess <= frame["tolerance"]
    assert ((frame["fits"] != "no") == kept).all()
    assert (frame["fits"][kept] == np.where((least | most)[kept], "bound", "yes")).all()


def test_the_same_seed_gives_the_same_figures(frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(realism(PEOPLE, seed=3, whole_zips=5), frame)


def test_figures_of_the_tables_the_world_is_drawn_from(frame: pd.DataFrame) -> None:
    world = frame.set_index("figure")["world"]
    zips = tables.load("zips").to_pandas()
    weight = zips["population"].to_numpy() / zips["population"].sum()
    assert world["people in the ZIP of a person, mean"] == pytest.approx(
        weight @ zips["population"].to_numpy(dtype=float)
    )
    for origin in tables.ORIGINS:
        share = 100 * (weight @ zips[origin])
        assert world[f"{origin} people, %"] == pytest.approx(share, abs=2.5)
    assert world["people with the commonest surname, %"] == pytest.approx(0.79, abs=0.3)
    sizes = world[world.index.str.startswith("households of ")]
    assert len(sizes) == 7
    assert sizes.sum() == pytest.approx(100)


def test_a_figure_that_is_off_does_not_fit() -> None:
    figure = Figure("people under 18, %", 22.0, 22.1, 1.0, "Census", "sampling")
    assert figure.fits == "yes"
    assert replace(figure, outside=23.1).fits == "no"
    assert replace(figure, world=20.9).fits == "no"
    assert replace(figure, world=float("nan")).fits == "no"


@pytest.mark.parametrize(
    ("bound", "below", "above"), [("at least", "no", "bound"), ("at most", "bound", "no")]
)
def test_a_bound_holds_on_one_side_only(bound: str, below: str, above: str) -> None:
    figure = Figure("pairs", 100.0, 100.0, 5.0, "Census", "sampling", bound)  # type: ignore[arg-type]
    assert figure.fits == "bound"
    assert replace(figure, world=90.0).fits == below
    assert replace(figure, world=110.0).fits == above
    assert replace(figure, world=96.0).fits == "bound"
    assert replace(figure, world=104.0).fits == "bound"


def test_a_doctored_figure_shows_in_the_table(
    monkeypatch: pytest.MonkeyPatch, frame: pd.DataFrame
) -> None:
    figure = "households that own their home, %"
    honest = frame.set_index("figure").loc[figure]
    told = [Figure(figure, honest["world"], honest["world"] + 9, 1.5, "Census", "sampling")]
    assert table(told)["fits"].tolist() == ["no"]
    monkeypatch.setattr("synthetic.check.household_figures", lambda households: told)
    doctored = realism(10_000, seed=3, whole_zips=2).set_index("figure")
    assert doctored.loc[figure, "fits"] == "no"


def test_pairs_are_counted_between_households() -> None:
    rng = np.random.default_rng(1)
    names, household = rng.integers(4, size=60), rng.integers(20, size=60)
    agree = strangers = 0
    for one in range(60):
        for other in range(one):
            if household[one] != household[other]:
                strangers += 1
                agree += names[one] == names[other]
    assert one_in(names, household) == pytest.approx(strangers / agree)
    assert np.isnan(one_in(np.arange(3), np.arange(3)))


def test_sampled_zips_stand_for_the_people() -> None:
    zips = tables.load("zips").to_pandas().astype({"population": float})
    truth = np.average(zips["population"], weights=zips["population"])
    chosen = zips[zips["zip"].isin(sampled_zips(40))]
    assert len(chosen) == 40
    assert chosen["population"].mean() == pytest.approx(truth, rel=0.03)


def test_the_text_is_aligned_and_hides_nothing(frame: pd.DataFrame) -> None:
    lines = text(frame).splitlines()
    assert len(lines) == len(frame) + 1
    assert lines[0].split() == COLUMNS[:-1]
    column = lines[0].index("source")
    for line, source in zip(lines[1:], frame["source"], strict=True):
        assert line[column:] == source
        assert line[column - 1] == " "


def test_the_command_line_prints_and_writes(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    frame: pd.DataFrame,
) -> None:
    monkeypatch.setattr(__main__, "realism", lambda people, seed, *, progress: frame)
    file = tmp_path / "check.csv"
    assert __main__.main(["--people", "20000", "--seed", "3", "--csv", str(file)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(text(frame))
    assert f"{(frame['fits'] == 'no').sum()} do not fit" in printed
    pd.testing.assert_frame_equal(pd.read_csv(file), frame)
    assert __main__.main(["--strict"]) == 1
    monkeypatch.setattr(
        __main__, "realism", lambda people, seed, *, progress: frame[frame["fits"] != "no"]
    )
    assert __main__.main(["--strict"]) == 0


def test_too_few_people_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"people: got 9999, allowed is .* at least 10,000"):
        realism(9_999)
    assert __main__.main(["--people", "10"]) == 2
    assert "people: got 10," in capsys.readouterr().err
