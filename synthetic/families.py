"""Names that run in families: shared, taken at marriage, double, handed from father to son."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.ages import first_of_household
from synthetic.households import Households, Relation
from synthetic.names import SEXES, Names
from synthetic.origins import HISPANIC
from synthetic.randomness import group_ranks

#: Wives who took their husband's surname, and who joined the two by a hyphen (Pew Research
#: Center 2023). Less usual among Hispanic couples: priors.
TAKEN_SHARES = {False: 0.79, True: 0.45}
HYPHENATED_SHARE = 0.05
#: Relatives of the head who bear the head's surname. Prior.
KIN_SURNAME_SHARE = 0.5

_MALE = SEXES.index("M")


@dataclass(frozen=True, eq=False)
class Surnames:
    """Codes of surnames, one entry a person.

    ``second`` is -1 where there is none; ``hyphen`` says how the two are joined.
    ``before`` is the surname borne before marriage, -1 where that is the present one.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    hyphen: NDArray[np.bool_]
    before: NDArray[np.int64]


def draw_surnames(
    households: Households,
    origin: NDArray[np.int64],
    abroad: NDArray[np.bool_],
    sex: NDArray[np.int64],
    names: Names,
    *,
    double_shares: tuple[float, float],
    rng: np.random.Generator,
) -> Surnames:
    """Return surnames; ``double_shares`` are those of families born here and abroad."""
    head, relation = households.head, households.relation
    people = len(origin)
    first = names.draw_surnames(origin, rng=rng)
    kin = (relation == Relation.RELATIVE) & (rng.random(people) < KIN_SURNAME_SHARE)
    first = np.where(kin, first[head], first)

    # One chance a family, and children go by the head: brothers and sisters alike.
    by_head = np.where(relation == Relation.CHILD, abroad[head], abroad)
    chance = rng.random(len(households.size))[households.of]
    double = (origin == HISPANIC) & (chance < np.where(by_head, double_shares[1], double_shares[0]))
    double &= not names.all_alike
    second = np.full(people, -1)
    rows = np.flatnonzero(double)
    second[rows] = names.draw_surnames(origin[rows], rng=rng)

    wife, husband = couples(households, sex)
    _hand_down(first, second, double, households, wife, husband)
    hyphen, before = np.zeros(people, dtype=np.bool_), np.full(people, -1)
    taken_share = np.where(origin[wife] == HISPANIC, TAKEN_SHARES[True], TAKEN_SHARES[False])
    chance = rng.random(len(wife))
    taken = chance < taken_share
    joined = ~taken & (chance < taken_share + HYPHENATED_SHARE) & (not names.all_alike)
    before[wife[taken]] = first[wife[taken]]
    first[wife[taken]] = first[husband[taken]]
    second[wife[taken]] = -1
    second[wife[joined]] = first[husband[joined]]
    hyphen[wife[joined]] = True
    return Surnames(first, second, hyphen, before)


def _hand_down(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    double: NDArray[np.bool_],
    households: Households,
    wife: NDArray[np.int64],
    husband: NDArray[np.int64],
) -> None:
    """Give children the father's surname and, where double, the mother's second; in place."""
    father = households.start.copy()
    father[households.couple] = husband
    mother = np.full(len(father), -1)
    mother[households.couple] = wife
    child = np.flatnonzero(households.relation == Relation.CHILD)
    household = households.of[child]
    parent, other = father[household], mother[household]
    first[child] = first[parent]
    # A lone parent hands down both surnames.
    maternal = np.where(other >= 0, first[other], second[parent])
    second[child] = np.where(double[child], maternal, -1)


def couples(
    households: Households, sex: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return positions of wife and husband of each couple; of two alike, the head comes second."""
    head = households.start[households.couple]
    wife_heads = (sex[head] != _MALE) & (sex[head + 1] == _MALE)
    return head + ~wife_heads, head + wife_heads


def draw_given_names(
    households: Households,
    origin: NDArray[np.int64],
    abroad: NDArray[np.bool_],
    sex: NDArray[np.int64],
    birth_year: NDArray[np.float64],
    names: Names,
    *,
    junior_share: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Return given names; some sons have their father's, at most one to a household."""
    given = names.draw_given_names(sex, origin, abroad, birth_year, rng=rng)
    child = np.flatnonzero(households.relation == Relation.CHILD)
    # Brothers or sisters of one name are rare: draw again, once.
    shared = households.of[child] * len(names.given) + given[child]
    again = child[group_ranks(shared) > 0]
    given[again] = names.draw_given_names(
        sex[again], origin[again], abroad[again], birth_year[again], rng=rng
    )
    father = households.start.copy()
    father[households.couple] = couples(households, sex)[1]
    parent = father[households.of[child]]
    son = (sex[child] == _MALE) & (sex[parent] == _MALE)
    junior = first_of_household(child[son & (rng.random(len(child)) < junior_share)], households)
    given[junior] = given[father[households.of[junior]]]
    return given
