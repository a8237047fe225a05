"""Questions to a protocol: how to ask so that the answers tell of single people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.records import TEXT
from linkage.schemes import Scheme
from linkage.schemes.base import Service
from linkage.schemes.reduced import noise

Sure = NDArray[np.float64]
"""How likely each person is held; .5 as long as nothing is known."""


Day = tuple[Any, str, float]
"""A person's label, the likeliest day, and one in how many it is."""


class NoAnswerError(Exception):
    """The holder, or the requester's own budget, allows no further run."""


@dataclass
class Questions:
    """Runs of a protocol, within what the requester may ask, on lists long enough to be answered.

    Parameters
    ----------
    service : Service
    most : int or None
        Runs that may be made.
    smallest_list : int
        Shorter lists are filled up with invented people.
    runs, entries : int
        Made and asked about so far.
    """

    service: Service
    most: int | None
    smallest_list: int
    runs: int = 0
    entries: int = 0

    def ask(self, people: pd.DataFrame) -> Any:
        """Ask about some people at once.

        Raises
        ------
        NoAnswerError
            If no further run is allowed.
        """
        if self.most is not None and self.runs >= self.most:
            raise NoAnswerError
        self.runs += 1
        missing = invented(people, self.smallest_list - len(people))
        asked = pd.concat([each for each in (people, missing) if len(each)])
        self.entries += len(asked)
        answer = self.service.ask(asked)
        if answer is None:
            raise NoAnswerError
        return answer if isinstance(answer, int) else answer[: len(people)]


def invented(people: pd.DataFrame, count: int) -> pd.DataFrame:
    """Make records like some people's that are nobody's: every value has a letter no name has.

    Examples
    --------
    >>> invented(pd.DataFrame({"surname": ["NG"]}), 2)["surname"].tolist()
    ['~0', '~1']
    """
    numbers = range(max(count, 0))
    values = pd.array([f"~{number}" for number in numbers], dtype=TEXT)
    return pd.DataFrame(dict.fromkeys(people.columns, values), index=[f"~{n}" for n in numbers])


def phone_book(people: pd.DataFrame, questions: Questions, scheme: Scheme, sure: Sure) -> None:
    """Ask about everybody at once; a size tells of each what share is held."""
    answer = questions.ask(people)
    sure[:] = answer / max(len(people), 1) if isinstance(answer, int) else answer > 0


def one_by_one(people: pd.DataFrame, questions: Questions, scheme: Scheme, sure: Sure) -> None:
    """Ask about one person a run; of a noisy size, how likely it is with the person and without."""
    epsilon = getattr(scheme, "epsilon", 0.0)
    for place in range(len(people)):
        answer = questions.ask(people.iloc[[place]])
        told = answer if isinstance(answer, int) else int(answer[0] > 0)
        sure[place] = posterior(told, epsilon) if epsilon else float(told > 0)


def posterior(told: int, epsilon: float) -> float:
    """Probability that a size with noise is of a list with one member, not none; as likely before.

    Examples
    --------
    >>> round(posterior(1, np.log(3)), 12), round(posterior(0, np.log(3)), 12)
    (0.75, 0.25)
    """
    held, absent = noise.mass([told - 1, told], epsilon)
    return float(held / (held + absent))


def differencing(people: pd.DataFrame, questions: Questions, scheme: Scheme, sure: Sure) -> None:
    """Ask about one person more each time: N + 1 runs for N people.

    Sizes that are told as 0 for being too small say nothing until enough members are on the list.
    Each person passed till then is left out once: one run more for each.
    """
    least = getattr(scheme, "smallest_answer", 0)
    size, untold = questions.ask(people.iloc[:0]), 0
    for place in range(len(people)):
        larger = questions.ask(people.iloc[: place + 1])
        if larger or least <= 1:
            sure[place] = float(larger > size)
        else:
            untold = place + 1
        size = larger
    if untold == len(people):
        return
    for place in range(untold):
        without = people.iloc[: untold + 1].drop(people.index[place])
        sure[place] = float(questions.ask(without) == 0)


