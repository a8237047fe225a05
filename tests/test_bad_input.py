from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import linkage
from linkage import InputError
from linkage.__main__ import main
from linkage.scenario import Files

pytestmark = pytest.mark.usefixtures("undrawn")

GOOD = "last_name,dob,zip\nNg,1980-02-03,02139\nRuiz,1991-07-30,10001\n"
FIELDS = {"surname": "last_name", "date_of_birth": "dob"}


@dataclass(frozen=True)
class Bad:
    """A file, how it is used, and what the one problem must say."""

    content: str | bytes | None
    says: tuple[str, ...]
    name: str = "people.csv"
    fields: dict[str, str] | None = field(default_factory=lambda: FIELDS)
    schemes: tuple[str, ...] = ()
    attacks: tuple[str, ...] = ("frequency",)


FILES = {
    "a missing column": Bad(
        GOOD,
        ("column for surname", "got 'lastname'", "allowed", "nearest: 'last_name'"),
        fields={"surname": "lastname"},
    ),
    "an unknown field": Bad(
        GOOD, ("fields: got 'surnam'", "nearest: 'surname'"), fields={"surnam": "last_name"}
    ),
    "an unknown scheme": Bad(
        GOOD, ("schemes: got 'sha265'", "allowed 'plain'", "nearest: 'sha256'"), schemes=("sha265",)
    ),
    "an unknown attack": Bad(
        GOOD, ("attacks: got 'frequenzy'", "nearest: 'frequency'"), attacks=("frequenzy",)
    ),
    "unreadable dates": Bad(
        GOOD + "Lee,3 Feb 80,94110\nLee,yesterday,94110\n",
        ("column 'dob'", "2 unreadable", "'3 Feb 80', 'yesterday'", "YYYY-MM-DD"),
    ),
    "latin-1": Bad(
        GOOD.replace("Ruiz", "Núñez").encode("latin-1"), ("not UTF-8", "save it as UTF-8", "iconv")
    ),
    "duplicate ids": Bad(
        "record_id,last_name,dob\n7,Ng,1980-02-03\n8,Ruiz,1991-07-30\n7,Lee,1970-01-01\n",
        ("'record_id'", "1 ids occur more than once", "(7)"),
    ),
    "missing ids": Bad(
        "record_id,last_name,dob\n7,Ng,1980-02-03\n,Ruiz,1991-07-30\n,Lee,1970-01-01\n",
        ("'record_id'", "2 rows have no id"),
    ),
    "an empty file": Bad("", ("people.csv", "is empty")),
    "a header and nothing else": Bad("last_name,dob\n", ("people.csv", "no rows", "at least one")),
    "an empty field": Bad(
        "last_name,dob\nNg,\nRuiz,NaN\n",
        ("column 'dob'", "every value is empty", "leave the field out"),
    ),
    "no known column": Bad(
        "colour,shoe\nred,43\n", ("no column name is known (colour, shoe)", "surname"), fields=None
    ),
    "no such file": Bad(None, ("no such file", "check the path")),
    "a wrong ending": Bad(GOOD, ("'.xlsx'", "allowed .csv, .csv.gz, .parquet"), name="people.xlsx"),
    "no parquet": Bad(GOOD, ("cannot be read as .parquet",), name="people.parquet"),
    "no gzip": Bad(GOOD, ("cannot be read as .gz",), name="people.csv.gz"),
    "half a gzip": Bad(
        gzip.compress((GOOD * 99).encode())[:-9], ("cannot be read as .gz",), name="people.csv.gz"
    ),
    "rows of unequal length": Bad(
        GOOD + "Lee,1970-01-01,1,2,3\n", ("cannot be read as .csv", "Expected 3 columns, got 5")
    ),
}


def _write(bad: Bad, folder: Path) -> Path:
    path = folder / bad.name
    if bad.content is not None:
        path.write_bytes(bad.content if isinstance(bad.content, bytes) else bad.content.encode())
    return path


def _problems(action: Callable[[], object]) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        action()
    return caught.value.problems


