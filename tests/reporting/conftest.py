"""Fake results of realistic size, with the columns the real ones have."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

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
    harm = pd.DataFrame(rows)[columns]
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
    harm: pd.DataFrame = field(default_factory=make_harm)
    weights: pd.DataFrame = field(default_factory=make_weights)
    timings: pd.DataFrame = field(default_factory=make_timings)
    versions: dict[str, str] = field(
        default_factory=lambda: {"linkage": "0.1.0", "python": "3.11.9", "numpy": "2.4.0"}
    )
    table: pd.DataFrame = field(default_factory=make_summary)

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
def own_file() -> FakeResult:
    """A result on a small real file, with counts from 1 to 10 in it."""
    result = FakeResult(risk=make_risk(n=400), quality=make_quality(n=400), harm=make_harm(n=400))
    result.scenario = {"name": "own-file", "title": "Our file", "question": "?", "seed": 3}
    result.scenario["files"] = {"register": "register.csv"}
    return result
