"""Attacks: what an adversary can undo, found out by trying."""

from linkage.attacks.base import Attack, Knowledge
from linkage.attacks.dictionary import Dictionary, ListedPeople
from linkage.attacks.enumeration import Space, name_date_space, number_space
from linkage.attacks.frequency import Frequency
from linkage.schemes import View

__all__ = [
    "Attack",
    "Dictionary",
    "Frequency",
    "Knowledge",
    "ListedPeople",
    "Space",
    "View",
    "name_date_space",
    "number_space",
]
