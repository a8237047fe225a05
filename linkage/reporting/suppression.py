"""Small counts about real people are withheld: no cell from 1 to 10, and nothing that gives it away.

Source: the cell size suppression policy of the Centers for Medicare & Medicaid Services, as told
by ResDAC (https://resdac.org/node/1506): no cell of 1 to 10, and no percentage or other formula
that results in one. Zero may be shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from linkage.reporting import wording
from linkage.reporting.formatting import NEARLY_ALL, SCHEMES, SUPPRESSED, is_share, withheld

SMALLEST_SHOWN = 11

_RATE = ["correct", "rate", "low", "high", "reach"]
# How sure an adversary could be is told of all targets, not of those named.
_CERTAIN = ["suspicion_max", "suspicion_marketer"]
_SURE = ["suspicion_mean", "information_gain"]
_SIZES = ("k", "k_map", "people_alone")
_PRECISION = ["precision", "precision_low", "precision_high"]


def suppress(frame: pd.DataFrame) -> pd.DataFrame:
    """Blank every figure that rests on 1 to 10 records, or on all but 1 to 10.

    Parameters
    ----------
    frame : DataFrame
        A tidy risk, quality, harm, disclosure, inference or summary frame; other frames come back
        as they are.

    Returns
    -------
    DataFrame
        The same rows; withheld figures are NaN, and their row's note starts with ``<11``, or with
        ``all but <11`` where the small count is what is left over.

    Examples
    --------
    >>> few = pd.DataFrame({"value": [0.02, 0.5], "n": [400, 400], "note": ["", ""]})
    >>> suppress(few)["note"].tolist()
    ['<11', '']
    """
    if "correct" in frame:
        rest = frame["n"] - frame["correct"]
        return _marked(
            frame, _hidden_risk(frame), nearly_all=_small(rest) & ~_small(frame["correct"])
        )
    if {"value", "n"} <= set(frame.columns):
        return _marked(frame, *_hidden_values(frame))
    return frame


def _small(counts: pd.Series[Any]) -> pd.Series[bool]:
    numbers = counts.astype(float)
    return (numbers >= 0.5) & (numbers < SMALLEST_SHOWN - 0.5)


def _hidden_risk(risk: pd.DataFrame) -> pd.DataFrame:
    n, claimed, correct = risk["n"], risk["claimed"], risk["correct"]
    few = _small(n)
    # A rate of a hidden n, or close to 0 or 1, gives the small count away; so may precision.
    rate = few | _small(correct) | _small(n - correct)
    precision = few | _small(claimed) | _small(correct) | _small(claimed - correct)
    # The size of the control group is not in the frame; the attacked group stands in for it.
    control = few | _small(risk["control"] * n) if "control" in risk else few
    certain = few
    if "suspicion_marketer" in risk:
        sure = risk["suspicion_marketer"] * n
        certain = few | _small(sure) | _small(n - sure)
    hidden = pd.DataFrame(False, index=risk.index, columns=risk.columns)
    for names, mask in (
        (["n"], few),
        (["claimed"], few | _small(claimed)),
        (_RATE, rate),
        (_PRECISION, precision),
        (["control"], control),
        (["residual", "advantage"], rate | control),
        (_CERTAIN, certain),
        (_SURE, few),
    ):
        for name in risk.columns.intersection(names):
            hidden[name] = mask
    return hidden


def _hidden_values(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[bool]]:
    n = frame["n"].astype(float)
    of_n, per_one = _scale(frame, n)
    sizes = _class_sizes(frame)
    counts = sizes.fillna(frame["value"].astype(float) * per_one)
    # The n of a count is the number of worlds, or of schemes, not of records.
    of_records = ~per_one.isin([1.0, 0.0]) | sizes.notna() | ("learned" in frame)
    few = _small(counts) | (_small(n) & of_records)
    if "measure" in frame:
        few = _with_errors(frame, few)
    if "baseline" in frame:
        few |= of_n & _small(frame["baseline"].astype(float) * n)
    nearly_all = of_n & _small(n - counts) & ~few
    hide = few | nearly_all
    hidden = pd.DataFrame(False, index=frame.index, columns=frame.columns)
    for name in ("value", "low", "high", "baseline"):
        if name in hidden:
            hidden[name] = hide
    hidden["n"] = _small(n) & of_records
    if "meaning" in hidden:
        # A sentence may spell the figure out.
        hidden["meaning"] = hide & frame["meaning"].astype(str).str.contains(r"\d")
    return hidden, nearly_all


def _with_errors(frame: pd.DataFrame, few: pd.Series[bool]) -> pd.Series[bool]:
    """Withhold the error of an estimate where the truth is withheld: their difference gives it."""
    errors = frame["measure"].astype(str).str.endswith("_error")
    if not errors.any():
        return few
    alone = frame.loc[few & (frame["measure"] == "people_alone"), "scheme"]
    return few.where(~errors, frame["scheme"].isin(alone))


def _class_sizes(frame: pd.DataFrame) -> pd.Series[float]:
    """Size of the smallest class that a figure tells, k or 1/k; NaN where it tells none."""
    if "measure" not in frame:
        return pd.Series(np.nan, index=frame.index)
    value = frame["value"].astype(float)
    sizes = value.where(frame["measure"].isin(_SIZES))
    highest = frame["measure"].astype(str).str.contains("highest") & (value > 0)
    return sizes.where(~highest, 1 / value.where(highest))


def _scale(frame: pd.DataFrame, n: pd.Series[float]) -> tuple[pd.Series[bool], pd.Series[float]]:
    """Tell which values are parts of n, and how many records one unit of value stands for."""
    unit = frame["unit"].astype(str) if "unit" in frame else pd.Series("share", index=frame.index)
    if "measure" in frame:
        named = zip(frame["measure"], unit, strict=True)
        unit = pd.Series([wording.unit(measure, code) for measure, code in named], frame.index, str)
        unit = unit.mask(frame["measure"] == "links", "links")
        unit = unit.mask(frame["measure"].isin(_SIZES), "records of a class")
    share = unit.map(is_share).astype(bool)
    per_thousand = unit.str.startswith("per 1,000")
    per_release = unit.str.startswith("per release")
    scale = np.select(
        # A count of schemes is about nobody.
        [share | per_release, per_thousand, unit == SCHEMES],
        [n, n / 1000, 0.0],
        1.0,
    )
    return share | per_thousand, pd.Series(scale, index=frame.index)


def _marked(frame: pd.DataFrame, hidden: pd.DataFrame, nearly_all: pd.Series[bool]) -> pd.DataFrame:
    marked = frame.copy()
    for name in hidden.columns[hidden.any()]:
        blank: Any = "Withheld: it rests on fewer than 11 records." if name == "meaning" else np.nan
        marked[name] = frame[name].mask(hidden[name], blank)
    if "note" not in marked:
        marked["note"] = ""
    old = marked["note"].fillna("").astype(str)
    mark = nearly_all.map({True: f"{NEARLY_ALL}; ", False: f"{SUPPRESSED}; "}).astype(str)
    new = mark.str.cat(old).str.removesuffix("; ")
    marked["note"] = old.mask(hidden.any(axis=1), new)
    return marked


def spelled_out(frame: pd.DataFrame) -> pd.DataFrame:
    """Write the mark of a withheld count into the empty cells of its row."""
    if "note" not in frame:
        return frame
    marks = frame["note"].map(withheld)
    spelled = frame.copy()
    for name in frame.select_dtypes("number").columns:
        empty = frame[name].isna() & (marks != "")
        # Of a control group it is always the successes that are few.
        mark = SUPPRESSED if name == "control" else marks
        spelled[name] = frame[name].astype(object).mask(empty, mark) if empty.any() else frame[name]
    return spelled
