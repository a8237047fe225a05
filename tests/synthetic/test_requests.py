"""The request list: whom it is about, what is printed, and what went wrong in writing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sampling import ADDRESS, PERSON, is_near
from scipy import stats

from synthetic import RequestSettings, World
from synthetic.enforcement import PLACEHOLDERS, TRUTH_COLUMNS
from synthetic.enforcement.addresses import OFFICES
from synthetic.enforcement.targets import _weighted_choice
from synthetic.randomness import Stream, generator
from synthetic.world import _population, _requests

COUNT = 2_000
#: Shares of who is asked about, not of what goes wrong.
KINDS = ("in_register_share", "non_filer_share", "tin_share")
FAITHFUL = RequestSettings(
    tin_share=1.0,
    **{
        entry.name: 0.0
        for entry in fields(RequestSettings)
        if entry.name.endswith(("_share", "_correlation")) and entry.name not in KINDS
    },
)


def made(enforcement: RequestSettings | None = None, people: int = 20_000, **other: Any) -> World:
    return World(people=people, seed=2, enforcement=enforcement or RequestSettings(), **other)


def faithful(**settings: float) -> World:
    """A world whose list is right but for these settings."""
    return made(replace(FAITHFUL, **settings), people=10_000)


def answered(of: World, count: int = COUNT) -> pd.DataFrame:
    """Requests beside their truth; under _true what persons and addresses say."""
    both = of.requests(count).merge(of.request_truth(count), on="record_id")
    person = of.persons().set_index("person_id")[[*PERSON, "tin", "files", "address_id"]]
    address = of.addresses().set_index("address_id")[[*ADDRESS, "kind"]]
    right = [
        person.reindex(both.person_id).reset_index(drop=True),
        address.reindex(both.address_id).reset_index(drop=True),
    ]
    return pd.concat([both, pd.concat(right, axis=1).add_suffix("_true")], axis=1)


def differs(rows: pd.DataFrame, name: str) -> pd.Series:
    written, right = rows[name].fillna(""), rows[f"{name}_true"].fillna("")
    return (written != right).astype(bool)


@pytest.fixture(scope="module")
def usual() -> pd.DataFrame:
    return answered(made())


@pytest.fixture(scope="module")
def right() -> pd.DataFrame:
    """A list without an error."""
    return answered(made(FAITHFUL))


def test_columns_types_and_no_truth() -> None:
    requests, truth = made().requests(200), made().request_truth(200)
    assert list(requests.columns) == ["record_id", *PERSON, "tin", *ADDRESS]
    assert list(truth.columns) == ["record_id", *TRUTH_COLUMNS]
    assert requests.record_id.tolist() == truth.record_id.tolist() == list(range(200))
    for frame in (requests, truth):
        assert isinstance(frame.index, pd.RangeIndex)
        for name, dtype in frame.dtypes.items():
            whole = str(name).endswith("_id")
            assert dtype == (np.int64 if whole else pd.StringDtype("pyarrow"))


def test_requests_are_reproducible_and_depend_on_n() -> None:
    first = made().requests(300)
    _requests.cache_clear()
    _population.cache_clear()
    pd.testing.assert_frame_equal(first, made().requests(300))
    assert not first.equals(made().requests(301).head(300))


def test_every_partition_draws_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []

    def recorded(*key: int) -> np.random.Generator:
        keys.append(key)
        return generator(*key)  # type: ignore[arg-type]

    _requests.cache_clear()
    monkeypatch.setattr("synthetic.world.generator", recorded)
    made(people=3_000, partition_people=1_000).requests(90)
    drawn = [key for key in keys if key[1] == Stream.REQUESTS]
    assert len(set(drawn)) == len(drawn) == 3
    assert len(set(keys)) == 4  # and one draw shares the requests out


# Whom the list is about


def test_kinds_of_targets_come_near_their_shares(usual: pd.DataFrame) -> None:
    stranger = usual.person_id < 0
    assert is_near(usual.files_true.eq(True), 0.55)
    assert is_near(usual.files_true.eq(False), 0.15)
    assert is_near(stranger, 0.30)
    assert (usual.household_id[stranger] == -1).all()
    assert (usual.household_id[~stranger] >= 0).all()


def test_at_most_one_request_about_a_person(usual: pd.DataFrame) -> None:
    known = usual.person_id[usual.person_id >= 0]
    assert len(known) > 1_000
    assert known.is_unique


@pytest.mark.parametrize(
    ("shares", "kinds"),
    [((1.0, 0.0), {True}), ((0.0, 1.0), {False}), ((0.0, 0.0), {None})],
)
def test_lists_of_one_kind(shares: tuple[float, float], kinds: set[bool | None]) -> None:
    settings = replace(FAITHFUL, in_register_share=shares[0], non_filer_share=shares[1])
    files = answered(made(settings), 500).files_true
    assert set(files.astype(object).where(files.notna(), None)) == kinds


def test_adults_to_75_are_looked_for(right: pd.DataFrame) -> None:
    days = np.datetime64("2025-08-07") - right.date_of_birth.to_numpy(dtype="datetime64[D]")
    age = days.astype(int) / 365.2425
    assert (age > 17.99).all()
    assert (age < 76.01).all()
    assert age.max() > 70


def test_the_list_is_mostly_of_unauthorised_residents() -> None:
    status = made(people=100_000).request_truth(300).status
    assert (status == "unauthorised").mean() > 0.85


@pytest.mark.parametrize("odds", [0.2, 1.0, 5.0])
def test_odds_by_status(odds: float) -> None:
    settings = replace(
        FAITHFUL, in_register_share=1.0, non_filer_share=0.0, gone_odds=0.0, citizen_odds=0.0,
        naturalised_odds=odds, lawful_odds=1.0,
    )  # fmt: skip
    of = made(settings, people=40_000)
    persons = of.persons()
    born = persons.date_of_birth
    eligible = persons[persons.files & born.between("1949-08-08", "2007-08-07")]
    weight = eligible.status.map({"unauthorised": 1, "lawful": 1, "naturalised": odds})
    weight = weight.fillna(0)[eligible.presence == "resident"]
    expected = weight.groupby(eligible.status).sum() / weight.sum()
    asked = of.request_truth(150).status.value_counts(normalize=True)
    assert set(asked.index) <= {"unauthorised", "lawful", "naturalised"}
    assert asked["naturalised"] == pytest.approx(expected["naturalised"], abs=0.15)
    assert asked["lawful"] == pytest.approx(expected["lawful"], abs=0.15)


def test_with_even_odds_citizens_are_asked_about_too() -> None:
    even = replace(FAITHFUL, lawful_odds=1.0, naturalised_odds=1.0, citizen_odds=1.0)
    status = made(even).request_truth(COUNT).status
    assert (status == "citizen").mean() == pytest.approx(0.84, abs=0.05)


def test_odds_of_who_is_gone() -> None:
    filers = {"in_register_share": 1.0, "non_filer_share": 0.0, "citizen_odds": 1.0}
    never, first = (
        made(replace(FAITHFUL, gone_odds=odds, **filers), people=10_000, departed_share=0.3)
        .request_truth(50)
        .presence
        for odds in (0.0, 1e9)
    )
    assert set(never) == {"resident"}
    assert set(first) == {"dead", "departed"}


def test_statuses_and_presences_are_those_of_the_person(usual: pd.DataFrame) -> None:
    known = usual[usual.person_id >= 0]
    persons = made().persons().set_index("person_id").loc[known.person_id]
    for name in ("status", "presence", "household_id"):
        assert (persons[name].to_numpy() == known[name].to_numpy()).all()
    assert (known.presence[known.files_true.eq(False)] == "resident").all()


def test_strangers_are_like_the_others() -> None:
    rows = answered(made(people=40_000), 1_000)
    stranger = rows.person_id < 0
    letter = pd.cut(rows.surname.str[0].map(ord), [64, 67, 71, 76, 80, 83, 90]).astype(str)
    for what in (rows.sex, letter, rows.date_of_birth.str[:3]):
        table = pd.crosstab(what.to_numpy(object), stranger)
        table = table[table.sum(axis=1) >= 20]
        assert len(table) > 1
        assert stats.chi2_contingency(table).pvalue > 1e-4
    share = rows.status.eq("unauthorised").groupby(stranger).mean()
    assert share[True] == pytest.approx(share[False], abs=0.15)


def test_strangers_are_in_no_file(right: pd.DataFrame) -> None:
    of = made(FAITHFUL)
    stranger = right[right.person_id < 0]
    assert len(stranger) > 500
    assert stranger.tin.is_unique
    assert not stranger.tin.isin(of.persons().tin).any()
    assert not stranger.tin.isin(of.taxpayers().tin).any()
    same = stranger.merge(of.persons(), on=["given_name", "surname", "date_of_birth"])
    assert same.empty


def test_strangers_of_several_partitions_have_different_numbers() -> None:
    settings = replace(FAITHFUL, in_register_share=0.0, non_filer_share=0.0)
    of = made(settings, people=3_000, partition_people=300)
    assert of.requests(2_000).tin.is_unique


def test_there_can_be_more_strangers_than_people() -> None:
    settings = replace(FAITHFUL, in_register_share=0.0, non_filer_share=0.0)
    truth = World(people=50, seed=2, enforcement=settings, partition_people=50).request_truth(900)
    assert (truth.person_id == -1).all()


# What is printed


def test_a_faithful_list_says_what_is_true(right: pd.DataFrame) -> None:
    known = right[right.person_id >= 0]
    for name in PERSON:
        assert not differs(known, name).any(), name
    for name in ADDRESS:
        assert not differs(right, name).any(), name
    assert set(right.address_status) == {"current", "former"}
    gone = right.presence != "resident"
    assert (right.address_status[~gone] == "current").all()
    assert (right.address_status[gone] == "former").all()
    resident = known[known.presence == "resident"]
    assert (resident.address_id == resident.address_id_true).all()


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_middle_initials_are_left_out_as_often_as_asked(share: float) -> None:
    settings = RequestSettings(middle_initial_missing_share=share)
    world = World(people=20_000, seed=9, middle_name_share=1.0, enforcement=settings)
    assert is_near(world.requests(1_500).middle_initial.isna(), share)


def test_a_faithful_list_has_the_numbers_of_the_register(right: pd.DataFrame) -> None:
    known = right[right.person_id >= 0]
    assert set(known.tin_status) == {"own", "borrowed", "missing"}
    own = known[known.tin_status == "own"]
    assert (own.tin == own.tin_true).all()
    assert (right.tin.isna() == (right.tin_status == "missing")).all()
    filed = made(FAITHFUL).taxpayer_truth().merge(made(FAITHFUL).taxpayers(), on="record_id")
    filed = filed[filed.tin_status == "borrowed"].set_index("person_id").tin
    borrowed = known[known.tin_status == "borrowed"].set_index("person_id").tin
    assert set(borrowed.index) <= set(filed.index)
    # But for digits that the register has wrong.
    assert (filed[borrowed.index] == borrowed).mean() > 0.98
    # No number: unauthorised people who neither file nor have an ITIN.
    without = known[known.tin_status == "missing"]
    assert not without.files_true.astype(bool).any()
    assert set(without.status) == {"unauthorised"}


def test_former_addresses_are_those_people_left() -> None:
    of = faithful(former_address_share=1.0)
    rows = answered(of)
    former = rows[(rows.address_status == "former") & (rows.person_id >= 0)]
    assert len(former) > 1_000
    history = of.residences().query("moves_ago > 0")
    lived = set(zip(history.household_id, history.address_id, strict=True))
    assert set(zip(former.household_id, former.address_id, strict=True)) <= lived
    assert (former.address_id != former.address_id_true).all()
    assert rows.address_id.isin(of.addresses().address_id).all()


@pytest.mark.parametrize("people", [12_345, 20_000])
def test_addresses_printed_are_of_this_world(people: int) -> None:
    of = made(people=people)
    printed = of.request_truth(1_000).address_id
    assert set(printed[printed >= 0]) <= set(of.addresses().address_id)


@pytest.mark.parametrize(
    ("status", "share"),
    [("former", 0.20), ("placeholder", 0.095), ("office", 0.03), ("blank", 0.055)],
)
def test_address_statuses_come_near_their_shares(
    usual: pd.DataFrame, status: str, share: float
) -> None:
    here = usual[usual.presence == "resident"]
    assert is_near(here.address_status == status, share)


def test_addresses_look_like_their_status(usual: pd.DataFrame) -> None:
    by_status = dict(list(usual.groupby("address_status")))
    blank, placeholder, office = (by_status[name] for name in ("blank", "placeholder", "office"))
    assert blank[ADDRESS].isna().all(axis=None)
    assert placeholder[["street_number", "unit"]].isna().all(axis=None)
    assert is_near(placeholder.zip.notna(), 0.7)
    assert (placeholder.zip.isna() == placeholder.city.isna()).all()
    assert office.unit.isna().all()
    assert office.drop(columns="unit")[ADDRESS[:2] + ADDRESS[3:]].notna().all(axis=None)
    for rows in (blank, placeholder, office):
        assert (rows.address_id == -1).all()
    printed = usual[usual.address_status.isin(["current", "former"])]
    assert (printed.address_id >= 0).all()
    assert printed[["street_number", "street_name", "zip"]].notna().all(axis=None)


def test_placeholders_and_offices_are_few_texts_used_again() -> None:
    of = faithful(placeholder_address_share=0.4, office_address_share=0.4)
    rows = answered(of, 4_000)
    placeholder = rows[rows.address_status == "placeholder"]
    assert set(placeholder.street_name) == set(PLACEHOLDERS)
    assert is_near(placeholder.street_name == "FAILED TO PROVIDE", 0.38)
    office = rows[rows.address_status == "office"]
    used = office.groupby(ADDRESS[:2] + ADDRESS[3:]).size().sort_values(ascending=False)
    assert len(used) < OFFICES
    uses = 1 / (np.arange(OFFICES) + 4)
    assert used.iloc[0] / len(office) == pytest.approx(uses[0] / uses.sum(), rel=0.5)
    assert (used >= 5).sum() > 20
    # The same wherever one asks: offices are the world's.
    again = of.requests(500)
    known = set(office.street_number + office.street_name)
    jails = again[again.street_name.isin(set(office.street_name))]
    assert (jails.street_number + jails.street_name).isin(known).mean() > 0.8


def test_units_are_lost_as_often_as_asked(usual: pd.DataFrame) -> None:
    apartments = usual[usual.kind_true == "apartment"]
    assert is_near(apartments.unit.isna(), 0.40, effect=2)
    others = usual[(usual.address_id >= 0) & (usual.kind_true != "apartment")]
    assert not differs(others, "unit").any()
    kept = apartments[apartments.unit.notna()]
    assert not differs(kept, "unit").any()


def test_numbers_look_like_their_status() -> None:
    of = faithful(tin_share=0.8, relative_tin_share=0.3, wrong_tin_share=0.3)
    rows = answered(of, 3_000)
    assert ((rows.tin_status == "missing") == rows.tin.isna()).all()
    carried = rows[rows.tin.notna()]
    assert is_near(rows.tin[rows.person_id < 0].notna(), 0.8)
    assert is_near(carried.tin_status == "wrong", 0.3)
    persons = of.persons()
    household = persons.dropna(subset="tin").set_index("tin").household_id
    relative = carried[carried.tin_status == "relative"]
    assert len(relative) > 100
    assert (household[relative.tin].to_numpy() == relative.household_id).all()
    assert (relative.tin != relative.tin_true).fillna(True).all()
    known = carried[carried.person_id >= 0]
    own = known[known.tin_status == "own"]
    assert (own.tin == own.tin_true).all()
    wrong = known[known.tin_status == "wrong"]
    assert (wrong.tin != wrong.tin_true).fillna(True).all()
    assert is_near(wrong.tin.isin(persons.tin), 0.5)


def test_wrong_numbers_are_no_relatives() -> None:
    settings = replace(FAITHFUL, in_register_share=1.0, non_filer_share=0.0, wrong_tin_share=1.0)
    taken = 0
    for seed in range(25):
        of = World(people=20, seed=seed, enforcement=settings, partition_people=20)
        rows = of.requests(3).merge(of.request_truth(3), on="record_id")
        household = of.persons().dropna(subset="tin").set_index("tin").household_id
        whose = rows.tin.map(household)
        taken += whose.notna().sum()
        assert not (whose == rows.household_id).any()
    assert taken > 20


# What goes wrong in writing


@pytest.mark.parametrize(
    ("setting", "share", "struck"),
    [
        ("typo_share", 0.3, {"given_name": 0.3, "surname": 0.3, "street_name": 0.3}),
        ("birth_digit_share", 0.3, {"date_of_birth": 0.3}),
        ("birth_year_share", 0.3, {"date_of_birth": 0.3}),
        ("new_year_birth_share", 0.3, {"date_of_birth": 0.3}),
        ("birth_missing_share", 0.3, {"date_of_birth": 0.3}),
        ("day_month_share", 1.0, {"date_of_birth": 0.36}),
        ("sex_missing_share", 0.3, {"sex": 0.3}),
        ("misheard_share", 0.5, {"given_name": None, "surname": None}),
        ("misread_share", 0.5, {"given_name": None, "surname": None}),
        ("spelling_share", 0.5, {"given_name": None, "surname": None}),
        ("nickname_share", 1.0, {"given_name": None}),
        ("diacritics_share", 1.0, {"given_name": None, "surname": None}),
        ("truncated_share", 1.0, {"surname": None}),
        ("second_surname_dropped_share", 1.0, {"surname": None}),
        ("surnames_swapped_share", 1.0, {"surname": None}),
        ("surnames_joined_share", 1.0, {"surname": None}),
        ("street_style_share", 0.9, {"street_name": None}),
    ],
)
def test_errors_strike_their_columns_alone(
    setting: str, share: float, struck: dict[str, float | None]
) -> None:
    """As often as asked, or, where a text must allow of the error, at all."""
    rows = answered(faithful(**{setting: share}))
    known = rows[rows.person_id >= 0]
    for name in [*PERSON, *ADDRESS]:
        if name == "middle_initial":
            continue
        if name not in struck:
            assert not differs(known, name).any(), name
        elif struck[name] is None:
            assert 0.01 < differs(known, name).mean() < 0.99, name
        else:
            assert is_near(differs(known, name), struck[name] or 0), name


def test_names_are_changed_over_together() -> None:
    rows = answered(faithful(name_order_share=1.0))
    known = rows[rows.person_id >= 0]
    assert (known.given_name == known.surname_true).all()
    assert (known.surname == known.given_name_true).all()


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("second_surname_dropped_share", lambda first, second: first),
        ("surnames_swapped_share", lambda first, second: f"{second} {first}"),
        ("surnames_joined_share", lambda first, second: first + second),
    ],
)
def test_what_becomes_of_double_surnames(setting: str, expected: Callable[[str, str], str]) -> None:
    rows = answered(faithful(**{setting: 1.0}))
    double = rows[rows.surname_true.str.fullmatch("[A-Z]+ [A-Z]+").fillna(False).astype(bool)]
    assert len(double) > 50
    first, second = double.surname_true.str.split(" ", expand=True).T.to_numpy()
    right = [expected(*pair) for pair in zip(first, second, strict=True)]
    assert (double.surname == right).mean() > 0.99  # of two words alike nothing is left to swap


@pytest.fixture(scope="module", params=[0.0, 0.5, 0.8])
def damage(request: pytest.FixtureRequest) -> tuple[float, np.ndarray]:
    """The correlation asked for, and which of five fields of each record are damaged."""
    of = faithful(
        error_correlation=request.param, typo_share=0.15, birth_digit_share=0.15,
        sex_missing_share=0.15,
    )  # fmt: skip
    rows = answered(of, 3_000)
    known = rows[rows.person_id >= 0]
    names = ["given_name", "surname", "date_of_birth", "sex", "street_name"]
    return request.param, np.stack([differs(known, name) for name in names])


def test_errors_are_as_many_whatever_their_correlation(damage: tuple[float, np.ndarray]) -> None:
    _, struck = damage
    assert is_near(struck.ravel(), 0.15, effect=3)


def test_errors_of_a_record_go_together(damage: tuple[float, np.ndarray]) -> None:
    correlation, struck = damage
    found = np.corrcoef(struck)[np.triu_indices(len(struck), 1)].mean()
    assert found == pytest.approx(3 * correlation**2 * 0.15 / 0.85, abs=0.04)
    spread = struck.sum(axis=0).var() / (len(struck) * 0.15 * 0.85)
    assert spread == pytest.approx(1 + (len(struck) - 1) * found, rel=0.15)


# The list as a whole


def test_order_tells_neither_partition_nor_kind(usual: pd.DataFrame) -> None:
    for mark in (usual.person_id < 0, usual.person_id >= 10_000, usual.files_true.eq(True)):
        assert stats.mannwhitneyu(usual.record_id[mark], usual.record_id[~mark]).pvalue > 1e-4


@pytest.mark.parametrize("count", [0, -3, 2.0, True, "10", None])
def test_count_is_checked(count: Any) -> None:
    for make in (made().requests, made().request_truth):
        with pytest.raises(ValueError, match=r"n: got .*, allowed is a whole number of at least 1"):
            make(count)


def test_more_requests_than_filers_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"filers of partition 0, allowed is at most \d+; ask for"):
        made(people=200).requests(1_000)


def test_a_small_world_asks_about_everybody_it_can() -> None:
    settings = replace(FAITHFUL, in_register_share=1.0, non_filer_share=0.0)
    of = made(settings, people=300)
    persons = of.persons()
    eligible = persons.files & persons.date_of_birth.between("1949-08-08", "2007-08-07")
    truth = of.request_truth(int(eligible.sum()))
    assert set(truth.person_id) == set(persons.person_id[eligible])


@given(st.lists(st.sampled_from([0.0, 1e-12, 0.5, 1.0]), max_size=30), st.integers(0, 40))
def test_people_are_chosen_as_if_all_were_put_in_order(odds: list[float], count: int) -> None:
    weights = np.array(odds)
    rows = np.flatnonzero(weights)
    waiting = np.random.default_rng(1).standard_exponential(len(rows)) / weights[rows]
    chosen = _weighted_choice(weights, count, rng=np.random.default_rng(1))
    assert chosen.tolist() == rows[np.argsort(waiting, kind="stable")[:count]].tolist()
