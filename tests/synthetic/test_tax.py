"""Returns: who files, with whom, for how much."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sampling import is_near

from synthetic import RegisterSettings, World
from synthetic.ages import ADULT_AGE, whole_years

SHARED = ["income", "refund", "dependents", "tax_year"]


@pytest.fixture(scope="module")
def rows(taxpayers: pd.DataFrame, truth: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Returns, with who filed them."""
    both = taxpayers.merge(truth.drop(columns="household_id"), on="record_id")
    filer = persons[["person_id", "household_id", "relation", "status", "age"]]
    return both.merge(filer, on="person_id", validate="one_to_one")


def test_only_adults_file(persons: pd.DataFrame, world: World) -> None:
    born = persons.date_of_birth.to_numpy(dtype="datetime64[D]")
    adult = whole_years(born, world.reference_date) >= ADULT_AGE
    assert not persons.files[~adult].any()
    unauthorised = persons.status == "unauthorised"
    assert is_near(persons.files[adult & ~unauthorised], 0.80, effect=2)
    assert is_near(persons.files[adult & unauthorised], 0.62, effect=2)


@pytest.mark.parametrize(("share", "unauthorised"), [(0.0, 1.0), (1.0, 0.0), (0.5, 0.2)])
def test_filing_shares(share: float, unauthorised: float) -> None:
    register = RegisterSettings(filing_share=share, unauthorised_filing_share=unauthorised)
    persons = World(people=10_000, seed=8, register=register, hispanic_share=0.5).persons()
    adult = persons.date_of_birth < "2007-08-01"
    without = persons.status == "unauthorised"
    # A couple decides as one: some with a status apart from their spouse's differ.
    assert is_near(persons.files[adult & ~without], share, effect=2)
    assert is_near(persons.files[adult & without], unauthorised, effect=2)


def test_joint_returns_come_in_pairs(rows: pd.DataFrame) -> None:
    joint = rows[rows.filing_status == "married_joint"]
    assert set(joint.relation) == {"head", "spouse"}
    # A household that the end of the world cuts in two may leave one alone.
    joint = joint[joint.household_id != rows.household_id.max()]
    pair = joint.groupby("household_id")
    assert (pair.size() == 2).all()
    assert (pair[SHARED].nunique() == 1).all(axis=None)
    assert (pair.residence_id.nunique() == 1).all()
    assert (pair.address_id.nunique() == 1).all()


def test_filing_statuses_go_by_family(rows: pd.DataFrame, persons: pd.DataFrame) -> None:
    married = set(persons.household_id[persons.relation == "spouse"])
    partner = rows.relation.isin(["head", "spouse"]) & rows.household_id.isin(married)
    jointly = rows.filing_status == "married_joint"
    apart = rows.filing_status == "married_separate"
    last = rows.household_id == rows.household_id.max()
    assert ((jointly | apart) == partner)[~last].all()
    both = partner & (partner.groupby(rows.household_id).transform("sum") == 2)
    assert not jointly[~both & ~last].any()
    assert is_near(jointly[both], 0.95, effect=2)
    parents = rows.filing_status == "head_of_household"
    assert set(rows.relation[parents]) == {"head"}
    assert (rows.dependents[parents] > 0).all()


def test_dependents_are_minors_and_students_at_home(
    rows: pd.DataFrame, persons: pd.DataFrame
) -> None:
    minors = (persons.age < 17.99).groupby(persons.household_id).sum()
    young = (persons.age < 24).groupby(persons.household_id).sum()
    assert (rows.dependents[~rows.relation.isin(["head", "spouse"])] == 0).all()
    claims = rows.filing_status.isin(["married_joint", "head_of_household"])
    claimed = rows[claims & (rows.household_id != rows.household_id.max())]
    assert (claimed.dependents >= claimed.household_id.map(minors)).all()
    assert (claimed.dependents <= claimed.household_id.map(young)).all()
    assert (claimed.dependents > 0).mean() > 0.3


def test_incomes_have_the_quartiles_of_the_statistics(rows: pd.DataFrame) -> None:
    """Adjusted gross income, tax year 2022; a joint return counts once."""
    returns = rows[(rows.filing_status != "married_joint") | (rows.relation == "head")]
    first, median, third = returns.income.quantile([0.25, 0.5, 0.75])
    assert first == pytest.approx(19_000, rel=0.25)
    assert median == pytest.approx(46_000, rel=0.2)
    assert third == pytest.approx(98_000, rel=0.25)
    assert returns.income.between(1, 100_000_000).all()
    assert 0.003 < (returns.income > 1_000_000).mean() < 0.015
    by_status = returns.groupby("filing_status").income.median()
    assert 2 < by_status["married_joint"] / by_status["single"] < 4.5


def test_refunds(rows: pd.DataFrame) -> None:
    returns = rows[(rows.filing_status != "married_joint") | (rows.relation == "head")]
    paid = returns.refund > 0
    assert is_near(paid, 0.646)
    assert returns.refund[paid].mean() == pytest.approx(3_167, rel=0.15)
    parents = returns.dependents > 1
    assert returns.refund[paid & parents].mean() > 1.2 * returns.refund[paid & ~parents].mean()
    assert (returns.refund >= 0).all()


def test_incomes_of_neighbours_differ(rows: pd.DataFrame) -> None:
    single = rows[rows.filing_status == "single"]
    assert single.income.nunique() > 0.5 * len(single)
    assert abs(np.corrcoef(np.log(single.income[:-1]), np.log(single.income[1:]))[0, 1]) < 0.05