def _refused(arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run the command line; it must give code 2, one message, and write nothing at all."""
    before = sorted(folder.rglob("*"))
    assert main(arguments) == 2
    assert sorted(folder.rglob("*")) == before
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("linkage: ")
    assert "Traceback" not in shown.err
    return shown.err


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_used_is_one_problem_for_users_of_python(
    case: str, tmp_path: Path
) -> None:
    bad = FILES[case]
    problems = _problems(
        lambda: linkage.assess(
            _write(bad, tmp_path),
            fields=bad.fields,
            schemes=list(bad.schemes) or None,
            attacks=list(bad.attacks),
            seed=1,
        )
    )
    assert len(problems) == 1
    for part in bad.says:
        assert part in problems[0]


@pytest.mark.parametrize("case", FILES)
def test_and_exit_code_2_on_the_command_line_with_nothing_written(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = FILES[case]
    options = {
        "--field": [f"{name}={column}" for name, column in (bad.fields or {}).items()],
        "--scheme": bad.schemes,
        "--attack": bad.attacks,
    }
    arguments = [
        part for option, values in options.items() for value in values for part in (option, value)
    ]
    message = _refused(
        ["assess", str(_write(bad, tmp_path)), *arguments, "--quiet"], tmp_path, capsys
    )
    assert message.startswith("linkage: 1 problem:\n")
    for part in bad.says:
        assert part in message


@pytest.mark.parametrize("case", ["unreadable dates", "duplicate ids", "latin-1", "an empty field"])
def test_linking_names_the_side_and_both_sides_at_once(case: str, tmp_path: Path) -> None:
    bad = FILES[case]
    path = _write(bad, tmp_path)
    one = _problems(
        lambda: linkage.link(
            path, pd.DataFrame({"last_name": ["Ng"], "dob": ["1980-02-03"]}), fields=FIELDS
        )
    )
    both = _problems(lambda: linkage.link(path, path, fields=FIELDS))
    assert (len(one), len(both)) == (1, 2)
    for part in bad.says:
        assert part in one[0]
    if case != "latin-1":  # a file that cannot be opened is named by its path
        assert [problem.partition(",")[0] for problem in both] == ["left", "right"]


def test_every_problem_of_a_call_is_in_one_error() -> None:
    left = pd.DataFrame({"last": ["Ng", "Lee"], "dob": ["soon", "never"]}, index=["a", "a"])
    right = pd.DataFrame({"surname": ["Ng"]})
    problems = _problems(
        lambda: linkage.link(
            left, right, fields={"surname": "surnam", "date_of_birth": "dob"}, threshold=2, seed=-1
        )
    )
    found = "\n".join(problems)
    for part in (
        "threshold: got 2, allowed 0 to 1",
        "seed: got -1",
        "left, column for surname: got 'surnam'",
        "left: labels occur more than once (a)",
        "right, column for surname: got 'surnam'",
        "nearest: 'surname'",
        "right, column for date_of_birth: got 'dob'",
    ):
        assert part in found
    assert len(problems) == 6


def test_duplicate_labels_of_a_frame_are_named() -> None:
    frame = pd.DataFrame({"surname": ["Ng", "Lee", "Ruiz"]}, index=[4, 9, 4])
    problems = _problems(lambda: linkage.assess(frame, seed=1))
    assert problems == ("the file: labels occur more than once (4); give each record one label",)


def test_columns_of_one_name_are_named() -> None:
    frame = pd.DataFrame([["Ng", "Lee", "1"]], columns=["surname", "surname", "zip"])
    problems = _problems(lambda: linkage.assess(frame, seed=1))
    assert problems == ("the file: 2 columns are called 'surname'; rename them",)


@pytest.mark.parametrize("source", [None, 5, ["people.csv"], {"surname": ["Ng"]}])
def test_what_is_no_frame_and_no_path_is_refused(source: Any) -> None:
    (problem,) = _problems(lambda: linkage.assess(source, seed=1))
    assert f"got {type(source).__name__}" in problem
    assert "pandas, Polars or Arrow" in problem


@pytest.mark.parametrize("threshold", [2, -0.1, "high", float("nan"), True])
def test_a_threshold_that_is_no_share_is_refused(threshold: Any) -> None:
    frame = pd.DataFrame({"surname": ["Ng", "Lee"]})
    problems = _problems(lambda: linkage.link(frame, frame, threshold=threshold))
    assert problems == (f"threshold: got {threshold!r}, allowed 0 to 1",)


def test_two_frames_without_a_common_field_cannot_be_linked() -> None:
    left, right = pd.DataFrame({"surname": ["Ng"]}), pd.DataFrame({"zip": ["02139"]})
    (problem,) = _problems(lambda: linkage.link(left, right))
    assert "no field in common" in problem
    assert "pass fields=" in problem


def test_assess_names_bad_arguments_and_a_bad_file_at_once(tmp_path: Path) -> None:
    path = _write(FILES["unreadable dates"], tmp_path)
    problems = _problems(
        lambda: linkage.assess(path, schemes=["sha265"], attacks=["frequenzy"], seed=-1)
    )
    assert len(problems) == 4


def _own(tmp_path: Path, **changes: str) -> Files:
    (tmp_path / "register.csv").write_text(GOOD)
    (tmp_path / "requests.csv").write_text(GOOD)
    return Files(
        **{
            "register": str(tmp_path / "register.csv"),
            "requests": str(tmp_path / "requests.csv"),
            "register_fields": FIELDS,
            "requests_fields": FIELDS,
        }
        | changes
    )


def test_the_problems_of_both_own_files_are_named_at_once(tmp_path: Path) -> None:
    files = _own(tmp_path, register_person="whom", requests_person="who")
    bad = FILES["unreadable dates"].content
    assert isinstance(bad, str)
    (tmp_path / "register.csv").write_text(bad)
    (tmp_path / "requests.csv").write_text("last_name,zip\nNg,02139\n")
    problems = _problems(lambda: linkage.run(linkage.Scenario(name="own", files=files)))
    assert len(problems) == 4
    for problem, parts in zip(
        problems,
        (
            ("register, column 'dob'", "2 unreadable"),
            ("requests, column for date_of_birth", "got 'dob'"),
            ("register, column of persons", "got 'whom'"),
            ("requests, column of persons", "got 'who'"),
        ),
        strict=True,
    ):
        for part in parts:
            assert part in problem


def test_own_files_without_a_common_field_are_refused(tmp_path: Path) -> None:
    files = _own(tmp_path, requests_fields={"zip": "zip"}, register_fields=FIELDS)  # type: ignore[arg-type]
    (problem,) = _problems(lambda: linkage.run(linkage.Scenario(name="own", files=files)))
    assert "no field in common" in problem
    assert "the register has surname, date_of_birth, the requests have zip" in problem


SCENARIO = 'name = "mine"\npeople = 200\nrequests = 20\nschemes = ["plain"]\n'

COMMANDS: dict[str, tuple[list[str], int, tuple[str, ...]]] = {
    "an unknown scenario": (["run", "adress-sharing"], 1, ("nearest: 'address-sharing'",)),
    "three mistakes": (
        ["run", "bad.toml"],
        3,
        ("requests: got -5", "'sha265'", "setting peopel: got", "nearest: 'people'", "bad.toml"),
    ),
    "a bad value": (["run", "good.toml", "--set", "people=-5"], 1, ("people: got -5",)),
    "a bad name and a bad value": (
        ["run", "good.toml", "--set", "auxiliary.overlop=0.5", "--set", "people=many"],
        2,
        ("auxiliary.overlop", "nearest: 'overlap'", "people: got 'many'"),
    ),
    "a setting inside a number": (["run", "good.toml", "--set", "people.x=5"], 1, ("people.x",)),
    "no value": (["run", "good.toml", "--set", "people", "--set", "seed"], 2, ("NAME=VALUE",)),
    "a negative seed": (["run", "good.toml", "--seed", "-1"], 1, ("seed: got -1",)),
    "no processes": (["run", "good.toml", "--jobs", "0"], 1, ("jobs: got 0",)),
    "too many requests": (
        ["run", "good.toml", "--set", "requests=5000", "--jobs", "1"],
        1,
        ("requests: got", "allowed is at most"),
    ),
    "both own files": (["run", "own.toml"], 2, ("none.csv: no such", "nor.csv: no such")),
    "no toml": (["run", "broken.toml"], 1, ("broken.toml: not TOML",)),
    "no result": (["report", "nowhere"], 1, ("nowhere: no result there",)),
    "no map": (["assess", "good.csv", "--field", "surname"], 1, ("--field: got 'surname'",)),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_a_command_that_cannot_be_run_gives_code_2_and_writes_nothing(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.toml").write_text(SCENARIO)
    (tmp_path / "bad.toml").write_text(
        'name = "mine"\npeopel = 5\nrequests = -5\nschemes = ["sha265"]\n'
    )
    (tmp_path / "own.toml").write_text(
        'name = "own"\n[files]\nregister = "none.csv"\nrequests = "nor.csv"\n'
    )
    (tmp_path / "broken.toml").write_text("name =")
    (tmp_path / "good.csv").write_text(GOOD)
    arguments, count, says = COMMANDS[case]
    quiet = [] if arguments[0] == "report" else ["--quiet"]
    message = _refused([*arguments, *quiet], tmp_path, capsys)
    assert message.startswith(f"linkage: {count} problem")
    assert message.count("\n  - ") == count
    for part in says:
        assert part in message


def test_a_target_that_is_not_a_report_is_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.toml").write_text(SCENARIO)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("the work was done")

    monkeypatch.setattr("linkage.simulate.run", fail)
    message = _refused(["run", "good.toml", "--out", "mine"], tmp_path, capsys)
    assert "thesis.txt" in message
    message = _refused(["run", "good.toml", "--save", "mine"], tmp_path, capsys)
    assert "thesis.txt" in message


@pytest.mark.parametrize("arguments", [[], ["rnu"], ["run"], ["run", "x", "--seed", "y"], ["--x"]])
def test_a_command_that_is_none_gives_code_2_and_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: linkage" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["run", "assess"])
def test_an_interruption_gives_code_130_and_leaves_nothing(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.toml").write_text(SCENARIO)
    (tmp_path / "good.csv").write_text(GOOD)

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("linkage.simulate._run_scheme", interrupt)
    before = sorted(tmp_path.rglob("*"))
    file = {"run": "good.toml", "assess": "good.csv"}[verb]
    assert main([verb, file, "--quiet", "--jobs", "1", "--out", "report"]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_an_interruption_while_the_report_is_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.toml").write_text(SCENARIO)

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("linkage.reporting.report._page", interrupt)
    before = sorted(tmp_path.rglob("*"))
    assert main(["run", "good.toml", "--quiet", "--jobs", "1", "--out", "report"]) == 130
    assert sorted(tmp_path.rglob("*")) == before
