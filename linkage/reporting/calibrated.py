"""Write the page of a calibration: the answer, whether the model fits, what it hangs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import tomli_w
from matplotlib.figure import Figure

from linkage.reporting import charts, wording
from linkage.reporting.charts.calibration import FIGURES, UNKNOWN, Fitted
from linkage.reporting.chosen import Chart
from linkage.reporting.formatting import number, percent
from linkage.reporting.pages import drawn, page, write_csv
from linkage.reporting.tables import Answer, Table
from linkage.whole import Kind

CALIBRATION: Final = Kind(
    "calibration report",
    ("report.html", "scenario.toml", "charts", "tables"),
    "report.html",
)
COUNTED: Final = ("requests", "answered", "wrong", "breach", "citizen_bystanders")
"""What the table of regimes counts, of all that is predicted."""

HEADINGS: Final = {
    "requests": "Requests",
    "answered": "Answers",
    "wrong": "Wrong person",
    "breach": "Rule breach",
    "citizen_bystanders": "Citizens beside",
}


def write_calibration(fitted: Fitted, directory: str | Path) -> Path:
    """Write the page, with its charts and tables beside it, whole or not at all.

    Parameters
    ----------
    fitted : linkage.calibration.Calibration
    directory : str or Path
        An earlier page there is replaced once the new one is whole.

    Returns
    -------
    Path
        ``report.html``; beside it charts/*.png and *.svg, tables/*.csv, scenario.toml.
    """
    target = Path(directory).resolve()
    frames = _frames(fitted)
    with CALIBRATION.written(target) as fresh:
        for folder in ("charts", "tables"):
            (fresh / folder).mkdir()
        pictures = {}
        for chart in _charts(fitted, frames):
            pictures[chart.name] = drawn(chart, fresh / "charts")
            write_csv(chart.data, fresh / "tables" / f"{chart.name}.csv")
        for name in ("unknowns", "regimes"):
            write_csv(frames[name], fresh / "tables" / f"{name}.csv")
        (fresh / "scenario.toml").write_text(tomli_w.dumps(_given(fitted.scenario)), "utf-8")
        text = page(
            "calibration.html.j2",
            title=f"{fitted.scenario['title']}: calibration",
            heading=fitted.scenario["title"],
            question=fitted.scenario["question"],
            foot=fitted.foot(),
            internal=False,
            pictures=pictures,
            answers=_answers(fitted, frames),
            unknowns=_unknowns_table(frames["unknowns"]),
            regimes=_regimes_table(frames["regimes"]),
            regime_words=wording.REGIMES,
            plan=fitted.scenario["calibration"],
            distance=fitted.distance,
        )
        (fresh / "report.html").write_text(text, "utf-8")
    return target / "report.html"


def _given(content: Any) -> Any:
    """Leave out what TOML cannot say: settings without a value."""
    if isinstance(content, Mapping):
        return {name: _given(value) for name, value in content.items() if value is not None}
    return list(content) if isinstance(content, tuple) else content


def _frames(fitted: Fitted) -> dict[str, pd.DataFrame]:
    priors = fitted.scenario["calibration"]["priors"]
    quantiles = {"low": 0.05, "median": 0.5, "high": 0.95}
    unknowns = pd.DataFrame(
        [
            {"unknown": name}
            | {f"before_{end}": fitted.prior[name].quantile(q) for end, q in quantiles.items()}
            | {f"after_{end}": fitted.posterior[name].quantile(q) for end, q in quantiles.items()}
            | {"source": priors.get(name, {}).get("source", "chance between worlds")}
            for name in map(str, fitted.posterior)
        ]
    )
    return {"unknowns": unknowns, "regimes": fitted.regimes(), "check": fitted.check()}


def _charts(fitted: Fitted, frames: Mapping[str, pd.DataFrame]) -> list[Chart]:
    alts = _alts(fitted, frames)
    data = {
        "check_chart": frames["check"],
        "rules_chart": frames["regimes"],
        "sensitivity_chart": fitted.sensitivity,
        "posterior_chart": frames["unknowns"],
    }

    def draw(name: str) -> Callable[[bool], Figure]:
        chart = getattr(charts, name)
        return lambda narrow: chart(fitted, foot=fitted.foot(), narrow=narrow)

    return [Chart(name, draw(name), alts[name], frame) for name, frame in data.items()]


def _alts(fitted: Fitted, frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Say in words what each chart shows, for people who do not see it."""
    figures = [
        f"{FIGURES.get(row['figure'], row['figure'])}: published {percent(row['low'])} to "
        f"{percent(row['high'])}, predicted {percent(row['median'])} "
        f"({percent(row['predicted_low'])} to {percent(row['predicted_high'])})"
        for _, row in frames["check"].iterrows()
    ]
    rules = frames["regimes"].pivot(index="regime", columns="measure", values="median")
    regimes = [
        f"{wording.regime(str(name))}: {number(row['answered'])} answers, "
        f"{number(row['wrong'])} about the wrong person"
        for name, row in rules.iterrows()
    ]
    hangs = [
        f"{UNKNOWN[str(row['unknown'])]} {row['total']:.2f} before, {row['posterior']:.2f} after"
        for _, row in fitted.sensitivity.iterrows()
    ]
    shares = [
        f"{UNKNOWN[str(row['unknown'])]} {percent(row['before_median'])} before, "
        f"{percent(row['after_median'])} ({percent(row['after_low'])} to "
        f"{percent(row['after_high'])}) after"
        for _, row in frames["unknowns"].iterrows()
    ]
    return {
        "check_chart": f"Published figures beside predicted ones. {'; '.join(figures)}.",
        "rules_chart": f"Predicted counts under each rule, medians. {'; '.join(regimes)}.",
        "sensitivity_chart": f"How much the answer hangs on each unknown. {'; '.join(hangs)}.",
        "posterior_chart": f"Unknown shares, medians and 90 % intervals. {'; '.join(shares)}.",
    }


def _answers(fitted: Fitted, frames: Mapping[str, pd.DataFrame]) -> list[Answer]:
    plan, answer, check = fitted.scenario["calibration"], fitted.answer(), frames["check"]
    hangs = fitted.sensitivity.set_index("unknown")["posterior"].abs()
    most = str(hangs.idxmax())
    predicted = frames["regimes"].set_index(["regime", "measure"])
    answers = [
        Answer(
            "Answers about the wrong person",
            f"Of {plan['released']:,} answers the model predicts ",
            f"{answer['median']:,.0f} ({answer['low']:,.0f} to {answer['high']:,.0f})",
            " about somebody other than the person asked for.",
            "",
        ),
        Answer(
            "The same as a share",
            "That is ",
            f"{percent(answer['share'])} ({percent(answer['share_low'])} to "
            f"{percent(answer['share_high'])})",
            " of the answers. It is a prediction under the assumptions below, not a count.",
            "",
        ),
        Answer(
            "Published figures",
            "The model gives ",
            f"{check['held'].sum()} of {len(check)}",
            " published figures again, within their rounding.",
            "",
        ),
        Answer(
            "What it hangs on",
            "The answer hangs most on one share that nobody has published: ",
            UNKNOWN[most].lower(),
            ".",
            "",
        ),
    ]
    if ("statute", "wrong") in predicted.index:
        answered = predicted["median"].to_dict()["statute", "answered"]
        answers.append(
            Answer(
                "Under the statute",
                "Had the requests been held to the statute, the model predicts "
                f"{number(answered)} answers, of which ",
                _count(predicted.loc[("statute", "wrong")]),
                " about the wrong person.",
                "",
            )
        )
    return answers


def _span(row: Any, name: str) -> str:
    return (
        f"{percent(row[f'{name}_median'])} ({percent(row[f'{name}_low'])} to "
        f"{percent(row[f'{name}_high'])})"
    )


def _unknowns_table(unknowns: pd.DataFrame) -> Table:
    rows = [
        (UNKNOWN[str(row["unknown"])], row["source"], _span(row, "before"), _span(row, "after"))
        for _, row in unknowns.iterrows()
    ]
    columns = ("Unknown share", "What was thought, and why", "Before", "After")
    return Table("unknowns", "What nobody has published (medians, 90 % intervals)", columns, rows)


def _regimes_table(regimes: pd.DataFrame) -> Table:
    measures = [name for name in COUNTED if name in set(regimes["measure"])]
    rows = []
    for regime, cells in regimes.groupby("regime", sort=False):
        found = cells.set_index("measure")
        rows.append((wording.regime(str(regime)), *(_count(found.loc[name]) for name in measures)))
    columns = ("Regime", *(HEADINGS[name] for name in measures))
    return Table("regimes", "The same list under every rule (90 % intervals)", columns, rows)


def _count(row: Any) -> str:
    return f"{row['median']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})"
