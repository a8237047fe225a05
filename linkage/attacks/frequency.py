"""Frequency analysis: the commonest code is taken for the commonest value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from linkage.attacks.base import Attack, Knowledge, as_guesses, released_column
from linkage.schemes import View


@dataclass(frozen=True)
class Frequency(Attack):
    """Align codes with values by rank: first with first, second with second.

    Needs no key and no function, only the shares of values in the population. It works because
    equal values stay equal, and gets the common ones right first.

    Parameters
    ----------
    column : str
        Column of the release to attack.
    top : int
        Ranks to claim; the attack abstains on rarer codes.

    Examples
    --------
    >>> from linkage.schemes import Hmac
    >>> people = pd.DataFrame({"surname": ["SMITH", "SMITH", "NG"]})
    >>> release = Hmac(key=bytes(32)).encode(people).view()
    >>> census = Knowledge(frequencies={"surname": pd.Series({"SMITH": 0.9, "NG": 0.1})})
    >>> Frequency("surname").run(release, census)["guess"].tolist()
    ['SMITH', 'SMITH', 'NG']
    """

    column: str = "surname"
    top: int = 100

    name: ClassVar[str] = "frequency"

    @property
    def target(self) -> str:
        """The value behind the column."""
        return self.column

    def obstacle(self, view: View, knowledge: Knowledge) -> str:
        """Needs the column in the release and the population's shares of its values."""
        if released_column(view, self.column) is None:
            return "the release has no such code"
        if not knowledge.frequencies or self.column not in knowledge.frequencies:
            return f"needs the frequencies of {self.column}"
        return ""

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """Ranks claimed."""
        return 0 if view.scheme.readable else self.top

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Align by rank; ties in the release fall in the order of the codes."""
        codes = released_column(view, self.column)
        assert codes is not None
        if view.scheme.readable:
            return as_guesses(codes, {code: (code, 1.0) for code in codes.dropna().unique()})
        assert knowledge.frequencies is not None
        counts = codes.value_counts().rename_axis("code").reset_index()
        ranked = counts.sort_values(["count", "code"], ascending=[False, True])["code"]
        values = knowledge.frequencies[self.column].sort_values(ascending=False, kind="stable")
        pairs = list(zip(ranked[: self.top], values.index, strict=False))
        return as_guesses(
            codes, {code: (value, 1 / (rank + 1)) for rank, (code, value) in enumerate(pairs)}
        )

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Guess the commonest value for everyone."""
        assert knowledge.frequencies is not None
        commonest = knowledge.frequencies[self.column].idxmax()
        return pd.DataFrame({"record": np.arange(count), "guess": commonest, "confidence": np.nan})
