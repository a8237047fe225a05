"""Attacks: what an adversary can undo, found out by trying."""

from linkage.attacks.auxiliary import Auxiliary
from linkage.attacks.base import Attack, Knowledge
from linkage.attacks.catalogue import ATTACKS, catalogue
from linkage.attacks.collusion import Collusion
from linkage.attacks.composition import Composition
from linkage.attacks.dictionary import Dictionary
from linkage.attacks.differencing import Differencing
from linkage.attacks.enumeration import Space, name_date_space, number_space
from linkage.attacks.frequency import Frequency
from linkage.attacks.graphs.graph_matching import GraphMatching
from linkage.attacks.inference import Inference
from linkage.attacks.pairs.known_pairs import KnownPairs
from linkage.attacks.patterns.atoms import Atoms
from linkage.attacks.patterns.pattern_frequency import PatternFrequency
from linkage.attacks.patterns.pattern_mining import PatternMining
from linkage.attacks.probing import Probing
from linkage.schemes import View

__all__ = [
    "ATTACKS",
    "Atoms",
    "Attack",
    "Auxiliary",
    "Collusion",
    "Composition",
    "Dictionary",
    "Differencing",
    "Frequency",
    "GraphMatching",
    "Inference",
    "Knowledge",
    "KnownPairs",
    "PatternFrequency",
    "PatternMining",
    "Probing",
    "Space",
    "View",
    "catalogue",
    "name_date_space",
    "number_space",
]
