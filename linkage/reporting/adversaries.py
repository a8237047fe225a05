"""Which adversaries the charts draw: those with a name first, and a grid as curves."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

MOST: Final = 4
"""Adversaries that a chart draws one under the other; the table has all."""

_SETTING: Final = re.compile(r"([a-z][a-z _]*?) (-?\d+(?:\.\d+)?(?:e-?\d+)?)")


def settings(label: str) -> dict[str, float]:
    """Read the numbers of a grid's label; none if it is a name.

    >>> settings("overlap 0.5, key, errors 0.1"), settings("outsider")
    ({'overlap': 0.5, 'errors': 0.1}, {})
    """
    found = (_SETTING.fullmatch(part) for part in label.split(", "))
    return {match[1]: float(match[2]) for match in found if match}


def in_order(risk: pd.DataFrame) -> list[str]:
    """Adversaries in the scenario's order, which a scheme shows that all of them attacked.

    >>> schemes = ["plain", "plain", "hmac", "hmac", "hmac"]
    >>> labels = ["outsider", "colluding", "outsider", "key holder", "colluding"]
    >>> in_order(pd.DataFrame({"scheme": schemes, "knowledge": labels}))
    ['outsider', 'key holder', 'colluding']
    """
    known = risk.dropna(subset=["knowledge"])
    if known.empty:
        return []
    attacked_by = known.groupby("scheme", sort=False)["knowledge"].nunique()
    fullest = known.loc[known["scheme"] == attacked_by.idxmax(), "knowledge"]
    return [str(label) for label in dict.fromkeys([*fullest, *known["knowledge"]])]


def drawn(risk: pd.DataFrame) -> list[str]:
    """Adversaries to draw: with names if any has one, at most `MOST`."""
    labels = in_order(risk)
    named = [label for label in labels if not settings(label)]
    return (named or labels)[:MOST]


def only_drawn(risk: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of the adversaries to draw, and those of schemes that nobody could attack."""
    return risk[risk["knowledge"].isna() | risk["knowledge"].isin(drawn(risk))]


def with_rest(foot: str, risk: pd.DataFrame) -> str:
    """Add to a foot line which adversaries are in the table only."""
    rest = [label for label in in_order(risk) if label not in drawn(risk)]
    if not rest:
        return foot
    named = "; ".join(rest) if len(rest) <= 3 else f"{rest[0]} and {len(rest) - 1} more"
    return f"{foot} · in the table only: {named}"
