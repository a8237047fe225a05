"""Schemes that replace values by themselves or by digests: equal in, equal out."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkage.problems import Problems
from linkage.records import FIELDS, TEXT
from linkage.schemes.base import Description, Encoded, LinkedBy, Scheme, joined
from linkage.schemes.keys import Key
from linkage.schemes.sha256 import as_arrow, digests, hexadecimal, in_arrow

TOKENS: Final[tuple[str, ...]] = (
    "tin",
    "given_name+surname+date_of_birth",
    "surname",
    "zip",
    "email",
    "phone",
)
"""Identifying numbers and contacts, a joint code of name and birth date, and two coarse columns; those
that a file has."""


EACH_FIELD: Final[tuple[str, ...]] = (
    "given_name",
    "surname",
    "date_of_birth",
    "sex",
    "tin",
    "zip",
    "email",
    "phone",
)
"""Fields that help to link when each has a code of its own; those that a file has."""


@dataclass(frozen=True)
class Recipe:
    """How one value becomes one digest: SHA-256 of prefix and value, or HMAC-SHA-256 of the value.

    Parameters
    ----------
    prefix : bytes
        Salt put before the value.
    hmac_key : bytes, optional
        Key of the HMAC; None is a plain hash.
    """

    prefix: bytes = b""
    hmac_key: bytes | None = None

    def digest(self, value: str) -> str:
        """Give the digest of a value as 64 hexadecimal digits.

        Examples
        --------
        >>> Recipe().digest("abc")[:16]
        'ba7816bf8f01cfea'
        """
        return str(self.digests([value])[0])

    def digests(self, values: Iterable[str]) -> pd.Series[Any]:
        """Give the digests of many values.

        Examples
        --------
        >>> Recipe(prefix=b"salt").digests(["abc", "abd"]).str.len().tolist()
        [64, 64]
        """
        return hexadecimal(digests(values, self.hmac_key, prefix=self.prefix))


class TokenScheme(Scheme):
    """A scheme that sends one code a record and column."""

    def recipe(self, column: str) -> Recipe | None:
        """How a column's values become codes; None sends them as they are."""
        return None

    def encode_records(self, records: pd.DataFrame, fields: tuple[str, ...]) -> Encoded:
        """Encode prepared records column by column."""
        columns = {entry: self._encode_column(records, entry) for entry in fields}
        tokens = pd.DataFrame(columns).reset_index(drop=True)
        return Encoded(self, records.index, tokens, fields=fields)

    def encode_coded(self, records: pd.DataFrame, fields: tuple[str, ...]) -> pd.DataFrame:
        """Encode prepared records of categorical columns: tokens as categories, each made once."""
        columns = {entry: self._encode_categories(records, entry) for entry in fields}
        return pd.DataFrame(columns).reset_index(drop=True)

    def _encode_column(self, records: pd.DataFrame, entry: str) -> pd.Series[Any]:
        recipe = self.recipe(entry)
        if recipe is None:
            return joined(records, entry)
        codes, values = _values(records, entry)
        hashed = recipe.digests(values)
        return pd.Series(hashed.array.take(codes, allow_fill=True), index=records.index)

    def _encode_categories(self, records: pd.DataFrame, entry: str) -> pd.Series[Any]:
        recipe = self.recipe(entry)
        known = entry in records and isinstance(records[entry].dtype, pd.CategoricalDtype)
        if recipe is None or not known:
            codes, found = pd.factorize(self._encode_column(records, entry))
        else:
            codes, values = _values(records, entry)
            found = pd.Index(recipe.digests(values))
        coded = pd.Categorical.from_codes(codes, categories=pd.Index(found))
        return pd.Series(coded, index=records.index)


def _values(records: pd.DataFrame, entry: str) -> tuple[NDArray[np.intp], pd.Series[Any]]:
    """Number the values of a column, -1 where missing.

    Each once where they are known; finding them takes longer than hashing all there are.
    """
    if entry in records and isinstance(records[entry].dtype, pd.CategoricalDtype):
        codes, distinct = pd.factorize(records[entry])
        return codes, pd.Series(distinct.astype(TEXT))
    column = joined(records, entry)
    known = column.notna().to_numpy(bool)
    return _places(known), column[known]


