"""Linking: which records of two files belong to the same person."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linkage.linking.dice import dice_pairs
    from linkage.linking.linked import Linked, link_encoded, link_records, linked_of
    from linkage.linking.linker import link
    from linkage.linking.links import Links
    from linkage.linking.service import open_service

__all__ = [
    "Linked",
    "Links",
    "dice_pairs",
    "link",
    "link_encoded",
    "link_records",
    "linked_of",
    "open_service",
]

_HOME = {
    "Linked": "linkage.linking.linked",
    "Links": "linkage.linking.links",
    "dice_pairs": "linkage.linking.dice",
    "link": "linkage.linking.linker",
    "link_encoded": "linkage.linking.linked",
    "link_records": "linkage.linking.linked",
    "linked_of": "linkage.linking.linked",
    "open_service": "linkage.linking.service",
}


def __getattr__(name: str) -> Any:
    """Load parts when they are first used."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'linkage.linking' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
