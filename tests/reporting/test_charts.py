from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib.pyplot
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text

from linkage.reporting import style, wording
from linkage.reporting.charts import (
    bounds_chart,
    causes_chart,
    causes_data,
    disclosure_chart,
    groups_chart,
    groups_data,
    harm_alt,
    harm_chart,
    harm_data,
    knowledge_chart,
    matrix_chart,
    quality_alt,
    quality_chart,
    quality_data,
    risk_alt,
    risk_chart,
    tradeoff_alt,
    tradeoff_chart,
    tradeoff_data,
    weights_alt,
    weights_chart,
    weights_data,
)

FOOT = "20,000 people, 12,800 requests · seed 7 · simulated people · linkage 0.1.0"
GOLDEN = Path(__file__).parent / "golden"

Draw = Callable[..., Figure]
DRAW: dict[str, Callable[[Any, bool], Figure]] = {
    "risk": lambda r, narrow: risk_chart(r.risk, foot=FOOT, narrow=narrow),
    "quality": lambda r, narrow: quality_chart(r.quality, foot=FOOT, narrow=narrow),
    "tradeoff": lambda r, narrow: tradeoff_chart(r.quality, r.risk, foot=FOOT, narrow=narrow),
    "harm": lambda r, narrow: harm_chart(r.harm, foot=FOOT, narrow=narrow),
    "groups": lambda r, narrow: groups_chart(r.harm, foot=FOOT, narrow=narrow),
    "causes": lambda r, narrow: causes_chart(r.harm, foot=FOOT, narrow=narrow),
    "weights": lambda r, narrow: weights_chart(r.weights, foot=FOOT, narrow=narrow),
    "matrix": lambda r, narrow: matrix_chart(r.many().risk, foot=FOOT, narrow=narrow),
    "knowledge": lambda r, narrow: knowledge_chart(r.many().risk, foot=FOOT, narrow=narrow),
    "disclosure": lambda r, narrow: disclosure_chart(r.many().disclosure, foot=FOOT, narrow=narrow),
    "bounds": lambda r, narrow: bounds_chart(r.many().risk, foot=FOOT, narrow=narrow),
}


def marked(figure: Figure, gid: str) -> list[Any]:
    return [
        artist for axes in figure.axes for artist in axes.get_children() if artist.get_gid() == gid
    ]


def dots(figure: Figure) -> list[tuple[float, float]]:
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in marked(figure, "dot")]


def whiskers(axes: Axes) -> list[np.ndarray[Any, Any]]:
    bars = (container for container in axes.containers if hasattr(container, "lines"))
    return [line.get_segments()[0] for bar in bars for line in bar.lines[2]]


def texts(figure: Figure) -> list[Text]:
    figure.canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    found = [
        text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()
    ]
    return [text for text in found if text.get_window_extent().width > 0]


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    # One pixel of touching is rounding, not overlap.
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
    ]


def missing(figure: Figure) -> list[str]:
    return [text.get_text() for text in marked(figure, "missing")]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", DRAW)
def test_nothing_is_cut_off_at_the_edge(name: str, narrow: bool, result: Any) -> None:
    figure = DRAW[name](result, narrow)
    texts(figure)
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert box.x0 >= 0
    assert box.y0 >= 0
    assert box.x1 <= width
    assert box.y1 <= height


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", DRAW)
def test_no_two_labels_overlap(name: str, narrow: bool, result: Any) -> None:
    assert overlaps(DRAW[name](result, narrow)) == []


def test_the_overlap_check_sees_an_overlap(result: Any) -> None:
    figure = DRAW["quality"](result, False)
    figure.text(0.02, 0.97, "over the title", va="top")
    assert overlaps(figure)


@pytest.mark.parametrize("name", DRAW)
def test_charts_use_no_global_state(name: str, result: Any) -> None:
    before = dict(matplotlib.rcParams)
    DRAW[name](result, False)
    assert matplotlib.pyplot.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", DRAW)
def test_frames_stay_as_they_were(name: str, result: Any) -> None:
    names = ("risk", "quality", "harm", "weights")
    before = {frame: getattr(result, frame).copy() for frame in names}
    DRAW[name](result, False)
    for frame, copy in before.items():
        pd.testing.assert_frame_equal(getattr(result, frame), copy)


@pytest.mark.parametrize("name", DRAW)
def test_the_same_chart_gives_the_same_bytes(name: str, result: Any) -> None:
    first, second = (DRAW[name](result, False) for _ in range(2))
    svg = style.to_svg(first)
    assert svg == style.to_svg(second)
    assert "<dc:date>" not in svg
    assert style.to_png(first) == style.to_png(second)


@pytest.mark.parametrize("name", DRAW)
def test_own_settings_of_the_reader_change_nothing(name: str, result: Any) -> None:
    plain = style.to_svg(DRAW[name](result, False))
    with matplotlib.rc_context({"font.size": 30, "axes.grid": True, "svg.fonttype": "none"}):
        assert style.to_svg(DRAW[name](result, False)) == plain


