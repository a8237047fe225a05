from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from linkage.reporting import adversaries, status, style, wording
from linkage.reporting.charts import (
    bounds_chart,
    bounds_data,
    disclosure_chart,
    disclosure_data,
    knowledge_chart,
    knowledge_data,
    matrix_alt,
    matrix_chart,
    matrix_data,
)
from linkage.reporting.charts.matrix import AS_OUTSIDER, RAMP, owed_elsewhere, text_colour

FOOT = "20,000 people"


def marked(figure: Figure, gid: str) -> list[Any]:
    return [
        artist for axes in figure.axes for artist in axes.get_children() if artist.get_gid() == gid
    ]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def luminance(share: float) -> float:
    linear = np.array(RAMP(share)[:3])
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_darker_is_always_more_and_its_text_can_be_read() -> None:
    shares = np.linspace(0, 1, 101)
    light = np.array([luminance(share) for share in shares])
    assert (np.diff(light) < 0).all()
    for share, behind in zip(shares, light, strict=True):
        text = text_colour(RAMP(share))
        ink = 0.99 if text == "#fefefe" else 0.0
        contrast = (max(ink, behind) + 0.05) / (min(ink, behind) + 0.05)
        assert contrast >= 4.5, share  # WCAG 2.1 of small text
        assert text not in style.DARK  # the cell keeps its colour in dark mode, so must its text


@pytest.mark.parametrize("narrow", [False, True])
def test_every_cell_says_which_of_the_three_it_is(many: Any, narrow: bool) -> None:
    figure = matrix_chart(many.risk, foot=FOOT, narrow=narrow)
    data = matrix_data(many.risk)
    data = data[data["knowledge"].isin(adversaries.drawn(many.risk))]
    counts = data["status"].value_counts()
    assert len(marked(figure, "cell")) == len(marked(figure, "rate")) == counts["ran"]
    assert len(marked(figure, "hatched")) == counts["not applicable"]
    assert len(marked(figure, "ring")) == counts["not run"]
    rows = data[data["status"] == AS_OUTSIDER].groupby("knowledge")["scheme"].nunique().sum()
    blocks = len(figure.axes) // data["knowledge"].nunique()
    assert len(marked(figure, "across")) == rows * blocks
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend[:5] == ["0 %", "50 %", "100 %", "does not apply", "not run"]


def test_the_cells_hold_the_rates(many: Any) -> None:
    figure = matrix_chart(many.risk, foot=FOOT)
    outsider = figure.axes[0]
    names = [label.get_text() for label in outsider.get_yticklabels()]
    assert names[:2] == ["Plain text", "SHA-256"]
    row = [t for t in marked(figure, "rate") if t.axes is outsider]
    top = min(text.get_position()[1] for text in row)
    first = [text for text in row if text.get_position()[1] == top]
    data = matrix_data(many.risk)
    wanted = data[(data["scheme"] == "plain") & (data["knowledge"] == "outsider")]
    shown = [text.get_text() for text in sorted(first, key=lambda text: text.get_position()[0])]
    assert shown == [f"{100 * rate:.0f}" for rate in wanted["rate"].dropna()]


def test_an_attack_that_abstained_is_zero_and_not_absent() -> None:
    row = {"scheme": "plain", "attack": "a", "target": "t", "knowledge": "outsider", "note": ""}
    rows = [
        row | {"rate": 0.0, "status": "ran"},
        row | {"attack": "b", "status": "not applicable"},
        row | {"attack": "c", "status": "not run"},
    ]
    figure = matrix_chart(pd.DataFrame(rows), foot=FOOT)
    assert [text.get_text() for text in marked(figure, "rate")] == ["0"]
    assert len(marked(figure, "hatched")) == len(marked(figure, "ring")) == 1


def test_a_withheld_rate_is_neither_zero_nor_absent() -> None:
    row = {"scheme": "plain", "attack": "a", "target": "t", "knowledge": "outsider"}
    risk = pd.DataFrame([row | {"rate": np.nan, "status": "ran", "note": "<11"}])
    assert [text.get_text() for text in marked(matrix_chart(risk, foot=FOOT), "rate")] == ["<11"]
    assert status.statuses(risk.drop(columns="status")).tolist() == ["ran"]


def test_combinations_that_the_frame_lacks_are_told(result: Any) -> None:
    odd = {"scheme": "slk_581", "n": 0, "note": "no field to encode", "status": "not applicable"}
    lone = {"scheme": "fpe", "attack": "dictionary", "target": "tin", "knowledge": "outsider"}
    risk = pd.concat([result.risk, pd.DataFrame([odd, lone | {"rate": 0.1, "note": ""}])])
    data = matrix_data(risk).set_index(["scheme", "knowledge", "target"])["status"]
    data = data.sort_index()
    assert len(data) == 7 * 2 * 4
    assert set(data["slk_581"]) == {"not applicable"}
    assert set(data["fpe", "outsider"]) == {"ran", "not run"}
    assert set(data["fpe", "key holder"]) == {AS_OUTSIDER}
    assert set(data["plain", "key holder"]) == {AS_OUTSIDER}
    assert data["clk", "outsider", "tin"] == "not applicable"  # older frames have no status
    assert data["clk", "outsider", "person"] == "ran"


