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

pytestmark = pytest.mark.usefixtures("undrawn")

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
def folder(undrawn: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
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
            assert (report / file).is_file()
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
    assert "what is finished is kept. The same command goes on" in capsys.readouterr().err


def test_init_writes_a_scenario_that_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "deep" / "my-own.toml"
    assert main(["init", str(file), "--like", "risk-matrix"]) == 0
    scenario = linkage.Scenario.load(file)
    assert scenario == linkage.Scenario.load("risk-matrix").replace(name="my-own")
    comments = [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]
    assert len(comments) > 5
    before = file.read_bytes()
    assert main(["init", str(file), "--like", "nothing"]) == 2
    told = capsys.readouterr().err
    assert "is there already" in told
    assert "--like" in told
    assert file.read_bytes() == before


def test_link_writes_links_and_replaces_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = synthetic.World(people=3_000, seed=3)
    register = world.taxpayers()
    register.rename(columns={"surname": "last"}).to_csv(tmp_path / "register.csv", index=False)
    world.requests(200).to_csv(tmp_path / "asked.csv", index=False)
    out = tmp_path / "out" / "links.csv"
    command = ["link", str(tmp_path / "asked.csv"), str(tmp_path / "register.csv")]
    names = ("given_name", "date_of_birth", "street_name", "zip", "surname=surname:last")
    fields = [name if "=" in name else f"{name}={name}" for name in names]
    command += [part for field in fields for part in ("--field", field)] + ["--out", str(out)]
    assert main(command) == 0
    assert "Links: " in capsys.readouterr().out
    links = pd.read_csv(out)
    assert list(links) == ["left", "right", "weight", "probability", "margin"]
    people = world.request_truth(200)["person_id"].to_numpy(), world.taxpayer_truth()["person_id"]
    right = people[0][links["left"]] == people[1].to_numpy()[links["right"]]
    assert right.mean() > 0.9
    assert main(command) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert main([*command, "--overwrite", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["links"] == str(out)
    assert {row["measure"] for row in told["summary"]} >= {"links", "pairs compared"}
    assert [path.name for path in out.parent.iterdir()] == ["links.csv"]


def test_compare_and_recommend_read_what_was_saved(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = str(folder / "saved")
    both = ["compare", saved, saved, "--out", str(tmp_path / "both")]
    assert main(both) == 0
    assert "differ by more than chance explains: 0 of" in capsys.readouterr().out
    assert (tmp_path / "both" / "report.html").is_file()
    assert main([*both, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"] == []
    assert main(["recommend", saved, "--max-risk", "0.5", "--knowledge", "outsider"]) == 0
    told = capsys.readouterr().out
    assert "HMAC" in told
    assert "not a verdict" in told
    assert main(["recommend", saved, "--json"]) == 0
    assert [row["scheme"] for row in json.loads(capsys.readouterr().out)] == ["plain", "hmac"]
    assert main(["recommend", saved, "--max-risk", "7"]) == 2
    assert "max_risk" in capsys.readouterr().err


def test_json_is_all_that_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    names = [row["name"] for row in json.loads(capsys.readouterr().out)]
    assert names == linkage.scenarios()["name"].tolist()
    again = ["report", str(folder / "saved"), "--out", str(folder / "reports" / "json"), "--json"]
    assert main(again) == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["report"]).is_file()
    assert told["summary"]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_can_complete_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for verb in ("assess", "calibrate", "compare", "init", "link", "list", "recommend", "run"):
        assert verb in script
    assert "--min-recall" in script


def test_every_command_has_help_with_an_example() -> None:
    for verb in ("list", "init", "run", "assess", "link", "calibrate", "report", "compare"):
        command = [sys.executable, "-m", "linkage", verb, "--help"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert f"  linkage {verb}" in told.split("example:")[1]