def test_every_attack_is_a_dot_with_its_interval(result: Any) -> None:
    figure = risk_chart(result.risk, foot=FOOT)
    known = result.risk.dropna(subset=["rate"])
    assert sorted(x for x, _ in dots(figure)) == pytest.approx(sorted(known["rate"]))
    drawn = sorted((w[0][0], w[1][0]) for axes in figure.axes for w in whiskers(axes))
    assert np.array(drawn) == pytest.approx(
        np.array(sorted(zip(known["low"], known["high"], strict=True)))
    )
    for gid in ("baseline", "control"):
        shown = sorted(line.get_xdata()[0] for line in marked(figure, gid))
        assert shown == pytest.approx(sorted(known[gid]))


def test_missing_rates_are_words_never_zero(result: Any) -> None:
    figure = risk_chart(result.risk, foot=FOOT)
    assert len(dots(figure)) == result.risk["rate"].notna().sum()
    assert missing(figure).count("not applicable: needs the key") == 2
    assert missing(figure).count("as for the outsider: no salt or key") == 8


def test_a_scheme_that_cannot_encode_the_file_says_so(result: Any) -> None:
    row = {"scheme": "slk", "n": 0, "claimed": 0, "correct": 0, "note": "no field to encode"}
    risk = pd.concat([result.risk, pd.DataFrame([row])], ignore_index=True)
    assert missing(risk_chart(risk, foot=FOOT)).count("not applicable: no field to encode") == 8
    assert len(tradeoff_data(result.quality, risk)) == 2 * 6


def test_every_panel_has_the_same_scale(result: Any) -> None:
    figure = risk_chart(result.risk, foot=FOOT)
    assert {axes.get_xlim() for axes in figure.axes} == {(0, 1.003)}


def test_quality_has_a_dot_for_precision_and_recall_of_each_scheme(result: Any) -> None:
    figure = quality_chart(result.quality, foot=FOOT)
    data = quality_data(result.quality)
    assert [x for x, _ in dots(figure)] == pytest.approx(list(data["value"]))
    drawn = [(w[0][0], w[1][0]) for axes in figure.axes for w in whiskers(axes)]
    assert np.array(drawn) == pytest.approx(data[["low", "high"]].to_numpy())


def test_undefined_precision_is_words(result: Any) -> None:
    where = (result.quality["scheme"] == "clk") & (result.quality["measure"] == "precision")
    result.quality.loc[where, ["value", "low", "high"]] = np.nan
    result.quality.loc[where, "note"] = "nothing was linked"
    figure = quality_chart(result.quality, foot=FOOT)
    assert len(dots(figure)) == 9
    assert missing(figure) == ["not defined: nothing was linked"]


def test_tradeoff_takes_the_worst_attack(result: Any) -> None:
    data = tradeoff_data(result.quality, result.risk).set_index(["scheme", "knowledge"])
    assert data.loc[("hmac", "outsider"), "target"] == "surname"
    assert data.loc[("hmac", "outsider"), "risk"] == pytest.approx(0.209, abs=1e-3)
    assert data.loc[("clk", "key holder"), "risk"] == pytest.approx(0.913, abs=1e-3)
    assert data.loc[("plain", "key holder"), "risk"] == 1  # a key holder can do what others can


def test_tradeoff_whiskers_cross_at_their_point(result: Any) -> None:
    figure = tradeoff_chart(result.quality, result.risk, foot=FOOT)
    data = tradeoff_data(result.quality, result.risk).dropna(subset=["risk"])
    points = sorted(zip(data["utility"], data["risk"], strict=True))
    assert np.array(sorted(dots(figure))) == pytest.approx(np.array(points))
    drawn = {tuple(np.round(w.ravel(), 6)) for axes in figure.axes for w in whiskers(axes)}
    for row in data.itertuples():
        across = (row.utility_low, row.risk, row.utility_high, row.risk)
        upright = (row.utility, row.risk_low, row.utility, row.risk_high)
        assert tuple(np.round(across, 6)) in drawn
        assert tuple(np.round(upright, 6)) in drawn


def test_tradeoff_names_what_it_cannot_show_and_its_reference_line(result: Any) -> None:
    risk = result.risk.copy()
    risk.loc[risk["scheme"] == "clk", "rate"] = np.nan
    figure = tradeoff_chart(result.quality, risk, foot=FOOT)
    words = [text.get_text() for text in texts(figure)]
    assert words.count("no figure for CLK (Bloom filter)") == 2
    assert any("EMA Policy 0070" in word for word in words)
    assert [line.get_ydata()[0] for line in marked(figure, "reference")] == [0.09, 0.09]


