"""results.json is what its schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

import linkage
from linkage import Scenario
from linkage.result import TABLES
from linkage.schema import COLUMNS, results_schema

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def written(undrawn: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenario = Scenario.load("risk-matrix").replace(
        people=1_500,
        requests=100,
        schemes=["plain", "hmac", "k_anonymous", "counts"],
        regimes=["as_practised"],
    )
    return linkage.run(scenario).report(tmp_path_factory.mktemp("run") / "report").parent


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def test_the_schema_is_one_and_lies_beside_the_results(written: Path) -> None:
    schema = _read(written / "results.schema.json")
    assert schema == results_schema()
    jsonschema.Draft202012Validator.check_schema(schema)


def test_results_of_a_run_follow_it(written: Path) -> None:
    results = _read(written / "results.json")
    jsonschema.validate(results, results_schema())
    filled = [name for name in COLUMNS if results[name]]
    assert set(filled) >= set(COLUMNS) - {"worlds"}
    for name in filled:  # each column is described, and none that does not occur
        assert set(results[name][0]) == set(COLUMNS[name])


def test_results_with_small_counts_withheld_follow_it(tmp_path: Path) -> None:
    people = pd.DataFrame({"surname": ["NG"] * 30 + ["RUIZ"] * 8, "zip": ["10001"] * 38})
    page = linkage.assess(people, schemes=["sha256"], attacks=["frequency"], seed=1).report(
        tmp_path / "report"
    )
    results = _read(page.parent / "results.json")
    assert "withheld" in results
    jsonschema.validate(results, results_schema())


def test_every_table_is_in_it() -> None:
    assert set(COLUMNS) == {"summary", *TABLES}


@pytest.mark.parametrize(
    ("table", "row"),
    [("risk", {"rate": "high"}), ("harm", {"new": 1}), ("quality", {"scheme": 3})],
)
def test_what_is_not_so_is_refused(table: str, row: dict[str, Any], written: Path) -> None:
    results = _read(written / "results.json")
    results[table].append(row)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(results, results_schema())
