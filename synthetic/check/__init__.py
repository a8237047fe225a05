"""What a world has beside what the country has.

``python -m synthetic.check`` prints the table. Figures that do not fit stand in it as they are.
"""

from __future__ import annotations

import pandas as pd

from synthetic.check.figures import Figure, table, text
from synthetic.check.gather import gather
from synthetic.check.homes import household_figures, zip_figures
from synthetic.check.names import name_figures
from synthetic.check.people import people_figures
from synthetic.check.requests import request_figures
from synthetic.check.taxes import tax_figures
from synthetic.check.whole_zips import uniqueness_figures
from synthetic.geography import line
from synthetic.settings import is_whole
from synthetic.world import World

__all__ = ["Figure", "realism", "table", "text"]

PEOPLE = 1_000_000
FEWEST_PEOPLE = 10_000
WHOLE_ZIPS = 40


def realism(
    people: int = PEOPLE, seed: int = 1, *, whole_zips: int = WHOLE_ZIPS, progress: bool = False
) -> pd.DataFrame:
    """Return figures of a world of default settings beside those published.

    The world is drawn partition by partition; of each person about 60 bytes are kept.

    Parameters
    ----------
    people : int
        How many people the world has, at least 10,000. Tolerances are for the default;
        smaller worlds miss more figures by chance, and a figure of a million people is
        left out of them.
    seed : int
        Decides every draw.
    whole_zips : int
        How many ZIPs a second world has, which holds all their people.
    progress : bool
        Show bars.

    Returns
    -------
    pandas.DataFrame
        One figure a row: ``figure``, ``world``, ``outside``, ``tolerance``, ``fits``
        ("yes", "no", or "bound": the outside figure is only a bound, and kept), ``source``
        of the outside figure and ``reason`` for the tolerance. "From memory", "second-hand"
        and "by the press" say that the source itself was not read. Standard deviations of
        worlds are those of ten seeds.

    Raises
    ------
    ValueError
        There are too few people, or a world of these people and this seed cannot be made.
    """
    if not is_whole(people) or people < FEWEST_PEOPLE:
        raise ValueError(f"people: got {people!r}, allowed is a whole number of at least 10,000")
    world = World(people=people, seed=seed)
    gathered = gather(world, progress=progress)
    of_zips = line(world.states, world.zips, world.cluster_people, world.seed)
    return table(
        [
            *name_figures(gathered.people, seed=seed),
            *uniqueness_figures(whole_zips, seed=seed, progress=progress),
            *people_figures(gathered.people),
            *household_figures(gathered.households),
            *zip_figures(of_zips.end),
            *tax_figures(gathered.people, gathered.returns),
            *request_figures(world, progress=progress),
        ]
    )