def _places(known: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Where each row's value stands among those known, -1 where missing."""
    return np.where(known, np.cumsum(known) - 1, -1)


@dataclass(frozen=True)
class Plain(TokenScheme):
    """Records as they are."""

    name = "plain"
    readable = True
    linked_by = "fields"
    fields: ClassVar[tuple[str, ...]] = tuple(name for name in FIELDS if name != "address_line")
    description = Description(
        leaves="every field as it is written",
        other_side="nothing",
        keys="none",
        linking="all fields compared, typing errors forgiven, match weights by Fellegi-Sunter",
        leaks="everything",
        source="the practice in August 2025, as reported; see docs",
    )


@dataclass(frozen=True)
class Sha256(TokenScheme):
    """SHA-256 of each column, without salt or key.

    Examples
    --------
    >>> records = pd.DataFrame({"tin": ["900123456"]})
    >>> Sha256().encode(records).tokens.loc[0, "tin"][:12]
    '58cbe29722ed'
    """

    name = "sha256"
    fields = TOKENS
    description = Description(
        leaves="SHA-256 of taxpayer number, of name and birth date, of surname, of ZIP, of contacts",
        other_side="the method, and how values are cleaned before",
        keys="none",
        linking="columns compared for equality, match weights by Fellegi-Sunter",
        leaks="which records share a value, how often each value occurs, and a function "
        "that anyone can compute",
        source="FIPS 180-4",
    )

    def recipe(self, column: str) -> Recipe:
        """Plain SHA-256."""
        return Recipe()


@dataclass(frozen=True)
class SaltedSha256(TokenScheme):
    """SHA-256 of a project-wide salt and the value; both parties hold the salt.

    Parameters
    ----------
    salt : Key or bytes
        16 bytes or more.
    """

    salt: Key | bytes | None = field(default=None, repr=False)

    name = "salted_sha256"
    secret_is = "salt"
    fields = TOKENS
    description = Description(
        leaves="SHA-256 of salt and value, column by column",
        other_side="the method, how values are cleaned before, and the salt",
        keys="one salt; holder and requester have it",
        linking="columns compared for equality, match weights by Fellegi-Sunter",
        leaks="which records share a value and how often; with the salt, a function "
        "that it can compute",
        source="FIPS 180-4; one salt for the whole exchange",
    )

    def recipe(self, column: str) -> Recipe:
        """Salt before value; an outsider has no salt."""
        return Recipe(prefix=self.secret.derive("salt", 16) if self.secret else b"")


@dataclass(frozen=True)
class Hmac(TokenScheme):
    """HMAC-SHA-256 of each column, with a subkey a column derived by HKDF.

    Parameters
    ----------
    recipient : str
        For whom the codes are made. Those for two recipients have nothing in common, so they
        cannot be joined by who gets hold of both; nor linked by the holder without the key.
        The key makes the codes for all of them: a recipient that is to encode by itself, but not
        for others, needs a key of its own.
    key : Key or bytes
        16 bytes or more.

    Examples
    --------
    >>> records = pd.DataFrame({"tin": ["900123456"]})
    >>> one, other = (Hmac(recipient=name, key=bytes(32)).encode(records) for name in ("A", "B"))
    >>> bool(one.tokens.loc[0, "tin"] == other.tokens.loc[0, "tin"])
    False
    """

    recipient: str = ""
    key: Key | bytes | None = field(default=None, repr=False)

    name = "hmac"
    secret_is = "key"
    fields: ClassVar[tuple[str, ...]] = TOKENS
    description = Description(
        leaves="HMAC-SHA-256 of each value, a subkey a column",
        other_side="the method, how values are cleaned before, and the key",
        keys="one key; holder and requester have it, or a third party that encodes for them",
        linking="columns compared for equality, match weights by Fellegi-Sunter",
        leaks="which records share a value and how often; with the key, a function "
        "that it can compute",
        source="FIPS 198-1; RFC 5869",
    )

    def recipe(self, column: str) -> Recipe:
        """HMAC under the column's subkey; an outsider can only try an empty key."""
        to = f" to {self.recipient}" if self.recipient else ""
        return Recipe(hmac_key=self.secret.derive(f"hmac{to} {column}") if self.secret else b"")


@dataclass(frozen=True)
class HmacFields(Hmac):
    """HMAC-SHA-256 of each field by itself, as `Hmac` makes it.

    More can be linked than by the columns of `Hmac`, as a wrong letter spoils one field only; and
    more is told, as the frequencies of given names, birth dates and sexes leave too.

    Parameters
    ----------
    recipient, key : see `Hmac`

    Examples
    --------
    >>> records = pd.DataFrame({"given_name": ["ANA"], "surname": ["NG"], "sex": ["F"]})
    >>> HmacFields(key=bytes(32)).encode(records).fields
    ('given_name', 'surname', 'sex')
    """

    name = "hmac_fields"
    fields = EACH_FIELD
    description = replace(
        Hmac.description,
        leaks="which records share a value of any field and how often; so also which go together; "
        "with the key, a function that it can compute",
    )


SALT: Final = "salt"
"""Column of the salts."""

SALT_BYTES: Final = 16
"""128 bits, the least length NIST SP 800-132 section 5.1 allows."""


@dataclass(frozen=True)
class RecordSalted(Scheme):
    """SHA-256 of a salt of its own for each record and the value; the salts leave with the codes.

    Nothing can be linked but by trying, each value against each record. Whoever tries all N values
    of a space needs N hashes a record instead of N in all; for one record that is no more than
    without a salt.

    Parameters
    ----------
    seed : int, optional
        Draws salts that can be drawn again, for simulations only: whoever has the seed can hash
        before the release, and two files get the same salts. None draws them from the operating
        system.

    Examples
    --------
    >>> twice = pd.DataFrame({"tin": ["900123456", "900123456"]})
    >>> RecordSalted().encode(twice).tokens["tin"].nunique()
    2
    """

    seed: int | None = field(default=None, repr=False)

    name = "record_salted"
    trying = (
        "each record has a salt of its own, so each try tells of one record; nothing prevents it"
    )
    linked_by: ClassVar[LinkedBy] = "nothing"
    fields = TOKENS
    only_for_linking: ClassVar[tuple[str, ...]] = ("seed",)
    description = Description(
        leaves="a random salt for each record, and SHA-256 of salt and value, column by column",
        other_side="values to try, each against each record",
        keys="none; the salts are public",
        linking="equal values get unequal codes, so records match only by trying each value with "
        "each record's salt",
        leaks="a function that anyone can compute, one record at a time: a space of N values takes N "
        "tries a record, instead of N in all; not who shares a value",
        source="FIPS 180-4; as passwords are kept, Morris & Thompson 1979, "
        "doi:10.1145/359168.359172",
    )

    def _check(self, problems: Problems) -> None:
        if self.seed is not None:
            problems.whole_number("record_salted seed", self.seed, 0)
        super()._check(problems)

    def public(self) -> Self:
        """Give the scheme as published: without the seed of its salts."""
        return replace(self, seed=None)

    def encode_records(self, records: pd.DataFrame, fields: tuple[str, ...]) -> Encoded:
        """Encode prepared records."""
        draw = secrets.token_bytes if self.seed is None else np.random.default_rng(self.seed).bytes
        salts = np.frombuffer(draw(SALT_BYTES * len(records)), np.uint8).reshape(-1, SALT_BYTES)
        columns = {SALT: hexadecimal(salts)}
        for entry in fields:
            values = joined(records, entry)
            known = values.notna().to_numpy(bool)
            front = as_arrow(np.ascontiguousarray(salts[known]), pa.large_binary())
            texts = in_arrow(values[known])
            messages = pc.binary_join_element_wise(front, texts, pa.scalar(b"", texts.type))
            hashed = hexadecimal(digests(messages))
            columns[entry] = pd.Series(hashed.array.take(_places(known), allow_fill=True))
        return Encoded(self, records.index, pd.DataFrame(columns), fields=fields)
