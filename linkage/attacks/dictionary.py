"""Dictionary attacks: encode everything that could be meant, and look the codes up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd

from linkage.attacks.base import Attack, Knowledge, as_guesses, released_column
from linkage.attacks.enumeration import Space, number_space, search
from linkage.schemes import View
from linkage.schemes.digests import SALT, Hmac, Recipe, RecordSalted, TokenScheme
from linkage.schemes.slow_hash import SlowHash
from linkage.schemes.tokens.format_preserving import FormatPreserving

NAME_AND_BIRTH: Final = "given_name+surname+date_of_birth"
TARGETS: Final = {"tin": "tin", NAME_AND_BIRTH: "name and birth date"}


@dataclass(frozen=True)
class Dictionary(Attack):
    """Try every value of a space: all taxpayer numbers, or names with all birth dates.

    The adversary hashes each value as the scheme does, with the salt or key if it holds one and
    with nothing if not, and looks the digests up in the release. A right guess names the value.

    Where each record has a salt of its own, the whole space is tried for one record after the
    other, as many, evenly spaced, as `budget` allows. Where each try is made to cost time, a space
    within `slow_budget` is tried; what a larger one would cost, `seconds_per_try` measures.

    Parameters
    ----------
    column : str
        Column of the release to attack.
    space : Space
        Values to try; every nine-digit number when left out.
    budget : int
        Most hashes in all where records must be tried one by one.
    slow_budget : int
        Most hashes that are made to cost time.

    Examples
    --------
    >>> from linkage.attacks.enumeration import number_space
    >>> from linkage.schemes import Sha256
    >>> release = Sha256().encode(pd.DataFrame({"tin": ["900123456"]})).view()
    >>> attack = Dictionary("tin", number_space([(900_000_000, 900_200_000)]))
    >>> attack.run(release, Knowledge()).values.tolist()
    [[0, '900123456', 1.0]]
    """

    column: str = "tin"
    space: Space = field(default_factory=lambda: number_space([(0, 10**9)]))
    budget: int = 1_000_000_000
    slow_budget: int = 1_000

    name: ClassVar[str] = "dictionary"
    needs: ClassVar[tuple[str, ...]] = ("function",)
    uses: ClassVar[tuple[str, ...]] = ("function", "key")
    method: ClassVar[str] = (
        "encodes every value that there could be and looks for the codes in the release"
    )
    source: ClassVar[str] = "Vidanage et al. 2022, doi:10.29012/jpc.764, dictionary attacks"

    @property
    def target(self) -> str:
        """The value behind the column."""
        return TARGETS.get(self.column, self.column)

    def inapplicable(self, view: View) -> str:
        """Needs the column in the release."""
        if released_column(view, self.column) is None:
            return "the release has no such code"
        digests = (TokenScheme, FormatPreserving, RecordSalted, SlowHash)
        return "" if isinstance(view.scheme, digests) else view.scheme.trying

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs the method, the key where a server or a cipher holds it, and enough tries."""
        if not self.space.size:
            return "no value is known to try"
        if isinstance(view.scheme, FormatPreserving) and knowledge.key is None:
            return view.scheme.trying
        if isinstance(view.scheme, SlowHash) and self.space.size > self.slow_budget:
            return (
                f"{self.space.size:,} tries, each made to cost time, are over the budget of "
                f"{self.slow_budget:,}; the timings say what they would take"
            )
        if isinstance(view.scheme, RecordSalted) and self.space.size > self.budget:
            return (
                f"{self.space.size:,} tries for one record are over the budget of {self.budget:,}; "
                "no key prevents them"
            )
        return super().lacking(view, knowledge)

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """Values tried in all; nothing where values can be read."""
        if view.scheme.readable or isinstance(view.scheme, FormatPreserving):
            return 0
        salts = len(self.targets(view, knowledge)) if isinstance(view.scheme, RecordSalted) else 1
        return self.space.size * salts

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """Size of the space."""
        return self.space.size

    def targets(self, view: View, knowledge: Knowledge) -> pd.Index[Any]:
        """All records; of records with salts of their own, as many as can be tried."""
        if not isinstance(view.scheme, RecordSalted):
            return pd.RangeIndex(len(view))
        count = min(len(view), max(1, self.budget // max(self.space.size, 1)))
        return pd.Index(np.linspace(0, len(view) - 1, count).astype(np.int64))

    def warm_up(self) -> None:
        """Compile the kernels."""
        search(Recipe(hmac_key=b""), Space(("",), ("0",)), [Recipe().digest("")])

    def seconds_per_try(self, view: View) -> float:
        """Measure what a try costs that is made to cost time; NaN of any other."""
        return view.scheme.seconds_per_value() if isinstance(view.scheme, SlowHash) else np.nan

    def hash_blocks(self, view: View) -> int:
        """One block of a short value; two of HMAC, whose key blocks are hashed once."""
        if not isinstance(view.scheme, TokenScheme | RecordSalted) or view.scheme.readable:
            return 0
        return 2 if isinstance(view.scheme, Hmac) else 1

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Look every code of the space up in the release."""
        codes = released_column(view, self.column)
        assert codes is not None
        scheme = view.scheme.with_secret(knowledge.key)
        if isinstance(scheme, RecordSalted):
            return self._try_each_record(view, codes)
        distinct = codes.dropna().unique()
        if isinstance(scheme, FormatPreserving):
            values = dict(zip(distinct, scheme.read(list(distinct), self.column), strict=True))
        elif isinstance(scheme, SlowHash):
            tried = [self.space.value(index) for index in range(self.space.size)]
            own = scheme.encode_records(pd.DataFrame({self.column: tried}), (self.column,))
            values = dict(zip(own.tokens[self.column], tried, strict=True))
        else:
            assert isinstance(scheme, TokenScheme)
            recipe = scheme.recipe(self.column)
            known = {code: code for code in distinct}
            values = known if recipe is None else search(recipe, self.space, distinct)
        return as_guesses(codes, {code: (value, 1.0) for code, value in values.items()})

    def _try_each_record(self, view: View, codes: pd.Series[Any]) -> pd.DataFrame:
        """Try the whole space with the salt of one record after the other."""
        found = []
        for record in self.targets(view, Knowledge()):
            recipe = Recipe(prefix=bytes.fromhex(view.tokens.loc[record, SALT]))
            if pd.notna(codes[record]):
                values = search(recipe, self.space, [codes[record]]).values()
                found += [(record, value, 1.0) for value in values]
        return pd.DataFrame(found, columns=["record", "guess", "confidence"])

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Draw values from the space."""
        drawn = [
            self.space.value(int(index)) for index in rng.integers(self.space.size, size=count)
        ]
        return pd.DataFrame(
            {"record": np.arange(count), "guess": drawn, "confidence": 1 / self.space.size}
        )
