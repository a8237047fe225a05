"""What a run found: tidy tables that can be saved, loaded and reported."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import pandas as pd
import tomli_w

from linkage.problems import InputError
from linkage.whole import Kind

if TYPE_CHECKING:
    from linkage.comparison import Comparison

TABLES: Final = (
    *("quality", "risk", "worlds", "harm", "disclosure", "inference", "weights"),
    *("thresholds", "reliability", "explained"),
)
"""Tables that follow from the scenario alone; timings are measured and differ from run to run."""

MEASURED: Final = "core_seconds"
"""The one column of the risk table that differs from run to run; results.json leaves it out."""


RESULT: Final = Kind(
    "saved result",
    ("result.json", *(f"{name}.parquet" for name in (*TABLES, "timings"))),
    "result.json",
)


@dataclass(frozen=True)
class Result:
    """All figures of a run, one a row, with their intervals.

    Parameters
    ----------
    scenario : mapping
        What was run, as its TOML file says it.
    quality, risk, worlds, harm, disclosure, inference, weights : pandas.DataFrame
        How well links were found, what attacks achieved, in all and in each world where there are
        several, what releases did to people, how alike released records are, what re-identified
        ones give away, the match weights of plain linking.
    thresholds, reliability, explained : pandas.DataFrame
        Of plain linking in the first world: what other thresholds would link, whether the
        probabilities are kept, and how one link comes about.
    timings : pandas.DataFrame
        How long the attacks took here.
    versions : mapping
        Package to version.
    """

    scenario: Mapping[str, Any]
    quality: pd.DataFrame = field(repr=False)
    risk: pd.DataFrame = field(repr=False)
    worlds: pd.DataFrame = field(repr=False)
    harm: pd.DataFrame = field(repr=False)
    disclosure: pd.DataFrame = field(repr=False)
    inference: pd.DataFrame = field(repr=False)
    weights: pd.DataFrame = field(repr=False)
    thresholds: pd.DataFrame = field(repr=False)
    reliability: pd.DataFrame = field(repr=False)
    explained: pd.DataFrame = field(repr=False)
    timings: pd.DataFrame = field(repr=False)
    versions: Mapping[str, str] = field(repr=False)

    def summary(self) -> pd.DataFrame:
        """Give the figures that matter most, in plain words.

        Returns
        -------
        pandas.DataFrame
            figure, value, low, high, n, unit, meaning, note.
        """
        from linkage.reporting.summary import summarise

        return summarise(self.risk, self.harm)

    def to_json(self) -> str:
        """Write scenario, versions and all tables but the timings as JSON.

        The same scenario, versions and seed give the same bytes. NaN is written as null.
        """
        tables = {name: getattr(self, name) for name in TABLES}
        tables["risk"] = tables["risk"].drop(columns=MEASURED)
        content = {
            "scenario": dict(self.scenario),
            "versions": dict(self.versions),
            "summary": _records(self.summary()),
            "columns": {name: table.dtypes.astype(str).to_dict() for name, table in tables.items()},
            **{name: _records(table) for name, table in tables.items()},
        }
        return (
            json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False, default=str) + "\n"
        )

    def scenario_toml(self) -> str:
        """Write the scenario as a TOML file that `linkage run` takes, versions as a comment."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"# Run with {versions}\n" + tomli_w.dumps(dict(self.scenario))

    def save(self, directory: str | Path) -> Path:
        """Save as Parquet tables and a JSON file, whole or not at all.

        Parameters
        ----------
        directory : path
            Made if absent; an earlier saved result in it is replaced.

        Returns
        -------
        pathlib.Path
            The directory.

        Raises
        ------
        FileExistsError
            If the directory holds something else.
        """
        target = Path(directory)
        with RESULT.written(target) as fresh:
            for name in (*TABLES, "timings"):
                getattr(self, name).to_parquet(fresh / f"{name}.parquet")
            about = {"scenario": dict(self.scenario), "versions": dict(self.versions)}
            (fresh / "result.json").write_text(json.dumps(about, indent=1, default=str), "utf-8")
        return target

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """Load a saved result, or the one behind a report on simulated people.

        Raises
        ------
        linkage.InputError
            If there is none, or the report withholds small counts.
        """
        path = Path(directory)
        if (path / "result.json").exists():
            about: dict[str, Any] = json.loads((path / "result.json").read_text("utf-8"))
            for name in (*TABLES, "timings"):
                about[name] = pd.read_parquet(path / f"{name}.parquet")
            return cls(**about)
        if (path / "results.json").exists():
            return cls(**_from_report(path))
        raise InputError(
            [f"{path}: no result there; give a directory that Result.save or a report made"]
        )

    def report(self, directory: str | Path, *, internal: bool = False) -> Path:
        """Write the report: HTML, charts, tables, results.json and scenario.toml.

        Parameters
        ----------
        directory : path
            An earlier report in it is replaced once the new one is whole.
        internal : bool
            Show counts under 11 of real files, with a warning on the report.

        Returns
        -------
        pathlib.Path
            The HTML page.
        """
        from linkage.reporting.report import write_report

        return write_report(self, Path(directory), internal=internal)

    def compare(self, other: Result) -> Comparison:
        """Put another result beside this one: this is before, the other after.

        Parameters
        ----------
        other : Result

        Returns
        -------
        linkage.comparison.Comparison
            With ``settings()``, ``table()`` and ``report(directory)``.
        """
        from linkage.comparison import Comparison

        return Comparison(self, other)


def _from_report(path: Path) -> dict[str, Any]:
    """Read a result back from a report's results.json and its table of timings."""
    content = json.loads((path / "results.json").read_text("utf-8"))
    if "withheld" in content:
        raise InputError(
            [f"{path}: the report withholds small counts; save the result itself (--save)"]
        )
    timings = pd.read_csv(path / "tables" / "timings.csv")
    tables = {
        name: pd.DataFrame(content[name], columns=list(columns)).astype(columns)
        for name, columns in content["columns"].items()
    }
    key = ["scheme", "attack", "target", "knowledge"]
    seconds = timings.rename(columns={"seconds": MEASURED})[[*key, MEASURED]]
    tables["risk"] = tables["risk"].merge(seconds, how="left", on=key)
    about = {name: content[name] for name in ("scenario", "versions")}
    return {**about, **tables, "timings": timings}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = table.to_dict(orient="records")
    return [
        {
            str(name): None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in row.items()
        }
        for row in rows
    ]
