"""Write the risk report: one self-contained HTML page with its charts and tables beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import pandas as pd

from linkage.reporting import tables, wording
from linkage.reporting.assumptions import assumed
from linkage.reporting.chosen import chosen
from linkage.reporting.pages import Picture, drawn, page, write_csv
from linkage.reporting.suppression import SMALLEST_SHOWN, suppress
from linkage.schema import results_schema
from linkage.whole import Kind

# A saved result may stand in the report's directory.
REPORT: Final = Kind(
    "report",
    ("report.html", "results.json", "results.schema.json", "scenario.toml", "charts", "tables"),
    "results.json",
)
FRAMES = (
    *("quality", "risk", "worlds", "harm", "disclosure", "inference", "weights"),
    *("thresholds", "reliability", "explained", "timings"),
)


class Reportable(Protocol):
    """What a report asks of a result; the frames are the tidy ones of `linkage.Result`."""

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The scenario as a mapping; with the key ``files`` it is about real files."""

    @property
    def quality(self) -> pd.DataFrame:
        """Linkage quality."""

    @property
    def risk(self) -> pd.DataFrame:
        """Attack success."""

    @property
    def worlds(self) -> pd.DataFrame:
        """Attack success in each world."""

    @property
    def harm(self) -> pd.DataFrame:
        """What the regimes do to people."""

    @property
    def disclosure(self) -> pd.DataFrame:
        """How alike released records are."""

    @property
    def inference(self) -> pd.DataFrame:
        """What re-identified records give away."""

    @property
    def weights(self) -> pd.DataFrame:
        """Match weights."""

    @property
    def thresholds(self) -> pd.DataFrame:
        """What other thresholds would link."""

    @property
    def reliability(self) -> pd.DataFrame:
        """Whether probabilities are kept."""

    @property
    def explained(self) -> pd.DataFrame:
        """How one link comes about."""

    @property
    def timings(self) -> pd.DataFrame:
        """Measured attack times."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Versions of the packages used."""

    def summary(self) -> pd.DataFrame:
        """Return the figures that matter, a plain sentence each."""

    def to_json(self) -> str:
        """Return every reproducible figure as JSON text."""

    def scenario_toml(self) -> str:
        """Return the scenario as TOML text."""


def write_report(result: Reportable, directory: str | Path, *, internal: bool = False) -> Path:
    """Write the report into a directory, whole or not at all.

    Parameters
    ----------
    result : Reportable
        A finished result.
    directory : str or Path
        Where to write. An earlier report there is replaced once the new one is whole.
    internal : bool
        For results on real files: show counts of 1 to 10 too and mark every section as internal.

    Returns
    -------
    Path
        The page, ``report.html``. Beside it: charts/*.png and *.svg, tables/*.csv, results.json
        with its schema, scenario.toml.

    Raises
    ------
    FileExistsError
        If the directory holds anything that is not an earlier report.
    """
    target = Path(directory).resolve()
    with REPORT.written(target) as fresh:
        _write_all(result, fresh, internal=internal)
    return target / "report.html"


def _write_all(result: Reportable, directory: Path, *, internal: bool) -> None:
    real = "files" in result.scenario
    shown = suppress if real and not internal else _unchanged
    frames = {name: shown(getattr(result, name)) for name in FRAMES}
    frames["summary"] = shown(result.summary())
    frames["assumptions"] = assumed(result.scenario)
    foot = _foot(result, real=real)

    for folder in ("charts", "tables"):
        (directory / folder).mkdir()
    pictures = {}
    for chart in chosen(frames, foot):
        if chart.has_figures:
            pictures[chart.name] = drawn(chart, directory / "charts")
        elif chart.optional:
            continue
        write_csv(chart.data, directory / "tables" / f"{chart.name}.csv")
    for name, frame in frames.items():
        write_csv(frame, directory / "tables" / f"{name}.csv")

    withheld = shown is suppress
    json_text = _withheld_json(result, frames) if withheld else result.to_json()
    (directory / "results.json").write_text(json_text, encoding="utf-8")
    schema = json.dumps(results_schema(), indent=1, ensure_ascii=False)
    (directory / "results.schema.json").write_text(schema + "\n", encoding="utf-8")
    (directory / "scenario.toml").write_text(result.scenario_toml(), encoding="utf-8")
    text = _page(
        result, frames, pictures, real=real, internal=internal, withheld=withheld, foot=foot
    )
    (directory / "report.html").write_text(text, encoding="utf-8")


