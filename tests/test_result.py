from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import linkage
from linkage import InputError, Result, Scenario
from linkage.plans import AttackPlan
from linkage.result import TABLES

pytestmark = pytest.mark.usefixtures("undrawn")

SMALL = Scenario(
    name="small",
    title='A "small" one',
    question="Is it kept?",
    people=400,
    requests=30,
    seed=9,
    schemes=("plain", "clk"),
    attacks=(AttackPlan("frequency", "surname", top=5), AttackPlan("auxiliary", "person")),
    attributes=("income",),
).replace(**{"world.mover_share": 0.2, "world.enforcement.tin_share": 0.5})
FRAMES = (*TABLES, "timings")
TWICE = SMALL.replace(people=200, replicates=2)


@pytest.fixture(scope="module")
def result() -> Result:
    return linkage.run(SMALL)


@pytest.fixture(scope="module")
def own_result() -> Result:
    people = pd.DataFrame({"surname": ["NG", "RUIZ", "LEE"] * 20, "dob": ["1980-02-03"] * 60})
    return linkage.assess(people, schemes=["sha256"], attacks=["frequency"], seed=1)


def _assert_equal(one: Result, other: Result) -> None:
    assert one.scenario == other.scenario
    assert one.versions == other.versions
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    pd.testing.assert_frame_equal(one.summary(), other.summary())
    assert one.to_json() == other.to_json()


@pytest.mark.parametrize("name", ["result", "own_result"])
def test_a_saved_result_is_loaded_as_it_was(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    made = request.getfixturevalue(name)
    target = tmp_path / "a" / "b"
    assert made.save(str(target)) == target
    _assert_equal(Result.load(target), made)
    assert [path.name for path in target.parent.iterdir()] == ["b"]


def test_nothing_is_pickled(result: Result, tmp_path: Path) -> None:
    names = {path.name for path in result.save(tmp_path / "saved").iterdir()}
    assert names == {"result.json", *(f"{name}.parquet" for name in FRAMES)}


def test_an_earlier_result_is_replaced(result: Result, own_result: Result, tmp_path: Path) -> None:
    own_result.save(tmp_path / "saved")
    result.save(tmp_path / "saved")
    _assert_equal(Result.load(tmp_path / "saved"), result)


def test_an_empty_directory_is_used(result: Result, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    _assert_equal(Result.load(result.save(tmp_path / "saved")), result)


def test_a_directory_with_anything_else_is_refused_and_left_alone(
    result: Result, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match="another"):
        result.save(tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_was_added_to_a_saved_result_is_not_thrown_away(
    result: Result, tmp_path: Path
) -> None:
    saved = result.save(tmp_path / "saved")
    (saved / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match=r"thesis\.txt"):
        result.save(saved)
    assert (saved / "thesis.txt").read_text() == "years of work"


def test_a_failure_while_saving_leaves_the_earlier_result(
    result: Result, own_result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result.save(tmp_path / "saved")

    def fail(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
    with pytest.raises(KeyboardInterrupt):
        own_result.save(tmp_path / "saved")
    _assert_equal(Result.load(tmp_path / "saved"), result)
    assert [path.name for path in tmp_path.iterdir()] == ["saved"]


@pytest.mark.parametrize("there", [True, False])
def test_loading_where_nothing_is_saved_is_an_input_error(there: bool, tmp_path: Path) -> None:
    target = tmp_path if there else tmp_path / "absent"
    with pytest.raises(InputError, match="no result there") as caught:
        Result.load(target)
    assert str(target) in str(caught.value)


def test_json_is_strict_and_holds_every_figure(result: Result) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = result.to_json()
    content = json.loads(text, parse_constant=refuse)
    assert content["scenario"] == result.scenario
    assert content["scenario"]["attacks"][0]["top"] == 5
    assert content["versions"]["linkage"] == linkage.__version__
    assert "timings" not in content
    assert "core_seconds" not in text
    for name in TABLES:
        table = getattr(result, name)
        assert len(content[name]) == len(table)
        assert len(table) > 0 or name == "worlds"
    values = [row["value"] for row in content["harm"]]
    assert [value is None for value in values] == result.harm["value"].isna().tolist()
    assert None in values
    known = [value for value in values if value is not None]
    assert known == result.harm["value"].dropna().tolist()
    assert content["summary"][0]["meaning"] == result.summary()["meaning"].iloc[0]


def test_the_scenario_of_a_result_loads_as_the_scenario_it_was(
    result: Result, tmp_path: Path
) -> None:
    path = tmp_path / "again.toml"
    path.write_text(result.scenario_toml(), encoding="utf-8")
    assert Scenario.load(path) == SMALL
    assert f"linkage {linkage.__version__}" in path.read_text().splitlines()[0]
    loaded = Result.load(result.save(tmp_path / "saved"))
    assert loaded.scenario_toml() == result.scenario_toml()


def test_a_report_on_simulated_people_gives_the_result_back(result: Result, tmp_path: Path) -> None:
    page = result.report(tmp_path / "report")
    assert page == tmp_path / "report" / "report.html"
    names = {path.name for path in page.parent.iterdir()}
    assert names == {
        *("report.html", "charts", "tables", "scenario.toml"),
        *("results.json", "results.schema.json"),
    }
    again = Result.load(page.parent)
    assert again.to_json() == result.to_json()
    for name in TABLES:
        left, right = (
            getattr(each, name).drop(columns="core_seconds", errors="ignore")
            for each in (again, result)
        )
        pd.testing.assert_frame_equal(left, right)
    assert (page.parent / "results.json").read_text("utf-8") == result.to_json()
    assert (page.parent / "scenario.toml").read_text("utf-8") == result.scenario_toml()


def test_a_report_on_own_files_withholds_and_is_no_result(
    own_result: Result, tmp_path: Path
) -> None:
    page = own_result.report(tmp_path / "report")
    with pytest.raises(InputError, match="withholds small counts"):
        Result.load(page.parent)


def test_tables_do_not_show_in_the_representation(result: Result) -> None:
    assert "DataFrame" not in repr(result)
    assert len(repr(replace(result, scenario={}))) < 30


def test_a_file_in_the_place_of_the_directory_is_refused(result: Result, tmp_path: Path) -> None:
    (tmp_path / "saved").write_text("a file")
    with pytest.raises(FileExistsError, match="another"):
        result.save(tmp_path / "saved")
    assert (tmp_path / "saved").read_text() == "a file"


def test_worlds_add_up_to_the_risk_and_one_world_needs_no_table(result: Result) -> None:
    assert result.worlds.empty
    twice = linkage.run(TWICE)
    names = ["scheme", "attack", "target", "knowledge"]
    added = twice.worlds.groupby(names)[["n", "claimed", "correct"]].sum()
    ran = twice.risk[twice.risk["status"] == "ran"].set_index(names)
    pd.testing.assert_frame_equal(
        added.sort_index(), ran[added.columns].sort_index(), check_dtype=False
    )
    assert set(twice.worlds["world"]) == {0, 1}
