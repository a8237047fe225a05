"""Questions about one person in many variants: on which day of a year they were born."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from linkage.attacks.questions import NoAnswerError, Questions
from linkage.linking.dates import NEAR
from linkage.records import TEXT

NAMED_BY: Final = ("given_name", "surname", "date_of_birth")
"""What is asked about: anything else, such as a number, could be answered for alone."""

Day = tuple[Any, str, float]
"""A person's label, a day, and how sure it is."""


def birth_dates(people: pd.DataFrame, questions: Questions, *, scores: bool) -> list[Day]:
    """Find the day of the year on which each person was born, where the list knows the year.

    As far as answers go. A day that is one of n left is 1/n sure.
    """
    ask = climb if scores else every_day
    named = people[[name for name in NAMED_BY if name in people]]
    years = named["date_of_birth"].astype(TEXT).str[:4]
    found: list[Day] = []
    try:
        for place in map(int, np.flatnonzero(years.str.isdigit().fillna(False))):
            days = ask(named.iloc[[place]], int(years.iloc[place]), questions)
            found += [(named.index[place], day, sure) for day, sure in days[:1]]
    except NoAnswerError:
        pass
    return found


def every_day(person: pd.DataFrame, year: int, questions: Questions) -> list[tuple[str, float]]:
    """Ask about every day of a year at once."""
    days = _days(year)
    answer = questions.ask(_variants(person, days))
    return [
        (day, 1 / np.count_nonzero(answer)) for day, yes in zip(days, answer, strict=True) if yes
    ]


def climb(person: pd.DataFrame, year: int, questions: Questions) -> list[tuple[str, float]]:
    """Ask about some days of the year, then about those near the one that scores best.

    A holder's linker forgives ten days (`linkage.linking.dates`), so that of days 21 apart one
    scores higher. The others are gone through in the order of their scores until a day stands out
    from those around it.
    """
    days = _days(year)
    score = np.full(len(days), np.nan)

    def ask(places: Any) -> None:
        new = [place for place in places if np.isnan(score[place])]
        if new:
            score[new] = questions.ask(_variants(person, [days[place] for place in new]))

    spread = np.arange(NEAR, len(days) + NEAR, 2 * NEAR + 1).clip(max=len(days) - 1)
    ask(spread)
    lowest = score[spread].min()
    for place in spread[np.argsort(-score[spread], kind="stable")]:
        if score[place] > lowest:
            ask(_around(place, len(days)))
            top = int(np.nanargmax(score))
            beside = np.delete(score[_around(top, len(days))], min(top, NEAR))
            if lowest < np.nanmax(beside) < score[top]:
                break
    best = np.flatnonzero(score == np.nanmax(score))
    odds = np.exp2(min(score[best[0]], 1000.0))
    if odds <= 1:  # more likely somebody else
        return []
    return [(days[place], odds / (1 + odds) / len(best)) for place in best]


def _around(place: int, count: int) -> Any:
    return np.arange(max(place - NEAR, 0), min(place + NEAR + 1, count))


def _days(year: int) -> list[str]:
    days: list[str] = pd.date_range(f"{year}-01-01", f"{year}-12-31").strftime("%Y-%m-%d").tolist()
    return days


def _variants(person: pd.DataFrame, days: list[str]) -> pd.DataFrame:
    """Write one person with several birth dates."""
    copies = person.iloc[np.zeros(len(days), np.int64)].reset_index(drop=True)
    return copies.assign(date_of_birth=pd.array(days, dtype=TEXT))
