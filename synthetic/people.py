"""Members of households: culture, sex, birth date and names that run in families."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import numpy as np
from numpy.typing import NDArray

from synthetic import names
from synthetic.columns import Words, iso_dates, join, take, words
from synthetic.households import Households, Relation
from synthetic.randomness import group_ranks

ADULT_AGE = 18

#: Married couples of one sex, about 1.3% (American Community Survey, second-hand).
SAME_SEX_SHARE = 0.013
#: Spouses and unrelated members whose culture is drawn apart from the head's. Prior.
MIXED_SHARE = 0.15
#: Spouses with the head's surname: 79% of wives took their husband's (Pew Research
#: Center 2023, second-hand); less usual among Hispanic couples, prior. By culture.
SHARED_SURNAME_SHARES = np.array([0.79, 0.45])
#: Other members who are kin by the head's name. Prior.
KIN_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class People:
    """One entry a person: codes of ``names``, and days of birth.

    ``second_surname`` is -1 where there is none. ``age`` is in whole years.
    """

    hispanic: NDArray[np.bool_]
    sex: NDArray[np.int64]
    age: NDArray[np.int64]
    born: NDArray[np.datetime64]
    given_name: NDArray[np.int64]
    surname: NDArray[np.int64]
    second_surname: NDArray[np.int64]

    @property
    def adult(self) -> NDArray[np.bool_]:
        """Whether each person is of age."""
        return self.age >= ADULT_AGE

    def rows(self, rows: NDArray[np.int64]) -> People:
        """Return the people in some rows."""
        return People(*(getattr(self, entry.name)[rows] for entry in fields(self)))

    def stack(self, others: People) -> People:
        """Return these people followed by others."""
        return People(
            *(
                np.concatenate([getattr(self, entry.name), getattr(others, entry.name)])
                for entry in fields(self)
            )
        )

    def text(self, rows: NDArray[np.int64]) -> dict[str, Words]:
        """Return given_name, surname, date_of_birth and sex of the people in ``rows``."""
        surnames = names.surname_words()
        return {
            "given_name": take(names.given_name_words(), self.given_name[rows]),
            "surname": join(
                take(surnames, self.surname[rows]), take(surnames, self.second_surname[rows])
            ),
            "date_of_birth": iso_dates(self.born[rows]),
            "sex": take(words(names.SEXES), self.sex[rows]),
        }


def draw_people(
    households: Households,
    *,
    hispanic_share: float,
    double_surname_share: float,
    junior_share: float,
    reference_date: date,
    rng: np.random.Generator,
) -> People:
    """Return the members of ``households``; ages are those on ``reference_date``."""
    hispanic = _draw_cultures(households, hispanic_share, rng=rng)
    sex = _draw_sexes(households, rng=rng)
    age = _draw_ages(households, rng=rng)
    born = _draw_birth_dates(age, reference_date, rng=rng)
    given_name = _draw_given_names(households, hispanic, sex, junior_share, rng=rng)
    surname, second = _draw_surnames(households, hispanic, sex, double_surname_share, rng=rng)
    return People(hispanic, sex, age, born, given_name, surname, second)


def _draw_cultures(
    households: Households, share: float, *, rng: np.random.Generator
) -> NDArray[np.bool_]:
    own = rng.random(len(households.of)) < share
    apart = rng.random(len(own)) < MIXED_SHARE
    outsider = (households.relation == Relation.SPOUSE) | (households.relation == Relation.OTHER)
    return np.where(outsider & apart, own, own[households.head])


def _draw_sexes(households: Households, *, rng: np.random.Generator) -> NDArray[np.int64]:
    sex = rng.integers(2, size=len(households.of))
    spouse = np.flatnonzero(households.relation == Relation.SPOUSE)
    same = rng.random(len(spouse)) < SAME_SEX_SHARE
    sex[spouse] = np.where(same, sex[spouse - 1], 1 - sex[spouse - 1])
    return sex


def _draw_ages(households: Households, *, rng: np.random.Generator) -> NDArray[np.int64]:
    """Priors, so chosen that about 22% are minors (Census 2020) and families look like ones."""
    size, relation, head = households.size[households.of], households.relation, households.head
    normal = rng.standard_normal(len(size))
    alone = np.where(size == 1, 59 + 19 * normal, np.where(size == 2, 57 + 17 * normal, 0))
    lone_parent = (size == 2) & ~households.has_spouse
    age = np.where(lone_parent | (size > 2), 40 + 10 * normal, alone)
    age = np.minimum(20 + np.abs(age - 20), 97)

    gap = np.clip(28 + 6 * normal, 16, 45)
    age = np.where(relation == Relation.SPOUSE, age[head] + 4 * normal, age)
    age = np.where(relation == Relation.CHILD, np.abs(age[head] - gap), age)
    age = np.where(relation == Relation.OTHER, ADULT_AGE + np.abs(25 * normal), age)
    adult = (relation == Relation.SPOUSE) | (relation == Relation.OTHER)
    return np.where(adult, np.clip(age, ADULT_AGE, 97), age).astype(np.int64)


def _draw_birth_dates(
    age: NDArray[np.int64], reference_date: date, *, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Return days of birth of people who are exactly so many years old."""
    month = np.datetime64(reference_date, "M") - 12 * age.astype("timedelta64[M]")
    birthday = month.astype("datetime64[D]") + np.timedelta64(reference_date.day - 1, "D")
    days: NDArray[np.datetime64] = birthday - rng.integers(365, size=len(age)).astype("m8[D]")
    return days


