"""Given names and surnames with their frequencies, and the nicknames people go by.

The lists are Faker's (MIT licence): ``en_US`` for "anglo"; ``es_CO`` and ``es_CL`` for
"hispanic". Names are upper case without diacritics, as an agency's computer prints them
(MUÑOZ is MUNOZ), so both files of a world spell alike unless an error is made.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

import numpy as np
from faker.providers.person.en_US import Provider as UnitedStates
from faker.providers.person.es_CL import Provider as Chile
from faker.providers.person.es_CO import Provider as Colombia
from numpy.typing import NDArray

from synthetic.columns import Words, words
from synthetic.randomness import Distribution

SEXES = ("F", "M")
CULTURES = ("anglo", "hispanic")

#: Hispanic people with a given name of the United States list. Prior.
ENGLISH_GIVEN_NAME_SHARE = 0.25


def plain(name: str) -> str:
    """Return a name in upper case without diacritics.

    Examples
    --------
    >>> plain("Muñoz")
    'MUNOZ'
    """
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()


def given_name_words() -> Words:
    """Return the given names behind the codes."""
    return _given_names()[0]


def surname_words() -> Words:
    """Return the surnames behind the codes."""
    return _surnames()[0]


def draw_given_names(
    sex: NDArray[np.int64], hispanic: NDArray[np.bool_], *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the code of a given name for each sex (code of SEXES) and culture."""
    return _draw_by_group(_given_names()[1], 2 * hispanic + sex, rng=rng)


