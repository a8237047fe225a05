"""Families: who lives together, whose names they bear, how old they are to each other."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sampling import is_near

from synthetic import World, ages
from synthetic.families import couples
from synthetic.geography import zips
from synthetic.households import Relation, draw_households
from synthetic.names import SEXES, names
from synthetic.population import Population, draw_population
from synthetic.settings import Settings


def draw(**settings: object) -> Population:
    return draw_population(Settings(people=10_000, seed=4, **settings), 0)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def population() -> Population:
    """Many double surnames, twins and juniors."""
    return draw(hispanic_share=0.6, double_surname_share=0.6, foreign_born_double_surname_share=0.6)


@pytest.fixture(scope="module")
def parents(population: Population) -> tuple[np.ndarray, ...]:
    """Children of couples, with their fathers and mothers, as positions."""
    households = population.households
    wife, husband = couples(households, population.people.sex)
    father, mother = np.full((2, len(households.size)), -1)
    father[households.couple], mother[households.couple] = husband, wife
    child = np.flatnonzero(households.relation == Relation.CHILD)
    child = child[father[households.of[child]] >= 0]
    of = households.of[child]
    return child, father[of], mother[of]


def test_households_are_the_persons_counted(
    persons: pd.DataFrame, households: pd.DataFrame
) -> None:
    sizes = persons.groupby("household_id").size()
    assert households.set_index("household_id")["size"].equals(sizes.rename("size"))
    homes = households.set_index("household_id").address_id
    at_home = persons[persons.presence == "resident"]
    assert (at_home.household_id.map(homes) == at_home.address_id).all()
    assert (persons.address_id[persons.presence != "resident"] == -1).all()


def test_one_head_first_and_at_most_one_spouse(persons: pd.DataFrame) -> None:
    first = persons.groupby("household_id").cumcount() == 0
    assert (first == (persons.relation == "head")).all()
    second = persons.groupby("household_id").cumcount() == 1
    assert second[persons.relation == "spouse"].all()


def test_couples_are_mostly_of_two_sexes(persons: pd.DataFrame) -> None:
    spouse = persons[persons.relation == "spouse"]
    head = persons[persons.relation == "head"].set_index("household_id").sex
    assert is_near((spouse.sex == spouse.household_id.map(head)).astype(bool), 0.013)


def test_household_sizes_follow_the_zip() -> None:
    mean = zips().household_size
    low, high = (int(np.argmin(np.abs(mean - size))) for size in (1.9, 3.6))
    for place in (low, high):
        sizes = draw_households(np.full(50_000, place), rng=np.random.default_rng(1)).size
        assert sizes.sum() == 50_000
        assert sizes.mean() == pytest.approx(mean[place], abs=0.08)


def test_members_of_a_family_share_their_origin(persons: pd.DataFrame) -> None:
    head = persons[persons.relation == "head"].set_index("household_id").origin
    same = (persons.origin == persons.household_id.map(head)).astype(bool)
    assert same[persons.relation.isin(["child", "relative"])].all()
    assert is_near(~same[persons.relation == "spouse"], 0.066, effect=3)


def test_children_of_citizens_born_here_are_citizens(persons: pd.DataFrame) -> None:
    assert (persons.status[~persons.foreign_born] == "citizen").all()
    assert (persons.status[persons.foreign_born] != "citizen").all()
    head = persons[persons.relation == "head"].set_index("household_id").foreign_born
    child = persons[persons.relation == "child"]
    of_foreign = child.household_id.map(head).astype(bool)
    assert not child.foreign_born[~of_foreign].any()
    assert is_near(child.foreign_born[of_foreign], 0.16, effect=2)


def test_brothers_and_sisters_share_their_surname(persons: pd.DataFrame) -> None:
    children = persons[persons.relation == "child"].groupby("household_id")
    assert (children.surname.nunique() == 1).all()
    assert children.size().max() > 2


def test_surnames_are_the_fathers_first_and_the_mothers_first(
    population: Population, parents: tuple[np.ndarray, ...]
) -> None:
    people, (child, father, mother) = population.people, parents
    maiden = np.where(people.surname_before >= 0, people.surname_before, people.surname)
    assert (people.surname[child] == people.surname[father]).all()
    double = people.second_surname[child] >= 0
    assert 0.2 < double.mean() < 0.6
    assert (people.second_surname[child] == maiden[mother])[double].all()
    assert not people.hyphen[child].any()


def test_double_surnames_are_written_as_two_words(
    population: Population, parents: tuple[np.ndarray, ...]
) -> None:
    child, father, _ = parents
    source = names("census")
    surname = np.array(
        population.people.identity(np.arange(len(population.people)))
        .text(source)["surname"]
        .to_pylist()
    )
    double = population.people.second_surname[child] >= 0
    for written, paternal in zip(surname[child][double], surname[father][double], strict=True):
        first, second = written.split(" ")
        assert first == paternal.replace("-", " ").split(" ")[0]
        assert second.isalpha()


def test_a_lone_parent_hands_down_both_surnames(population: Population) -> None:
    households, people = population.households, population.people
    child = np.flatnonzero(
        (households.relation == Relation.CHILD) & ~households.couple[households.of]
    )
    head = households.head[child]
    assert (people.surname[child] == people.surname[head]).all()
    assert (people.second_surname[child] == people.second_surname[head]).all()
    assert (people.second_surname[child] >= 0).sum() > 100


@pytest.mark.parametrize(
    ("setting", "abroad"),
    [("double_surname_share", False), ("foreign_born_double_surname_share", True)],
)
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_shares_of_double_surnames_by_birthplace(setting: str, abroad: bool, share: float) -> None:
    people = draw(hispanic_share=1.0, **{setting: share}).people
    heads = people.abroad == abroad
    men = (people.sex == SEXES.index("M")) & people.adult & heads
    assert (people.second_surname[men] >= 0).mean() == pytest.approx(share, abs=0.12)


def test_only_hispanic_families_have_double_surnames(persons: pd.DataFrame) -> None:
    double = persons.surname.str.contains(" ").astype(bool)
    assert set(persons.origin[double]) == {"hispanic"}
    hispanic = persons[persons.origin == "hispanic"]
    born_here = hispanic[~hispanic.foreign_born & (hispanic.relation == "nonrelative")]
    assert double[born_here.index].mean() == pytest.approx(0.18, abs=0.1)


def test_wives_take_join_or_keep_their_surname(persons: pd.DataFrame) -> None:
    pairs = persons[persons.relation.isin(["head", "spouse"]) & (persons.origin != "hispanic")]
    pairs = pairs[pairs.groupby("household_id").household_id.transform("size") == 2]
    wife, husband = (
        pairs[pairs.sex == sex].drop_duplicates("household_id").set_index("household_id").surname
        for sex in "FM"
    )
    both = wife.index.intersection(husband.index)
    wife, husband = wife[both], husband[both]
    joined = wife.str.contains("-").astype(bool)
    assert is_near((wife == husband).astype(bool), 0.79)
    assert is_near(joined, 0.05)
    assert (wife[joined].str.split("-").str[1] == husband[joined]).all()
    assert not husband.str.contains("-").any()


def test_who_took_a_surname_had_another_before(population: Population) -> None:
    people, households = population.people, population.households
    took = people.surname_before >= 0
    wife, husband = couples(households, people.sex)
    assert took[wife].mean() > 0.3
    assert not np.delete(took, wife).any()
    assert (people.surname[wife] == people.surname[husband])[took[wife]].all()
    assert (people.second_surname[took] == -1).all()
    assert (people.surname_before != people.surname)[took].mean() > 0.98


def test_relatives_bear_the_heads_surname_half_the_time(persons: pd.DataFrame) -> None:
    others = persons[persons.origin != "hispanic"]
    head = others[others.relation == "head"].set_index("household_id")
    relative = others[others.relation == "relative"]
    # Of men: a wife may have taken another since.
    male = relative.household_id.map(head.sex).eq("M")
    same = relative.surname == relative.household_id.map(head.surname)
    assert is_near(same[male].astype(bool), 0.5)


def test_juniors_bear_their_fathers_full_name() -> None:
    persons = World(people=10_000, seed=1, hispanic_share=0.0, junior_share=1.0).persons()
    men = persons[persons.sex == "M"]
    fathers = men[men.relation == "head"].set_index("household_id")
    sons = men[(men.relation == "child") & men.household_id.isin(fathers.index)]
    named_alike = (sons.given_name == sons.household_id.map(fathers.given_name)).astype(bool)
    # The second of two of a name is named again, and may be so once more.
    each = named_alike.groupby(sons.household_id).sum()
    assert (each >= 1).all()
    assert (each == 1).mean() > 0.95
    surname = sons.household_id.map(fathers.surname)
    assert (sons.surname == surname)[named_alike].all()


def test_without_juniors_sons_are_named_by_chance() -> None:
    persons = World(people=10_000, seed=1, junior_share=0.0).persons()
    men = persons[persons.sex == "M"]
    fathers = men[men.relation == "head"].set_index("household_id").given_name
    sons = men[(men.relation == "child") & men.household_id.isin(fathers.index)]
    assert (sons.given_name == sons.household_id.map(fathers)).mean() < 0.03


def test_brothers_seldom_have_one_name(persons: pd.DataFrame) -> None:
    children = persons[persons.relation == "child"]
    assert children.duplicated(["household_id", "given_name"]).mean() < 0.002


@pytest.mark.parametrize("share", [0.0, 0.031, 0.5, 1.0])
def test_twins_are_born_on_one_day(share: float) -> None:
    """A child is the twin of the one before it."""
    persons = World(people=20_000, seed=4, twin_share=share).persons()
    child = persons.relation == "child"
    before = persons.shift(1)
    next_child = (
        child & (before.relation == "child") & (before.household_id == persons.household_id)
    )
    twin = persons.date_of_birth[next_child] == before.date_of_birth[next_child]
    assert is_near(twin, share) if share else twin.mean() < 0.003  # by chance


@pytest.mark.parametrize("share", [0.0, 0.8, 1.0])
def test_middle_initials(share: float) -> None:
    persons = World(people=5_000, seed=4, middle_name_share=share).persons()
    assert is_near(persons.middle_initial.notna(), share)


def test_ages_go_with_relations(persons: pd.DataFrame) -> None:
    head = persons[persons.relation == "head"].set_index("household_id").age
    older = persons.household_id.map(head) - persons.age
    by_relation = {name: older[persons.relation == name] for name in ("spouse", "child")}
    assert by_relation["spouse"].abs().median() < 6
    assert by_relation["child"].between(14.9, 48.1).mean() > 0.95
    assert by_relation["child"].median() == pytest.approx(28.5, abs=2)
    grown = persons.relation.isin(["head", "spouse", "nonrelative"])
    assert (persons.age[grown] > 17.99).all()
    assert persons.age.between(0, 105.01).all()


def test_nobody_is_younger_by_a_days_fraction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is drawn at 18 years and some hours is of age."""
    drawn = np.array([18.0, 18.0001, 18.002, 17.99, 65.0])
    monkeypatch.setattr(ages, "_draw_ages", lambda *_, **__: drawn)
    rng, zip_of = np.random.default_rng(1), np.zeros(len(drawn), dtype=np.int64)
    born = ages.draw_birth_days(
        draw_households(zip_of, rng=rng), zip_of, zip_of, twin_share=0.0,
        reference_date=date(2025, 8, 7), rng=rng,
    )  # fmt: skip
    assert ages.whole_years(born, date(2025, 8, 7)).tolist() == [18, 18, 18, 17, 65]


def test_husbands_are_older_by_two_years(persons: pd.DataFrame) -> None:
    pairs = persons[persons.relation.isin(["head", "spouse"])]
    wife, husband = (pairs[pairs.sex == sex].set_index("household_id").age for sex in "FM")
    both = wife.index[wife.index.isin(husband.index)]
    both = both[~both.duplicated()]
    gap = husband[~husband.index.duplicated()][both] - wife[~wife.index.duplicated()][both]
    assert gap.mean() == pytest.approx(2.2, abs=0.5)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_only_foreigners_leave_the_country(share: float) -> None:
    persons = World(people=10_000, seed=4, departed_share=share).persons()
    foreign = persons.status.isin(["lawful", "unauthorised"])
    departed = persons.presence == "departed"
    assert not departed[~foreign].any()
    assert is_near(departed[foreign], share)


def test_the_old_die(persons: pd.DataFrame) -> None:
    dead = (persons.presence == "dead").astype(bool)
    assert is_near(dead, 0.0088)
    assert dead[persons.age >= 85].mean() > 0.05
    assert dead[persons.age < 40].mean() < 0.003
