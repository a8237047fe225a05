"""The figures a world is made to resemble, loosely: `synthetic.check` has the tight ones.

A world of 60,000 is 120 clusters of neighbours; what they have in common varies the more.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic import World


@pytest.fixture(scope="module")
def born(persons: pd.DataFrame) -> pd.Series:
    """Year of birth."""
    return persons.date_of_birth.str[:4].astype("int64")


def test_household_sizes(households: pd.DataFrame) -> None:
    shares = 100 * households["size"].value_counts(normalize=True)
    for size, share in {1: 29, 2: 34.5, 3: 15, 4: 12.5, 5: 6, 6: 2}.items():
        assert shares[size] == pytest.approx(share, abs=4.5)
    assert households["size"].mean() == pytest.approx(2.5, abs=0.25)


def test_couples(persons: pd.DataFrame, households: pd.DataFrame) -> None:
    couples = (persons.relation == "spouse").sum() / len(households)
    assert couples == pytest.approx(0.47, abs=0.03)


def test_ages(persons: pd.DataFrame) -> None:
    assert persons.age.median() == pytest.approx(38.9, abs=2)
    assert (persons.age < 18).mean() == pytest.approx(0.22, abs=0.02)
    assert (persons.age >= 65).mean() == pytest.approx(0.17, abs=0.025)
    assert (persons.age >= 85).mean() == pytest.approx(0.02, abs=0.008)


def test_sexes(persons: pd.DataFrame) -> None:
    assert (persons.sex == "F").mean() == pytest.approx(0.505, abs=0.01)


def test_birthdays_are_spread_over_the_year(persons: pd.DataFrame) -> None:
    months = persons.date_of_birth.str[5:7].value_counts(normalize=True)
    assert months.min() > 0.07
    assert months.max() < 0.1


def test_birth_abroad_and_status(persons: pd.DataFrame) -> None:
    assert persons.foreign_born.mean() == pytest.approx(0.139, abs=0.02)
    by_origin = persons.foreign_born.groupby(persons.origin).mean()
    assert by_origin["hispanic"] == pytest.approx(0.32, abs=0.04)
    assert by_origin["api"] == pytest.approx(0.66, abs=0.08)
    assert by_origin["white"] == pytest.approx(0.05, abs=0.02)
    status = persons.status.value_counts(normalize=True)
    assert status["unauthorised"] == pytest.approx(0.033, abs=0.008)
    assert status["naturalised"] == pytest.approx(0.07, abs=0.015)
    assert status["lawful"] == pytest.approx(0.035, abs=0.01)


def test_families_tend_to_share_a_status(persons: pd.DataFrame) -> None:
    abroad = persons[persons.foreign_born]
    head = abroad[abroad.relation == "head"].set_index("household_id").status
    others = abroad[(abroad.relation != "head") & abroad.household_id.isin(head.index)]
    assert (others.status == others.household_id.map(head)).mean() > 0.7


def test_origins(persons: pd.DataFrame) -> None:
    shares = persons.origin.value_counts(normalize=True)
    for origin, share in {"white": 0.589, "hispanic": 0.187, "black": 0.121, "api": 0.059}.items():
        assert shares[origin] == pytest.approx(share, abs=0.03)


def test_surnames(persons: pd.DataFrame) -> None:
    families = persons[persons.relation.isin(["head", "nonrelative"])]
    share = families.surname.groupby(families.origin).value_counts(normalize=True)
    assert share["white"]["SMITH"] == pytest.approx(0.0085, abs=0.004)
    assert share["black"]["WILLIAMS"] == pytest.approx(0.02, abs=0.01)
    first = families.surname[families.origin == "hispanic"].str.split("[ -]", regex=True).str[0]
    top = first.value_counts(normalize=True)
    assert top.head(10).sum() == pytest.approx(0.17, abs=0.04)
    assert {"GARCIA", "RODRIGUEZ", "HERNANDEZ", "MARTINEZ"} <= set(top.head(8).index)
    nguyen = share["api"].get("NGUYEN", 0) + share["api"].get("KIM", 0)
    assert nguyen == pytest.approx(0.035, abs=0.02)


def test_surnames_are_as_varied_as_the_nations(persons: pd.DataFrame) -> None:
    heads = persons.surname[persons.relation == "head"]
    assert 0.4 < heads.nunique() / len(heads) < 0.75
    assert heads.value_counts().head(100).sum() / len(heads) == pytest.approx(0.17, abs=0.04)


@pytest.mark.parametrize(
    ("sex", "name", "then", "share", "other"),
    [
        ("F", "LINDA", 1947, 0.05, 2000),
        ("F", "JENNIFER", 1975, 0.035, 1945),
        ("F", "EMMA", 2010, 0.009, 1960),
        ("M", "GARY", 1950, 0.018, 2005),
        ("M", "JACOB", 2000, 0.015, 1955),
    ],
)
def test_given_names_go_with_the_time_of_birth(
    persons: pd.DataFrame, born: pd.Series, sex: str, name: str, then: int, share: float, other: int
) -> None:
    some = (persons.sex == sex) & ~persons.foreign_born
    now, elsewhere = (
        (persons.given_name[some & born.between(year - 5, year + 5)] == name).mean()
        for year in (then, other)
    )
    assert share / 2.5 < now < 2 * share
    assert elsewhere < now / 4


def test_given_names_go_with_origin(persons: pd.DataFrame) -> None:
    men = persons[persons.sex == "M"]
    jose = (men.given_name == "JOSE").groupby(men.origin).mean()
    assert jose["hispanic"] == pytest.approx(0.04, abs=0.015)
    assert jose["white"] < 0.002
    michael = (men.given_name == "MICHAEL").groupby(men.origin).mean()
    assert michael["white"] > 2 * michael["hispanic"]


def test_double_and_joined_surnames(persons: pd.DataFrame) -> None:
    hispanic = persons.origin == "hispanic"
    space, hyphen = (persons.surname.str.contains(joint).astype(bool) for joint in (" ", "-"))
    assert 0.1 < space[hispanic].mean() < 0.4
    assert not space[~hispanic].any()
    assert hyphen[~hispanic].mean() == pytest.approx(0.009, abs=0.004)


def test_movers(households: pd.DataFrame, residences: pd.DataFrame) -> None:
    came = residences.came[residences.moves_ago == 0].fillna("").to_numpy()
    moved = pd.Series(came > "2024-08-07")
    by_tenure = moved.groupby(households.tenure.to_numpy()).mean()
    assert moved.mean() == pytest.approx(0.084, abs=0.01)
    assert by_tenure["rents"] / by_tenure["owns"] == pytest.approx(4.9, abs=1)


def test_stale_addresses(truth: pd.DataFrame, households: pd.DataFrame) -> None:
    home = households.set_index("household_id").address_id
    stale = truth.residence_id != truth.household_id.map(home)
    assert stale.mean() == pytest.approx(0.05, abs=0.02)


def test_who_lives_where_others_have_left(
    truth: pd.DataFrame, households: pd.DataFrame, persons: pd.DataFrame
) -> None:
    home = households.set_index("household_id").address_id
    stale = truth[truth.residence_id != truth.household_id.map(home)]
    assert stale.residence_id.isin(persons.address_id).mean() == pytest.approx(0.9, abs=0.04)


def test_kinds_of_dwellings(households: pd.DataFrame, addresses: pd.DataFrame) -> None:
    kind = households.merge(addresses, on="address_id").kind.value_counts(normalize=True)
    assert kind["house"] == pytest.approx(0.67, abs=0.1)
    assert kind["apartment"] == pytest.approx(0.27, abs=0.1)
    assert kind["mobile_home"] == pytest.approx(0.057, abs=0.03)


def test_tenure(households: pd.DataFrame) -> None:
    assert (households.tenure == "owns").mean() == pytest.approx(0.648, abs=0.06)


def test_post_office_boxes(taxpayers: pd.DataFrame) -> None:
    boxes = taxpayers.street_name.str.startswith("PO BOX")
    assert boxes.mean() == pytest.approx(0.05, abs=0.01)


def test_filing(taxpayers: pd.DataFrame, persons: pd.DataFrame) -> None:
    assert len(taxpayers) / (persons.age >= 18).sum() == pytest.approx(0.80, abs=0.02)
    shares = taxpayers.filing_status.value_counts(normalize=True)
    assert shares["married_joint"] == pytest.approx(0.49, abs=0.06)
    assert shares["head_of_household"] == pytest.approx(0.07, abs=0.03)
    assert shares["married_separate"] == pytest.approx(0.025, abs=0.012)


def test_requests_lack_what_such_lists_lack(world: World) -> None:
    requests = world.requests(1_000)
    truth = world.request_truth(1_000)
    unusable = truth.address_status.isin(["blank", "placeholder", "office"])
    assert unusable.mean() == pytest.approx(0.18, abs=0.05)
    assert requests.tin.notna().mean() == pytest.approx(0.33, abs=0.06)
    assert requests.date_of_birth.isna().mean() == pytest.approx(0.03, abs=0.02)
    known = truth.person_id >= 0
    persons = world.persons().set_index("person_id").loc[truth.person_id[known]]
    for name, low, high in (("given_name", 0.7, 0.92), ("surname", 0.7, 0.92)):
        agree = requests[name][known].to_numpy() == persons[name].to_numpy()
        assert low < np.mean(agree) < high
