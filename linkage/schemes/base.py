"""What every sharing scheme does: records in, codes out, and the view an adversary gets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.problems import Problems
from linkage.records import TEXT, Source, prepare
from linkage.schemes.keys import SHORTEST, Key

JOIN: Final = "+"
"""Parts of a joint token: ``surname+date_of_birth`` is one code of both."""


@dataclass(frozen=True)
class Description:
    """What a scheme does, in plain words.

    Parameters
    ----------
    leaves : str
        What leaves the holder.
    linking : str
        How two parties link on it.
    adversary_sees : str
        What whoever gets hold of the release sees.
    source : str
        Where the scheme is defined or used.
    """

    leaves: str
    linking: str
    adversary_sees: str
    source: str


@dataclass(frozen=True)
class View:
    """All that an adversary sees of a release: codes and the published method. No truth, no key.

    Parameters
    ----------
    scheme : Scheme
        The method and its parameters, without its secret.
    tokens : pandas.DataFrame
        One code a record and column, missing as NA; records by position. No columns for
        Bloom filters.
    bits : (records, words) uint64 array, optional
        One Bloom filter a record.
    """

    scheme: Scheme
    tokens: pd.DataFrame
    bits: NDArray[np.uint64] | None = None

    def __len__(self) -> int:
        return len(self.tokens)


@dataclass(frozen=True)
class Encoded:
    """Records as a scheme sends them; the labels stay with the holder.

    Parameters
    ----------
    scheme : Scheme
    labels : pandas.Index
        The holder's labels, never part of the release.
    tokens, bits : see `View`
    """

    scheme: Scheme = field(repr=False)
    labels: pd.Index[Any] = field(repr=False)
    tokens: pd.DataFrame = field(repr=False)
    bits: NDArray[np.uint64] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.labels)

    def view(self) -> View:
        """Give what an adversary sees: neither labels nor the secret."""
        return View(self.scheme.public(), self.tokens, self.bits)


class Scheme(ABC):
    """A way to send records to another party.

    Attributes
    ----------
    name : str
        As scenarios write it.
    secret_is : {"salt", "key"} or None
        The secret that both parties must hold, and the parameter that takes it. Without it
        a scheme encodes as an outsider could try to: with nothing.
    fields : tuple of str
        What it usually encodes.
    readable : bool
        Whether the codes are the values themselves.
    description : Description
    """

    name: ClassVar[str]
    readable: ClassVar[bool] = False
    secret_is: ClassVar[Literal["salt", "key"] | None] = None
    fields: ClassVar[tuple[str, ...]]
    description: ClassVar[Description]

    def __post_init__(self) -> None:
        problems = Problems()
        self._check(problems)
        problems.raise_any()

    def _check(self, problems: Problems) -> None:
        """Note parameters that are not allowed."""
        secret = getattr(self, self.secret_is) if self.secret_is else None
        if isinstance(secret, bytes) and len(secret) < SHORTEST:
            problems.append(
                f"{self.name} {self.secret_is}: got {len(secret)} bytes, allowed {SHORTEST} or "
                f"more; try Key.random()"
            )
        elif not isinstance(secret, bytes | Key | None):
            problems.append(
                f"{self.name} {self.secret_is}: got {type(secret).__name__}, allowed Key or bytes; "
                f"try Key.random()"
            )

    @property
    def secret(self) -> Key | None:
        """The salt or key, if there is one."""
        secret = getattr(self, self.secret_is) if self.secret_is else None
        return Key(secret) if isinstance(secret, bytes) else secret

    def public(self) -> Self:
        """Give the scheme as published: without its secret."""
        return self.with_secret(None)

    def with_secret(self, secret: Key | None) -> Self:
        """Give the scheme with another secret, where it has one."""
        return replace(self, **{self.secret_is: secret}) if self.secret_is else self  # type: ignore[type-var]

    def encode(self, frame: Source, fields: Sequence[str] | None = None) -> Encoded:
        """Encode records.

        Parameters
        ----------
        frame : frame or path
            Columns named as in `linkage.records.FIELDS` or guessed from their names.
        fields : sequence of str, optional
            What to encode; None takes the scheme's usual fields that the frame has. For hashing
            schemes each entry makes one code, and ``a+b`` one code of both fields.

        Returns
        -------
        Encoded

        Raises
        ------
        linkage.InputError
            For fields that the frame has not, and where a secret is needed but missing.
        """
        records = prepare(frame)
        chosen = present_fields(self.fields, records) if fields is None else tuple(fields)
        problems = Problems()
        for part in [part for entry in chosen for part in entry.split(JOIN)]:
            problems.choice(f"{self.name}, field", part, records.columns)
        if not chosen:
            problems.append(
                f"{self.name}: none of its fields is there; got {', '.join(records.columns)}, "
                f"needed one of {', '.join(self.fields)}; or pass fields=[...]"
            )
        if self.secret_is and self.secret is None:
            problems.append(
                f"{self.name}: it needs a {self.secret_is}; pass one, for example Key.random()"
            )
        problems.raise_any()
        return self.encode_records(records, chosen)

    @abstractmethod
    def encode_records(self, records: pd.DataFrame, fields: tuple[str, ...]) -> Encoded:
        """Encode prepared records, with whatever secret there is."""


def present_fields(fields: Sequence[str], records: pd.DataFrame) -> tuple[str, ...]:
    """Keep the fields, joint ones too, whose parts the records all have."""
    return tuple(entry for entry in fields if set(entry.split(JOIN)) <= set(records.columns))


def joined(records: pd.DataFrame, entry: str) -> pd.Series[Any]:
    """Join the parts of a joint field by ``|``; missing where any part is.

    Examples
    --------
    >>> records = pd.DataFrame({"surname": ["NG", None], "zip": ["02139", "10001"]}, dtype="string")
    >>> joined(records, "surname+zip").tolist()
    ['NG|02139', <NA>]
    """
    first, *others = entry.split(JOIN)
    value = records[first].astype(TEXT)
    for part in others:
        value = value + "|" + records[part].astype(TEXT)
    return value
