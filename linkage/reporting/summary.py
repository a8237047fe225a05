"""The few figures that matter most, each in a plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from linkage.measures.harm import PER_RELEASE, PER_REQUESTS
from linkage.reporting import wording
from linkage.reporting.formatting import SCHEMES, with_interval

COLUMNS: Final = ("figure", "value", "low", "high", "n", "unit", "meaning", "note")
SHARE_OF_RECORDS: Final = "share of records"
SHARE_OF_RELEASES: Final = "share of releases"

_HARM: Final = (
    (
        "released",
        PER_REQUESTS,
        "Addresses released as practised",
        "Of every 1,000 requests, {} are answered with an address under the rule as practised "
        "in 2025.",
    ),
    (
        "wrong_person",
        PER_RELEASE,
        "Released addresses of a wrong person",
        "Of the addresses released so, {} belong to somebody other than the person asked for.",
    ),
    (
        "rule_breach",
        PER_RELEASE,
        "Releases without a real address on file",
        "Of the same addresses, {} answer a request that held no real address, or not the one "
        "on file.",
    ),
)
_RISK: Final = (
    (
        {"scheme": "sha256", "attack": "dictionary", "target": "tin", "knowledge": "outsider"},
        "Taxpayer numbers recovered from plain SHA-256",
        "If the register leaves as plain SHA-256 instead, an outsider who tries all numbers "
        "recovers {} of its taxpayer numbers.",
    ),
    (
        {"scheme": "hmac", "attack": "dictionary", "target": "tin", "knowledge": "key holder"},
        "Taxpayer numbers recovered from HMAC with the key",
        "Under a keyed hash the same attack recovers {} for whoever holds the key, as a requester "
        "does that encodes its own list.",
    ),
)
MANY: Final = 8
"""Schemes from which on they are counted, not told one by one."""

MOST: Final = 0.5
"""Share of the targets from which most of them are said to be given away; our choice of words."""

_PEOPLE: Final = ("person", "name and birth date")
_COUNTED: Final = (
    (
        "outsider",
        ("tin",),
        "Schemes that give an outsider most tax numbers",
        "Of the {of} schemes whose tax numbers an outsider attacked, {{}} gave away most of them.",
    ),
    (
        "outsider",
        _PEOPLE,
        "Schemes that give an outsider most people",
        "Of the {of} schemes whose people an outsider with a list tried to name, {{}} gave away "
        "most of them.",
    ),
    (
        "key holder",
        _PEOPLE,
        "Schemes that give a key holder most people",
        "Of the {of} schemes with a key whose holder tried to name the people, {{}} gave away most "
        "of them.",
    ),
    (
        "well informed",
        ("same person",),
        "Schemes that two recipients can join",
        "Of the {of} schemes of which two recipients put their copies side by side, {{}} let them "
        "join most records.",
    ),
    (
        "key holder",
        ("membership",),
        "Protocols that tell a requester who is in the file",
        "Of the {of} protocols that a requester asked about people, {{}} told of most who are in the "
        "file that they are.",
    ),
)
_WORST: Final = (
    "Left as {scheme}, the file gives {knowledge} the {target} of {{}} of its records "
    "({attack}, the most successful of the attacks run)."
)


def summarise(risk: pd.DataFrame, harm: pd.DataFrame) -> pd.DataFrame:
    """Choose the figures that matter from a result's tables.

    With requests: what the rule of 2025 releases, to whom wrongly, against the rule, and two
    attacks on hashes. Without: the most successful attack on each scheme. Of many schemes: of how
    many one attack or another gives most away.

    Returns
    -------
    pandas.DataFrame
        figure, value, low, high, n, unit, meaning (a sentence with the figure in it), note.
    """
    many = risk["scheme"].nunique() >= MANY
    with_requests = (*_harm_figures(harm), *_risk_figures(risk)) if len(harm) else ()
    of_schemes = _counted_figures(risk) if many else () if len(harm) else _worst_figures(risk)
    figures = (*with_requests, *of_schemes)
    known = [figure for figure in figures if len(figure)]
    rows = pd.concat(known, ignore_index=True) if known else pd.DataFrame(columns=list(COLUMNS))
    shown = [
        sentence.format(with_interval(value, low, high, unit=unit, note=note))
        for sentence, value, low, high, unit, note in zip(
            *(rows[name] for name in ("meaning", "value", "low", "high", "unit", "note")),
            strict=True,
        )
    ]
    return rows.assign(meaning=shown)[list(COLUMNS)]


def _harm_figures(harm: pd.DataFrame) -> Iterator[pd.DataFrame]:
    practised = harm[harm["regime"] == "as_practised"]
    for measure, unit, figure, sentence in _HARM:
        chosen = practised[(practised["measure"] == measure) & (practised["unit"] == unit)]
        shown = SHARE_OF_RELEASES if unit == PER_RELEASE else unit
        yield chosen.assign(figure=figure, meaning=sentence, unit=shown)


def _risk_figures(risk: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for wanted, figure, sentence in _RISK:
        chosen = risk[(risk[list(wanted)] == pd.Series(wanted)).all(axis=1)]
        yield chosen.assign(
            value=chosen["rate"], unit=SHARE_OF_RECORDS, figure=figure, meaning=sentence
        )


def _worst_figures(risk: pd.DataFrame) -> Iterator[pd.DataFrame]:
    ran = risk[risk["rate"].notna()]
    worst = ran.loc[ran.groupby(["scheme", "knowledge"], sort=False)["rate"].idxmax()]
    names = worst["scheme"].map(wording.scheme)
    yield worst.assign(
        value=worst["rate"],
        unit=SHARE_OF_RECORDS,
        figure="Most successful attack on " + names + ", " + worst["knowledge"],
        meaning=[
            _WORST.format(
                scheme=wording.scheme(scheme),
                knowledge=wording.adversary(knowledge),
                target=wording.target(target),
                attack=wording.attack(attack, target).lower(),
            )
            for scheme, knowledge, target, attack in worst[
                ["scheme", "knowledge", "target", "attack"]
            ].to_numpy(str)
        ],
    )


def _counted_figures(risk: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Count the schemes of which one attack or another named most targets."""
    for knowledge, targets, figure, sentence in _COUNTED:
        held = (risk["knowledge"] == knowledge) & risk["target"].isin(targets)
        best = risk[held & risk["rate"].notna()].groupby("scheme")["rate"].max()
        if best.empty:
            continue
        row = {"figure": figure, "value": float((best > MOST).sum()), "n": len(best)}
        about = {"unit": SCHEMES, "note": "", "meaning": sentence.format(of=len(best))}
        yield pd.DataFrame([row | about | {"low": float("nan"), "high": float("nan")}])
