"""The register: truth written down, and the errors made in doing so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from sampling import ADDRESS, PERSON, is_near

from synthetic import RegisterSettings, World
from synthetic.register import COLUMNS

ERRORS = [
    "former_surname_share", "second_surname_dropped_share", "nickname_share", "typo_share",
    "birth_digit_share", "tin_digit_share", "unit_lost_share",
]  # fmt: skip


def register(**settings: float) -> RegisterSettings:
    """A register without errors but for those named, which strike independently."""
    none = dict.fromkeys([*ERRORS, "error_correlation"], 0.0)
    return RegisterSettings(**{**none, **settings})


def world(people: int = 12_000, **settings: float) -> World:
    return World(people=people, seed=6, register=register(**settings))


def compared(of: World) -> pd.DataFrame:
    """Rows of the register; beside them, under the suffix _true, what they should say."""
    truth = of.taxpayer_truth()
    person = of.persons().set_index("person_id").loc[truth.person_id].reset_index()
    address = of.addresses().set_index("address_id").loc[truth.address_id].reset_index()
    right = pd.concat([person[[*PERSON, "tin", "tin_type"]], address[[*ADDRESS, "kind"]]], axis=1)
    return pd.concat([of.taxpayers(), right.add_suffix("_true"), truth.tin_status], axis=1)


def differs(rows: pd.DataFrame, name: str) -> pd.Series:
    written, right = rows[name].fillna(""), rows[f"{name}_true"].fillna("")
    return (written != right).astype(bool)


@pytest.fixture(scope="module")
def faithful() -> pd.DataFrame:
    return compared(world())


def test_the_errors_are_all_there_are() -> None:
    """Else `register` would leave some on."""
    others = {
        "filing_share", "unauthorised_filing_share", "itin_share", "lapsed_share", "po_box_share",
        "error_correlation",
    }  # fmt: skip
    assert {entry.name for entry in fields(RegisterSettings)} == {*ERRORS, *others}


def test_without_errors_the_register_is_its_truth_written_out(faithful: pd.DataFrame) -> None:
    for name in [*PERSON, *ADDRESS]:
        assert not differs(faithful, name).any(), name
    own = faithful[faithful.tin_status == "own"]
    assert not differs(own, "tin").any()
    assert not differs(own, "tin_type").any()
    assert faithful.tin.notna().all()


def test_columns_and_numbers(faithful: pd.DataFrame) -> None:
    assert list(world().taxpayers().columns) == list(COLUMNS)
    whole = faithful.record_id[faithful.record_id < 10_000]
    assert whole.tolist() == list(range(len(whole)))
    # The last partition is cut: of its rows those of the world's people are here.
    assert (np.diff(faithful.record_id) > 0).all()
    assert len(whole) < len(faithful)


def test_the_order_of_the_register_tells_nothing() -> None:
    truth = world(people=10_000).taxpayer_truth()
    assert abs(np.corrcoef(truth.record_id, truth.person_id)[0, 1]) < 0.05


def one_edit(rows: pd.DataFrame, name: str) -> bool:
    """Whether written and right differ in length by at most one letter."""
    lengths = rows[name].str.len() - rows[f"{name}_true"].str.len()
    return bool((lengths.abs() <= 1).all())


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("typo_share", ["given_name", "surname", "street_name"]),
        ("birth_digit_share", ["date_of_birth"]),
        ("tin_digit_share", ["tin"]),
    ],
)
def test_errors_strike_their_columns_alone(setting: str, names: list[str]) -> None:
    rows = compared(world(**{setting: 0.3}))
    rows = rows[rows.tin_status == "own"]
    for name in [*PERSON, *ADDRESS, "tin"]:
        if name in names:
            assert is_near(differs(rows, name), 0.3)
            assert one_edit(rows, name)
        else:
            assert not differs(rows, name).any()


def test_nicknames_strike_who_has_one() -> None:
    all_called, some_called = (compared(world(nickname_share=share)) for share in (1.0, 0.3))
    can = differs(all_called, "given_name")
    assert 0.3 < can.mean() < 0.9
    assert is_near(differs(some_called, "given_name")[can], 0.3)
    assert not differs(some_called, "given_name")[~can].any()
    assert not differs(all_called, "surname").any()


def test_second_surnames_are_dropped() -> None:
    rows = compared(world(second_surname_dropped_share=1.0))
    double = rows.surname_true.str.contains("[ -]").astype(bool)
    assert double.sum() > 100
    assert (rows.surname == rows.surname_true.str.split("[ -]", regex=True).str[0]).all()
    half = compared(world(second_surname_dropped_share=0.5))
    assert is_near(differs(half, "surname")[double], 0.5)


def test_former_surnames_are_those_of_wives() -> None:
    of = world(former_surname_share=1.0)
    rows = compared(of)
    former = differs(rows, "surname")
    relation = of.persons().set_index("person_id").relation
    whose = relation[of.taxpayer_truth().person_id].to_numpy()
    assert set(whose[former]) <= {"head", "spouse"}
    assert set(rows.sex[former]) <= {"F", "M"}
    assert (rows.sex[former] == "F").mean() > 0.95
    assert 0.1 < former.mean() < 0.3


def test_units_are_lost() -> None:
    rows = compared(world(unit_lost_share=0.4))
    had = rows.unit_true.notna()
    assert is_near(rows.unit[had].isna(), 0.4)
    assert rows.unit[~had].isna().all()
    kept = rows.unit.notna()
    assert not differs(rows[kept], "unit").any()
    for name in ADDRESS:
        assert name == "unit" or not differs(rows, name).any()


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_errors_go_together(correlation: float) -> None:
    """Their number in a record spreads more; their share stays."""
    shares = {"typo_share": 0.1, "birth_digit_share": 0.1, "tin_digit_share": 0.1}
    rows = compared(world(error_correlation=correlation, **shares))
    rows = rows[rows.tin_status == "own"]
    names = ["given_name", "surname", "street_name", "date_of_birth", "tin"]
    struck = np.stack([differs(rows, name) for name in names])
    assert is_near(struck.ravel(), 0.1, effect=2)
    expected = 3 * correlation**2 * 0.1 / 0.9
    found = np.corrcoef(struck)[np.triu_indices(len(names), 1)]
    assert found.mean() == pytest.approx(expected, abs=0.03)


def test_stale_addresses_are_of_those_who_moved_since(
    taxpayers: pd.DataFrame, truth: pd.DataFrame, residences: pd.DataFrame
) -> None:
    rows = residences.set_index(["household_id", "moves_ago"]).unstack()
    home, came = rows.address_id, rows.came
    of = truth.household_id
    stale = truth.residence_id != of.map(home[0])
    assert 0.02 < stale.mean() < 0.10
    former = truth.residence_id[stale]
    either = (former == of[stale].map(home[1])) | (former == of[stale].map(home[2]))
    assert either.all()
    # Filed in spring of the year after the tax year, and moved between then and summer.
    moved = of.map(came[0]).fillna("1800-01-01")
    filing_year = taxpayers.tax_year + 1
    assert (moved[stale] > filing_year[stale].astype(str) + "-01-29").all()
    assert (moved[~stale] < (filing_year[~stale]).astype(str) + "-04-16").all()


def test_lapsed_returns_are_of_former_years(taxpayers: pd.DataFrame, world: World) -> None:
    lapsed = world.tax_year - taxpayers.tax_year
    assert lapsed.between(0, 6).all()
    assert is_near(lapsed > 0, 0.08, effect=2)
    assert is_near(lapsed[lapsed > 0] == 1, 0.5, effect=2)


@pytest.mark.parametrize(
    ("setting", "share_of"),
    [
        ("lapsed_share", lambda of: of.taxpayers().tax_year < of.tax_year),
        ("po_box_share", lambda of: of.taxpayers().street_name.str.startswith("PO BOX")),
    ],
)
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_shares_of_filers(
    setting: str, share_of: Callable[[World], pd.Series], share: float
) -> None:
    assert is_near(share_of(world(people=8_000, **{setting: share})), share, effect=2)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_borrowed_numbers(share: float) -> None:
    of = World(
        people=10_000, seed=6, register=register(itin_share=share), hispanic_share=0.6,
        hispanic_unauthorised_share=0.5,
    )  # fmt: skip
    truth, persons = of.taxpayer_truth(), of.persons().set_index("person_id")
    unauthorised = (persons.status[truth.person_id] == "unauthorised").to_numpy()
    borrowed = truth.tin_status == "borrowed"
    assert not borrowed[~unauthorised].any()
    assert is_near(borrowed[unauthorised], 1 - share)