def test_harm_has_a_panel_a_measure_and_draws_zero_as_zero(result: Any) -> None:
    figure = harm_chart(result.harm, foot=FOOT)
    data = harm_data(result.harm)
    assert set(data["unit"]) == {"per 1,000 requests"}
    assert len(figure.axes) == data["measure"].nunique()
    assert sorted(x for x, _ in dots(figure)) == pytest.approx(sorted(data["value"]))
    zeros = int((data["value"] == 0).sum())
    assert zeros > 5
    assert [text.get_text() for text in texts(figure)].count("0") >= zeros + len(figure.axes)
    assert {axes.get_xlim()[0] for axes in figure.axes} == {0}


def test_harm_whiskers_are_the_intervals_and_never_below_zero(result: Any) -> None:
    result.harm["low"] = result.harm["low"].where(result.harm["measure"] != "bystanders", -3.0)
    data = harm_data(result.harm)
    figure = harm_chart(result.harm, foot=FOOT)
    drawn = sorted((w[0][0], w[1][0]) for axes in figure.axes for w in whiskers(axes))
    wanted = sorted(zip(data["low"].clip(lower=0), data["high"], strict=True))
    assert np.array(drawn) == pytest.approx(np.array(wanted), abs=1e-9)


def test_weights_are_bars_from_zero(result: Any) -> None:
    (axes,) = weights_chart(result.weights, foot=FOOT).axes
    data = weights_data(result.weights)
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(list(data["weight"]))
    assert {bar.get_x() for bar in axes.patches} == {0}


def test_an_infinite_weight_is_not_drawn(result: Any) -> None:
    result.weights.loc[0, "weight"] = np.inf
    figure = weights_chart(result.weights, foot=FOOT)
    assert len(figure.axes[0].patches) == len(weights_data(result.weights)) - 1
    assert "not defined" in [text.get_text() for text in texts(figure)]


def test_dollar_signs_and_long_names_are_plain_text(result: Any) -> None:
    name = "$x^{2 " + "a very long scheme name " * 4
    result.risk = result.risk.replace({"scheme": {"clk": name}})
    for narrow in (False, True):
        test_nothing_is_cut_off_at_the_edge("risk", narrow, result)
        test_no_two_labels_overlap("risk", narrow, result)


def test_colours_are_the_same_in_every_chart(result: Any) -> None:
    for chart in (risk_chart(result.risk, foot=FOOT), quality_chart(result.quality, foot=FOOT)):
        first = marked(chart, "dot")[0]
        assert (first.get_color(), first.get_marker()) == style.scheme_colours(["plain"])["plain"]
    assert len(set(style.SCHEME_COLOURS.values())) == len(set(style.SCHEME_MARKERS.values())) == 5


def test_alt_texts_hold_the_figures(result: Any) -> None:
    assert "8 levels" not in risk_alt(result.risk)
    assert "4 attacks on 5 schemes, at 2 levels of knowledge" in risk_alt(result.risk)
    assert "Plain text 98.1\xa0% (97.8 to 98.4)" in quality_alt(result.quality)
    assert "HMAC quality 63.8\xa0%, re-identified 20.9\xa0%" in tradeoff_alt(
        result.quality, result.risk
    )
    assert "Wrong person, per 1,000 requests: Strict 0 (0 to 0.30)" in harm_alt(result.harm)
    assert "Tax number: exact 19.8" in weights_alt(result.weights)


def test_alt_texts_follow_the_data(result: Any) -> None:
    before = risk_alt(result.risk)
    result.risk.loc[result.risk["scheme"] == "plain", "rate"] = 0.5
    assert risk_alt(result.risk) != before


@pytest.mark.parametrize("name", ["tradeoff", "harm"])
def test_golden_pictures(name: str, result: Any, tmp_path: Path) -> None:
    drawn = tmp_path / f"{name}.png"
    drawn.write_bytes(style.to_png(DRAW[name](result, False), dpi=50))
    assert compare_images(str(GOLDEN / f"{name}.png"), str(drawn), tol=4) is None


def test_every_scheme_and_regime_has_a_name() -> None:
    assert wording.scheme("salted_sha256") == "SHA-256 with salt"
    assert wording.scheme("new_scheme") == "New scheme"
    assert wording.regime("as_practised") == "As practised"
    assert wording.knowledge("key_holder") == wording.knowledge("key holder")


def test_groups_and_causes_show_one_regime_and_the_figures_of_the_table(result: Any) -> None:
    groups, causes = groups_data(result.harm), causes_data(result.harm)
    assert set(groups["regime"]) == set(causes["regime"]) == {"as_practised"}
    drawn = sorted(x for x, _ in dots(groups_chart(result.harm, foot=FOOT)))
    assert drawn == sorted(groups["value"])
    assert dots(causes_chart(result.harm, foot=FOOT)) == [(0.7, 0), (0.3, 1)]
    nobody = result.harm.assign(value=0.0)
    assert groups_data(nobody).empty
    assert causes_data(nobody).empty
