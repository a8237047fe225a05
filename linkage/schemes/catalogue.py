"""The schemes there are, by name: listed, and made from plain parameters."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

import pandas as pd

from linkage.problems import InputError, Problems
from linkage.schemes.base import Scheme
from linkage.schemes.digests import Hmac, HmacFields, Plain, RecordSalted, SaltedSha256, Sha256
from linkage.schemes.filters.bloom import Clk, FieldBloom, Rbf
from linkage.schemes.filters.clkhash import ClkHash
from linkage.schemes.filters.minhash import MinHash
from linkage.schemes.filters.two_step import TwoStepHash
from linkage.schemes.reduced.counts import Counts, DpCounts
from linkage.schemes.reduced.generalised import KAnonymous
from linkage.schemes.sets.confirmation import ConfirmOnly
from linkage.schemes.sets.intersection import Psi, PsiCardinality
from linkage.schemes.sets.oprf import Oprf
from linkage.schemes.slow_hash import SlowHash
from linkage.schemes.tokens.format_preserving import FormatPreserving
from linkage.schemes.tokens.match_keys import MatchKeys
from linkage.schemes.tokens.slk581 import Slk581
from linkage.schemes.tokens.token import Token, VaultToken

FAMILIES: Final[dict[str, tuple[type[Scheme], ...]]] = {
    "Values and digests": (Plain, Sha256, SaltedSha256, RecordSalted, Hmac, HmacFields, SlowHash),
    "Tokens": (VaultToken, Token, MatchKeys, Slk581, FormatPreserving),
    "Bloom filters and their kin": (Clk, FieldBloom, Rbf, ClkHash, MinHash, TwoStepHash),
    "Set protocols": (Psi, PsiCardinality, Oprf, ConfirmOnly),
    "Reduced data": (KAnonymous, Counts, DpCounts),
}
"""Every scheme, by what it is."""

SCHEMES: Final[dict[str, type[Scheme]]] = {
    scheme.name: scheme for family in FAMILIES.values() for scheme in family
}
"""Every scheme, by the name that scenarios use."""

USUAL: Final = ("plain", "sha256", "salted_sha256", "hmac", "clk")
"""What is run where nobody says which."""

_SECRETS: Final = ("key", "salt")


def make(name: str, **parameters: Any) -> Scheme:
    """Make a scheme by its name, without a secret.

    Parameters
    ----------
    name : str
        See `catalogue`.
    **parameters
        Plain values, as a scenario file holds them; lists for tuples.

    Returns
    -------
    Scheme

    Raises
    ------
    linkage.InputError
        Naming every unknown or bad parameter; and for a key or salt, which belongs in no file.

    Examples
    --------
    >>> make("clk", bits=512, harden=["xor_fold"]).bits
    512
    """
    problems = Problems()
    problems.choice("scheme", name, SCHEMES)
    problems.raise_any()
    kind = SCHEMES[name]
    known = [each.name for each in fields(kind) if each.name not in _SECRETS]  # type: ignore[arg-type]
    for given in parameters:
        if given in _SECRETS:
            problems.append(
                f"{given}: a scenario is read by everybody, so what stands in it is no secret; leave "
                f"it out (a run makes a demonstration key) or use {kind.__name__}({given}=...) "
                "from Python"
            )
        else:
            problems.choice(f"{name}, parameter", given, known)
    problems.raise_any()
    try:
        return kind(**{given: _frozen(value) for given, value in parameters.items()})
    except InputError:
        raise
    except TypeError as error:  # a value of a kind that no check foresaw
        raise InputError([f"{name}: got {parameters!r}, which does not fit ({error})"]) from error


def _frozen(value: Any) -> Any:
    """Turn lists into tuples, inside too."""
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def catalogue() -> pd.DataFrame:
    """List the schemes: what leaves, who holds which key, how linking works, what leaks, source.

    Returns
    -------
    pandas.DataFrame
        One row a scheme, indexed by its name in scenarios; see `Description` for the columns.

    Examples
    --------
    >>> catalogue().loc["clk", "keys"][:7]
    'one key'
    """
    rows = {
        name: {**vars(scheme.description), "fields": ", ".join(scheme.fields)}
        for name, scheme in SCHEMES.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("scheme")
