"""Inference: what a release gives away about people of whom the adversary knows who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.attacks.auxiliary import Auxiliary, Pairs, class_pairs, link_list, pairs_of
from linkage.attacks.base import Attack, Knowledge
from linkage.linking.decision import UNLIKELY
from linkage.schemes import View
from linkage.schemes.reduced.generalised import KAnonymous


@dataclass(frozen=True)
class Inference(Attack):
    """Learn an attribute of known people from the records that may be theirs.

    The list of people is linked with the release. Each record that may be a person's votes for
    what stands beside its codes, with the probability of being the person's; what is left of the
    probability votes as all records do. The likeliest value is guessed of everybody who fits a record
    at all, if it is likely enough. Nobody needs to be named for that: a class of records that are alike may agree on it
    (Machanavajjhala et al. 2007).

    Parameters
    ----------
    attribute : str
        Column of the view's attributes.
    least : float
        Least probability of a guess.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from linkage.schemes import KAnonymous
    >>> people = pd.DataFrame({"sex": ["F", "F", "M", "M"] * 3, "zip": ["02139", "02139", "10001", "10001"] * 3})
    >>> view = KAnonymous(k=2).encode(people).view()
    >>> view = replace(view, attributes=pd.DataFrame({"job": ["judge", "judge", "clerk", "clerk"] * 3}))
    >>> guesses = Inference("job").run(view, Knowledge(auxiliary=people))
    >>> guesses["guess"].head(3).tolist()
    ['judge', 'judge', 'clerk']
    """

    attribute: str
    least: float = 0.0

    name: ClassVar[str] = "inference"
    about = "people"
    needs: ClassVar[tuple[str, ...]] = ("auxiliary", "function")
    uses: ClassVar[tuple[str, ...]] = ("auxiliary", "function", "key")
    method: ClassVar[str] = (
        "links a list of people with the release and guesses what stands beside the records that "
        "may be theirs"
    )
    source: ClassVar[str] = "Machanavajjhala et al. 2007, doi:10.1145/1217299.1217302; WP216"

    @property
    def target(self) -> str:
        """The attribute."""
        return self.attribute

    def inapplicable(self, view: View) -> str:
        """Needs the attribute beside codes that records can be linked on."""
        if view.attributes is None or self.attribute not in view.attributes:
            return "no such attribute leaves beside the codes"
        return Auxiliary().not_applicable(view)

    def lacking(self, view: View, knowledge: Knowledge) -> str:
        """Needs what linking with a list needs, and codes that are linked, not tried."""
        if view.scheme.linked_by == "nothing":
            return f"not linked but tried, see {Auxiliary.name}: {view.scheme.trying}"
        return Auxiliary().lacking(view, knowledge)

    def tries(self, view: View, knowledge: Knowledge) -> int:
        """One try a person on the list."""
        return Auxiliary().tries(view, knowledge)

    def candidates(self, view: View, knowledge: Knowledge) -> int:
        """Values of the attribute."""
        return 0 if view.attributes is None else int(view.attributes[self.attribute].nunique())

    def targets(self, view: View, knowledge: Knowledge) -> pd.Index[Any]:
        """Everybody on the list."""
        return pd.Index([]) if knowledge.auxiliary is None else knowledge.auxiliary.index

    def guess(self, view: View, knowledge: Knowledge, *, rng: np.random.Generator) -> pd.DataFrame:
        """Link, let the records vote, and claim what is likely enough."""
        assert knowledge.auxiliary is not None
        assert view.attributes is not None
        codes, values = pd.factorize(view.attributes[self.attribute])
        votes = _votes(self._pairs(view, knowledge, rng), codes, len(values), knowledge)
        total = votes.sum(axis=1, keepdims=True)  # over 1 where several records may be somebody's
        usual = np.bincount(codes[codes >= 0], minlength=len(values)) / max((codes >= 0).sum(), 1)
        likely = votes / np.maximum(total, 1) + np.maximum(1 - total, 0) * usual
        best = likely.argmax(axis=1)
        sure = likely[np.arange(len(best)), best]
        # Whom no record may be is guessed at no better than without the release.
        claimed = np.flatnonzero((sure > self.least) & (total[:, 0] > 0))
        return pd.DataFrame(
            {
                "person": knowledge.auxiliary.index[claimed],
                "guess": np.asarray(values, object)[best[claimed]],
                "confidence": sure[claimed],
            }
        )

    def _pairs(self, view: View, knowledge: Knowledge, rng: np.random.Generator) -> Pairs:
        """Records that may be somebody's; those of a class are of each in it equally likely."""
        if isinstance(view.scheme, KAnonymous):
            return class_pairs(view, knowledge)
        return pairs_of(link_list(view, knowledge, rng=rng), one_to_one=False, least=UNLIKELY)

    def guess_blindly(
        self, count: int, knowledge: Knowledge, *, rng: np.random.Generator
    ) -> pd.DataFrame:
        """Guess the commonest value, where public statistics tell it."""
        shares = (knowledge.frequencies or {}).get(self.attribute)
        if shares is None:
            return pd.DataFrame({"record": [], "guess": [], "confidence": []})
        return pd.DataFrame(
            {
                "record": np.arange(count),
                "guess": shares.idxmax(),
                "confidence": float(shares.max()),
            }
        )


def _votes(
    pairs: Pairs, codes: NDArray[np.intp], values: int, knowledge: Knowledge
) -> NDArray[np.float64]:
    """Add up, person by person, the probability of the records that have each value."""
    people = 0 if knowledge.auxiliary is None else len(knowledge.auxiliary)
    told = codes[pairs.record] >= 0
    cells = pairs.person[told] * values + codes[pairs.record[told]]
    votes = np.bincount(cells, pairs.probability[told], people * values)
    return np.asarray(votes, np.float64).reshape(people, values)
