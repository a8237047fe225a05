"""Tables of real frequencies that people, names and places are drawn from.

They count the people of the United States and name none of them: how many bear a name, how
many live in a ZIP. ``SOURCES.md`` says where each comes from and under what licence, and
``python -m synthetic.tables.extract`` makes them anew.

The tables, one row for each

- ``zips``: ZIP with inhabitants in the fifty states and DC (American Community Survey
  2018-22);
- ``surnames``, ``given_names``: name that about a hundred people or more bear (Census 2020);
- ``births``: name given to 30 newborns or more of one sex in a decade (Social Security
  Administration);
- ``nicknames``: formal name and what a bearer may go by instead;
- ``spellings``: name and another spelling of it;
- ``diacritics``: name and how it is written with its accents.

Columns named after `ORIGINS` are shares that sum to 1 in each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

import pyarrow as pa
import pyarrow.parquet as pq

#: What `load` reads.
NAMES = ("zips", "surnames", "given_names", "births", "nicknames", "spellings", "diacritics")

#: The groups of the Census 2020 name tables. Hispanic people may be of any race and are in no
#: other group; "api" is Asian, Native Hawaiian and Pacific Islander, "aian" American Indian
#: and Alaska Native, "multiple" two or more races (in ``zips`` also any other race).
ORIGINS = ("white", "black", "api", "aian", "multiple", "hispanic")


def load(name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Return a table of this package.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    columns : sequence of str, optional
        The columns to read, in this order; all of them if None.

    Returns
    -------
    pyarrow.Table
        Facts about the whole table, such as how many people its rows leave out, are in
        ``schema.metadata``; ``SOURCES.md`` lists them.

    Raises
    ------
    ValueError
        There is no such table, or it has no such column.

    Examples
    --------
    >>> load("surnames", ["name", "count"]).slice(0, 1).to_pylist()
    [{'name': 'SMITH', 'count': 2369644}]
    """
    if name not in NAMES:
        raise ValueError(f"no table {name!r}; the tables are {', '.join(NAMES)}")
    with resources.as_file(resources.files(__name__) / f"{name}.parquet") as path:
        file = pq.ParquetFile(path)
        known = file.schema_arrow.names
        strange = [column for column in columns or () if column not in known]
        if strange:
            raise ValueError(
                f"no column {', '.join(map(repr, strange))} in table {name!r}; "
                f"its columns are {', '.join(known)}"
            )
        table = file.read(columns=None if columns is None else list(columns))
        return table if columns is None else table.select(list(columns))
