"""Questions to a protocol: how to ask so that the answers tell of single people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.records import TEXT
from linkage.schemes import Oprf, PsiCardinality, Scheme
from linkage.schemes.base import Service

Floats = NDArray[np.float64]

NEVER_HELD: Final = {"date_of_birth": "1800-01-01"}
"""Of invented people; other values begin with a letter that no name has."""

LIKELY: Final = 1e-12
"""Likelihood, beside the largest, from which a size is considered."""

FINEST: Final = 200
"""Shares of members considered, between none and all."""


class NoAnswerError(Exception):
    """The holder, or the requester's own budget, allows no further run."""


@dataclass
class Belief:
    """What is known of some people.

    Parameters
    ----------
    sure : (people,) array
        Probability that each is held; NaN as long as nothing is known.
    share : float
        The same of somebody nothing is known of. Who is likelier held than that is claimed.
    """

    sure: Floats
    share: float = 0.5


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
        missing = invented(people, self.smallest_list - len(people.drop_duplicates()))
        asked = pd.concat([each for each in (people, missing) if len(each)])
        self.entries += len(asked)
        answer = self.service.ask(asked)
        if answer is None:
            raise NoAnswerError
        return answer if isinstance(answer, int) else answer[: len(people)]


def invented(people: pd.DataFrame, count: int) -> pd.DataFrame:
    """Make records like some people's that are nobody's; see `NEVER_HELD`.

    Examples
    --------
    >>> invented(pd.DataFrame({"surname": ["NG"]}), 2)["surname"].tolist()
    ['~0', '~1']
    """
    numbers = range(max(count, 0))
    values = pd.array([f"~{number}" for number in numbers], dtype=TEXT)
    made = pd.DataFrame(dict.fromkeys(people.columns, values), index=[f"~{n}" for n in numbers])
    fixed = {name: NEVER_HELD[name] for name in people.columns if name in NEVER_HELD}
    return made.assign(**fixed).astype(TEXT)


def phone_book(people: pd.DataFrame, questions: Questions, scheme: Scheme, belief: Belief) -> None:
    """Ask about everybody at once, or as many as one list may have; sizes tell the share held."""
    for start, stop in _lists(people, scheme):
        answer = questions.ask(people.iloc[start:stop])
        if isinstance(answer, int):
            share = min(max(answer / max(len(people), 1), 0.0), 1.0)
            belief.sure[:], belief.share = share, 0.5
        else:
            belief.sure[start:stop] = _probability(answer)


