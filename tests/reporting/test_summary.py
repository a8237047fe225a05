from __future__ import annotations

import pandas as pd
import pytest

from linkage.reporting import wording
from linkage.reporting.summary import COLUMNS, summarise


def _harm(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["regime", "measure", "unit", "value"])
    return frame.assign(scheme="plain", group="all", low=0.0, high=1.0, n=60, note="")


def _risk(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    names = ["scheme", "attack", "target", "knowledge", "rate"]
    return pd.DataFrame(rows, columns=names).assign(low=0.0, high=1.0, n=500, note="")


HARM = _harm(
    ("strict", "released", "per 1,000 requests", 0.0),
    ("as_practised", "released", "per 1,000 requests", 340.0),
    ("as_practised", "missed", "per 1,000 requests", 200.0),
    ("as_practised", "wrong_person", "per 1,000 requests", 7.0),
    ("as_practised", "wrong_person", "per release", 0.02),
    ("as_practised", "rule_breach", "per release", 0.2),
    ("statute", "rule_breach", "per release", 0.0),
)
RISK = _risk(
    ("sha256", "dictionary", "tin", "outsider", 0.98),
    ("sha256", "frequency", "surname", "outsider", 0.03),
    ("hmac", "dictionary", "tin", "outsider", 0.0),
    ("hmac", "dictionary", "tin", "key holder", 0.97),
    ("clk", "dictionary", "tin", "outsider", float("nan")),
)


def test_five_figures_are_chosen_where_there_are_requests() -> None:
    summary = summarise(RISK, HARM)
    assert tuple(summary.columns) == COLUMNS
    assert summary["value"].tolist() == [340.0, 0.02, 0.2, 0.98, 0.97]
    assert summary["n"].tolist() == [60, 60, 60, 500, 500]
    assert summary["unit"].nunique() == 3
    assert summary["meaning"].str.endswith(".").all()
    assert "98.0\xa0% (0 to 100)" in summary["meaning"].iloc[3]
    assert summary["figure"].is_unique


def test_without_requests_each_schemes_most_successful_attacks_are_chosen() -> None:
    summary = summarise(RISK, HARM.iloc[:0])
    assert tuple(summary.columns) == COLUMNS
    shown = dict(zip(summary["figure"], summary["value"], strict=True))
    assert list(shown.values()) == [0.98, 0.0, 0.97]  # no attack was run on clk
    for figure, (scheme, held) in zip(
        shown, [("sha256", "outsider"), ("hmac", "outsider"), ("hmac", "key holder")], strict=True
    ):
        assert figure.endswith(f"{wording.scheme(scheme)}, {held}")
    assert "a key holder" in summary["meaning"].iloc[2]


@pytest.mark.parametrize("risk", [RISK.iloc[:0], RISK[RISK["rate"].isna()]])
def test_nothing_to_summarise_gives_an_empty_table(risk: pd.DataFrame) -> None:
    summary = summarise(risk, HARM.iloc[:0])
    assert summary.empty
    assert tuple(summary.columns) == COLUMNS


def _many(schemes: int) -> pd.DataFrame:
    return _risk(
        *(
            (f"scheme {i}", "dictionary", "tin", "outsider", 0.49 + 0.02 * (i < 3))
            for i in range(8)
        ),
        *((f"scheme {i}", "auxiliary", "person", "outsider", 0.95) for i in range(4)),
        *((f"scheme {i}", "composition", "person", "outsider", 0.1) for i in range(5)),
    ).query(f"scheme in {[f'scheme {i}' for i in range(schemes)]}")


def test_many_schemes_are_counted_not_told_one_by_one() -> None:
    summary = summarise(_many(8), HARM.iloc[:0])
    assert summary["value"].tolist() == [3, 4]
    assert summary["n"].tolist() == [8, 5]
    assert set(summary["unit"]) == {"schemes"}
    assert (
        "Of the 8 schemes whose tax numbers an outsider attacked, 3 gave"
        in (summary["meaning"].iloc[0])
    )
    assert len(summarise(_many(7), HARM.iloc[:0])) == 7
    both = summarise(_many(8), HARM)
    assert both["value"].tolist() == [340.0, 0.02, 0.2, 3, 4]


def test_an_adversary_of_a_grid_is_no_key_holder() -> None:
    risk = RISK.assign(knowledge="overlap 0.5")
    meanings = summarise(risk, HARM.iloc[:0])["meaning"]
    assert meanings.str.contains(r"gives an adversary \(overlap 0\.5\) the").all()
