"""What results.json holds, as a JSON Schema: for programs that read it."""

from __future__ import annotations

from typing import Any, Final

TEXT: Final = {"type": ["string", "null"]}
NUMBER: Final = {"type": ["number", "null"]}

INTERVAL: Final = {
    "value": "the figure; null where it is undefined or withheld, note says why",
    "low": "lower end of its 95 % interval",
    "high": "upper end of its 95 % interval",
    "n": "observations behind it",
}
WORDS: Final = frozenset(
    {
        *(
            "scheme",
            "measure",
            "note",
            "attack",
            "target",
            "knowledge",
            "status",
            "learned",
            "unit",
        ),
        *("regime", "group", "field", "agreement", "step", "left", "right", "figure", "meaning"),
    }
)
"""Columns of text; all others hold numbers."""

NUMBERS_AFTER_ALL: Final = {"reliability": {"right"}}
"""Columns that are called like a text elsewhere."""

COLUMNS: Final[dict[str, dict[str, str]]] = {
    "summary": {
        "figure": "what it is",
        **INTERVAL,
        "unit": "unit",
        "meaning": "a sentence with the figure in it",
        "note": "why a figure is missing",
    },
    "quality": {
        "scheme": "sharing scheme, or a variant of one",
        "measure": "precision, recall, f_star, pairs_completeness, pairs_quality, reduction_ratio, links",
        **INTERVAL,
        "note": "why a figure is missing",
    },
    "risk": {
        "scheme": "sharing scheme",
        "attack": "attack; null where the scheme cannot encode the file",
        "target": "what the attack tries to learn",
        "knowledge": "who attacks, and with what",
        "status": "ran, not applicable, not run",
        "n": "targets",
        "claimed": "claims made",
        "correct": "right ones",
        "rate": "correct / n",
        "low": "lower end of its 95 % interval",
        "high": "upper end of its 95 % interval",
        "baseline": "right by guessing without the release",
        "control": "right on people who are not in it",
        "residual": "(rate - control) / (1 - control), not below 0",
        "advantage": "rate - control",
        "bound": "largest advantage that the scheme's guarantee allows",
        "precision": "correct / claimed",
        "precision_low": "lower end of its 95 % interval",
        "precision_high": "upper end of its 95 % interval",
        "reach": "correct / n",
        "suspicion_max": "how sure the adversary could be, at most",
        "suspicion_mean": "on average",
        "suspicion_marketer": "share of targets with one candidate left",
        "information_gain": "share of the uncertainty that the release takes away",
        "note": "why a figure is missing",
    },
    "worlds": {
        "scheme": "sharing scheme",
        "attack": "attack",
        "target": "what it tries to learn",
        "knowledge": "who attacks",
        "world": "number of the simulated world",
        "n": "targets",
        "claimed": "claims made",
        "correct": "right ones",
        "rate": "correct / n",
        "precision": "correct / claimed",
    },
    "harm": {
        "regime": "rule of the exchange",
        "scheme": "sharing scheme",
        "group": "all, a group of people, two groups, or a cause",
        "measure": "what is counted",
        **INTERVAL,
        "unit": "per what",
        "note": "why a figure is missing",
    },
    "disclosure": {
        "scheme": "sharing scheme",
        "measure": "k, k_map, and risks of the class that a record is in",
        **INTERVAL,
        "note": "why a figure is missing",
    },
    "inference": {
        "scheme": "sharing scheme",
        "attack": "attack that named the records",
        "knowledge": "who attacks",
        "learned": "what stands beside the code",
        "value": "how often it is true of the person named",
        "low": "lower end of its 95 % interval",
        "high": "upper end of its 95 % interval",
        "baseline": "right by always naming the commonest",
        "n": "observations behind it",
        "unit": "unit",
        "note": "why a figure is missing",
    },
    "weights": {
        "scheme": "sharing scheme",
        "field": "field compared",
        "level": "number of the level of agreement",
        "agreement": "the level in words",
        "m": "how often matches reach it",
        "u": "how often others do",
        "weight": "log2(m / u), bits",
    },
    "thresholds": {
        "threshold": "least probability of a link",
        "links": "links made",
        "expected_precision": "by the model",
        "expected_recall": "by the model",
        "precision": "in truth",
        "precision_low": "lower end of its 95 % interval",
        "precision_high": "upper end of its 95 % interval",
        "recall": "in truth",
        "recall_low": "lower end of its 95 % interval",
        "recall_high": "upper end of its 95 % interval",
    },
    "reliability": {
        "above": "lower end of the bin of probabilities",
        "up_to": "upper end",
        "n": "pairs in it",
        "said": "mean probability said",
        "right": "share of them that match",
        "low": "lower end of its 95 % interval",
        "high": "upper end of its 95 % interval",
    },
    "explained": {
        "step": "field, or what else moves the odds",
        "agreement": "level of agreement in words",
        "left": "value of the request, simulated",
        "right": "value of the record, simulated",
        "bits": "added to the odds",
        "probability": "so far",
    },
}
"""Table to column to what it is."""

WITHHELD: Final = "withheld"


def results_schema() -> dict[str, Any]:
    """Describe results.json as JSON Schema, draft 2020-12.

    Examples
    --------
    >>> results_schema()["properties"]["harm"]["items"]["properties"]["value"]["type"]
    ['number', 'null']
    """
    tables = {name: _table(name, columns) for name, columns in COLUMNS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "results.json of linkage",
        "description": "Every figure of a run, one a row. The same scenario, versions and seed give "
        "the same bytes. NaN is written as null.",
        "type": "object",
        "required": ["versions", *COLUMNS],
        "additionalProperties": False,
        "properties": {
            "scenario": {"type": "object", "description": "what was run, as its TOML file says"},
            "versions": {"type": "object", "additionalProperties": {"type": "string"}},
            "columns": {"type": "object", "description": "table to column to data type"},
            WITHHELD: {
                "type": "string",
                "description": "present where small counts about real people are null",
            },
            **tables,
        },
    }


def _table(name: str, columns: dict[str, str]) -> dict[str, Any]:
    words = WORDS - NUMBERS_AFTER_ALL.get(name, set())
    properties = {
        column: (TEXT if column in words else NUMBER) | {"description": about}
        for column, about in columns.items()
    }
    items = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"type": "array", "items": items}