def test_what_is_not_owed_to_the_release_is_marked(many: Any) -> None:
    person, member = {"target": "person"}, {"target": "membership"}
    assert owed_elsewhere({"rate": 0.4, "control": 0.2, "baseline": np.nan, **person})
    assert owed_elsewhere({"rate": 0.4, "control": np.nan, "baseline": 0.3, **person})
    assert not owed_elsewhere({"rate": 0.4, "control": 0.19, "baseline": 0.0, **person})
    assert not owed_elsewhere({"rate": 0.0, "control": 0.2, "baseline": 0.0, **person})
    assert not owed_elsewhere({"rate": 0.4, "control": 0.0, "baseline": 0.4, **member})
    data = matrix_data(many.risk)
    data = data[data["knowledge"].isin(["outsider", "key holder"]) & data["rate"].notna()]
    wanted = sum(owed_elsewhere(row) for _, row in data.iterrows())
    assert 0 < wanted < len(data)
    assert len(marked(matrix_chart(many.risk, foot=FOOT), "elsewhere")) == wanted


@pytest.mark.parametrize("narrow", [False, True])
def test_no_heading_is_cut(many: Any, narrow: bool) -> None:
    figure = matrix_chart(many.risk, foot=FOOT, narrow=narrow)
    names = {label.get_text() for axes in figure.axes for label in axes.get_yticklabels()}
    assert [text for text in words(figure) if "…" in text and text not in names] == []


def test_attacks_stand_together_and_families_apart(many: Any) -> None:
    shuffled = many.risk.sort_values("target", kind="stable")
    attacks = matrix_data(shuffled)["attack"].iloc[:12].tolist()
    assert sum(one != other for one, other in pairwise(attacks)) == 7
    places = matrix_chart(many.risk, foot=FOOT).axes[0].get_yticks()
    assert sum(np.diff(places) > 1) == len(wording.FAMILIES) - 1


def test_at_most_four_adversaries_are_drawn_and_the_rest_are_named() -> None:
    row = {"scheme": "plain", "attack": "a", "target": "t", "rate": 0.5, "note": ""}
    views = ["outsider", "overlap 0.5", "key holder", "insider", "colluding", "spy", "thief"]
    risk = pd.DataFrame([row | {"knowledge": view} for view in views])
    figure = matrix_chart(risk, foot=FOOT)
    assert len(figure.axes) == 4
    (foot,) = [text for text in words(figure) if text.startswith(FOOT)]
    assert "in the table only: overlap 0.5; spy; thief" in foot
    assert adversaries.drawn(risk.iloc[1:2]) == ["overlap 0.5"]
    assert adversaries.with_rest(FOOT, risk.iloc[:1]) == FOOT


def test_the_alt_text_counts_and_names(many: Any) -> None:
    text = matrix_alt(many.risk)
    assert "24 schemes (rows) and 12 attacks (columns)" in text
    assert "Outsider: 166 attacks ran, 24 were not run, 98 do not apply." in text
    assert "Plain text, SHA-256, SLK-581." in text
    assert "Overlap" not in text


def test_curves_follow_the_grid(many: Any) -> None:
    figure = knowledge_chart(many.risk, foot=FOOT)
    data = knowledge_data(many.risk)
    assert set(data["attack"]) == {"auxiliary"}  # the dictionary does not change with the list
    assert data["others"].unique().tolist() == ["errors 0.0", "errors 0.1"]
    curves = marked(figure, "curve")
    assert len(curves) == 2 * 3
    points = sorted((x, y) for curve in curves for x, y in zip(*curve.get_data(), strict=True))
    assert np.array(points) == pytest.approx(
        np.array(sorted(zip(data["at"], data["rate"], strict=True)))
    )


def test_single_worlds_stand_around_the_curve(many: Any) -> None:
    assert not marked(knowledge_chart(many.risk, foot=FOOT), "world")
    figure = knowledge_chart(many.risk, many.worlds, foot=FOOT)
    marks = np.concatenate([marks.get_offsets() for marks in marked(figure, "world")])
    data = knowledge_data(many.risk)
    assert len(marks) == 2 * len(data)
    assert marks[:, 1].sum() == pytest.approx(2 * data["rate"].sum())


def test_without_a_grid_there_are_no_curves(result: Any) -> None:
    assert knowledge_data(result.risk).empty
    one = result.risk.replace({"knowledge": {"outsider": "overlap 0.5"}})
    assert knowledge_data(one).empty


def test_uniqueness_is_shown_true_beside_its_estimates(many: Any) -> None:
    data = disclosure_data(many.disclosure).set_index(["scheme", "measure"])["value"]
    assert data["plain", "people_alone"] == pytest.approx(0.81 - 0.2)
    assert "k" not in data.index.get_level_values("measure")
    figure = disclosure_chart(many.disclosure, foot=FOOT)
    assert [line.get_xdata()[0] for line in marked(figure, "reference")] == [0.09]
    assert any("EMA Policy 0070" in text for text in words(figure))
    shown = sorted(line.get_xdata()[0] for line in marked(figure, "dot"))
    assert shown == pytest.approx(sorted(data.dropna()))
    missing = [text.get_text() for text in marked(figure, "missing")]
    assert missing == ["not defined: no released record has a class"] * 2


def test_a_bound_stands_beside_the_advantage(many: Any) -> None:
    where = many.risk["scheme"] == "dp_count"
    many.risk.loc[where & (many.risk["target"] == "membership"), "advantage"] = -0.01
    figure = bounds_chart(many.risk, foot=FOOT)
    data = bounds_data(many.risk)
    assert len(data) == len(figure.axes) == 2
    assert [line.get_xdata()[0] for line in marked(figure, "bound")] == [0.46, 0.46]
    assert sorted(line.get_xdata()[0] for line in marked(figure, "dot"))[0] == 0
    assert (data["low"] <= data["advantage"]).all()
    assert (data["high"] >= data["advantage"]).all()
    assert bounds_data(many.risk.drop(columns="bound")).empty