def _lists(people: pd.DataFrame, scheme: Scheme) -> list[tuple[int, int]]:
    """Where to cut the list: a server of tokens answers so many values at once, two a person."""
    longest = len(people)
    if isinstance(scheme, Oprf) and scheme.limit:
        longest = max(scheme.limit // len(scheme.fields), 1)
    cuts = range(0, max(len(people), 1), max(longest, 1))
    return [(start, min(start + longest, len(people))) for start in cuts]


def _probability(answer: NDArray[Any]) -> Floats:
    """Read yes, no, or log odds in bits."""
    if answer.dtype == bool:
        return answer.astype(np.float64)
    return np.asarray(1 / (1 + np.exp2(-np.clip(answer, -1000, 1000))))


def one_by_one(people: pd.DataFrame, questions: Questions, scheme: Scheme, belief: Belief) -> None:
    """Ask about one person a run, among as many found before as an answer must have.

    To find these, everybody is asked about, and then everybody but one. Noise hides who stands in,
    so that with noise nobody does.
    """
    noisy = isinstance(scheme, PsiCardinality) and scheme.epsilon
    needed = getattr(scheme, "smallest_answer", 0)
    search = needed > 1 and not noisy
    found = _members(people, questions, needed, belief) if search else []
    if search and len(found) < needed:
        return  # nobody else is held, or no size is told at all
    answers: list[int] = []
    rest = np.flatnonzero(np.isnan(belief.sure))
    try:
        for place in map(int, rest):
            answer = questions.ask(people.iloc[[place, *found]])
            if isinstance(answer, int):
                answers.append(answer)
                if not noisy:
                    belief.sure[place] = float(answer > len(found))
            else:
                belief.sure[place] = _probability(answer[:1])[0]
    finally:
        if noisy and answers:
            assert isinstance(scheme, PsiCardinality)
            told = np.array(answers)
            shares = np.linspace(0, 1, min(len(rest), FINEST) + 1)
            held, absent = (scheme.likelihood(told, size)[None] for size in (1, 0))
            belief.sure[rest[: len(told)]], belief.share = weigh(held, absent, shares)


def _members(people: pd.DataFrame, questions: Questions, needed: int, belief: Belief) -> list[int]:
    """Find so many members by leaving one out at a time, or all at once where answers are lists."""
    everybody = questions.ask(people)
    if not isinstance(everybody, int):
        belief.sure[:] = _probability(everybody)
        return [int(place) for place in np.flatnonzero(belief.sure > 0.5)]
    found: list[int] = []
    for place in range(len(people)):
        if len(found) == needed or not everybody:
            break
        without = questions.ask(_but(people, place))
        belief.sure[place] = float(without < everybody)
        found += [place] if without < everybody else []
    return found


def _but(people: pd.DataFrame, place: int) -> pd.DataFrame:
    return people.iloc[np.delete(np.arange(len(people)), place)]


def differencing(
    people: pd.DataFrame, questions: Questions, scheme: Scheme, belief: Belief
) -> None:
    """Ask about everybody, and then about everybody but one: N + 1 runs for N people.

    All lists are long, and so are answers, wherever more are held than an answer must have. Of noisy
    sizes, each is weighed with the person and without, over all numbers of members there may be.
    """
    if not isinstance(scheme, PsiCardinality):
        return one_by_one(people, questions, scheme, belief)
    everybody = questions.ask(people)
    answers: list[int] = []
    try:
        for place in range(len(people)):
            answers.append(questions.ask(_but(people, place)))
    finally:
        if answers:
            sizes = np.arange(len(people) + 1)
            weight = scheme.likelihood(everybody, sizes)
            sizes, weight = (
                sizes[weight > LIKELY * weight.max()],
                weight[weight > LIKELY * weight.max()],
            )
            held = scheme.likelihood(np.array(answers), sizes[:, None] - 1)
            absent = scheme.likelihood(np.array(answers), sizes[:, None])
            shares = sizes / len(people)
            belief.sure[: len(answers)], share = weigh(held, absent, shares, weight)
            belief.share = share if scheme.epsilon else 0.5
    return None


def weigh(
    held: Floats, absent: Floats, shares: Floats, weight: Floats | None = None
) -> tuple[Floats, float]:
    """Weigh noisy answers, each about one person, where the share of members is unknown (Bayes).

    Parameters
    ----------
    held, absent : (shares or 1, people) arrays
        Likelihood of each answer with the person in the file, and without.
    shares : (shares,) array
        Shares of members there may be.
    weight : (shares,) array, optional
        Likelihood of each; alike when None.

    Returns
    -------
    tuple
        Probability that each person is held, and the expected share of members.

    Examples
    --------
    >>> sure, share = weigh(np.array([[0.75, 0.25]]), np.array([[0.25, 0.75]]), np.array([0.5]))
    >>> sure.round(2).tolist(), share
    ([0.75, 0.25], 0.5)
    """
    part = shares[:, None]
    mixed = part * held + (1 - part) * absent
    with np.errstate(divide="ignore"):
        log = np.log(mixed).sum(axis=1) + (0 if weight is None else np.log(weight))
    if not np.isfinite(log.max()):
        return np.full(held.shape[1], np.nan), 0.5
    likely = np.exp(log - log.max())
    likely /= likely.sum()
    without = np.divide((1 - part) * absent, mixed, out=np.zeros_like(mixed), where=mixed > 0)
    return 1 - likely @ without, float(likely @ shares)


def halving(people: pd.DataFrame, questions: Questions, scheme: Scheme, belief: Belief) -> None:
    """Ask for the size of one half, and know that of the other by subtraction.

    Where small sizes are not told, members are found first, as `one_by_one` finds them, and asked
    about along with each part.
    """
    if not isinstance(scheme, PsiCardinality):
        return one_by_one(people, questions, scheme, belief)
    needed = scheme.smallest_answer
    found = _members(people, questions, needed, belief) if needed > 1 else []
    if len(found) < needed and needed > 1:
        return None
    rest = np.flatnonzero(np.isnan(belief.sure))

    def size(part: NDArray[np.intp]) -> int:
        answer: int = questions.ask(people.iloc[[*part, *found]])
        return answer - len(found)

    def resolve(part: NDArray[np.intp], held: int) -> None:
        if held in (0, len(part)):
            belief.sure[part] = float(held > 0)
            return
        left, right = part[: len(part) // 2], part[len(part) // 2 :]
        first = size(left)
        resolve(left, first)
        resolve(right, held - first)

    if len(rest):
        resolve(rest, size(rest))
    return None


STRATEGIES: Final[dict[str, Callable[[pd.DataFrame, Questions, Scheme, Belief], None]]] = {
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
