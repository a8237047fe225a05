from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import linkage
import synthetic
from linkage.__main__ import main

SCENARIO = """
name = "mine"
people = 900
requests = 30
schemes = ["plain", "hmac"]
[[attacks]]
attack = "auxiliary"
target = "person"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one small scenario was run and its result saved."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "mine.toml").write_text(SCENARIO)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main([*RUN, "--save", "saved"]) == 0
    return folder


RUN = ["run", "mine.toml", "--set", "people=400", "--set", "auxiliary.overlap=0.5"]
RUN += ["--set", 'title=A "title"', "--seed", "3", "--quiet", "--jobs", "1"]


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_list_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for row in linkage.scenarios().itertuples():
        assert row.name in lines
        assert f"    {row.title}" in lines
        assert f"    {row.shows}" in lines


def test_a_run_writes_its_report_where_reports_go_unless_told_otherwise(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"mine.toml", "reports", "saved"}
    target = folder / "reports" / "local" / "mine"
    assert {"report.html", "results.json", "scenario.toml"} <= _files(target)
    scenario = json.loads((target / "results.json").read_text("utf-8"))["scenario"]
    assert (scenario["people"], scenario["seed"], scenario["requests"]) == (400, 3, 30)
    assert scenario["auxiliary"] == {"overlap": 0.5, "errors": 0.05, "age": 0.0}
    assert scenario["title"] == 'A "title"'


def test_what_is_saved_is_what_python_gives(folder: Path) -> None:
    scenario = linkage.Scenario.load(folder / "mine.toml").replace(
        people=400, seed=3, title='A "title"', **{"auxiliary.overlap": 0.5}
    )
    text = linkage.Result.load(folder / "saved").to_json()
    assert text == linkage.run(scenario).to_json()
    report = folder / "reports" / "local" / "mine"
    assert (report / "results.json").read_text("utf-8") == text


def test_the_figures_that_matter_are_printed(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = _files(folder)
    assert main(RUN) == 0  # once more, over the earlier report
    shown = capsys.readouterr()
    assert shown.err == ""
    first, *lines = [line for line in shown.out.splitlines() if line]
    assert first.startswith("Report: ")
    assert Path(first.removeprefix("Report: ")).is_file()
    summary = linkage.Result.load(folder / "saved").summary()
    assert len(lines) == len(summary) > 2
    for line, figure in zip(lines, summary["figure"], strict=True):
        assert line.endswith(figure)
        assert re.search(r"\d", line)
    assert _files(folder) == before


@pytest.mark.parametrize("source", ["saved", "reports/local/mine"])
def test_a_report_is_written_again_from_a_result_or_a_report(
    source: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(folder / source), "--out", "again"]) == 0
    earlier = folder / "reports" / "local" / "mine"
    assert _files(tmp_path / "again") == _files(earlier)
    for name in ("results.json", "scenario.toml"):
        assert (tmp_path / "again" / name).read_bytes() == (earlier / name).read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_assess_writes_a_report_that_shows_no_value_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    register = synthetic.World(people=400, seed=2).taxpayers()
    path = tmp_path / "people.csv.gz"
    register.rename(columns={"surname": "nachname"}).to_csv(path, index=False)
    monkeypatch.chdir(tmp_path)
    fields = ["surname=nachname", "given_name=given_name", "date_of_birth=date_of_birth"]
    options = [part for field in fields for part in ("--field", field)]
    options += ["--scheme", "sha256", "--scheme", "clk", "--attack", "frequency", "--seed", "4"]
    assert main(["assess", "people.csv.gz", *options, "--quiet", "--jobs", "1"]) == 0
    shown = capsys.readouterr().out
    assert [scheme for scheme in ("SHA-256", "CLK") if scheme in shown] == ["SHA-256"]
    target = tmp_path / "reports" / "local" / "people"
    tables = [path for path in target.rglob("*") if path.suffix in (".csv", ".json", ".toml")]
    assert len(tables) > 5
    text = shown + "\n".join(path.read_text("utf-8") for path in tables)
    words = set(re.findall(r"[\w-]+", text))
    for name in ("surname", "given_name", "date_of_birth", "tin"):
        assert not words & set(register[name].str.split(" ").explode())


def test_the_scenario_beside_an_assessment_gives_the_same_results_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    world = synthetic.World(people=600, seed=1)
    world.taxpayers().to_csv("people.csv", index=False)
    chosen = ["--scheme", "hmac", "--attack", "frequency", "--seed", "3"]
    assert main(["assess", "people.csv", *chosen, "--quiet", "--jobs", "1", "--out", "one"]) == 0
    again = ["run", "one/scenario.toml", "--quiet", "--jobs", "1", "--out", "two"]
    assert main(again) == 0
    first, second = ((tmp_path / name / "results.json").read_bytes() for name in ("one", "two"))
    assert first == second


def test_help_and_version_are_there() -> None:
    def shown(*arguments: str) -> str:
        command = [sys.executable, "-m", "linkage", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert shown("--version").split() == ["linkage", linkage.__version__]
    text = shown("--help")
    for part in ("list", "run", "assess", "report", "exit codes", "--set people=5000"):
        assert part in text


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert linkage.__version__ == version("linkage")


def test_tables_of_the_report_are_readable(folder: Path) -> None:
    tables = folder / "reports" / "local" / "mine" / "tables"
    result = linkage.Result.load(folder / "saved")
    for name in ("quality", "harm", "risk"):
        assert len(pd.read_csv(tables / f"{name}.csv")) == len(getattr(result, name))


SMALL_CASE = [
    *("calibration.worlds=2", "calibration.people=20000", "calibration.asked=200"),
    *("calibration.particles=100", 'regimes=["strict","statute"]'),
]


def test_calibrate_writes_charts_figures_and_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = [part for change in SMALL_CASE for part in ("--set", change)]
    command = ["calibrate", "irs-ice-2025", *changes, "--out", str(tmp_path / "fit")]
    assert main([*command, "--jobs", "1", "--quiet"]) == 0
    told = capsys.readouterr().out
    assert "Of 47,289 answers the model predicts" in told
    assert "a prediction under the scenario's assumptions" in told
    report = tmp_path / "fit" / "report"
    for name in ("posterior_chart", "check_chart", "sensitivity_chart", "rules_chart"):
        for file in (f"charts/{name}.png", f"charts/{name}.svg", f"tables/{name}.csv"):
            assert (report / file).stat().st_size > 100
    assert "Of 47,289 answers" in (report / "report.html").read_text("utf-8")
    assert len(list((tmp_path / "fit" / "worlds").glob("world-*.npz"))) == 2
    assert main([*command, "--jobs", "1", "--quiet"]) == 0  # from the worlds that are there
    assert capsys.readouterr().out == told


def test_an_interrupted_calibration_says_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("linkage.calibration.calibrate", stop)
    assert main(["calibrate", "irs-ice-2025", "--out", str(tmp_path), "--quiet"]) == 130
    assert "finished worlds are kept. The same command goes on" in capsys.readouterr().err
