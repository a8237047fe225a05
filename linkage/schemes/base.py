"""What every sharing scheme does: records in, codes out, and the view an adversary gets."""

from __future__ import annotations

import hashlib
import hmac
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from dataclasses import fields as dataclass_fields
from typing import Any, ClassVar, Final, Literal, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.problems import Problems
from linkage.records import TEXT, Source, prepare_coded
from linkage.schemes.keys import SHORTEST, Key

JOIN: Final = "+"
"""Parts of a joint token: ``surname+date_of_birth`` is one code of both."""


LinkedBy = Literal["fields", "tokens", "any_token", "dice", "field_dice", "jaccard", "nothing"]
"""How codes are linked: fields compared with all their errors; equal tokens, weighed; one equal
token; Dice similarity of whole filters, or of a filter a field; Jaccard similarity of symbols."""


@dataclass(frozen=True)
class Description:
    """What a scheme does, in plain words.

    Parameters
    ----------
    leaves : str
        What leaves the holder.
    other_side : str
        What the other side must know or do to link on it.
    keys : str
        Which secrets there are and who holds them.
    linking : str
        How two parties link on it.
    leaks : str
        What it tells by design whoever gets hold of the release.
    source : str
        Where the scheme is defined or used.
    """

    leaves: str
    other_side: str
    keys: str
    linking: str
    leaks: str
    source: str


class Service(Protocol):
    """The holder's end of a protocol: it answers what it is asked, and counts."""

    asked: int
    """Runs so far."""

    def ask(self, records: pd.DataFrame) -> Answer | None:
        """Run the protocol once with prepared records; None if the holder refuses.

        Returns
        -------
        Answer
            A bool a record: whether the holder has it. A float a record: how similar the most
            similar is. A number: how many of them the holder has.
        """


Answer = NDArray[np.bool_] | NDArray[np.float64] | int


@dataclass(frozen=True)
class View:
    """All that an adversary sees of a release: codes and the published method. No truth, no key.

    Parameters
    ----------
    scheme : Scheme
        The method and its parameters, without its secret.
    tokens : pandas.DataFrame
        One code a record and column, missing as NA; records by position. No columns where
        records leave as filters or symbols, or not at all.
    bits : (records, words) uint64 array, optional
        One bit pattern a record; bit b is bit b % 64 of word b // 64. Where a scheme makes a
        filter a field, they stand side by side in the order of `fields`, equally long.
    symbols : (records, columns) uint32 array, optional
        One symbol a record and column, 0 for none.
    fields : tuple of str
        What was encoded, in order; public.
    attributes : pandas.DataFrame, optional
        What leaves beside the codes as it is written, such as incomes; records by position.
    service : Service, optional
        The holder's end of a protocol, for schemes whose codes do not leave.
    """

    scheme: Scheme
    tokens: pd.DataFrame
    bits: NDArray[np.uint64] | None = None
    symbols: NDArray[np.uint32] | None = None
    fields: tuple[str, ...] = ()
    attributes: pd.DataFrame | None = None
    service: Service | None = None

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
    tokens, bits, symbols, fields : see `View`
    """

    scheme: Scheme = field(repr=False)
    labels: pd.Index[Any] = field(repr=False)
    tokens: pd.DataFrame = field(repr=False)
    bits: NDArray[np.uint64] | None = field(default=None, repr=False)
    symbols: NDArray[np.uint32] | None = field(default=None, repr=False)
    fields: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def fingerprint(self) -> str:
        """What two sides compare before they link: see `Scheme.fingerprint`."""
        return self.scheme.fingerprint

    def view(self) -> View:
        """Give what an adversary sees: neither labels nor the secret."""
        tokens = self.tokens if self.scheme.seen else self.tokens.iloc[:, :0]
        return View(self.scheme.public(), tokens, self.bits, self.symbols, self.fields)


class Scheme(ABC):
    """A way to send records to another party.

    Attributes
    ----------
    name : str
        As scenarios write it.
    secret_is : {"salt", "key"} or None
        The secret that makes the codes, and the parameter that takes it. Without it
        a scheme encodes as an outsider could try to: with nothing.
    fields : tuple of str
        What it usually encodes.
    linked_by : str
        See `LinkedBy`.
    readable : bool
        Whether the codes are the values themselves.
    seen : bool
        Whether the codes leave their owner at all; if not, they are what a party puts into a
        protocol, and only its outcome is told.
    rows_are : str
        What a row of the release is about: a record, or a cell of a table.
    record_by_record : bool
        Whether a record's code follows from it alone; if not, a file is encoded as a whole.
    only_for_linking : tuple of str
        Parameters that do not change the codes.
    trying : str
        Why values are not simply tried through, where a code is no digest of one value.
    description : Description
    """

    name: ClassVar[str]
    readable: ClassVar[bool] = False
    seen: ClassVar[bool] = True
    secret_is: ClassVar[Literal["salt", "key"] | None] = None
    fields: ClassVar[tuple[str, ...]]
    linked_by: ClassVar[LinkedBy] = "tokens"
    rows_are: ClassVar[Literal["records", "cells"]] = "records"
    record_by_record: ClassVar[bool] = True
    only_for_linking: ClassVar[tuple[str, ...]] = ("threshold",)
    trying: ClassVar[str] = "a code is made of more than one value"
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

    def parameters(self) -> dict[str, Any]:
        """Give the parameters that make the codes, without the secret."""
        return {
            each.name: getattr(self, each.name)
            for each in dataclass_fields(self)  # type: ignore[arg-type]
            if each.name not in (self.secret_is, *self.only_for_linking)
        }

    @property
    def fingerprint(self) -> str:
        """Name the scheme, its parameters and that it is one key, without telling the key.

        Two sides whose fingerprints differ hold codes that cannot be linked. The second part is
        a hash of the public parameters; the third a MAC of them under a key derived from the
        secret (HKDF, RFC 5869) for this purpose only, of which 32 bits are kept. It lets a guess of
        the secret be tried, as the codes do; no guess hits a random key.

        Examples
        --------
        >>> from linkage.schemes import Hmac, Key
        >>> Hmac(key=Key(bytes(32))).fingerprint == Hmac(key=Key(bytes(31) + b"1")).fingerprint
        False
        """
        parameters = repr(sorted(self.parameters().items())).encode()
        parts = [self.name, hashlib.sha256(parameters).hexdigest()[:8]]
        if self.secret is not None:
            check = hmac.digest(self.secret.derive("fingerprint"), parameters, "sha256")
            parts.append(check.hex()[:8])
        return "-".join(parts)

    def asking(self) -> Self:
        """Give the scheme as the side encodes that asks, where the two sides differ."""
        return self

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
        records = prepare_coded(frame)
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
