"""Texts to miswrite, and what becomes of them: shared by the tests of corruption."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
from hypothesis import strategies as st

from synthetic import tin_ranges
from synthetic.columns import Words, words
from synthetic.corruption.texts import LONGEST
from synthetic.corruption.units import STYLES

TABLE = {"MARIA": ["MARY", "MIA"], "ANA MARIA": ["ANITA"], "LOPEZ": ["LOPES"], "JOSE": ["PEPE"]}

NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ -'", min_size=1, max_size=12)
SURNAMES = st.lists(
    st.sampled_from(["DE", "LA", "CRUZ", "GARCIA", "LOPEZ", "DIAZ", "JR", "O'DAY"]),
    min_size=1,
    max_size=4,
).map(" ".join)
STREETS = st.lists(
    st.sampled_from(["N", "SOUTH", "NW", "OAK", "ST", "AVE", "AVENUE", "LOOP", "MAIN", "8TH"]),
    min_size=1,
    max_size=4,
).map(" ".join)
UNITS = st.sampled_from(STYLES).flatmap(
    lambda style: st.integers(1, 999).map(lambda number: f"{style.decode()}{number}")
)
DAYS = st.dates(date(1910, 1, 1), date(2009, 12, 31))
DATES = DAYS.map(date.isoformat)
TINS = st.sampled_from(tin_ranges()).flatmap(
    lambda numbers: st.integers(numbers[0], numbers[1] - 1).map(str)
)
ODD = st.sampled_from(["", " ", "MUÑOZ PÉREZ", "1987-02-30", "1987-13-01", "X" * (LONGEST + 1)])
SEEDS = st.integers(0, 2**32 - 1)


def made(piece: Callable[..., Words], text: str, seed: int, **options: Any) -> str:
    """Return the text with the error made in it."""
    column = piece(words([text]), 1.0, rng=np.random.default_rng(seed), **options)
    result = column.to_pylist()[0]
    assert isinstance(result, str)
    return result


def outcomes(piece: Callable[..., Words], text: str, count: int = 4000) -> set[str]:
    """Return what comes out of many copies of a text."""
    return set(piece(words([text] * count), 1.0, rng=np.random.default_rng(7)).to_pylist())
