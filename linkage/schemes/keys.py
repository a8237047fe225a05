"""Keys: real ones, demonstration ones that are no secret, and subkeys derived from either."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from linkage.problems import InputError

SHORTEST: Final = 16
"""Bytes; 128 bits is the least strength NIST SP 800-131A Rev. 2 allows for new keys."""


@dataclass(frozen=True)
class Key:
    """A secret that turns values into codes; its material is never shown.

    Parameters
    ----------
    material : bytes
        At least 16 bytes.

    Raises
    ------
    linkage.InputError
        If the material is shorter.

    Examples
    --------
    >>> Key(bytes(32))
    Key(32 bytes)
    """

    material: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.material) < SHORTEST:
            raise InputError(
                [
                    f"key: got {len(self.material)} bytes, allowed {SHORTEST} or more; try Key.random()"
                ]
            )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.material)} bytes)"

    @classmethod
    def random(cls) -> Key:
        """Draw a key from the operating system's source of randomness."""
        return Key(secrets.token_bytes(32))

    def derive(self, purpose: str, length: int = 32) -> bytes:
        """Derive a subkey for one purpose (HKDF-SHA-256, RFC 5869)."""
        return HKDF(SHA256(), length, salt=None, info=purpose.encode()).derive(self.material)


class DemoKey(Key):
    """A key made from a scenario's seed: reproducible and therefore **not secret**.

    Anyone who has the scenario can make it again. It serves simulations only.

    Examples
    --------
    >>> DemoKey.from_seed(7) == DemoKey.from_seed(7)
    True
    """

    @classmethod
    def from_seed(cls, seed: int, purpose: str = "simulation") -> DemoKey:
        """Derive a demonstration key from a seed."""
        return cls(HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(b"%032d" % seed))
