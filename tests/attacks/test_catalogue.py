"""What every attack says of itself."""

from __future__ import annotations

from inspect import isabstract
from pathlib import Path

import linkage.attacks
from linkage import plans
from linkage.attacks import ATTACKS, Attack, Knowledge, catalogue
from linkage.attacks.base import NEEDS, lacking

PARTS = set(Knowledge.__dataclass_fields__)


def test_every_attack_there_is_stands_in_the_catalogue_and_can_be_planned():
    defined = {kind.name for kind in _kinds(Attack) if not isabstract(kind)}
    assert defined == set(ATTACKS) == set(plans.ATTACKS)
    assert catalogue().index.tolist() == list(ATTACKS)


def _kinds(parent: type) -> set[type]:
    found = set(parent.__subclasses__())
    here = {kind for kind in found if kind.__module__.startswith("linkage.attacks.")}
    return here.union(*(_kinds(kind) for kind in found))


def test_every_attack_says_what_it_needs_uses_and_does():
    for kind in ATTACKS.values():
        assert set(kind.needs) <= set(NEEDS), kind
        assert set(kind.needs) <= set(kind.uses) <= PARTS, kind
        assert kind.method, kind
        assert kind.source, kind


def test_what_is_missing_is_named_in_words():
    assert lacking(Knowledge(), ("function",)) == ""
    for need, words in NEEDS.items():
        held = lacking(Knowledge(function=False), (need,))
        assert words in held, need


def test_the_page_names_every_attack():
    root = Path(linkage.attacks.__file__).parents[2]
    page = (root / "docs" / "attacks.md").read_text("utf-8")
    assert [name for name in ATTACKS if f"| {name} |" not in page] == []
