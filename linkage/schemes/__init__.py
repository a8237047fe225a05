"""Sharing schemes: how records leave their holder.

Every scheme has `encode` (records to codes), `view` of the result (what an adversary sees) and a
`description`; `catalogue` lists them all. Codes link by `linkage.link`, as files do.
"""

from linkage.schemes.base import Description, Encoded, Scheme, View
from linkage.schemes.catalogue import FAMILIES, SCHEMES, USUAL, catalogue, make
from linkage.schemes.digests import Hmac, HmacFields, Plain, RecordSalted, SaltedSha256, Sha256
from linkage.schemes.filters.bloom import Clk, FieldBloom, Rbf
from linkage.schemes.filters.clkhash import ClkHash
from linkage.schemes.filters.clkhash_schema import ClkHashSchema
from linkage.schemes.filters.minhash import MinHash
from linkage.schemes.filters.two_step import TwoStepHash
from linkage.schemes.formats import (
    from_packed,
    read_base64,
    read_npy,
    to_packed,
    write_base64,
    write_npy,
)
from linkage.schemes.keys import DemoKey, Key
from linkage.schemes.reduced.counts import Counts, DpCount, DpCounts
from linkage.schemes.reduced.generalised import KAnonymous, class_sizes
from linkage.schemes.sets.confirmation import ConfirmOnly
from linkage.schemes.sets.intersection import Psi, PsiCardinality
from linkage.schemes.sets.oprf import Oprf, OprfClient, OprfServer
from linkage.schemes.sets.protocol import private_set_intersection
from linkage.schemes.slow_hash import SlowHash
from linkage.schemes.tokens.format_preserving import FormatPreserving
from linkage.schemes.tokens.match_keys import MatchKeys
from linkage.schemes.tokens.slk581 import Slk581
from linkage.schemes.tokens.token import Token, Vault, VaultToken, transcrypt

__all__ = [
    "FAMILIES",
    "SCHEMES",
    "USUAL",
    "Clk",
    "ClkHash",
    "ClkHashSchema",
    "ConfirmOnly",
    "Counts",
    "DemoKey",
    "Description",
    "DpCount",
    "DpCounts",
    "Encoded",
    "FieldBloom",
    "FormatPreserving",
    "Hmac",
    "HmacFields",
    "KAnonymous",
    "Key",
    "MatchKeys",
    "MinHash",
    "Oprf",
    "OprfClient",
    "OprfServer",
    "Plain",
    "Psi",
    "PsiCardinality",
    "Rbf",
    "RecordSalted",
    "SaltedSha256",
    "Scheme",
    "Sha256",
    "Slk581",
    "SlowHash",
    "Token",
    "TwoStepHash",
    "Vault",
    "VaultToken",
    "View",
    "catalogue",
    "class_sizes",
    "from_packed",
    "make",
    "private_set_intersection",
    "read_base64",
    "read_npy",
    "to_packed",
    "transcrypt",
    "write_base64",
    "write_npy",
]
