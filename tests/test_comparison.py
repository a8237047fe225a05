"""Two results side by side, and which schemes satisfy two limits."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import linkage
from linkage import InputError, Result, Scenario
from linkage.comparison import KEYS
from linkage.measures.intervals import difference
from linkage.plans import AttackPlan
from linkage.reporting.charts import changes_data
from linkage.reporting.compared import write_comparison

pytestmark = pytest.mark.usefixtures("undrawn")

SMALL = Scenario(
    name="small",
    title="Small",
    people=1_500,
    requests=200,
    replicates=1,
    schemes=("plain", "hmac", "k_anonymous"),
    regimes=("as_practised", "statute"),
    attacks=(AttackPlan("frequency", "surname"),),
)


@pytest.fixture(scope="module")
def before() -> Result:
    return linkage.run(SMALL)


@pytest.fixture(scope="module")
def after() -> Result:
    return linkage.run(
        SMALL.replace(**{"world.enforcement.in_register_share": 0.05, "schemes": ["plain"]})
    )


def test_a_result_beside_itself_has_no_differences(before: Result) -> None:
    same = before.compare(before)
    assert same.settings().empty
    table = same.table()
    assert len(table) == sum(len(getattr(before, part).dropna(subset=["scheme"])) for part in KEYS)
    known = table["difference"].notna()
    assert known.any()
    assert (table.loc[known, "difference"] == 0).all()
    assert (table.loc[known, "difference_low"].dropna() <= 0).all()


def test_what_changed_is_found(before: Result, after: Result) -> None:
    both = before.compare(after)
    assert both.settings()["setting"].tolist() == ["schemes", "world.enforcement.in_register_share"]
    released = both.table().query(
        "part == 'harm' and regime == 'as_practised' and measure == 'released' and group == 'all'"
    )
    assert len(released) == 1
    row = released.iloc[0]
    assert row["after"] < row["before"]
    assert row["difference"] == pytest.approx(row["after"] - row["before"])
    assert row["difference_high"] < 0
    gone = both.table().query("part == 'quality' and scheme == 'hmac'")
    assert set(gone["note"]) == {"only before"}
    assert gone["difference"].isna().all()


def test_swapping_the_sides_turns_the_signs(before: Result, after: Result) -> None:
    there, back = before.compare(after).table(), after.compare(before).table()
    keys = ["part", "scheme", "attack", "target", "knowledge", "regime", "group", "measure", "unit"]
    both = there.merge(back, on=keys)
    assert len(both) == len(there)
    known = both.dropna(subset=["difference_low_x"])
    assert len(known)
    for one, other in (("", ""), ("_low", "_high"), ("_high", "_low")):
        turned = -known[f"difference{other}_y"].to_numpy(float)
        assert known[f"difference{one}_x"].to_numpy(float) == pytest.approx(turned)


def test_the_interval_of_a_difference_is_newcombes() -> None:
    # Newcombe 1998, table II, case (e), method 10: 9 of 10 against 3 of 10.
    from linkage.measures.intervals import wilson

    first, second = wilson(3, 10), wilson(9, 10)
    found = difference(
        (first.value, first.low, first.high), (second.value, second.low, second.high)
    )
    assert found == pytest.approx((0.6, 0.1705, 0.8090), abs=5e-5)
    assert np.isnan(difference((0.5, np.nan, np.nan), (0.4, 0.3, 0.5))[1])


def test_the_page_stands_alone(before: Result, after: Result, tmp_path: Path) -> None:
    page = before.compare(after).report(tmp_path / "both")
    html = page.read_text("utf-8")
    assert "<script" not in html
    assert re.findall(r'(?:src|srcset)="(?!data:)', html) == []
    assert "world.enforcement.in_register_share" in html
    assert "nan" not in re.sub(r"data:image\S+|<[^>]+>", "", html).lower()
    assert {path.name for path in page.parent.iterdir()} == {"report.html", "charts", "tables"}
    for link in re.findall(r'href="((?:charts|tables)/[^"]+)"', html):
        assert (page.parent / link).is_file()
    drawn = changes_data(before.compare(after).table(), "harm")
    assert len(pd.read_csv(page.parent / "tables" / "harm_changes.csv")) == len(drawn) > 0


def test_small_counts_of_own_files_are_withheld(tmp_path: Path) -> None:
    people = pd.DataFrame({"surname": ["NG"] * 11, "dob": ["1980-01-01"] * 11})
    results = [
        linkage.assess(people, schemes=["sha256"], attacks=["frequency"], seed=seed)
        for seed in (1, 2)
    ]
    both = results[0].compare(results[1])
    shown, withheld = both.table(), both.table(internal=False)
    assert withheld["before"].isna().sum() > shown["before"].isna().sum()
    html = write_comparison(both, tmp_path / "both").read_text("utf-8")
    assert "&lt;11" in html


def test_recommend_lists_what_satisfies_both(before: Result) -> None:
    everything = linkage.recommend(before)
    assert everything["scheme"].tolist() == ["plain", "hmac"]  # the third is not linked
    harmless = linkage.recommend(before, max_risk=0.5, knowledge="outsider")
    assert harmless["scheme"].tolist() == ["hmac"]
    assert (harmless["risk"] <= 0.5).all()
    assert harmless["by_interval"].dtype == bool
    assert "fewer of the pairs than the best" in harmless["gives_up"].iloc[0]
    assert linkage.recommend(before, max_risk=0.0, min_recall=1.0).empty


def test_recommend_names_every_bad_argument(before: Result) -> None:
    with pytest.raises(InputError) as caught:
        linkage.recommend(before, min_recall=1.5, max_risk=-1, knowledge="nobody")
    assert len(caught.value.problems) == 3
