"""Counts of one scheme in one world, and the tables made from the counts of all."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from importlib.metadata import version
from typing import Any, Final

import numpy as np
import pandas as pd

from linkage.inspection import Inspection
from linkage.measures.causes import OF_WRONG, cause_rates
from linkage.measures.cost import dollars, gpu_dollars, gpu_seconds
from linkage.measures.groups import RATIO, disparities, group_rates
from linkage.measures.harm import NO_TRUTH, harm_rates
from linkage.measures.harm import Counts as HarmCounts
from linkage.measures.inference import learned_rate
from linkage.measures.intervals import Estimate, mean_over_worlds, rate_over_worlds, undefined
from linkage.measures.quality import RATES
from linkage.measures.risk import Counts, summarise_attack
from linkage.measures.uniqueness import over_worlds
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
    *("scheme", "attack", "target", "knowledge", "status", "n", "claimed", "correct"),
    *("rate", "low", "high", "baseline", "control", "residual", "advantage", "bound"),
    *("precision", "precision_low", "precision_high", "reach"),
    *("suspicion_max", "suspicion_mean", "suspicion_marketer", "information_gain"),
    *("note", MEASURED),
)
WORLDS: Final = (
    *("scheme", "attack", "target", "knowledge", "world"),
    *("n", "claimed", "correct", "rate", "precision"),
)
DISCLOSURE: Final = ("scheme", "measure", "value", "low", "high", "n", "note")
INFERENCE: Final = (
    *("scheme", "attack", "knowledge", "learned"),
    *("value", "low", "high", "baseline", "n", "unit", "note"),
)
HARM: Final = ("regime", "scheme", "group", "measure", "value", "low", "high", "n", "unit", "note")
WEIGHTS: Final = ("scheme", "field", "level", "agreement", "m", "u", "weight")
TIMINGS: Final = (
    *("scheme", "attack", "target", "knowledge"),
    *("tried", "seconds", "seconds_per_billion"),
    *("dollars", "gpu_seconds", "gpu_dollars"),
)

RAN: Final = "ran"
NOT_APPLICABLE: Final = "not applicable"
NOT_RUN: Final = "not run"


@dataclass(frozen=True)
class Outcome:
    """What one attack with some knowledge came to in one world.

    Parameters
    ----------
    counts : dict, optional
        See `linkage.measures.risk.summarise_attack`; None if it was not run.
    status : str
        Whether it ran, does not apply to the release, or lacked something.
    note : str
        Why it did not run.
    tried : int
        Values tried.
    seconds, per_try : float
        Core seconds that they took, and that one takes; NaN where not measured.
    blocks : int
        SHA-256 blocks that one try takes; 0 where tries are no digests.
    bound : float
        Largest advantage that the scheme's guarantee allows; NaN without one.
    """

    counts: Counts | None = None
    status: str = RAN
    note: str = ""
    tried: int = 0
    seconds: float = math.nan
    per_try: float = math.nan
    blocks: int = 0
    bound: float = math.nan


@dataclass(frozen=True)
class Harm:
    """What the answers under one regime did in one world: counts in all, by group, by cause."""

    counts: HarmCounts
    groups: dict[str, HarmCounts] = field(default_factory=dict)
    causes: HarmCounts = field(default_factory=dict)


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
    outcomes : dict
        By attack, target and knowledge.
    disclosure : dict
        Figures of the release's classes, by measure; see `linkage.measures.uniqueness`.
    inference : dict
        By attack, knowledge and what is learned: counts.
    harm : dict
        By regime and scheme.
    weights : pandas.DataFrame
        Match weights of linking.
    inspection : Inspection
        A closer look at the links.
    """

    scheme: str
    unusable: str = ""
    unlinkable: str = ""
    links: int | None = None
    quality: dict[str, int] | None = None
    outcomes: dict[tuple[str, str, str], Outcome] = field(default_factory=dict)
    disclosure: dict[str, Estimate] = field(default_factory=dict)
    inference: dict[tuple[str, str, str], dict[str, int]] = field(default_factory=dict)
    harm: dict[tuple[str, str], Harm] = field(default_factory=dict)
    weights: pd.DataFrame = field(default_factory=pd.DataFrame)
    inspection: Inspection = field(default_factory=Inspection)


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
        worlds=_table(WORLDS, (row for each in by_scheme.items() for row in _worlds(*each))),
        harm=_table(HARM, _harm(by_scheme)),
        disclosure=_table(
            DISCLOSURE, (r for each in by_scheme.items() for r in _disclosure(*each))
        ),
        inference=_table(INFERENCE, (r for each in by_scheme.items() for r in _inference(*each))),
        weights=_weights(by_scheme),
        **_inspected(by_scheme),
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
    for key in dict.fromkeys(key for tally in tallies for key in tally.outcomes):
        row: dict[str, Any] = {"scheme": scheme, **dict(zip(names, key, strict=True))}
        worlds = [tally.outcomes[key] for tally in tallies if key in tally.outcomes]
        ran = [outcome for outcome in worlds if outcome.counts is not None]
        if ran:
            figures = summarise_attack([each.counts for each in ran if each.counts is not None])
            took = {MEASURED: seconds.get((scheme, *key), np.nan)}
            yield row | {"status": RAN, "bound": ran[0].bound} | figures | took
        else:
            yield row | _nothing(worlds[0].note) | {"status": worlds[0].status}
    if tallies[0].unusable:
        yield {"scheme": scheme, "status": NOT_APPLICABLE} | _nothing(tallies[0].unusable)


