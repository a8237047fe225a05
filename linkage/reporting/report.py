"""Write the risk report: one self-contained HTML page with its charts and tables beside it."""

from __future__ import annotations

import json
import shutil
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import jinja2
import pandas as pd
from matplotlib.figure import Figure

from linkage.reporting import style, tables, wording
from linkage.reporting.assumptions import assumed
from linkage.reporting.chosen import Chart, chosen
from linkage.reporting.suppression import SMALLEST_SHOWN, spelled_out, suppress

# A saved result may stand in the report's directory.
ENTRIES = {"report.html", "results.json", "scenario.toml", "charts", "tables"}
FRAMES = ("quality", "risk", "worlds", "harm", "disclosure", "inference", "weights", "timings")


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


@dataclass(frozen=True)
class Picture:
    """A drawn chart as the page embeds it."""

    name: str
    alt: str
    wide: str
    narrow: str
    size: tuple[int, int]
    narrow_size: tuple[int, int]


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
        The page, ``report.html``. Beside it: charts/*.png and *.svg, tables/*.csv, results.json,
        scenario.toml.

    Raises
    ------
    FileExistsError
        If the directory holds anything that is not an earlier report.
    """
    target = Path(directory).resolve()
    check_directory(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        fresh.mkdir()
        _write_all(result, fresh, internal=internal)
        check_directory(target)
        _swap(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target / "report.html"


def check_directory(target: Path) -> None:
    """Refuse a directory that a report could not go to, before any work is done.

    Raises
    ------
    FileExistsError
        If it holds anything that is not an earlier report.
    """
    if not target.exists():
        return
    if not target.is_dir():
        raise FileExistsError(f"{target} is a file; a report needs a directory: give another path")
    found = {entry.name for entry in target.iterdir()}
    strangers = sorted(found - ENTRIES)
    if found and (strangers or "results.json" not in found):
        named = ", ".join((strangers or sorted(found))[:5])
        raise FileExistsError(
            f"{target} is not empty and not an earlier report (it holds {named}); "
            "allowed: a new or empty directory, or an earlier report with nothing added; "
            "try another directory, or move those files away"
        )


def _swap(fresh: Path, target: Path) -> None:
    old = fresh.with_name(f"{fresh.name}.old")
    if not target.exists():
        fresh.rename(target)
        return
    try:
        target.rename(old)
        fresh.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


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
            pictures[chart.name] = _draw(chart, directory / "charts")
        elif chart.optional:
            continue
        _write_csv(chart.data, directory / "tables" / f"{chart.name}.csv")
    for name, frame in frames.items():
        _write_csv(frame, directory / "tables" / f"{name}.csv")

    withheld = shown is suppress
    json_text = _withheld_json(result, frames) if withheld else result.to_json()
    (directory / "results.json").write_text(json_text, encoding="utf-8")
    (directory / "scenario.toml").write_text(result.scenario_toml(), encoding="utf-8")
    page = _page(
        result, frames, pictures, real=real, internal=internal, withheld=withheld, foot=foot
    )
    (directory / "report.html").write_text(page, encoding="utf-8")


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


def _draw(chart: Chart, folder: Path) -> Picture:
    wide, narrow = chart.draw(False), chart.draw(True)
    svg = style.to_svg(wide)
    (folder / f"{chart.name}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{chart.name}.png").write_bytes(style.to_png(wide))
    return Picture(
        chart.name,
        chart.alt,
        _data_uri(svg),
        _data_uri(style.to_svg(narrow)),
        _pixels(wide),
        _pixels(narrow),
    )


def _pixels(figure: Figure) -> tuple[int, int]:
    width, height = figure.get_size_inches()
    return round(96 * width), round(96 * height)


def _data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(style.for_page(svg).encode()).decode()}"


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame = spelled_out(frame)
    columns = {name: frame[name].map(_harmless) for name in frame}
    pd.DataFrame(columns, index=frame.index).to_csv(path, index=False, lineterminator="\n")


def _harmless(cell: Any) -> Any:
    # A spreadsheet would run a text that starts so as a formula.
    if isinstance(cell, str) and cell.lstrip().startswith(("=", "+", "-", "@")):
        return f"'{cell}"
    return cell


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
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
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