def _unchanged(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


def _foot(result: Reportable, *, real: bool) -> str:
    scenario = result.scenario
    sizes = [
        f"{scenario[name]:,} {name}"
        for name in ("people", "requests")
        if not real and isinstance(scenario.get(name), int)
    ]
    worlds = scenario.get("replicates", 1)
    if sizes and worlds > 1:
        sizes.append(f"{worlds} worlds")
    if real and len(result.risk) and result.risk["n"].max() >= SMALLEST_SHOWN:
        sizes.append(f"{result.risk['n'].max():,.0f} records")
    parts = [
        ", ".join(sizes),
        f"seed {scenario.get('seed', 'none')}",
        "your file" if real else "simulated people",
        f"linkage {result.versions.get('linkage', '')}".strip(),
    ]
    return " · ".join(part for part in parts if part)


def _withheld_json(result: Reportable, frames: Mapping[str, pd.DataFrame]) -> str:
    """Write the figures with small counts withheld; the result's own JSON holds them all."""
    unneeded = ("timings", "assumptions")
    kept = {
        # Measured seconds differ from run to run.
        name: frame.drop(columns="core_seconds", errors="ignore")
        for name, frame in frames.items()
        if name not in unneeded
    }
    content = {
        "withheld": "counts of 1 to 10, and figures that give them away, are null with note <11",
        "versions": dict(result.versions),
        **{name: json.loads(frame.to_json(orient="records")) for name, frame in kept.items()},
    }
    return json.dumps(content, indent=1) + "\n"


def _page(
    result: Reportable,
    frames: Mapping[str, pd.DataFrame],
    pictures: Mapping[str, Picture],
    *,
    real: bool,
    internal: bool,
    withheld: bool,
    foot: str,
) -> str:
    return page(
        "report.html.j2",
        title=f"{result.scenario.get('title', 'Record linkage')}: risk report",
        heading=result.scenario.get("title", "Record linkage"),
        question=result.scenario.get("question", ""),
        scenario=result.scenario,
        versions=result.versions,
        pictures=pictures,
        answers=tables.answers(frames["summary"]),
        risk=tables.risk_table(frames["risk"]),
        sureness=tables.sureness_table(frames["risk"]),
        disclosure=tables.disclosure_table(frames["disclosure"]),
        inference=tables.inference_table(frames["inference"]),
        many="matrix_chart" in pictures,
        tradeoff=tables.tradeoff_table(frames["quality"], frames["risk"]),
        harms=tables.harm_tables(frames["harm"]),
        quality=tables.quality_table(frames["quality"]),
        timings=tables.timings_table(frames["timings"]),
        assumptions=tables.assumptions_table(frames["assumptions"]),
        filters=_filters_spared(result.scenario, frames["risk"]),
        harm_words=wording.HARMS,
        regimes=wording.REGIMES,
        real=real,
        internal=internal,
        withheld=withheld,
        foot=foot,
    )


def _filters_spared(scenario: Mapping[str, Any], risk: pd.DataFrame) -> bool:
    """Whether a scheme of the risk table is of the Bloom filter family and none was read without its key."""
    if {"graph_matching", "pattern_mining"} & set(risk["attack"]):
        return False
    variants = scenario.get("variants", {})
    kinds = {variants.get(name, {}).get("scheme", name) for name in risk["scheme"].unique()}
    return bool(kinds & wording.FILTERS)
