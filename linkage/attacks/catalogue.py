"""The attacks there are, by name."""

from __future__ import annotations

from typing import Final

import pandas as pd

from linkage.attacks.auxiliary import Auxiliary
from linkage.attacks.base import NEEDS, Attack
from linkage.attacks.collusion import Collusion
from linkage.attacks.composition import Composition
from linkage.attacks.dictionary import Dictionary
from linkage.attacks.differencing import Differencing
from linkage.attacks.frequency import Frequency
from linkage.attacks.graphs.graph_matching import GraphMatching
from linkage.attacks.inference import Inference
from linkage.attacks.pairs.known_pairs import KnownPairs
from linkage.attacks.patterns.atoms import Atoms
from linkage.attacks.patterns.pattern_frequency import PatternFrequency
from linkage.attacks.patterns.pattern_mining import PatternMining
from linkage.attacks.probing import Probing

ATTACKS: Final[dict[str, type[Attack]]] = {
    kind.name: kind
    for kind in (
        Dictionary,
        Auxiliary,
        Frequency,
        PatternFrequency,
        PatternMining,
        Atoms,
        GraphMatching,
        KnownPairs,
        Inference,
        Collusion,
        Composition,
        Probing,
        Differencing,
    )
}
"""Every attack, by the name that scenarios use."""


def catalogue() -> pd.DataFrame:
    """List the attacks: what guesses are about, what is needed, how it goes, where it is described.

    Returns
    -------
    pandas.DataFrame
        about, needs, method, source; by name.

    Examples
    --------
    >>> catalogue().loc["frequency", "needs"]
    'how common values are (frequencies)'
    """
    rows = {
        name: {
            "about": kind.about,
            "needs": "; ".join(NEEDS[need] for need in kind.needs),
            "method": kind.method,
            "source": kind.source,
        }
        for name, kind in ATTACKS.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("attack")
