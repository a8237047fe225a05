"""Probing: a requester fills its list with guesses and learns from what a protocol answers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks.base import Attack, Knowledge
from linkage.attacks.questions import STRATEGIES, Belief, NoAnswerError, Questions, expected_runs
from linkage.attacks.variants import birth_dates
from linkage.problems import Problems
from linkage.records import TEXT
from linkage.schemes import ConfirmOnly, PsiCardinality, View
from linkage.schemes.base import JOIN, present_fields

DAYS: Final = 365

Strategy = Literal["", "phone_book", "one_by_one", "differencing", "halving"]


@dataclass(frozen=True)
class Probing(Attack):
    """Ask a protocol about people to learn who is in the holder's file, or when they were born.

    How depends on what is answered. Where each entry gets an answer, the whole list is asked about
    at once (a phone book). Where only a size is told, sizes of lists that differ by one person are
    compared, or lists are halved; with noise, people are asked about one by one. Lists that are too
    short are filled up with invented people, and people already found stand in for an answer that
    would be too small.

    Birth dates: every day of the year that the list says is asked about, in as many variants of one
    person; where scores are told, the months first and then the days of the best.

    Parameters
    ----------
    target : {"membership", "date_of_birth"}
    strategy : str
        "phone_book", "one_by_one", "differencing" or "halving"; empty takes what fits the answers.
    most : int
        People asked about, the first of the list; 0 is all.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from linkage.linking.service import open_service
    >>> from linkage.schemes import Psi
    >>> held = Psi().encode(pd.DataFrame({"tin": ["900123456", "900123457"]}))
    >>> view = replace(held.view(), service=open_service(held))
    >>> book = pd.DataFrame({"tin": ["900123455", "900123456"]}, index=["Ana", "Ben"])
    >>> Probing().run(view, Knowledge(auxiliary=book))["person"].tolist()
    ['Ben']
    """

    target: Literal["membership", "date_of_birth"] = "membership"
    strategy: Strategy = ""
    most: int = 0

    name: ClassVar[str] = "probing"
    about: ClassVar[Literal["records", "people"]] = "people"
    needs: ClassVar[tuple[str, ...]] = ("auxiliary",)
    uses: ClassVar[tuple[str, ...]] = ("auxiliary", "queries")
    method: ClassVar[str] = "asks a protocol about guessed people and learns from what it answers"
    source: ClassVar[str] = (
        "Denning, Denning & Schwartz 1979, doi:10.1145/320064.320069 (trackers); Guo et al. "
        "2022, USENIX Security (intersection sizes)"
    )

    def __post_init__(self) -> None:
        problems = Problems()
        problems.choice("probing target", self.target, ("membership", "date_of_birth"))
        problems.choice("probing strategy", self.strategy, ("", *STRATEGIES))
        problems.whole_number("probing most", self.most, 0)
        problems.raise_any()

    def inapplicable(self, view: View) -> str:
        """Needs a holder that answers."""
        if view.service is None:
            return "no protocol answers questions"
        if self.target == "date_of_birth" and isinstance(view.scheme, PsiCardinality):
            return "sizes are told, not which of many variants is held"
        if self.strategy == "halving" and getattr(view.scheme, "epsilon", False):
            return "noise adds up where each size is taken off another; try differencing"
        return ""

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs a list, and to be allowed to ask."""
        if knowledge.queries == 0:
            return "may ask nothing (queries)"
        missing = super().lacking(view, knowledge)
        if missing or knowledge.auxiliary is None:
            return missing
        listed = present_fields(view.fields, knowledge.auxiliary)
        return "" if listed else f"the list of people has no {' and no '.join(view.fields)}"

    def predicted_runs(self, people: int, share: float, view: View) -> float:
        """Predict the runs, where a share of so many people is held; see `expected_runs`."""
        return expected_runs(self.strategy or _fitting(view), people, share)

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """People asked about."""
        return len(self.targets(view, knowledge))

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """In or out; or the days of a year."""
        return 2 if self.target == "membership" else DAYS

    def targets(self, view: View, knowledge: Knowledge) -> pd.Index[Any]:
        """The first people of the list."""
        if knowledge.auxiliary is None:
            return pd.Index([])
        return knowledge.auxiliary.index[: self.most or None]

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Ask as the strategy says, as far as answers go."""
        assert knowledge.auxiliary is not None
        assert view.service is not None
        people = knowledge.auxiliary.loc[self.targets(view, knowledge)]
        smallest = getattr(view.scheme, "smallest_list", 1)
        questions = Questions(view.service, knowledge.queries, smallest)
        if self.target == "date_of_birth":
            days = birth_dates(people, questions, scores=_tells_scores(view))
            return pd.DataFrame(days, columns=["person", "guess", "confidence"])
        entries, place = _entries(people, view)
        belief = Belief(np.full(len(entries), np.nan))
        with suppress(NoAnswerError):
            STRATEGIES[self.strategy or _fitting(view)](entries, questions, view.scheme, belief)
        alike = np.bincount(place[place >= 0], minlength=len(entries) + 1)
        likelier = np.append(belief.sure > belief.share, False)  # place -1, not asked about
        claimed = np.flatnonzero(likelier[place])
        sure = belief.sure[place[claimed]] / alike[place[claimed]]
        return pd.DataFrame({"person": people.index[claimed], "guess": True, "confidence": sure})

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Claim everybody, or guess any day of the year."""
        assert knowledge.auxiliary is not None
        people = knowledge.auxiliary.iloc[:count]
        guess: Any = True
        if self.target == "date_of_birth":
            year = people["date_of_birth"].astype(TEXT).str[:4].fillna("1970")
            day = rng.integers(DAYS, size=len(people))
            start = pd.to_datetime(year + "-01-01")
            guess = (start + pd.to_timedelta(day, "D")).dt.strftime("%Y-%m-%d").to_numpy(object)
        return pd.DataFrame(
            {"record": np.arange(len(people)), "guess": guess, "confidence": np.nan}
        )


def _entries(people: pd.DataFrame, view: View) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Give what is asked about, each entry once, and the place of each person's; -1 for none.

    Sizes are of one column's values, the first that the list has.
    """
    fields = present_fields(view.fields, people)
    if isinstance(view.scheme, PsiCardinality):
        fields = fields[:1]
    parts = list(dict.fromkeys(part for entry in fields for part in entry.split(JOIN)))
    asked = people[parts].reset_index(drop=True)
    known = asked.notna().all(axis=1) if len(fields) == 1 else asked.notna().any(axis=1)
    asked = asked[known]
    number = asked.groupby(parts, dropna=False, sort=False, observed=True).ngroup()
    place = np.full(len(people), -1, np.intp)
    place[known.to_numpy(bool)] = number
    return asked[~number.duplicated()], place


def _fitting(view: View) -> Strategy:
    """The strategy that needs fewest runs for what is answered."""
    scheme = view.scheme
    if not isinstance(scheme, PsiCardinality):
        return "phone_book"
    if scheme.epsilon:
        return "one_by_one"
    return "differencing" if scheme.smallest_answer > 1 else "halving"


def _tells_scores(view: View) -> bool:
    return isinstance(view.scheme, ConfirmOnly) and view.scheme.answer == "score"
