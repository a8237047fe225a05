"""The record contract: which fields a person's record has, and how files become records."""

from linkage.records.addresses import clean_street, split_address
from linkage.records.cleaning import (
    clean_date,
    clean_digits,
    clean_name,
    clean_text,
    clean_zip,
)
from linkage.records.contract import FIELDS, Field, guess_fields
from linkage.records.parts import Parts, is_parts
from linkage.records.preparing import Remembered, prepare, prepare_coded, roles
from linkage.records.reading import TEXT, Source, column_names, read

__all__ = [
    "FIELDS",
    "TEXT",
    "Field",
    "Parts",
    "Remembered",
    "Source",
    "clean_date",
    "clean_digits",
    "clean_name",
    "clean_street",
    "clean_text",
    "clean_zip",
    "column_names",
    "guess_fields",
    "is_parts",
    "prepare",
    "prepare_coded",
    "read",
    "roles",
    "split_address",
]
