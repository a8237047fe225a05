"""Counts of one scheme in one world, and the tables made from the counts of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

import numpy as np
import pandas as pd

from linkage.measures.harm import NO_TRUTH, harm_rates
from linkage.measures.intervals import mean_over_worlds, rate_over_worlds, undefined
from linkage.measures.quality import RATES
from linkage.measures.risk import summarise_attack
from linkage.result import MEASURED, Result

PACKAGES: Final = (
    "linkage",
    "cryptography",
    "faker",
    "numba",
    "numpy",
    "pandas",
    "rapidfuzz",
    "recordlinkage",
    "scipy",
)

ENUMERATED: Final = 1_000_000
"""Values tried from which the seconds for a billion may be extrapolated."""

QUALITY: Final = ("scheme", "measure", "value", "low", "high", "n", "note")
RISK: Final = (
    *("scheme", "attack", "target", "knowledge", "n", "claimed", "correct"),
    *("rate", "low", "high", "baseline", "control", "residual"),
    *("precision", "precision_low", "precision_high", "reach", "note", MEASURED),
)
HARM: Final = ("regime", "scheme", "group", "measure", "value", "low", "high", "n", "unit", "note")
WEIGHTS: Final = ("scheme", "field", "level", "agreement", "m", "u", "weight")
TIMINGS: Final = (
    *("scheme", "attack", "target", "knowledge"),
    *("tried", "seconds", "seconds_per_billion"),
)


@dataclass
class Tally:
    """Counts of one scheme in one world; they add up over worlds.

    Attributes
    ----------
    scheme : str
    unusable : str
        Why the scheme cannot encode this file; empty if it can.
    unlinkable : str
        Why the two files cannot be linked under it; empty if they can or there is one only.
    links : int, optional
        Links found, if there was a request list.
    quality : dict, optional
        Counts behind the quality rates, if the truth is known.
    risk, obstacles, timings : dict
        By attack, target and knowledge: counts, why it was not run, values tried and seconds.
    harm : dict
        By regime and scheme.
    weights : pandas.DataFrame
        Match weights of linking.
    """

    scheme: str
    unusable: str = ""
    unlinkable: str = ""
    links: int | None = None
    quality: dict[str, int] | None = None
    risk: dict[tuple[str, str, str], dict[str, int]] = field(default_factory=dict)
    obstacles: dict[tuple[str, str, str], str] = field(default_factory=dict)
    timings: dict[tuple[str, str, str], tuple[int, float]] = field(default_factory=dict)
    harm: dict[tuple[str, str], dict[str, int | None]] = field(default_factory=dict)
    weights: pd.DataFrame = field(default_factory=pd.DataFrame)


def collect(scenario: Mapping[str, Any], tallies: Iterable[Tally]) -> Result:
    """Make the tidy tables of a result; schemes keep their order, worlds add up."""
    by_scheme: dict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_scheme[tally.scheme].append(tally)
    timings = _timings(by_scheme)
    return Result(
        scenario=scenario,
        quality=_table(QUALITY, (row for each in by_scheme.items() for row in _quality(*each))),
        risk=_table(RISK, (row for each in by_scheme.items() for row in _risk(*each, timings))),
        harm=_table(HARM, _harm(by_scheme)),
        weights=_weights(by_scheme),
        timings=timings,
        versions={package: version(package) for package in PACKAGES},
    )


def _table(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(columns))


def _quality(scheme: str, tallies: list[Tally]) -> Iterable[dict[str, Any]]:
    linked = [tally.links for tally in tallies if tally.links is not None]
    if tallies[0].unlinkable:
        for measure in ("links", *RATES):
            nothing = undefined(tallies[0].unlinkable)
            yield {"scheme": scheme, "measure": measure} | nothing._asdict()
    if not linked:
        return
    yield {"scheme": scheme, "measure": "links"} | mean_over_worlds(linked)._asdict()
    counted = [tally.quality for tally in tallies if tally.quality is not None]
    for measure, (part, whole) in RATES.items():
        estimate = undefined(NO_TRUTH)
        if counted:
            estimate = rate_over_worlds([c[part] for c in counted], [c[whole] for c in counted])
        yield {"scheme": scheme, "measure": measure} | estimate._asdict()


def _risk(scheme: str, tallies: list[Tally], timings: pd.DataFrame) -> Iterable[dict[str, Any]]:
    seconds = timings.set_index(["scheme", "attack", "target", "knowledge"])["seconds"]
    names = ("attack", "target", "knowledge")
    for key in dict.fromkeys(key for tally in tallies for key in (*tally.risk, *tally.obstacles)):
        row: dict[str, Any] = {"scheme": scheme, **dict(zip(names, key, strict=True))}
        ran = [tally.risk[key] for tally in tallies if key in tally.risk]
        if ran:
            yield row | summarise_attack(ran) | {MEASURED: seconds[(scheme, *key)]}
        else:
            yield row | {"n": 0, "claimed": 0, "correct": 0, "note": tallies[0].obstacles[key]}
    if tallies[0].unusable:
        yield {"scheme": scheme, "n": 0, "claimed": 0, "correct": 0, "note": tallies[0].unusable}


def _harm(by_scheme: Mapping[str, list[Tally]]) -> Iterable[dict[str, Any]]:
    tallies = [tally for each in by_scheme.values() for tally in each]
    for regime, scheme in dict.fromkeys(key for tally in tallies for key in tally.harm):
        worlds = [
            tally.harm[(regime, scheme)] for tally in tallies if (regime, scheme) in tally.harm
        ]
        for measure, unit, estimate in harm_rates(worlds):
            about = {"regime": regime, "scheme": scheme, "group": "all", "measure": measure}
            yield about | {"unit": unit} | estimate._asdict()


def _weights(by_scheme: Mapping[str, list[Tally]]) -> pd.DataFrame:
    """Mean of the worlds' match weights."""
    means = []
    for scheme, tallies in by_scheme.items():
        tables = [tally.weights for tally in tallies if len(tally.weights)]
        if tables:
            mean = tables[0].assign(
                **{c: np.mean([t[c] for t in tables], axis=0) for c in ("m", "u")}
            )
            means.append(mean.assign(scheme=scheme, weight=np.log2(mean["m"] / mean["u"])))
    rows = pd.concat(means, ignore_index=True) if means else pd.DataFrame(columns=list(WEIGHTS))
    return rows[list(WEIGHTS)]


def _timings(by_scheme: Mapping[str, list[Tally]]) -> pd.DataFrame:
    rows = []
    for scheme, tallies in by_scheme.items():
        for key in dict.fromkeys(key for tally in tallies for key in tally.timings):
            measured = [tally.timings[key] for tally in tallies if key in tally.timings]
            tried, seconds = (float(np.median(part)) for part in zip(*measured, strict=True))
            per_billion = seconds / tried * 1e9 if tried >= ENUMERATED else np.nan
            rows.append(
                dict(zip(TIMINGS, (scheme, *key, int(tried), seconds, per_billion), strict=True))
            )
    return _table(TIMINGS, rows)
