"""Requests as they are written: errors of names, dates and streets, in the order they happen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from synthetic import corruption
from synthetic.columns import Words
from synthetic.names import names
from synthetic.people import People
from synthetic.settings import RequestSettings, Settings

#: Letters that the surname field of an old form holds. Prior.
SURNAME_WIDTH = 10


@dataclass(frozen=True)
class _Hand:
    """Whoever writes the requests: some records carelessly, so that their errors come together."""

    settings: RequestSettings
    careless: NDArray[np.float64]
    rng: np.random.Generator

    def miswrite(self, column: Words, *errors: tuple[corruption.Piece, float]) -> Words:
        """Return a column with errors of these kinds and shares, one after another."""
        for piece, share in errors:
            column = piece(column, share * self.careless, rng=self.rng)
        return column


def written(
    people: People,
    tin: Words,
    address: dict[str, Words],
    settings: Settings,
    *,
    rng: np.random.Generator,
) -> dict[str, Words]:
    """Return the columns of requests about some people, errors and all."""
    asked = settings.enforcement
    careless = corruption.carelessness(len(people), asked.error_correlation, rng=rng)
    hand = _Hand(asked, careless, rng)
    text = people.identity(np.arange(len(people))).text(names(settings.names))
    missing = corruption.missing
    given, surname = _names(text["given_name"], text["surname"], hand)
    return {
        "given_name": given,
        "middle_initial": hand.miswrite(
            text["middle_initial"], (missing, asked.middle_initial_missing_share)
        ),
        "surname": surname,
        "date_of_birth": _birth_dates(text["date_of_birth"], hand),
        "sex": hand.miswrite(text["sex"], (missing, asked.sex_missing_share)),
        "tin": tin,
        **address,
        "street_name": _streets(address["street_name"], hand),
    }


def _names(given: Words, surname: Words, hand: _Hand) -> tuple[Words, Words]:
    """Return names as somebody heard, read and typed them."""
    asked, rng = hand.settings, hand.rng
    mistakes = [
        (corruption.phonetic, asked.misheard_share),
        (corruption.ocr, asked.misread_share),
        (corruption.typo, asked.typo_share),
    ]
    given = hand.miswrite(
        given,
        (corruption.nickname, asked.nickname_share),
        (partial(corruption.spelling, kind="given"), asked.spelling_share),
        *mistakes,
    )
    surname = hand.miswrite(
        surname,
        (corruption.surname_joined, asked.surnames_joined_share),
        (corruption.surnames_swapped, asked.surnames_swapped_share),
        (corruption.second_surname_dropped, asked.second_surname_dropped_share),
        (partial(corruption.spelling, kind="surname"), asked.spelling_share),
        *mistakes,
        (partial(corruption.truncation, width=SURNAME_WIDTH), asked.truncated_share),
    )
    swapped = asked.name_order_share * hand.careless
    given, surname = corruption.name_order(given, surname, swapped, rng=rng)
    # Accents come last: the other pieces know the letters A to Z.
    accents = corruption.diacritics_written
    return (
        accents(given, asked.diacritics_share, rng=rng),
        accents(surname, asked.diacritics_share, rng=rng),
    )


def _birth_dates(born: Words, hand: _Hand) -> Words:
    asked = hand.settings
    return hand.miswrite(
        born,
        (corruption.day_month_swapped, asked.day_month_share),
        (corruption.date_digit, asked.birth_digit_share),
        (corruption.year_off, asked.birth_year_share),
        (corruption.birthday_heaped, asked.new_year_birth_share),
        (corruption.missing, asked.birth_missing_share),
    )


def _streets(street: Words, hand: _Hand) -> Words:
    asked = hand.settings
    styles = (corruption.street_spelled_out, corruption.suffix_lost, corruption.direction_lost)
    return hand.miswrite(
        street,
        *((style, asked.street_style_share / len(styles)) for style in styles),
        (corruption.typo, asked.typo_share),
    )
