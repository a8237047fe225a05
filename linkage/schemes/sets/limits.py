"""What a holder allows whoever asks: how often, with how short a list, and how exact an answer."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import ClassVar, Final

from linkage.problems import Problems
from linkage.schemes.digests import TokenScheme

LIMITS: Final = ("queries", "smallest_list", "smallest_answer")


@dataclass(frozen=True)
class Limited(TokenScheme):
    """A protocol whose holder answers within limits, which are public and change no code.

    Parameters
    ----------
    queries : int
        Most runs that are answered; 0 is no limit.
    smallest_list : int
        A list of fewer records is refused. Whoever asks can fill it up with invented people.
    smallest_answer : int
        Fewer common records than this are not told: a size is told as 0, a list of matches is
        refused. Whoever asks can add people who are known to be held.
    """

    queries: int = 0
    smallest_list: int = 1
    smallest_answer: int = 0

    only_for_linking: ClassVar[tuple[str, ...]] = LIMITS

    def _check(self, problems: Problems) -> None:
        for name, least in (("queries", 0), ("smallest_list", 1), ("smallest_answer", 0)):
            problems.whole_number(f"{self.name} {name}", getattr(self, name), least)
        super()._check(problems)


def seconds_for(values: int, limit: int, per_seconds: float) -> float:
    """Seconds until a server that allows so many values a window has answered for all of them.

    Examples
    --------
    >>> round(seconds_for(10**9, limit=10_000, per_seconds=3600) / 86_400 / 365, 1)
    11.4
    """
    return (max(values, 1) - 1) // limit * per_seconds if limit else 0.0


def values_within(seconds: float, limit: int, per_seconds: float) -> float:
    """Give the most values that such a server answers for in that time; infinite without a limit.

    Examples
    --------
    >>> values_within(86_400, limit=10_000, per_seconds=3600)
    240000
    """
    if not limit:
        return float("inf")
    return limit * (max(ceil(seconds / per_seconds), 1) if per_seconds else 1)
