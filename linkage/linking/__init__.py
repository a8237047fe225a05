"""Linking: which records of two files belong to the same person."""

from linkage.linking.dice import dice_pairs
from linkage.linking.link import Linked, link, link_encoded, link_records

__all__ = ["Linked", "dice_pairs", "link", "link_encoded", "link_records"]
