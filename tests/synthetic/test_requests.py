"""The request list: shares near their settings, truth apart, order untelling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from synthetic import RequestSettings, World, tin_ranges
from synthetic.enforcement import PLACEHOLDERS
from synthetic.world import _population, _requests

ADDRESS = ["street_number", "street_name", "unit", "city", "state", "zip"]
PERSON = ["given_name", "surname", "date_of_birth", "sex"]
TRUTH = ["person_id", "household_id", "address_id", "address_status", "tin_status"]
COUNT = 3_000

FAITHFUL = RequestSettings(
    in_register_share=0.6,
    non_filer_share=0.1,
    tin_share=1.0,
    **dict.fromkeys(
        [
            "relative_tin_share", "wrong_tin_share", "placeholder_address_share",
            "blank_address_share", "former_address_share", "unit_lost_share",
            "given_name_typo_share", "surname_typo_share", "nickname_share", "name_order_share",
            "second_surname_dropped_share", "day_month_share", "birth_digit_share",
            "birth_missing_share", "sex_missing_share",
        ],
        0.0,
    ),
)  # fmt: skip


def world(enforcement: RequestSettings | None = None, people: int = 30_000) -> World:
    return World(people=people, seed=2, enforcement=enforcement or RequestSettings())


def answered(of: World, count: int = COUNT) -> pd.DataFrame:
    """Requests beside their truth, and the person meant (missing for strangers)."""
    both = of.requests(count).merge(of.request_truth(count), on="record_id")
    persons = of.persons().drop(columns=["household_id"])
    return both.merge(persons, on="person_id", how="left", suffixes=("", "_true"))


def is_near(rows: pd.Series, share: float) -> bool:
    """Whether the share of true rows is within five standard errors of ``share``."""
    margin = 5 * np.sqrt(max(share * (1 - share), 1e-4) / len(rows))
    return bool(abs(rows.mean() - share) < margin)


def test_columns_types_and_no_truth() -> None:
    requests, truth = world().requests(200), world().request_truth(200)
    assert list(requests.columns) == ["record_id", *PERSON, "tin", *ADDRESS]
    assert list(truth.columns) == ["record_id", *TRUTH]
    assert requests.record_id.tolist() == truth.record_id.tolist() == list(range(200))
    for frame in (requests, truth):
        assert isinstance(frame.index, pd.RangeIndex)
        for name, dtype in frame.dtypes.items():
            whole = str(name).endswith("_id")
            assert dtype == (np.int64 if whole else pd.StringDtype("pyarrow"))


def test_requests_are_reproducible_and_depend_on_n() -> None:
    first = world().requests(300)
    _requests.cache_clear()
    _population.cache_clear()
    pd.testing.assert_frame_equal(first, world().requests(300))
    assert not first.equals(world().requests(301).head(300))


def test_a_faithful_list_says_what_is_true() -> None:
    rows = answered(world(FAITHFUL))
    known = rows[rows.person_id >= 0]
    for name in [*PERSON, "tin"]:
        assert (known[name] == known[f"{name}_true"]).all()
    assert (known.address_id == known.address_id_true).all()
    addresses = world(FAITHFUL).addresses().set_index("address_id")
    for name in ADDRESS:
        assert rows[name].equals(addresses.loc[rows.address_id, name].reset_index(drop=True))
    assert set(rows.address_status) == {"current"}
    assert set(rows.tin_status) == {"own"}


def test_kinds_of_targets_come_near_their_shares() -> None:
    rows = answered(world())
    settings = RequestSettings()
    stranger = rows.person_id < 0
    assert is_near(rows.files.eq(True), settings.in_register_share)
    assert is_near(rows.files.eq(False), settings.non_filer_share)
    assert is_near(rows.culture.eq("hispanic")[~stranger], settings.hispanic_share)
    assert rows.person_id[~stranger].is_unique
    assert (rows.household_id[stranger] == -1).all()


def test_strangers_have_numbers_of_nobody_else() -> None:
    rows = answered(world(FAITHFUL))
    strangers = rows.tin[rows.person_id < 0]
    assert len(strangers) > 500
    assert strangers.is_unique
    assert not strangers.isin(world().persons().tin).any()


@pytest.mark.parametrize(
    ("status", "share"), [("former", 0.20), ("placeholder", 0.125), ("blank", 0.055)]
)
def test_address_statuses_come_near_their_shares(status: str, share: float) -> None:
    assert is_near(answered(world()).address_status == status, share)


def test_addresses_look_like_their_status() -> None:
    rows = answered(world())
    blank = rows[rows.address_status == "blank"]
    placeholder = rows[rows.address_status == "placeholder"]
    printed = rows[rows.address_status.isin(["current", "former"])]
    assert blank[ADDRESS].isna().to_numpy().all()
    assert set(placeholder.street_name) == set(PLACEHOLDERS)
    assert placeholder[["street_number", "unit"]].isna().to_numpy().all()
    assert is_near(placeholder.zip.notna(), 0.7)
    assert (blank.address_id == -1).all()
    assert (placeholder.address_id == -1).all()
    assert printed[["street_number", "street_name", "zip"]].notna().to_numpy().all()


def test_former_addresses_are_those_people_left() -> None:
    of = world()
    rows = answered(of)
    former = rows[(rows.address_status == "former") & (rows.person_id >= 0)]
    assert (former.address_id != former.address_id_true).all()
    filed = of.taxpayer_truth().set_index("person_id").address_id
    movers = former[former.files.eq(True)].set_index("person_id")
    then = filed[movers.index]
    moved = then != movers.address_id_true
    assert moved.sum() > 5
    assert (movers.address_id[moved] == then[moved]).all()


def test_units_are_lost_as_often_as_asked() -> None:
    of = world()
    rows = answered(of)
    printed = rows[rows.address_id >= 0]
    true = of.addresses().set_index("address_id").unit[printed.address_id]
    lost = true.notna().to_numpy() & printed.unit.isna().to_numpy()
    assert lost.sum() / len(rows) == pytest.approx(0.095, abs=0.025)


def test_numbers_look_like_their_status() -> None:
    settings = RequestSettings(tin_share=0.8, relative_tin_share=0.3, wrong_tin_share=0.3)
    of = world(settings)
    rows = answered(of)
    carried = rows[rows.tin.notna()]
    assert is_near(rows.tin.notna(), 0.8)
    assert ((rows.tin_status == "missing") == rows.tin.isna()).all()
    assert is_near(carried.tin_status == "wrong", 0.3)
    persons = of.persons()
    household = persons.set_index("tin").household_id
    relative = carried[carried.tin_status == "relative"]
    assert len(relative) > 100
    assert (household[relative.tin].to_numpy() == relative.household_id).all()
    assert (relative.tin != relative.tin_true).all()
    known = carried[carried.person_id >= 0]
    assert (known.tin == known.tin_true)[known.tin_status == "own"].all()
    wrong = known[known.tin_status == "wrong"]
    assert (wrong.tin != wrong.tin_true).all()
    assert is_near(wrong.tin.isin(persons.tin), 0.5)


def test_every_number_lies_in_the_published_ranges() -> None:
    of = world(RequestSettings(tin_share=1.0, wrong_tin_share=0.9))
    numbers = of.requests(COUNT).tin.astype("int64").to_numpy()
    starts, stops = np.array(tin_ranges()).T
    place = np.searchsorted(starts, numbers, side="right") - 1
    assert ((numbers >= starts[place]) & (numbers < stops[place])).all()


@pytest.mark.parametrize(
    ("setting", "column", "differs"),
    [
        ("given_name_typo_share", "given_name", None),
        ("surname_typo_share", "surname", None),
        ("birth_digit_share", "date_of_birth", None),
        ("birth_missing_share", "date_of_birth", pd.Series.isna),
        ("sex_missing_share", "sex", pd.Series.isna),
    ],
)
def test_errors_strike_their_column_alone(
    setting: str, column: str, differs: Callable[[pd.Series], pd.Series] | None
) -> None:
    settings = RequestSettings(**{**vars(FAITHFUL), setting: 0.5})
    rows = answered(world(settings))
    known = rows[rows.person_id >= 0]
    for name in PERSON:
        wrong = (known[name] != known[f"{name}_true"]).fillna(True)
        assert wrong.mean() == pytest.approx(0.5 if name == column else 0.0, abs=0.1)
    if differs is not None:
        assert is_near(differs(known[column]), 0.5)


def test_names_are_changed_over_together() -> None:
    rows = answered(world(RequestSettings(**{**vars(FAITHFUL), "name_order_share": 1.0})))
    known = rows[rows.person_id >= 0]
    assert (known.given_name == known.surname_true).all()
    assert (known.surname == known.given_name_true).all()


def test_only_second_surnames_are_dropped() -> None:
    settings = RequestSettings(**{**vars(FAITHFUL), "second_surname_dropped_share": 1.0})
    rows = answered(world(settings))
    known = rows[rows.person_id >= 0]
    shorter = known[known.surname != known.surname_true]
    assert len(shorter) > 100
    starts = [
        true.startswith(f"{written} ")
        for written, true in zip(shorter.surname, shorter.surname_true, strict=True)
    ]
    assert all(starts)
    assert "SAN" not in set(known.surname)


def test_order_tells_neither_partition_nor_kind() -> None:
    rows = answered(world())
    first, second = rows.head(COUNT // 2), rows.tail(COUNT // 2)
    for mark in (rows.person_id < 0, rows.person_id >= 20_000):
        assert abs(mark[first.index].mean() - mark[second.index].mean()) < 0.1


def test_all_the_hispanic_people_there_are_then_others() -> None:
    rows = answered(world(RequestSettings(0.9, 0.05, hispanic_share=1.0), people=4_000), 1_500)
    assert 0.1 < (rows.culture == "anglo").mean() < 0.9


@pytest.mark.parametrize("count", [0, -3, 2.0, True, "10"])
def test_count_is_checked(count: int) -> None:
    with pytest.raises(ValueError, match=r"n: got .*, allowed is a whole number of at least 1"):
        world().requests(count)


def test_more_requests_than_filers_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"filers of partition 0, allowed is at most \d+; ask for"):
        world(people=200).requests(1_000)


def test_every_bad_request_setting_is_named_at_once() -> None:
    names = list(vars(FAITHFUL))
    with pytest.raises(ValueError, match="RequestSettings cannot be made") as caught:
        RequestSettings(**dict.fromkeys(names, 1.5))
    for name in names:
        assert f"{name}: got 1.5, allowed is a share in [0, 1]" in str(caught.value)


@pytest.mark.parametrize(
    "names",
    [
        ["in_register_share", "non_filer_share"],
        ["relative_tin_share", "wrong_tin_share"],
        ["placeholder_address_share", "blank_address_share", "former_address_share"],
    ],
)
def test_shares_of_one_whole_may_not_exceed_it(names: list[str]) -> None:
    with pytest.raises(ValueError, match=r" \+ ".join(names).replace(" + ", r" \+ ")):
        RequestSettings(**dict.fromkeys(names, 0.6))
    RequestSettings(**dict.fromkeys(names, 1 / len(names)))