def halving(people: pd.DataFrame, questions: Questions, scheme: Scheme, sure: Sure) -> None:
    """Ask for the size of one half, and know that of the other by subtraction."""

    def resolve(start: int, stop: int, size: int) -> None:
        if size in (0, stop - start):
            sure[start:stop] = float(size > 0)
            return
        middle = (start + stop) // 2
        left = questions.ask(people.iloc[start:middle])
        resolve(start, middle, left)
        resolve(middle, stop, size - left)

    resolve(0, len(people), questions.ask(people))


STRATEGIES: Final[dict[str, Callable[[pd.DataFrame, Questions, Scheme, Sure], None]]] = {
    "phone_book": phone_book,
    "one_by_one": one_by_one,
    "differencing": differencing,
    "halving": halving,
}
"""Each writes into the last argument what it learns, until there is no answer."""


def expected_runs(strategy: str, people: int, share: float) -> float:
    r"""Predict how many runs tell of each of so many people exactly whether they are held.

    One by one takes N, differencing N + 1. Halving asks once for all, and once for each part that
    has both members and others; of a part of n people that is so with probability
    :math:`1 - p^n - (1 - p)^n`, where a share p of the people is held, each independently.

    Parameters
    ----------
    strategy : str
    people : int
    share : float
        Of the people, how many are held.

    Examples
    --------
    >>> expected_runs("differencing", 100, 0.5), round(expected_runs("halving", 100, 0.02), 1)
    (101, 11.8)
    """
    if strategy != "halving":
        return {"phone_book": 1, "one_by_one": people, "differencing": people + 1}[strategy]

    def mixed(size: int) -> float:
        if size < 2:
            return 0.0
        both = 1 - share**size - (1 - share) ** size
        return both + mixed(size // 2) + mixed(size - size // 2)

    return 1 + mixed(people)


def runs_of_halving(held: NDArray[np.bool_]) -> int:
    """Count the runs that halving takes where it is known who is held.

    Examples
    --------
    >>> runs_of_halving(np.array([True, False, False, False]))
    3
    """

    def mixed(part: NDArray[np.bool_]) -> int:
        if part.all() or not part.any():
            return 0
        middle = len(part) // 2
        return 1 + mixed(part[:middle]) + mixed(part[middle:])

    return 1 + mixed(held)


def birth_dates(
    people: pd.DataFrame, questions: Questions, *, scores: bool, found: list[Day]
) -> None:
    """Find the day of the year on which each person was born, where the list knows the year."""
    ask = _climb if scores else _every_day
    for place, label in enumerate(people.index):
        year = str(people["date_of_birth"].iloc[place])[:4]
        days = ask(people.iloc[[place]], int(year), questions) if year.isdigit() else []
        if days:
            found.append((label, days[0], 1 / len(days)))


def _variants(person: pd.DataFrame, days: list[str]) -> pd.DataFrame:
    """Write one person with several birth dates."""
    copies = person.iloc[np.zeros(len(days), np.int64)].reset_index(drop=True)
    return copies.assign(date_of_birth=pd.array(days, dtype=TEXT))


def _every_day(person: pd.DataFrame, year: int, questions: Questions) -> list[str]:
    """Ask about every day of a year at once."""
    days = pd.date_range(f"{year}-01-01", f"{year}-12-31").strftime("%Y-%m-%d").tolist()
    answer = questions.ask(_variants(person, days))
    return [day for day, yes in zip(days, answer, strict=True) if yes]


def _climb(person: pd.DataFrame, year: int, questions: Questions) -> list[str]:
    """Ask about one day of each month, then about each day of the months that score best."""
    months = [f"{year}-{month:02d}-15" for month in range(1, 13)]
    score = questions.ask(_variants(person, months))
    best = [month[:8] for month, each in zip(months, score, strict=True) if each == score.max()]
    days = [f"{month}{day:02d}" for month in best for day in range(1, 32)]
    real = [day for day in days if pd.notna(pd.to_datetime(day, errors="coerce"))]
    score = questions.ask(_variants(person, real))
    return [day for day, each in zip(real, score, strict=True) if each == score.max()]
