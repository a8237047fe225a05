"""Members of households: origin, status, sex, day of birth and names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic.ages import ADULT_AGE, DAYS_A_YEAR, draw_birth_days, whole_years
from synthetic.columns import Codes, Dictionary, Words, iso_dates
from synthetic.families import draw_given_names, draw_surnames
from synthetic.households import Households, Relation
from synthetic.names import SEXES, Names, names
from synthetic.origins import Status, draw_births_abroad, draw_origins, draw_statuses
from synthetic.settings import Settings

#: Married couples of one sex, about 1.3% (American Community Survey, second-hand).
SAME_SEX_SHARE = 0.013
PRESENCES = ("resident", "departed", "dead")
#: Yearly risk of death at birth, and by how much it grows each year of life: a Gompertz curve
#: near the Social Security Administration's period life table of 2020.
_DEATH_RISK, _DEATH_GROWTH = 0.00005, 0.085


@dataclass(frozen=True, eq=False)
class Identity:
    """What a file says to tell people apart, as codes; see `People` for each."""

    given_name: NDArray[np.int64]
    middle_initial: NDArray[np.int64]
    surname: NDArray[np.int64]
    second_surname: NDArray[np.int64]
    hyphen: NDArray[np.bool_]
    born: NDArray[np.datetime64]
    sex: NDArray[np.int64]

    def text(self, source: Names) -> dict[str, Words]:
        """Return given_name, middle_initial, surname, date_of_birth and sex as texts."""
        return {
            "given_name": source.given.compose(self.given_name),
            "middle_initial": _letters().compose(self.middle_initial),
            "surname": surname_texts(source, self.surname, self.second_surname, self.hyphen),
            "date_of_birth": iso_dates(self.born),
            "sex": _sexes().compose(self.sex),
        }


@dataclass(frozen=True, eq=False)
class People:
    """One entry a person, as codes.

    ``origin`` of ORIGINS, ``status`` of Status, ``sex`` of SEXES, ``presence`` of PRESENCES;
    names of `synthetic.names.Names`, letters of the alphabet for ``middle_initial``; -1 is
    none. ``age`` is in whole years.
    """

    origin: NDArray[np.int64]
    abroad: NDArray[np.bool_]
    status: NDArray[np.int64]
    presence: NDArray[np.int64]
    sex: NDArray[np.int64]
    born: NDArray[np.datetime64]
    age: NDArray[np.int64]
    given_name: NDArray[np.int64]
    middle_initial: NDArray[np.int64]
    surname: NDArray[np.int64]
    second_surname: NDArray[np.int64]
    hyphen: NDArray[np.bool_]
    surname_before: NDArray[np.int64]

    def __len__(self) -> int:
        """Return how many people there are."""
        return len(self.sex)

    @property
    def adult(self) -> NDArray[np.bool_]:
        """Whether each person is of age."""
        return self.age >= ADULT_AGE

    @property
    def has_papers(self) -> NDArray[np.bool_]:
        """Whether each person can have a Social Security number."""
        papers: NDArray[np.bool_] = self.status != Status.UNAUTHORISED
        return papers

    def rows(self, rows: NDArray[np.int64]) -> People:
        """Return the people in some rows."""
        return People(*(getattr(self, entry.name)[rows] for entry in fields(self)))

    @staticmethod
    def stack(parts: Sequence[People]) -> People:
        """Return the people of all parts, one after another."""
        return People(
            *(
                np.concatenate([getattr(part, entry.name) for part in parts])
                for entry in fields(People)
            )
        )

    def identity(self, rows: NDArray[np.int64]) -> Identity:
        """Return names, sex and day of birth of the people in some rows."""
        return Identity(*(getattr(self, entry.name)[rows] for entry in fields(Identity)))


def surname_texts(
    source: Names,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    hyphen: NDArray[np.bool_],
) -> Words:
    """Return "FIRST", "FIRST SECOND" or "FIRST-SECOND"."""
    words = _with_joints(source)
    space = len(source.surname_pieces)
    pieces: list[Codes] = [*source.surname_halves(first)]
    if (second >= 0).any():
        pieces += [
            np.where(second < 0, -1, space + hyphen),
            *source.surname_halves(second),
        ]
    # Most surnames are one word of the list.
    return words.compose(*(piece for piece in pieces if (piece >= 0).any() or piece is pieces[0]))


@cache
def _with_joints(source: Names) -> Dictionary:
    pieces = source.surname_pieces
    letters = np.concatenate([pieces.letters, np.frombuffer(b" -", dtype=np.uint8)])
    return Dictionary(letters, np.append(pieces.ends, pieces.ends[-1] + np.array([1, 2], np.int32)))


@cache
def _letters() -> Dictionary:
    return Dictionary.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@cache
def _sexes() -> Dictionary:
    return Dictionary.of(SEXES)


def draw_people(
    households: Households,
    zip_of: NDArray[np.int64],
    settings: Settings,
    *,
    rng: np.random.Generator,
) -> People:
    """Return the members of ``households``, who live in these ZIPs, on the reference date."""
    source = names(settings.names)
    origin = draw_origins(households, zip_of, settings.hispanic_share, rng=rng)
    abroad = draw_births_abroad(households, origin, settings, rng=rng)
    status = draw_statuses(households, origin, abroad, settings, rng=rng)
    sex = _draw_sexes(households, rng=rng)
    born = draw_birth_days(
        households,
        zip_of,
        sex,
        twin_share=settings.twin_share,
        reference_date=settings.reference_date,
        rng=rng,
    )
    birth_year = born.astype(np.int64) / DAYS_A_YEAR + 1970
    given = draw_given_names(
        households, origin, abroad, sex, birth_year, source,
        junior_share=settings.junior_share, rng=rng,
    )  # fmt: skip
    surnames = draw_surnames(
        households, origin, abroad, sex, source,
        double_shares=(settings.double_surname_share, settings.foreign_born_double_surname_share),
        rng=rng,
    )  # fmt: skip
    age = whole_years(born, settings.reference_date)
    middle = source.middle_initials.draw(sex, rng=rng)
    middle[rng.random(len(sex)) >= settings.middle_name_share] = -1
    return People(
        origin=origin,
        abroad=abroad,
        status=status,
        presence=_draw_presences(age, status, settings.departed_share, rng=rng),
        sex=sex,
        born=born,
        age=age,
        given_name=given,
        middle_initial=middle,
        surname=surnames.first,
        second_surname=surnames.second,
        hyphen=surnames.hyphen,
        surname_before=surnames.before,
    )


def _draw_sexes(households: Households, *, rng: np.random.Generator) -> NDArray[np.int64]:
    sex = rng.integers(2, size=len(households.of))
    spouse = np.flatnonzero(households.relation == Relation.SPOUSE)
    same = rng.random(len(spouse)) < SAME_SEX_SHARE
    sex[spouse] = np.where(same, sex[spouse - 1], 1 - sex[spouse - 1])
    return sex


def _draw_presences(
    age: NDArray[np.int64],
    status: NDArray[np.int64],
    departed_share: float,
    *,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Return who has left the country or died within the last year."""
    chance = rng.random(len(age))
    risk = _DEATH_RISK * np.exp(_DEATH_GROWTH * np.arange(age.max(initial=0) + 1))[age]
    foreign = (status != Status.CITIZEN) & (status != Status.NATURALISED)
    departed = foreign & (chance > 1 - departed_share)
    return np.select([departed, chance < risk], [1, 2], 0).astype(np.int64)
