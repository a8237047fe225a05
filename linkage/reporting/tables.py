"""The tables of the report: numbers turned into cells that people read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from linkage.reporting import wording
from linkage.reporting.charts import harm_rows, tradeoff_data
from linkage.reporting.charts.disclosure import SIZES
from linkage.reporting.charts.tradeoff import NO_ATTACK, NO_LINKAGE
from linkage.reporting.formatting import (
    SUPPRESSED,
    duration,
    money,
    percent,
    undefined,
    with_interval,
    withheld,
)
from linkage.reporting.status import statuses, word


@dataclass(frozen=True)
class Table:
    """A table ready to be shown; the first column holds the row headings."""

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def count(value: Any, note: Any = "") -> str:
    """Write a count with thousands separators.

    >>> count(12345), count(float("nan"), "<11")
    ('12,345', '<11')
    """
    return undefined(note) if pd.isna(value) else f"{value:,.0f}"


def _share(value: Any, note: Any) -> str:
    if pd.notna(value):
        return percent(value)
    return withheld(note) or "–"


def risk_table(risk: pd.DataFrame) -> Table:
    """One row for each scheme, attack and adversary."""
    rows = [
        (
            wording.scheme(row["scheme"]),
            "–" if pd.isna(row["attack"]) else wording.attack(row["attack"], row["target"]),
            "–" if pd.isna(row["knowledge"]) else wording.words(row["knowledge"]),
            with_interval(
                row["rate"], row["low"], row["high"], note=row["note"], word=word(row["status"])
            ),
            count(row["n"], row["note"]),
            _share(row["baseline"], row["note"]),
            _share(row["control"], SUPPRESSED if withheld(row["note"]) else ""),
            _share(row["residual"], row["note"]),
            with_interval(row["precision"], row["precision_low"], row["precision_high"])
            if pd.notna(row["precision"])
            else _share(row["precision"], row["note"]),
            _share(row["reach"], row["note"]),
        )
        for _, row in risk.assign(status=statuses(risk)).iterrows()
    ]
    columns = "Scheme,Attack,Adversary,Right guesses,n,Baseline,Control,Residual,Precision,Reach"
    return Table(
        "risk", "Every attack on every scheme (95 % intervals)", tuple(columns.split(",")), rows
    )


SUSPICION = ("suspicion_max", "suspicion_mean", "suspicion_marketer", "information_gain")


def sureness_table(risk: pd.DataFrame) -> Table:
    """How sure the adversary could be, of each attack that says so."""
    known = risk.reindex(columns=[*risk.columns, *set(SUSPICION).difference(risk.columns)])
    measured = known[list(SUSPICION)].notna().any(axis=1)
    hidden = known["attack"].notna() & (known["note"].map(withheld) != "")
    told = measured | hidden if measured.any() else measured
    rows = [
        (
            wording.scheme(row["scheme"]),
            wording.attack(row["attack"], row["target"]),
            wording.words(row["knowledge"]),
            *(_share(row[name], row["note"]) for name in SUSPICION),
        )
        for _, row in known[told].iterrows()
    ]
    columns = (
        *("Scheme", "Attack", "Adversary", "Suspicion, highest", "Suspicion, mean"),
        *("Certain of", "Information gain"),
    )
    return Table("risk", "What the adversary could be sure of", columns, rows)


FILE_ONLY = ("prosecutor_highest", "journalist_highest", "people_alone", "pitman_finite")
"""Disclosure measures that the page leaves to the file: 1/k, 1/k-map, and variants."""


def disclosure_table(disclosure: pd.DataFrame) -> Table:
    """One row a scheme, one column a measure; why a figure is missing comes last."""
    left_out = disclosure["measure"].isin(FILE_ONLY) | disclosure["measure"].str.endswith("_error")
    shown = disclosure[~left_out]
    measures = list(dict.fromkeys(shown["measure"]))
    rows = []
    for scheme, cells in shown.groupby("scheme", sort=False):
        found = {str(row["measure"]): row for _, row in cells.iterrows()}
        missing = cells.loc[cells["value"].isna(), "note"].fillna("").astype(str)
        reasons = [note for note in missing.unique() if note and not withheld(note)]
        figures = (_disclosure_cell(found.get(measure), measure) for measure in measures)
        rows.append((wording.scheme(str(scheme)), *figures, "; ".join(reasons)))
    columns = (
        "Scheme",
        *(wording.disclosure(measure)[0] for measure in measures),
        "Missing because",
    )
    return Table("disclosure", "How alike released records are", columns, rows)


def _disclosure_cell(row: Any, measure: str) -> str:
    if row is None or pd.isna(row["value"]):
        return "–" if row is None else withheld(row["note"]) or "–"
    if measure in SIZES:
        return count(row["value"])
    return with_interval(row["value"], row["low"], row["high"])


def inference_table(inference: pd.DataFrame) -> Table:
    """One row for each thing that re-identified records give away."""
    rows = [
        (
            wording.scheme(row["scheme"]),
            wording.words(wording.attack_name(row["attack"])),
            wording.words(row["knowledge"]),
            wording.words(wording.target(row["learned"])),
            str(row["unit"]),
            with_interval(
                row["value"], row["low"], row["high"], unit=str(row["unit"]), note=row["note"]
            ),
            "–" if pd.isna(row["baseline"]) else percent(row["baseline"]),
            count(row["n"], row["note"]),
        )
        for _, row in inference.iterrows()
    ]
    columns = ("Scheme", "Attack", "Adversary", "Learned", "Unit", "Figure", "Baseline", "n")
    caption = "What a re-identified record gives away (95 % intervals)"
    return Table("inference", caption, columns, rows)


def tradeoff_table(quality: pd.DataFrame, risk: pd.DataFrame) -> Table:
    """One row for each scheme and adversary."""
    rows = [
        (
            wording.scheme(row["scheme"]),
            wording.words(row["knowledge"]),
            "–" if pd.isna(row["attack"]) else wording.attack(row["attack"], row["target"]),
            with_interval(
                row["risk"],
                row["risk_low"],
                row["risk_high"],
                note=withheld(row["note"]) or NO_ATTACK,
            ),
            with_interval(row["utility"], row["utility_low"], row["utility_high"], note=NO_LINKAGE),
            "yes" if row["front"] else "–",
        )
        for _, row in tradeoff_data(quality, risk).iterrows()
    ]
    columns = (
        "Scheme",
        "Adversary",
        "Worst attack",
        "Re-identified",
        "Linkage quality F*",
        "On the front",
    )
    return Table("tradeoff_chart", "Worst attack and utility (95 % intervals)", columns, rows)


def quality_table(quality: pd.DataFrame) -> Table:
    """One row a scheme, one column a measure."""
    measures = list(dict.fromkeys(quality["measure"]))
    cells = {(row["scheme"], row["measure"]): row for _, row in quality.iterrows()}
    rows = [
        (
            wording.scheme(scheme),
            *(_quality_cell(cells.get((scheme, measure)), measure) for measure in measures),
        )
        for scheme in dict.fromkeys(quality["scheme"])
    ]
    columns = ("Scheme", *(wording.quality(measure)[0] for measure in measures))
    return Table("quality", "Linkage quality by scheme (95 % intervals)", columns, rows)


def _quality_cell(row: Any, measure: str) -> str:
    if row is None:
        return "not run"
    if measure == "links":
        return count(row["value"], row["note"])
    return with_interval(row["value"], row["low"], row["high"], note=row["note"])


def harm_table(harm: pd.DataFrame) -> Table:
    """One row a measure and unit, one column a regime, for the scheme of the chart."""
    data = harm_rows(harm)
    regimes = list(dict.fromkeys(data["regime"]))
    cells = {(row["regime"], row["measure"], row["unit"]): row for _, row in data.iterrows()}
    pairs = dict.fromkeys(zip(data["measure"], data["unit"], strict=True))
    rows = []
    for measure in dict.fromkeys(data["measure"]):
        name, meaning = wording.harm(measure)
        for unit in (unit for counted, unit in pairs if counted == measure):
            figures = (_harm_cell(cells.get((regime, measure, unit))) for regime in regimes)
            rows.append((name, f"{meaning}, {wording.unit(measure, unit)}", *figures))
            meaning = "the same"
    columns = ("Measure", "In plain words", *(wording.regime(name) for name in regimes))
    caption = "What each regime does to people (95 % intervals)"
    return Table("harm", caption, columns, rows)


MOST_REGIMES = 5
"""Columns that fit a page; more regimes are told measure by measure."""


def harm_tables(harm: pd.DataFrame) -> list[Table]:
    """The table of `harm_table`, in as many parts as it takes to fit a page."""
    data = harm_rows(harm)
    regimes = list(dict.fromkeys(data["regime"]))
    parts = [regimes[at : at + MOST_REGIMES] for at in range(0, len(regimes), MOST_REGIMES)]
    return [harm_table(data[data["regime"].isin(part)]) for part in parts or [[]]]


def _harm_cell(row: Any) -> str:
    if row is None:
        return "not run"
    unit = wording.unit(row["measure"], row["unit"])
    return with_interval(row["value"], row["low"], row["high"], unit=unit, note=row["note"])


def timings_table(timings: pd.DataFrame) -> Table:
    """One row for each attack that tries out a whole space, or whose price is known."""
    priced = "dollars" in timings
    told = timings["seconds_per_billion"].notna()
    rows = [
        (
            wording.scheme(row["scheme"]),
            wording.attack(row["attack"], row["target"]),
            wording.words(row["knowledge"]),
            count(row["tried"], "not counted"),
            duration(row["seconds"]),
            duration(row["seconds_per_billion"]),
            *((money(row["dollars"]), *_on_gpu(row)) if priced else ()),
        )
        for _, row in timings[told].iterrows()
    ]
    columns = (
        *("Scheme", "Attack", "Adversary", "Guesses tried", "Time taken", "Time for 10⁹"),
        *(("Price here", "Time on a GPU*", "Price there*") if priced else ()),
    )
    return Table("timings", "Time the attacks took on one machine", columns, rows)


def _on_gpu(row: Any) -> tuple[str, str]:
    if pd.isna(row["gpu_seconds"]):
        return "no figure", "no figure"
    return duration(row["gpu_seconds"]), money(row["gpu_dollars"])


def assumptions_table(assumptions: pd.DataFrame) -> Table:
    """One row for each assumption with its source."""
    rows = [
        (row["assumption"], row["source"], percent(row["value"]))
        for _, row in assumptions.iterrows()
    ]
    caption = "What was assumed, and where it comes from"
    return Table("assumptions", caption, ("Assumption", "Source", "Value"), rows)


@dataclass(frozen=True)
class Answer:
    """One sentence of the answer with the figure behind it."""

    figure: str
    before: str
    value: str
    after: str
    n: str


def _around(value: str, meaning: str) -> tuple[str, str]:
    """Cut a sentence at its figure, the last one that reads so; a sentence without it comes before.

    >>> _around("1", "Of 17 schemes 1 fell."), _around("4", "Of 4 schemes 4 fell.")
    (('Of 17 schemes ', ' fell.'), ('Of 4 schemes ', ' fell.'))
    """
    found = list(re.finditer(rf"(?<![\w.,]){re.escape(value)}(?![\w%])", meaning))
    if not found:
        return f"{meaning} ", ""
    return meaning[: found[-1].start()], meaning[found[-1].end() :]


def answers(summary: pd.DataFrame) -> list[Answer]:
    """Turn the summary frame into sentences with their figures."""
    found = []
    for _, row in summary.iterrows():
        note = row["note"] if "note" in summary else ""
        unit = str(row["unit"])
        value = with_interval(row["value"], row["low"], row["high"], unit=unit, note=note)
        before, after = _around(value, str(row["meaning"]))
        found.append(
            Answer(wording.words(row["figure"]), before, value, after, count(row["n"], note))
        )
    return found
