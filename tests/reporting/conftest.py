"""Fake results of realistic size, with the columns the real ones have."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from linkage.measures.calibration import reliability
from linkage.reporting.charts import thresholds_data

SCHEMES = ["plain", "sha256", "salted_sha256", "hmac", "clk"]
ATTACKS = [
    ("dictionary", "tin"),
    ("dictionary", "name and birth date"),
    ("listed_people", "person"),
    ("frequency", "surname"),
]
# Rates per attack for the schemes in order; NaN with a reason = not applicable.
OUTSIDER = [
    [1.0, 0.9994, 0.0, 0.0, "no such column in the release"],
    [0.982, 0.954, "needs the salt", "needs the key", "needs the key"],
    [0.871, 0.842, 0.0, 0.0, 0.0],
    [1.0, 0.213, 0.207, 0.209, "no single-field code in the release"],
]
KEY_HOLDER = [  # plain and sha256 have no key to hold, so no rows
    [None, None, 0.9994, 0.9991, "no such column in the release"],
    [None, None, 0.953, 0.951, 0.913],
    [None, None, 0.84, 0.839, 0.771],
    [None, None, 0.207, 0.209, "no single-field code in the release"],
]
REGIMES = ["strict", "as_practised", "statute", "probabilistic"]
HARM = {  # per 1,000 requests for the regimes in order
    "released": [0, 38.2, 21.4, 512.0],
    "right_person": [0, 35.1, 21.2, 470.3],
    "wrong_person": [0, 3.1, 0.2, 41.7],
    "stale_address": [0, 4.4, 0.0, 66.0],
    "bystanders": [0, 81.4, 42.2, 1131.0],
    "rule_breach": [0, 34.6, 0, 402.0],
    "missed": [612.3, 577.2, 591.1, 142.0],
}


def wilson(successes: float, n: float) -> tuple[float, float]:
    z = 1.959964
    centre = (successes + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(successes * (n - successes) / n + z**2 / 4)
    return max(0.0, centre - half), min(1.0, centre + half)


def make_risk(n: int = 12_000) -> pd.DataFrame:
    rows = []
    for knowledge, table in (("outsider", OUTSIDER), ("key holder", KEY_HOLDER)):
        for (attack, target), cells in zip(ATTACKS, table, strict=True):
            for scheme, cell in zip(SCHEMES, cells, strict=True):
                if cell is None:
                    continue
                row: dict[str, Any] = {
                    "scheme": scheme,
                    "attack": attack,
                    "target": target,
                    "knowledge": knowledge,
                    "n": n,
                    "note": "",
                }
                if isinstance(cell, str):
                    row |= {"note": cell, "claimed": 0, "correct": 0}
                else:
                    correct = round(cell * n)
                    claimed = min(n, round(correct * 1.05))
                    precision = correct / claimed if claimed else np.nan
                    low, high = wilson(correct, n)
                    p_low, p_high = wilson(correct, claimed) if claimed else (np.nan, np.nan)
                    control = 0.011 if attack == "frequency" else 0.002
                    row |= {
                        "claimed": claimed,
                        "correct": correct,
                        "rate": correct / n,
                        "low": low,
                        "high": high,
                        "baseline": 0.012 if attack == "frequency" else 0.00005,
                        "control": control,
                        "residual": max(0.0, (correct / n - control) / (1 - control)),
                        "precision": precision,
                        "precision_low": p_low,
                        "precision_high": p_high,
                        "reach": correct / n,
                    }
                rows.append(row)
    return pd.DataFrame(rows)


def make_quality(n: int = 9_800) -> pd.DataFrame:
    table = {
        "precision": [0.981, 0.994, 0.994, 0.994, 0.962],
        "recall": [0.913, 0.641, 0.641, 0.641, 0.874],
        "f_star": [0.897, 0.638, 0.638, 0.638, 0.845],
        "pairs_completeness": [0.971, 0.7, 0.7, 0.7, 0.964],
        "pairs_quality": [0.031, 0.9, 0.9, 0.9, 0.028],
        "reduction_ratio": [0.9991, 0.99997, 0.99997, 0.99997, 0.9989],
    }
    rows = [
        {
            "scheme": scheme,
            "measure": measure,
            "value": value,
            "low": wilson(value * n, n)[0],
            "high": wilson(value * n, n)[1],
            "n": n,
            "note": "",
        }
        for measure, values in table.items()
        for scheme, value in zip(SCHEMES, values, strict=True)
    ]
    rows += [
        {"scheme": s, "measure": "links", "value": 9100.0, "low": np.nan, "high": np.nan, "n": n}
        | {"note": ""}
        for s in SCHEMES
    ]
    return pd.DataFrame(rows)


def _harm_of_groups() -> list[dict[str, Any]]:
    """What the regime as practised did to groups of people, and why it met the wrong ones."""
    figures = {
        "per 100,000 records": {
            **{"origin: hispanic": 41.0, "origin: white": 12.0, "tenure: owns": 9.0},
            **{"tenure: rents": 31.0, "status: citizen": 0.0},
        },
        "of the wrong persons": {"cause: borrowed number": 0.7, "cause: mistyped number": 0.3},
        "ratio of rates": {"origin: hispanic against white": 3.4},
    }
    about = {"scheme": "plain", "measure": "wrong_person", "note": "", "n": 4000}
    return [
        about
        | {"regime": regime, "group": group, "unit": unit}
        | {"value": value, "low": 0.6 * value, "high": 1.4 * value}
        for regime in ("as_practised", "statute")
        for unit, groups in figures.items()
        for group, value in groups.items()
    ]


def make_harm(n: int = 12_800) -> pd.DataFrame:
    rows = []
    for scheme in ("plain", "clk"):
        for unit in ("per 1,000 requests", "per release"):
            for measure, values in HARM.items():
                for place, regime in enumerate(REGIMES):
                    figures = _harm_figures(
                        measure, values[place], HARM["released"][place], unit, n
                    )
                    about = {"regime": regime, "scheme": scheme, "group": "all"}
                    rows.append(about | {"measure": measure, "unit": unit} | figures)
    columns = ["regime", "scheme", "group", "measure", "value", "low", "high", "n", "unit", "note"]
    harm = pd.DataFrame([*rows, *_harm_of_groups()])[columns]
    only_requests = harm["measure"].isin(["released", "missed"]) & (harm["unit"] == "per release")
    return harm[~only_requests].reset_index(drop=True)


def _harm_figures(
    measure: str, per_1000: float, released: float, unit: str, n: int
) -> dict[str, Any]:
    count = round(per_1000 * n / 1000)
    total, scale = (n, 1000) if unit != "per release" else (round(released * n / 1000), 1)
    if total == 0:
        return {
            "value": np.nan,
            "low": np.nan,
            "high": np.nan,
            "n": 0,
            "note": "no address went out",
        }
    value = scale * count / total
    low, high = (scale * end for end in wilson(min(count, total), total))
    if measure == "bystanders":
        low, high = 0.9 * value, 1.1 * value
    return {"value": value, "low": low, "high": high, "n": total, "note": ""}


def make_weights() -> pd.DataFrame:
    table = {
        "tin": [("exact", 0.93, 1e-6), ("one digit off", 0.03, 6e-5), ("different", 0.04, 0.9999)],
        "given_name": [
            ("exact", 0.86, 0.008),
            ("similar", 0.09, 0.012),
            ("different", 0.05, 0.98),
        ],
        "surname": [("exact", 0.91, 0.004), ("similar", 0.06, 0.007), ("different", 0.03, 0.989)],
        "date_of_birth": [
            ("exact", 0.95, 4e-5),
            ("one part differs", 0.04, 0.01),
            ("different", 0.01, 0.99),
        ],
        "street_name": [("exact", 0.62, 0.01), ("similar", 0.1, 0.02), ("different", 0.28, 0.97)],
        "zip": [("exact", 0.7, 0.03), ("different", 0.3, 0.97)],
        "sex": [("exact", 0.99, 0.5), ("different", 0.01, 0.5)],
    }
    return pd.DataFrame(
        [
            {
                "scheme": scheme,
                "field": name,
                "level": level,
                "agreement": agreement,
                "m": m,
                "u": u,
                "weight": np.log2(m / u),
            }
            for scheme in ("plain", "clk")
            for name, levels in table.items()
            for level, (agreement, m, u) in enumerate(levels)
        ]
    )


def make_timings() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("sha256", "dictionary", "tin", "outsider", 20_000_000, 6.2, 310.0),
            ("hmac", "dictionary", "tin", "key holder", 20_000_000, 31.0, 1550.0),
            ("clk", "dictionary", "person", "key holder", 40_000, 12.0, 300_000.0),
        ],
        columns=[
            "scheme",
            "attack",
            "target",
            "knowledge",
            "tried",
            "seconds",
            "seconds_per_billion",
        ],
    )


def _said() -> tuple[Any, Any]:
    said = np.linspace(0.01, 1, 500)
    return said, np.arange(500) % 7 < 7 * said


def make_thresholds() -> pd.DataFrame:
    said, right = _said()
    return thresholds_data(said, right=right, matches=400)


def make_reliability() -> pd.DataFrame:
    return reliability(*_said())


def make_explained() -> pd.DataFrame:
    steps = [
        ("before comparing", None, None, None, -18.0),
        ("surname", "exact", "NG", "NG", 9.0),
        ("given_name", "similar", "ANA", "ANNA", 5.0),
        ("date_of_birth", "exact", "1980-02-03", "1980-02-03", 13.0),
    ]
    frame = pd.DataFrame(steps, columns=["step", "agreement", "left", "right", "bits"])
    return frame.assign(probability=1 / (1 + np.exp2(-frame["bits"].cumsum())))


def make_summary() -> pd.DataFrame:
    rows = [
        ("yield", 38.2, 35.0, 41.7, 12_800, "per 1,000 requests"),
        ("wrong person", 0.081, 0.06, 0.108, 489, "share"),
        ("undone by an outsider", 0.9994, 0.9988, 0.9997, 12_000, "share"),
        ("undone by the key holder", 0.913, 0.908, 0.918, 12_000, "share"),
        ("bystanders", 2.13, 1.93, 2.33, 489, "per release"),
    ]
    meanings = [
        "Under the rule as practised, few requests were answered with an address.",
        "Of the addresses given out, some belong to somebody else.",
        "Anybody who knows the function turns nearly every hashed tax number back.",
        "Whoever holds the key turns most keyed records back into people.",
        "Each address given out exposes other people who live there.",
    ]
    summary = pd.DataFrame(rows, columns=["figure", "value", "low", "high", "n", "unit"])
    return summary.assign(meaning=meanings)


MANY = {  # schemes by family, with what an outsider and a key holder get of most attacks
    **{"plain": (1.0, None), "sha256": (0.9996, None), "salted_sha256": (0.0, 0.9996)},
    **{"record_salted": (0.62, None), "hmac": (0.0, 0.999), "slow_hash": (0.004, 0.2)},
    **{
        "vault": (0.0, 0.0),
        "token": (0.0, 0.97),
        "match_keys": (0.81, None),
        "slk_581": (0.93, None),
    },
    **{"fpe": (0.0, 1.0), "clk": (0.31, 0.92), "field_bloom": (0.44, 0.93), "rbf": (0.2, 0.9)},
    **{
        "clkhash": (0.3, 0.91),
        "minhash": (0.05, 0.88),
        "two_step": (0.03, 0.87),
        "psi": (None, 0.71),
    },
    **{"psi_cardinality": (None, 0.55), "oprf": (None, 0.7), "confirm_only": (None, 0.68)},
    **{"k_anonymous": (0.0006, None), "counts": (0.12, None), "dp_count": (0.02, None)},
}
MANY_ATTACKS = [
    *(("dictionary", "tin"), ("dictionary", "name and birth date"), ("auxiliary", "person")),
    *(("frequency", "surname"), ("frequency", "given_name"), ("frequency", "zip")),
    *(("collusion", "same person"), ("composition", "person"), ("inference", "income")),
    *(("probing", "membership"), ("differencing", "membership"), ("differencing", "cell")),
]


def make_many(n: int = 12_000) -> pd.DataFrame:
    """All schemes, twelve attacks, two adversaries, with every column."""
    rows = []
    for view, knowledge in enumerate(("outsider", "key holder")):
        for scheme, levels in MANY.items():
            for place, (attack, target) in enumerate(MANY_ATTACKS):
                about = {"scheme": scheme, "attack": attack, "target": target}
                row: dict[str, Any] = {**about, "knowledge": knowledge, "note": ""}
                level = levels[view]
                if view and level is None:
                    continue  # no key to hold
                if attack == "collusion":
                    row |= {"status": "not run", "note": "needs a further release (releases)"}
                elif level is None or (attack == "differencing") != (
                    scheme in {"counts", "dp_count"}
                ):
                    row |= {
                        "status": "not applicable",
                        "note": "no code of a record leaves its owner",
                    }
                else:
                    row |= _attacked(level * (0.4 if place % 5 == 4 else 1.0), n, scheme, attack)
                rows.append(row)
    return pd.DataFrame(rows).fillna({"claimed": 0, "correct": 0, "n": 0})


def _attacked(rate: float, n: int, scheme: str, attack: str) -> dict[str, Any]:
    correct = round(rate * n)
    low, high = wilson(correct, n)
    control = 0.7 * rate if attack == "inference" else 0.002
    return {
        **{"status": "ran", "n": n, "claimed": correct, "correct": correct, "rate": correct / n},
        **{"low": low, "high": high, "baseline": 0.0001, "control": control, "reach": correct / n},
        **{"residual": max(0.0, (rate - control) / (1 - control)), "advantage": rate - control},
        **{"bound": 0.46 if scheme == "dp_count" else np.nan},
        **{"precision": 1.0 if correct else np.nan, "precision_low": 0.99, "precision_high": 1.0},
        **{"suspicion_max": 1.0, "suspicion_mean": 0.8 * rate, "suspicion_marketer": rate / 2},
        **{"information_gain": 0.9 * rate},
    }


def make_grid(n: int = 4000) -> pd.DataFrame:
    """What two schemes give away to adversaries of a grid."""
    rows = []
    for overlap in (0.1, 0.25, 0.5, 1.0):
        for errors in (0.0, 0.1):
            for scheme, top in (("clk", 0.9), ("hmac", 0.8), ("k_anonymous", 0.02)):
                label = f"overlap {overlap}, errors {errors}"
                about = {"scheme": scheme, "target": "person", "knowledge": label, "note": ""}
                rate = top * overlap * (1 - 2 * errors)
                rows.append(
                    about | {"attack": "auxiliary"} | _attacked(rate, n, scheme, "auxiliary")
                )
                steady = _attacked(0.5, n, scheme, "dictionary")
                rows.append(about | {"attack": "dictionary", "target": "tin"} | steady)
    return pd.DataFrame(rows)


def make_worlds() -> pd.DataFrame:
    """What the same attacks came to in each of two worlds: half as much in one, the rest in the other."""
    grid = make_grid()[["scheme", "attack", "target", "knowledge", "n", "claimed", "correct"]]
    parts = []
    for world, share in enumerate((0.5, 1.5)):
        part = grid.assign(world=world, n=grid["n"] / 2, correct=grid["correct"] * share / 2)
        parts.append(part.assign(rate=part["correct"] / part["n"], precision=np.nan))
    return pd.concat(parts, ignore_index=True)


DISCLOSED = {  # of a plain and a k-anonymous release
    **{"k": (1, 5), "k_map": (1, 23), "prosecutor_highest": (1.0, 0.2)},
    **{"prosecutor_average": (0.98, 0.06), "prosecutor_at_risk": (0.97, 0.4)},
    **{"journalist_highest": (1.0, 1 / 23), "journalist_average": (0.71, 0.01)},
    **{"marketer": (0.7, 0.01), "journalist_at_risk": (0.6, 0.0), "sample_uniqueness": (0.96, 0.0)},
    **{"population_uniqueness": (0.6, 0.0), "zayatz": (0.81, 0.0), "pitman": (0.55, 0.0)},
    **{"pitman_finite": (0.54, 0.0), "zayatz_error": (0.2, 0.0), "pitman_error": (-0.06, 0.0)},
    **{"people_alone": (12_200, 0), "suppressed": (0.0, 0.02)},
}


def make_disclosure(n: int = 12_000) -> pd.DataFrame:
    rows = [
        {"scheme": scheme, "measure": measure, "value": float(values[place])}
        | {"low": np.nan, "high": np.nan, "n": n, "note": "counted, not estimated"}
        for place, scheme in enumerate(("plain", "k_anonymous"))
        for measure, values in DISCLOSED.items()
    ]
    nothing = {"value": np.nan, "low": np.nan, "high": np.nan, "n": 0}
    note = "no released record has a class"
    rows += [{"scheme": "hmac", "measure": m, **nothing, "note": note} for m in DISCLOSED]
    return pd.DataFrame(rows)


def make_inference() -> pd.DataFrame:
    about = {"scheme": "clk", "attack": "auxiliary", "knowledge": "outsider", "note": ""}
    home = "members of the household on nobody's list"
    per_person = {
        "value": 310.0,
        "low": 280.0,
        "high": 340.0,
        "unit": "per 1,000 people named rightly",
    }
    return pd.DataFrame(
        [
            about
            | {"learned": "filing_status", "value": 0.93, "low": 0.91, "high": 0.95}
            | {"baseline": 0.46, "n": 800, "unit": "share of claims"},
            about | {"learned": home, "baseline": np.nan, "n": 790} | per_person,
        ]
    )


@dataclass
class FakeResult:
    """Just what a report asks of a result."""

    scenario: dict[str, Any] = field(
        default_factory=lambda: {
            "name": "address-sharing",
            "title": "Sharing last-known addresses for enforcement",
            "question": "Who is exposed when 12,800 requests are answered, and what can be undone?",
            "people": 20_000,
            "requests": 12_800,
            "seed": 7,
            "replicates": 1,
            "schemes": SCHEMES,
        }
    )
    quality: pd.DataFrame = field(default_factory=make_quality)
    risk: pd.DataFrame = field(default_factory=make_risk)
    worlds: pd.DataFrame = field(default_factory=lambda: make_worlds().iloc[:0])
    harm: pd.DataFrame = field(default_factory=make_harm)
    weights: pd.DataFrame = field(default_factory=make_weights)
    thresholds: pd.DataFrame = field(default_factory=lambda: make_thresholds().iloc[:0])
    reliability: pd.DataFrame = field(default_factory=lambda: make_reliability().iloc[:0])
    explained: pd.DataFrame = field(default_factory=lambda: make_explained().iloc[:0])
    timings: pd.DataFrame = field(default_factory=make_timings)
    disclosure: pd.DataFrame = field(default_factory=lambda: make_disclosure().iloc[:0])
    inference: pd.DataFrame = field(default_factory=lambda: make_inference().iloc[:0])
    versions: dict[str, str] = field(
        default_factory=lambda: {"linkage": "0.1.0", "python": "3.11.9", "numpy": "2.4.0"}
    )
    table: pd.DataFrame = field(default_factory=make_summary)

    @classmethod
    def many(cls) -> FakeResult:
        """Make a result with every scheme, column and table, and a grid of adversaries."""
        priced = make_timings().assign(dollars=0.002, gpu_seconds=[0.1, 0.1, np.nan])
        return cls(
            risk=pd.concat([make_many(), make_grid()], ignore_index=True),
            worlds=make_worlds(),
            disclosure=make_disclosure(),
            inference=make_inference(),
            thresholds=make_thresholds(),
            reliability=make_reliability(),
            explained=make_explained(),
            timings=priced.assign(gpu_dollars=[1e-4, 1e-4, np.nan]),
        )

    def summary(self) -> pd.DataFrame:
        return self.table

    def to_json(self) -> str:
        return json.dumps({"scenario": self.scenario["name"]})

    def scenario_toml(self) -> str:
        return f'name = "{self.scenario["name"]}"\nseed = {self.scenario["seed"]}\n'


@pytest.fixture(scope="session")
def make_result() -> type[FakeResult]:
    return FakeResult


@pytest.fixture
def result() -> FakeResult:
    return FakeResult()


@pytest.fixture
def many() -> FakeResult:
    return FakeResult.many()


@pytest.fixture
def own_file() -> FakeResult:
    """A result on a small real file, with counts from 1 to 10 in it."""
    result = FakeResult(risk=make_risk(n=400), quality=make_quality(n=400), harm=make_harm(n=400))
    result.scenario = {"name": "own-file", "title": "Our file", "question": "?", "seed": 3}
    result.scenario["files"] = {"register": "register.csv"}
    return result