def _worlds(scheme: str, tallies: list[Tally]) -> Iterable[dict[str, Any]]:
    """What each attack came to in each world, where there are several: some succeed or fail whole."""
    if len(tallies) == 1:
        return
    names = ("attack", "target", "knowledge")
    for world, tally in enumerate(tallies):
        for key, outcome in tally.outcomes.items():
            if outcome.counts is None:
                continue
            n, claimed, correct = (
                int(outcome.counts[name]) for name in ("n", "claimed", "correct")
            )
            yield {
                "scheme": scheme,
                **dict(zip(names, key, strict=True)),
                **{"world": world, "n": n, "claimed": claimed, "correct": correct},
                "rate": correct / n if n else np.nan,
                "precision": correct / claimed if claimed else np.nan,
            }


def _nothing(note: str) -> dict[str, Any]:
    return {"n": 0, "claimed": 0, "correct": 0, "note": note}


def _disclosure(scheme: str, tallies: list[Tally]) -> Iterable[dict[str, Any]]:
    worlds = [tally.disclosure for tally in tallies if tally.disclosure]
    for measure, figure in (over_worlds(worlds) if worlds else {}).items():
        yield {"scheme": scheme, "measure": measure} | figure._asdict()


def _inference(scheme: str, tallies: list[Tally]) -> Iterable[dict[str, Any]]:
    """What re-identified records give away, of each claim."""
    for key in dict.fromkeys(key for tally in tallies for key in tally.inference):
        worlds = [tally.inference[key] for tally in tallies if key in tally.inference]
        attack, knowledge, learned = key
        row = {"scheme": scheme, "attack": attack, "knowledge": knowledge, "learned": learned}
        yield row | learned_rate(worlds, learned)


def _harm(by_scheme: Mapping[str, list[Tally]]) -> Iterable[dict[str, Any]]:
    tallies = [tally for each in by_scheme.values() for tally in each]
    for regime, scheme in dict.fromkeys(key for tally in tallies for key in tally.harm):
        worlds = [
            tally.harm[(regime, scheme)] for tally in tallies if (regime, scheme) in tally.harm
        ]
        for group, measure, unit, estimate in _harm_figures(worlds):
            about = {"regime": regime, "scheme": scheme, "group": group, "measure": measure}
            yield about | {"unit": unit} | estimate._asdict()


def _harm_figures(worlds: list[Harm]) -> Iterable[tuple[str, str, str, Estimate]]:
    """Figures of one regime: of all, by cause, by group, and how unequal."""
    for measure, unit, estimate in harm_rates([world.counts for world in worlds]):
        yield "all", measure, unit, estimate
    for cause, estimate in cause_rates([world.causes for world in worlds]):
        yield f"cause: {cause}", "wrong_person", OF_WRONG, estimate
    for group in dict.fromkeys(group for world in worlds for group in world.groups):
        counts = [world.groups[group] for world in worlds if group in world.groups]
        for measure, unit, estimate in group_rates(counts):
            yield group, measure, unit, estimate
    for group, estimate in disparities([world.groups for world in worlds]):
        yield group, "wrong_person", RATIO, estimate


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


def _inspected(by_scheme: Mapping[str, list[Tally]]) -> dict[str, pd.DataFrame]:
    """A closer look at the links of the first world that has any; worlds do not add up here."""
    tallies = [tally for each in by_scheme.values() for tally in each]
    seen = next((t.inspection for t in tallies if len(t.inspection.thresholds)), Inspection())
    return {each.name: getattr(seen, each.name) for each in fields(Inspection)}


def _timings(by_scheme: Mapping[str, list[Tally]]) -> pd.DataFrame:
    rows = []
    for scheme, tallies in by_scheme.items():
        for key in dict.fromkeys(key for tally in tallies for key in tally.outcomes):
            measured = [tally.outcomes[key] for tally in tallies if key in tally.outcomes]
            cost = _cost([each for each in measured if not math.isnan(each.per_try)])
            if cost:
                rows.append(dict(zip(TIMINGS[:4], (scheme, *key), strict=True)) | cost)
    return _table(TIMINGS, rows)


def _cost(measured: list[Outcome]) -> dict[str, float]:
    """Median of what the tries took, and their price here and on published hardware."""
    if not measured:
        return {}
    tried = int(np.median([each.tried for each in measured]))
    seconds = float(np.median([each.seconds for each in measured]))
    per_try = float(np.median([each.per_try for each in measured]))
    blocks = measured[0].blocks
    # A slow hash is timed try by try; of the others only many tries say what a billion takes.
    known = tried >= ENUMERATED or math.isnan(seconds)
    return {
        "tried": tried,
        "seconds": seconds,
        "seconds_per_billion": per_try * 1e9 if known else math.nan,
        "dollars": dollars(seconds),
        "gpu_seconds": gpu_seconds(tried, blocks) if blocks else math.nan,
        "gpu_dollars": gpu_dollars(tried, blocks) if blocks else math.nan,
    }