def draw_surnames(hispanic: NDArray[np.bool_], *, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the code of a surname for each culture."""
    return _draw_by_group(_surnames()[1], hispanic.astype(np.int64), rng=rng)


def _draw_by_group(
    distributions: list[Distribution], group: NDArray[np.int64], *, rng: np.random.Generator
) -> NDArray[np.int64]:
    codes = np.empty(len(group), dtype=np.int64)
    for number, distribution in enumerate(distributions):
        rows = np.flatnonzero(group == number)
        codes[rows] = distribution.draw(len(rows), rng=rng)
    return codes


@cache
def _given_names() -> tuple[Words, list[Distribution]]:
    """Tables for anglo F, anglo M, hispanic F, hispanic M."""
    tables = {}
    for sex in ("female", "male"):
        english, chile, colombia = (
            _table(getattr(source, f"first_names_{sex}"))
            for source in (UnitedStates, Chile, Colombia)
        )
        spanish_share = (1 - ENGLISH_GIVEN_NAME_SHARE) / 2
        tables["anglo", sex] = english
        tables["hispanic", sex] = _mixture(
            [(ENGLISH_GIVEN_NAME_SHARE, english), (spanish_share, chile), (spanish_share, colombia)]
        )
    return _encode([tables[culture, sex] for culture in CULTURES for sex in ("female", "male")])


@cache
def _surnames() -> tuple[Words, list[Distribution]]:
    """Tables for anglo and hispanic.

    The United States list counts everybody, Garcias too: what it shares with the Spanish
    lists is left to them.
    """
    everybody, chile, colombia = (
        _table(source.last_names) for source in (UnitedStates, Chile, Colombia)
    )
    hispanic = _mixture([(0.5, chile), (0.5, colombia)])
    anglo = {name: weight for name, weight in everybody.items() if name not in hispanic}
    return _encode([anglo, hispanic])


def _table(weights: Mapping[str, float]) -> dict[str, float]:
    table: dict[str, float] = {}
    for name, weight in weights.items():
        table[plain(name)] = table.get(plain(name), 0.0) + weight
    return table


def _mixture(parts: list[tuple[float, dict[str, float]]]) -> dict[str, float]:
    mixed: dict[str, float] = {}
    for share, table in parts:
        total = sum(table.values())
        for name, weight in table.items():
            mixed[name] = mixed.get(name, 0.0) + share * weight / total
    return mixed


def _encode(tables: list[dict[str, float]]) -> tuple[Words, list[Distribution]]:
    names = sorted(set().union(*tables))
    return words(names), [
        Distribution.of([table.get(name, 0.0) for name in names]) for table in tables
    ]


_NICKNAMES = """
ABIGAIL ABBY; ALBERT AL BERT; ALEXANDER ALEX; ALEXANDRA ALEX SANDRA; ALFRED FRED; AMANDA MANDY;
ANDREW ANDY DREW; ANTHONY TONY; BARBARA BARB; BENJAMIN BEN; CATHERINE CATHY KATE; CHARLES CHUCK
CHARLIE; CHRISTINA TINA CHRIS; CHRISTINE CHRIS; CHRISTOPHER CHRIS; CYNTHIA CINDY; DANIEL DAN DANNY;
DAVID DAVE; DEBORAH DEBBIE DEB; DONALD DON; DOROTHY DOTTIE; EDWARD ED EDDIE; ELIZABETH LIZ BETH
BETTY; EUGENE GENE; FREDERICK FRED; GREGORY GREG; HENRY HANK; JACOB JAKE; JACQUELINE JACKIE; JAMES
JIM JIMMY; JEFFREY JEFF; JENNIFER JENNY JEN; JESSICA JESS; JONATHAN JON; JOSEPH JOE; JOSHUA JOSH;
JUDITH JUDY; KATHERINE KATHY KATE; KATHLEEN KATHY; KENNETH KEN; KIMBERLY KIM; LAWRENCE LARRY;
MARGARET PEGGY MAGGIE; MATTHEW MATT; MICHAEL MIKE; MICHELLE SHELLY; NANCY NAN; NATHANIEL NATE;
NICHOLAS NICK; PAMELA PAM; PATRICIA PATTY TRISH; PATRICK PAT; PETER PETE; PHILLIP PHIL; REBECCA
BECKY; RICHARD RICK DICK; ROBERT BOB BOBBY; RONALD RON; SAMANTHA SAM; SAMUEL SAM; SANDRA SANDY;
STEPHANIE STEPH; STEPHEN STEVE; STEVEN STEVE; SUSAN SUE; TERESA TERRY; THEODORE TED; THOMAS TOM;
TIMOTHY TIM; VICTORIA VICKY; VIRGINIA GINNY; WALTER WALT; WILLIAM BILL WILL; ZACHARY ZACH;
ALBERTO BETO; ALEJANDRA ALE; ALEJANDRO ALEX ALE; ANTONIO TONO TONY; BEATRIZ BETTY; CARLOS CARLITOS;
CONCEPCION CONCHA; CONSUELO CHELO; DOLORES LOLA; EDUARDO LALO; ENRIQUE QUIQUE; ERNESTO NETO;
FERNANDO NANDO; FRANCISCA PANCHA; FRANCISCO PACO PANCHO; GABRIELA GABY; GRACIELA CHELA; GUADALUPE
LUPE; GUILLERMO MEMO; GUSTAVO TAVO; IGNACIO NACHO; ISABEL CHABELA; JESUS CHUY; JOSE PEPE; JOSEFINA
JOSIE PEPA; LUIS LUCHO; MANUEL MANNY MANOLO; MARIA MARY; MERCEDES MECHE; MIGUEL MIGUELITO MIKE;
PEDRO PERICO; RAFAEL RAFA; RAMON MONCHO; ROBERTO BETO; ROSARIO CHAYO; SALVADOR CHAVA; SANTIAGO
CHAGO; SEBASTIAN SEBAS; SERGIO CHECO; SOCORRO COCO; VICENTE CHENTE
"""

#: Formal name -> nicknames; English, then Spanish. Compiled for this program.
NICKNAMES: dict[str, tuple[str, ...]] = {
    formal: tuple(short) for formal, *short in (entry.split() for entry in _NICKNAMES.split(";"))
}
