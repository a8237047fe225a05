"""Given names and surnames with their frequencies by origin, sex and time of birth.

Source "census": surnames and given names of the 2020 Census by origin, weighted for people
born in the country by the births of their decade (Social Security Administration). Names
are A-Z, as the Census prints them. Source "faker": the names of plain Faker's ``en_US``,
the same for everybody, to compare with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
from faker.providers.person.en_US import Provider as PlainFaker
from numpy.typing import NDArray

from synthetic import tables
from synthetic.columns import Codes, Dictionary, words
from synthetic.randomness import Distributions
from synthetic.tables import ORIGINS

SEXES = ("F", "M")
SOURCES = ("census", "faker")

#: Decades of birth with names of their own; earlier and later births use the nearest.
FIRST_DECADE, LAST_DECADE = 1920, 2010
_DECADES = (LAST_DECADE - FIRST_DECADE) // 10 + 1

#: Hispanic people whose surname the Census does not list because it is double, of all.
#: Double surnames are modelled elsewhere. Prior: two thirds of the 15% not listed.
UNLISTED_DOUBLE_SURNAMES = 0.10
#: Of people born in a decade, those alive in 2020; births of 2018-20, not in the table, are
#: added to those of 2010-17. Priors.
_ALIVE, _LAST_BIRTHS = 0.85, 1.4
#: Of the bearers of each name at least so many were born abroad. Prior.
_LEAST_ABROAD = 0.01
#: Listed surnames of fewer people than this lend their parts to unlisted ones. A choice.
_RARE = 2_000


@dataclass(frozen=True, eq=False)
class Names:
    """The names a world draws from.

    A surname has a code: below ``listed`` its rank in the table; above, a first and a
    second half of two listed surnames, put together. A given name's code is its place
    in the dictionary ``given``. ``all_alike`` says that origin and time of birth make no
    difference, and that nobody has two surnames.
    """

    listed: int
    surname_pieces: Dictionary
    surnames: Distributions
    rare_surnames: Distributions
    unlisted_share: NDArray[np.float64]
    given: Dictionary
    given_names: Distributions
    middle_initials: Distributions
    nickname: NDArray[np.int64]
    all_alike: bool

    def draw_surnames(self, origin: Codes, *, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the code of a surname for each origin (code of ORIGINS)."""
        if self.all_alike:
            origin = np.zeros_like(origin)
        drawn = self.surnames.draw(origin, rng=rng)
        unlisted = np.flatnonzero(rng.random(len(drawn)) < self.unlisted_share[origin])
        first, second = (
            self.rare_surnames.draw(origin[unlisted], rng=rng) for _ in ("first", "second")
        )
        drawn[unlisted] = self.listed * (1 + first) + second
        return drawn

    def surname_halves(
        self, surname: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the two pieces each surname is written with; -1 for none."""
        first, second = surname, np.full_like(surname, -1)
        unlisted = np.flatnonzero(surname >= self.listed)
        if len(unlisted):
            first, rare = surname.copy(), surname[unlisted]
            first[unlisted] = rare // self.listed - 1 + self.listed
            second[unlisted] = rare % self.listed + 2 * self.listed
        return first, second

    def draw_given_names(
        self,
        sex: Codes,
        origin: Codes,
        foreign_born: NDArray[np.bool_],
        birth_year: NDArray[np.float64],
        *,
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Return the code of a given name for each person.

        Those born between the middles of two decades get a name of either, the nearer one
        more often.
        """
        if self.all_alike:
            return self.given_names.draw(sex, rng=rng)
        decade = (birth_year - FIRST_DECADE - 5) / 10 + rng.random(len(birth_year))
        decade = np.clip(decade, 0, _DECADES - 1).astype(np.int64)
        group = (sex * _DECADES + decade) * len(ORIGINS) + origin
        abroad = (len(SEXES) * _DECADES + sex) * len(ORIGINS) + origin
        return self.given_names.draw(np.where(foreign_born, abroad, group), rng=rng)


@cache
def names(source: str) -> Names:
    """Return the names of a source, one of SOURCES."""
    return _faker_names() if source == "faker" else _census_names()


@cache
def _census_names() -> Names:
    surnames = tables.load("surnames")
    texts = surnames["name"].combine_chunks()
    count = surnames["count"].to_numpy()
    bearers = _by_origin(surnames, count)
    given = tables.load("given_names")
    given_texts = given["name"].combine_chunks()
    return Names(
        listed=len(texts),
        surname_pieces=_with_halves(texts.to_pylist()),
        surnames=Distributions.of(bearers),
        rare_surnames=Distributions.of(np.where(count < _RARE, bearers / count, 0)),
        unlisted_share=_unlisted(surnames, bearers.sum(axis=1)),
        given=Dictionary.of(given_texts),
        given_names=_given_by_birth(given),
        middle_initials=_initials(given_texts.to_pylist(), given),
        nickname=_nicknames(given_texts.to_pylist()),
        all_alike=False,
    )


def _by_origin(table: pa.Table, count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return bearers of each name by origin, a row an origin."""
    bearers = [table[origin].to_numpy() * count.astype(np.float64) for origin in ORIGINS]
    stacked: NDArray[np.float64] = np.stack(bearers)
    return stacked


def _unlisted(surnames: pa.Table, listed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by origin the share of people whose surname fewer than 100 people bear."""
    facts = surnames.schema.metadata
    unlisted = int(facts[b"unlisted"]) * np.array(json.loads(facts[b"unlisted_origins"]))
    share: NDArray[np.float64] = unlisted / (listed + unlisted)
    share[ORIGINS.index("hispanic")] -= UNLISTED_DOUBLE_SURNAMES
    return share


def _with_halves(texts: list[str]) -> Dictionary:
    """Return whole surnames, then their first halves, then their second halves."""
    middles = [(len(text) + 1) // 2 for text in texts]
    first = [text[:middle] for text, middle in zip(texts, middles, strict=True)]
    second = [text[middle:] for text, middle in zip(texts, middles, strict=True)]
    return Dictionary.of([*texts, *first, *second])


def _given_by_birth(given: pa.Table) -> Distributions:
    """Return given names by sex, decade and origin; then by sex and origin of those born abroad.

    Born here: births of a name in a decade times the share of its bearers who are of the
    origin (Bayes' rule, the origin being independent of the decade given the name).
    Born abroad: the Census's bearers of that sex and origin whom the births here, by and
    large still alive, do not account for; a few of every name.
    """
    births = tables.load("births")
    share = np.stack([given[origin].to_numpy() for origin in ORIGINS]).astype(np.float64)
    position = pd.Series(np.arange(given.num_rows), index=given["name"].to_pandas())
    code = position.reindex(births["name"].to_pandas()).to_numpy()
    decade = (births["decade"].to_numpy().astype(np.int64) - FIRST_DECADE) // 10
    sex = pd.Index(SEXES).get_indexer(births["sex"].to_pandas())
    known = ~np.isnan(code) & (decade >= 0)
    code, period = code[known].astype(np.int64), (sex * _DECADES + decade)[known]
    count = births["count"].to_numpy()[known]

    origins = len(ORIGINS)
    group = (period[:, None] * origins + np.arange(origins)).ravel()
    weight = (count * share[:, code]).T.ravel()
    female = given["female"].to_numpy().astype(np.float64)
    by_sex = np.stack([female, 1 - female]) * given["count"].to_numpy()
    born_here = np.zeros_like(by_sex)
    alive = np.where(decade[known] == _DECADES - 1, _LAST_BIRTHS, _ALIVE) * count
    np.add.at(born_here, (sex[known], code), alive)
    born_abroad = np.maximum(by_sex - born_here, _LEAST_ABROAD * by_sex)
    abroad = (born_abroad[:, None] * share).reshape(-1, given.num_rows)
    row, column = np.nonzero(abroad)
    group = np.concatenate([group, row + len(SEXES) * _DECADES * origins])
    codes = np.concatenate([np.repeat(code, origins), column])
    weight = np.concatenate([weight, abroad[row, column]])
    order = np.flatnonzero(weight > 0)
    order = order[np.argsort(group[order], kind="stable")]
    return Distributions.sparse(
        group[order], codes[order], weight[order], groups=len(SEXES) * (_DECADES + 1) * origins
    )


def _initials(texts: list[str], given: pa.Table) -> Distributions:
    """Return the letters that given names begin with, by sex."""
    letter = np.array([ord(text[0]) - ord("A") for text in texts])
    female = given["female"].to_numpy() * given["count"].to_numpy()
    bearers = (female, given["count"].to_numpy() - female)
    return Distributions.of([np.bincount(letter, weights, minlength=26) for weights in bearers])


def _nicknames(texts: list[str]) -> NDArray[np.int64]:
    """Return the code of the nickname of each given name; its own where it has none.

    Of several the commonest, but rather one with the same initial: ROB before BILLY.
    """
    code = {text: position for position, text in enumerate(texts)}
    nickname = np.arange(len(texts))
    pairs = tables.load("nicknames").to_pydict()
    known = [
        (name[0] == short[0], -code[short], code[name])
        for name, short in zip(pairs["name"], pairs["nickname"], strict=True)
        if name in code and short in code
    ]
    # Commoner names have lower codes; the last one written stays.
    for _, minus_short, name in sorted(known):
        nickname[name] = -minus_short
    return nickname


@cache
def _faker_names() -> Names:
    surnames = _upper(PlainFaker.last_names)
    by_sex = [_upper(PlainFaker.first_names_female), _upper(PlainFaker.first_names_male)]
    given = sorted(set(by_sex[0]) | set(by_sex[1]))
    weights = [[table.get(name, 0.0) for name in given] for table in by_sex]
    letters = np.array([ord(name[0]) - ord("A") for name in given])
    surname_weights = [list(surnames.values())]
    return Names(
        listed=len(surnames),
        surname_pieces=_with_halves(list(surnames)),
        surnames=Distributions.of(surname_weights),
        rare_surnames=Distributions.of(surname_weights),
        unlisted_share=np.zeros(len(ORIGINS)),
        given=Dictionary.of(words(given)),
        given_names=Distributions.of(weights),
        middle_initials=Distributions.of([np.bincount(letters, row, 26) for row in weights]),
        nickname=_nicknames(given),
        all_alike=True,
    )


def _upper(weights: Mapping[str, float]) -> dict[str, float]:
    table: dict[str, float] = {}
    for name, weight in weights.items():
        plain = "".join(letter for letter in name.upper() if letter.isalpha())
        table[plain] = table.get(plain, 0.0) + weight
    return table
