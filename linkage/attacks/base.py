"""What every attack gets and gives: a view and knowledge in, guesses out. Never the truth."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal

import numpy as np
import pandas as pd

from linkage.schemes import Key, View
from linkage.schemes.base import JOIN, joined


@dataclass(frozen=True)
class Knowledge:
    """What an adversary holds besides the release.

    Parameters
    ----------
    auxiliary : pandas.DataFrame, optional
        People the adversary knows of, with names: records as `linkage.records.prepare` gives
        them. Guesses about persons are labels of this frame.
    key : Key, optional
        The salt or key of the exchange. A requester that must encode its own list holds it.
    frequencies : mapping of field to pandas.Series, optional
        Share of each value in the population. Of two fields, ``surname+given_name``, the share
        of each pair, written ``NG|ANA``.
    function : bool
        Whether the published method is known: how values are cleaned and turned into codes.
    known_pairs : pandas.DataFrame, optional
        Records whose person is known already: record (position in the release) and person (label
        of the auxiliary file).
    queries : int, optional
        Runs of a protocol that the adversary may make; None for as many as the holder answers.
    releases : tuple of View
        Further releases that it has: of other recipients, or of other times.
    """

    auxiliary: pd.DataFrame | None = field(default=None, repr=False)
    key: Key | None = None
    frequencies: Mapping[str, pd.Series[float]] | None = field(default=None, repr=False)
    function: bool = True
    known_pairs: pd.DataFrame | None = field(default=None, repr=False)
    queries: int | None = None
    releases: tuple[View, ...] = field(default=(), repr=False)


NEEDS: Final[dict[str, str]] = {
    "auxiliary": "a list of people (auxiliary)",
    "key": "the salt or key",
    "frequencies": "how common values are (frequencies)",
    "function": "the published method (function)",
    "known_pairs": "records whose person is known (known pairs)",
    "releases": "a further release (releases)",
}
"""Parts of knowledge that an attack may need, in words."""


class Attack(ABC):
    """An adversary's method.

    Attributes
    ----------
    name : str
        As scenarios write it.
    about : {"records", "people"}
        What a guess is about: a record of the release, by its position; or a person of the
        adversary's list, by its label, where no record leaves.
    needs : tuple of str
        Parts of `Knowledge` without which it cannot be run; see `NEEDS`.
    uses : tuple of str
        Parts of `Knowledge` that change what it finds.
    method : str
        What it does, in a sentence.
    source : str
        Where it is described.
    """

    name: ClassVar[str]
    about: ClassVar[Literal["records", "people"]] = "records"
    needs: ClassVar[tuple[str, ...]] = ()
    uses: ClassVar[tuple[str, ...]] = ()
    method: ClassVar[str]
    source: ClassVar[str]

    @property
    @abstractmethod
    def target(self) -> str:
        """What a right guess names, in words."""

    @abstractmethod
    def inapplicable(self, view: View) -> str:
        """Why there is nothing in this release that the attack works on; empty if there is."""

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """What is missing to run it: knowledge, or a budget that suffices; empty if nothing is."""
        return lacking(knowledge, self.needs)

    @abstractmethod
    def tries(self, view: View, knowledge: Knowledge) -> int:
        """Number of values the attack tries out."""

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """Number of values that a guess is one of; 0 where that is not known."""
        return 0

    def targets(self, view: View, knowledge: Knowledge) -> pd.Index[Any]:
        """What it makes guesses about: positions of records, or labels of people on the list."""
        return pd.RangeIndex(len(view))

    def run(self, view: View, knowledge: Knowledge, *, seed: int = 0) -> pd.DataFrame:
        """Attack a release.

        Parameters
        ----------
        view : View
        knowledge : Knowledge
        seed : int
            For attacks that draw at random.

        Returns
        -------
        pandas.DataFrame
            record (position in the release), guess (a value, or a label of the auxiliary file)
            and confidence in [0, 1]. Records the attack abstains on are absent. Of an attack about
            people the first column is person, a label of the auxiliary file.

        Raises
        ------
        ValueError
            If it does not apply, or lacks something.
        """
        obstacle = self.why_not(view, knowledge)
        if obstacle:
            raise ValueError(f"{self.name} on {self.target}: {obstacle}")
        return self.guess(view, knowledge, rng=np.random.default_rng(seed))

    def why_not(self, view: View, knowledge: Knowledge) -> str:
        """Why the attack cannot be run: it does not apply, or lacks something."""
        return self.not_applicable(view) or self.lacking(view, knowledge)

    def not_applicable(self, view: View) -> str:
        """Why the attack does not apply, for reasons of its own or because no record leaves."""
        return (_no_records(view) if self.about == "records" else "") or self.inapplicable(view)

    def warm_up(self) -> None:  # noqa: B027 - most attacks compile nothing
        """Compile what the attack needs, so that timing it later does not count that."""

    def seconds_per_try(self, view: View) -> float:
        """Measure what one try costs where that is by design much; NaN elsewhere."""
        return np.nan

    def hash_blocks(self, view: View) -> int:
        """Blocks of SHA-256 that one try takes, for the price of other hardware; 0 if no digest."""
        return 0

    @abstractmethod
    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Make the guesses of `run`."""

    @abstractmethod
    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Guess for so many targets without the release, record 0 to count - 1: the baseline."""


def lacking(knowledge: Knowledge, needs: tuple[str, ...]) -> str:
    """Say which parts of knowledge are missing; empty if none is.

    Examples
    --------
    >>> lacking(Knowledge(function=False), ("auxiliary", "function"))
    'needs a list of people (auxiliary) and the published method (function)'
    """
    missing = [NEEDS[need] for need in needs if not _held(getattr(knowledge, need))]
    return f"needs {' and '.join(missing)}" if missing else ""


def _held(part: object) -> bool:
    return len(part) > 0 if hasattr(part, "__len__") else bool(part)


def _no_records(view: View) -> str:
    """Why there is no code of a record to attack; empty if there is."""
    if view.scheme.rows_are == "cells":
        return "the release is a table of counts, not of records"
    return "" if view.scheme.seen else "no code of a record leaves its owner"


def as_guesses(codes: pd.Series[Any], meaning: Mapping[Any, tuple[object, float]]) -> pd.DataFrame:
    """Guess for every record whose code's meaning is known.

    Parameters
    ----------
    codes : pandas.Series
        One code a record, by position.
    meaning : mapping
        Code to (guess, confidence).
    """
    distinct, values = pd.factorize(codes)
    known = np.array([value in meaning for value in values] + [False], np.bool_)
    records = np.flatnonzero(known[distinct])  # code -1, missing, takes the last: unknown
    told = [meaning.get(value, (None, np.nan)) for value in values]
    guesses = np.empty(len(values), dtype=object)
    guesses[:] = [guess for guess, _ in told]
    return pd.DataFrame(
        {
            "record": records,
            "guess": guesses[distinct[records]],
            "confidence": np.array([sure for _, sure in told], np.float64)[distinct[records]],
        }
    )


def released_column(view: View, column: str) -> pd.Series[Any] | None:
    """Give a column of the release, joining plain parts where they can be read; None if absent.

    The filter of a field is a code of its value: equal for equal values, missing where it is empty.
    """
    if column in view.tokens:
        return view.tokens[column]
    if view.scheme.linked_by == "field_dice" and column in view.fields:
        assert view.bits is not None
        part = np.split(view.bits, len(view.fields), axis=1)[view.fields.index(column)]
        codes = [row.tobytes() if row.any() else None for row in part]
        return pd.Series(codes, dtype=object)
    if view.scheme.readable and set(column.split(JOIN)) <= set(view.tokens.columns):
        return joined(view.tokens, column)
    return None


def released_patterns(view: View) -> pd.Series[Any] | None:
    """Give the release's filters or symbols as one value a record; None if it has none."""
    rows = view.symbols if view.bits is None else view.bits
    if rows is None:
        return None
    return pd.Series([row.tobytes() for row in rows], dtype=object)
