"""The few figures that matter most, each with a plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from linkage.measures.harm import PER_RELEASE, PER_REQUESTS

COLUMNS: Final = ("figure", "value", "low", "high", "n", "unit", "meaning", "note")

SHARE_OF_RECORDS: Final = "share of records"

_HARM: Final = (
    (
        "released",
        PER_REQUESTS,
        "Addresses released as practised",
        "Of every 1,000 requests, so many are answered with an address under the rule of 2025.",
    ),
    (
        "wrong_person",
        PER_RELEASE,
        "Released addresses of a wrong person",
        "Share of the released addresses that belong to somebody other than the person asked for.",
    ),
    (
        "rule_breach",
        PER_RELEASE,
        "Releases without a real, agreeing address",
        "Share of the released addresses whose request held no real address, or not the "
        "one on file.",
    ),
)
_RISK: Final = (
    (
        {"scheme": "sha256", "attack": "dictionary", "target": "tin", "knowledge": "outsider"},
        "Taxpayer numbers recovered from plain SHA-256",
        "Share of the register's hashed taxpayer numbers that an outsider finds by trying all "
        "numbers.",
    ),
    (
        {"scheme": "hmac", "attack": "dictionary", "target": "tin", "knowledge": "key holder"},
        "Taxpayer numbers recovered from HMAC with the key",
        "The same under a keyed hash, for whoever holds the key, as a requester does that encodes "
        "its own list.",
    ),
)


def summarise(quality: pd.DataFrame, risk: pd.DataFrame, harm: pd.DataFrame) -> pd.DataFrame:
    """Choose the figures that matter from a result's tables.

    With requests: what the rule of 2025 releases, to whom wrongly, against the rule, and two
    attacks on hashes. Without: the most successful attack on each scheme.

    Returns
    -------
    pandas.DataFrame
        figure, value, low, high, n, unit, meaning, note.
    """
    with_requests = (*_harm_figures(harm), *_risk_figures(risk))
    figures = with_requests if len(harm) else (*_worst_figures(risk),)
    known = [figure for figure in figures if len(figure)]
    rows = pd.concat(known, ignore_index=True) if known else pd.DataFrame(columns=list(COLUMNS))
    return rows[list(COLUMNS)]


def _harm_figures(harm: pd.DataFrame) -> Iterator[pd.DataFrame]:
    practised = harm[harm["regime"] == "as_practised"]
    for measure, unit, figure, meaning in _HARM:
        chosen = practised[(practised["measure"] == measure) & (practised["unit"] == unit)]
        shown = "share of releases" if unit == PER_RELEASE else unit
        yield chosen.assign(figure=figure, meaning=meaning, unit=shown)


def _risk_figures(risk: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for wanted, figure, meaning in _RISK:
        chosen = risk[(risk[list(wanted)] == pd.Series(wanted)).all(axis=1)]
        yield chosen.assign(
            value=chosen["rate"], unit=SHARE_OF_RECORDS, figure=figure, meaning=meaning
        )


def _worst_figures(risk: pd.DataFrame) -> Iterator[pd.DataFrame]:
    ran = risk[risk["rate"].notna()]
    worst = ran.loc[ran.groupby(["scheme", "knowledge"], sort=False)["rate"].idxmax()]
    yield worst.assign(
        value=worst["rate"],
        unit=SHARE_OF_RECORDS,
        figure="Most successful attack on " + worst["scheme"] + ", " + worst["knowledge"],
        meaning="Share of the records whose "
        + worst["target"]
        + " is found by the most successful attack on "
        + worst["scheme"]
        + " ("
        + worst["attack"]
        + ") of "
        + worst["knowledge"].map({"outsider": "an outsider:", "key holder": "a key holder:"}),
    )