def _draw_given_names(
    households: Households,
    hispanic: NDArray[np.bool_],
    sex: NDArray[np.int64],
    junior_share: float,
    *,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    given_name = names.draw_given_names(sex, hispanic, rng=rng)
    # Two of one name under one roof are rare but for juniors: draw again, once.
    shared = households.of * len(names.given_name_words()) + given_name
    again = group_ranks(shared) > 0
    given_name[again] = names.draw_given_names(sex[again], hispanic[again], rng=rng)

    father = _father(households, sex)
    junior = (
        (households.relation == Relation.CHILD)
        & (sex == sex[father])
        & (sex == names.SEXES.index("M"))
        & (rng.random(len(sex)) < junior_share)
    )
    # One to a household: brothers do not both bear their father's name.
    first = np.flatnonzero(junior)
    first = first[group_ranks(households.of[first]) == 0]
    given_name[first] = given_name[father[first]]
    return given_name


def _draw_surnames(
    households: Households,
    hispanic: NDArray[np.bool_],
    sex: NDArray[np.int64],
    double_share: float,
    *,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Surnames and second surnames; children have their father's and then their mother's."""
    head, relation = households.head, households.relation
    birth = names.draw_surnames(hispanic, rng=rng)
    double = (rng.random(len(households.size)) < double_share)[households.of] & hispanic
    birth_second = np.where(double, names.draw_surnames(hispanic, rng=rng), -1)

    chance = rng.random(len(birth))
    taken = (relation == Relation.SPOUSE) & (
        chance < SHARED_SURNAME_SHARES[hispanic[head].astype(np.int64)]
    )
    kin = (relation == Relation.OTHER) & (chance < KIN_SHARE)
    surname = np.where(taken | kin, birth[head], birth)
    second = np.where(taken | kin, birth_second[head], birth_second)

    father = _father(households, sex)
    mother = np.where(father == head, head + 1, head)
    child = np.flatnonzero(relation == Relation.CHILD)
    two_parents = households.has_spouse[child]
    surname[child] = birth[father[child]]
    mothers = np.where(double[child], birth[mother[child]], -1)
    second[child] = np.where(two_parents, mothers, birth_second[head[child]])
    return surname, np.where(hispanic, second, -1)


def _father(households: Households, sex: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position of the husband of each person's household, or of its head if there is none."""
    head = households.head
    husband_second = households.has_spouse & (sex[head] == names.SEXES.index("F"))
    return np.where(husband_second, head + 1, head)
