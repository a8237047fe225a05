"""The world as its user sees it: settings in, frames out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from synthetic import geography, partition
from synthetic.columns import frame_of
from synthetic.enforcement import TRUTH_COLUMNS, Counts, draw_requests
from synthetic.partition import Partition
from synthetic.population import Population, draw_population
from synthetic.randomness import Stream, generator
from synthetic.register import register
from synthetic.settings import Settings, is_whole


@dataclass(frozen=True)
class World(Settings):
    """An invented population, the tax register it is in and requests about it.

    A world is a list of partitions. Partition i depends on the settings, the seed and i
    alone; ``people`` says only how many there are and where the last is cut. So a world of
    10,000 people is the first partition of one of ten million of the same seed; only their
    request lists differ. Shares are in [0, 1]; "prior" marks a figure nobody has
    published: sweep it.

    Parameters
    ----------
    people
        How many people the world has: at most those of the ZIPs chosen, and at most 25
        million unless ``tins="full"``.
    seed
        Whole number of at least 0 that decides every draw.
    states, zips
        Where people live: all ZIPs of these states and these ZIPs besides, such as
        ``states=("CA", "TX")``; the fifty states and DC if none is named.
    names
        "census": names by origin, sex and time of birth. "faker": those of plain Faker, to
        compare with.
    tins
        "never_issued": numbers nobody has. "full": the ranges of real numbers, for
        studies of how long it takes to try them all; see ``tin_ranges``.
    hispanic_share
        People of Hispanic origin; None leaves every ZIP as the Census found it (19%).
    hispanic_foreign_born_share, api_foreign_born_share, other_foreign_born_share
        People born abroad, of those of Hispanic, of Asian or Pacific and of any other
        origin. Near American Community Survey 2022; from memory, medium confidence.
    hispanic_naturalised_share, other_naturalised_share
        Of people born abroad, those now citizens. Likewise.
    hispanic_unauthorised_share, other_unauthorised_share
        Of people born abroad, those without papers. Near Pew Research Center 2022 (11
        million in all); from memory, medium confidence.
    double_surname_share, foreign_born_double_surname_share
        Hispanic people with a paternal and a maternal surname, by the birthplace of their
        family's head. 0.18: in US voter files 13% hold a space and 5% a hyphen. Born
        abroad: prior.
    junior_share
        Sons with their father's given name, at most one to a household. Prior.
    twin_share
        Children born on the same day as a brother or sister at home (CDC 2022: 3.1% of
        births are of twins).
    middle_name_share
        People with a middle initial. Prior.
    mover_share
        Households that move within a year (0.084: CPS 2021); renters more than owners.
    departed_share
        People without citizenship who have left the country within the last year. Prior.
    reference_date
        The day of the exchange: ages and addresses are those of this day.
    tax_year
        The year the register is about.
    cluster_people
        How many neighbours are drawn together. Small clusters spread a small world over
        the country; clusters larger than ZIPs (130,000) make ZIPs of full size.
    partition_people
        People to a partition; a different number makes a different world.
    register
        Who files taxes, and how well the register is written.
    enforcement
        How requests are chosen and written.

    Raises
    ------
    ValueError
        If any setting is not allowed; every one is named.

    Examples
    --------
    >>> world = World(people=300, seed=7)
    >>> world.taxpayers().loc[0, ["given_name", "surname", "state"]].tolist()
    ['RICHARD', 'BOZZO', 'TX']
    """

    @property
    def partitions(self) -> int:
        """How many partitions there are."""
        return -(-self.people // self.partition_people)

    def partition(self, index: int) -> Partition:
        """Return the frames of one partition, the same alone as among the others.

        Raises
        ------
        ValueError
            If ``index`` is not 0 .. partitions - 1.
        """
        return partition.whole(self._population(index))

    def around(
        self,
        index: int,
        kept: Callable[[pa.RecordBatch], NDArray[np.bool_]],
        persons: NDArray[np.int64],
    ) -> Partition:
        """Return of one partition's register some records, and else only what concerns them.

        For registers too large to hold: what is left of each partition, put together, is a small
        world with every record that matters.

        Parameters
        ----------
        index
        kept
            Takes the register of the partition as an Arrow batch with the columns of
            `taxpayers`; says of each record whether to keep it.
        persons
            People whose households, and whose own records, are kept besides, by ``person_id``;
            those of other partitions do not count.

        Returns
        -------
        Partition
            The records; the households of their filers, of ``persons`` and of everybody who lives
            at an address of these records, without names and numbers; where their filers have
            lived.

        Raises
        ------
        ValueError
            If ``index`` is not 0 .. partitions - 1.

        Examples
        --------
        >>> import numpy as np
        >>> world = World(people=300, seed=7)
        >>> piece = world.around(0, lambda register: np.arange(len(register)) < 2, np.array([9]))
        >>> len(piece.taxpayers), bool((piece.persons["person_id"] == 9).any())
        (2, True)
        """
        population = self._population(index)
        own = persons - population.person_offset
        inside = own[(own >= 0) & (own < population.count)]
        return partition.around(population, kept, np.unique(inside))

    def filers_by_kind(self, index: int) -> pd.DataFrame:
        """Count the filers of one partition by what groups people.

        Columns: origin, status, tenure; spouse, child, relative, nonrelative (whether their
        household has one); filers.
        """
        return partition.filers_by_kind(self._population(index))

    def partition_requests(self, index: int, n: int) -> pd.DataFrame:
        """Return those of ``n`` requests that one partition gives, with the truth, not numbered.

        Raises
        ------
        ValueError
            As `requests` and `partition` do.
        """
        _check_requests(n)
        counts = _counts(self, int(n))[index]
        if not counts.total:
            return pd.DataFrame()
        return draw_requests(
            self._population(index), counts, rng=generator(self.seed, Stream.REQUESTS, n, index)
        )

    def request_list(self, pieces: Sequence[pd.DataFrame], n: int) -> pd.DataFrame:
        """Put `partition_requests` of all partitions together: ``n`` requests, with the truth."""
        rng = generator(self.seed, Stream.REQUEST_COUNTS, n)
        _request_counts(self, n, rng=rng)  # drawn before the order
        filled = [piece for piece in pieces if len(piece)]
        shuffled = stack(filled).take(rng.permutation(n)).reset_index(drop=True)
        shuffled.insert(0, "record_id", np.arange(n))
        return shuffled

    def _population(self, index: int) -> Population:
        if not is_whole(index) or not 0 <= index < self.partitions:
            raise ValueError(
                f"index: got {index!r}, allowed is a whole number from 0 to {self.partitions - 1}"
            )
        return _population(self, index)

    def persons(self) -> pd.DataFrame:
        """Return the people, one a row.

        Columns: person_id, household_id, address_id (lives there now; -1 for the departed
        and the dead), given_name, middle_initial, surname, date_of_birth, sex, tin and
        tin_type (missing for who has no number), origin, foreign_born, status, presence,
        relation, files.
        """
        return self._whole(partition.persons)

    def households(self) -> pd.DataFrame:
        """Return the households: household_id, address_id, size, tenure."""
        return self._whole(partition.households)

    def addresses(self) -> pd.DataFrame:
        """Return the addresses somebody lives at, has lived at or has filed from.

        Columns: address_id, street_number, street_name, unit, city, state, zip, kind.
        """
        return self._whole(partition.addresses)

    def residences(self) -> pd.DataFrame:
        """Return where households live and have lived, three homes back.

        Columns: household_id, address_id, moves_ago (0: the present one), came, left (both
        missing where they are not known or before 1840).
        """
        return self._whole(partition.residences)

    def taxpayers(self) -> pd.DataFrame:
        """Return the register: adults who file, with the address of the last filing.

        Columns: record_id, given_name, middle_initial, surname, date_of_birth, sex, tin,
        tin_type, street_number, street_name, unit, city, state, zip, filing_status,
        income, refund, dependents, tax_year (of the last return). Spouses on a joint
        return have a row each.
        """
        return frame_of(pa.Table.from_batches(self.taxpayer_batches()))

    def taxpayer_batches(self, indices: Sequence[int] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the register partition by partition, in Arrow memory, holding one at a time.

        All partitions if none are named.
        """
        for index in range(self.partitions) if indices is None else indices:
            yield register(_population(self, index))

    def taxpayer_truth(self) -> pd.DataFrame:
        """Return who is behind each row of the register.

        Columns: record_id, person_id, household_id, address_id (the one in the register),
        residence_id (where the filer lived then; the two differ for post office boxes),
        tin_status ("own", "borrowed").
        """
        return self._whole(partition.taxpayer_truth)

    def requests(self, n: int) -> pd.DataFrame:
        """Return ``n`` requests in no telling order, at most one about each person.

        Columns: record_id, given_name, middle_initial, surname, date_of_birth, sex, tin,
        street_number, street_name, unit, city, state, zip.

        Raises
        ------
        ValueError
            If ``n`` is not a whole number of at least 1, or this world has too few people.
        """
        return self._requests(n).drop(columns=list(TRUTH_COLUMNS))

    def request_truth(self, n: int) -> pd.DataFrame:
        """Return who is behind each row of ``requests(n)``.

        Columns: record_id, person_id and household_id (-1: nobody in the world), status
        and presence of the person, address_id (the one printed; -1: none of this world),
        address_status ("current", "former", "placeholder", "office", "blank"), tin_status
        ("own", "borrowed", "relative", "wrong", "missing").
        """
        return self._requests(n)[["record_id", *TRUTH_COLUMNS]].copy()

    def whole(self) -> Partition:
        """Return the frames of all partitions together."""
        return Partition(
            persons=self.persons(),
            households=self.households(),
            addresses=self.addresses(),
            residences=self.residences(),
            taxpayers=self.taxpayers(),
            taxpayer_truth=self.taxpayer_truth(),
        )

    def _requests(self, n: int) -> pd.DataFrame:
        _check_requests(n)
        return _requests(self, int(n))

    def _whole(self, part: Callable[[Population], pd.DataFrame]) -> pd.DataFrame:
        return stack([part(_population(self, index)) for index in range(self.partitions)])


def residents(states: Sequence[str] = (), zips: Sequence[str] = ()) -> int:
    """Return how many people live in some states and ZIPs; in the country if none is named.

    So many people can a `World` of them have at most; with all of them its ZIPs are complete.

    Raises
    ------
    ValueError
        If a state or ZIP is not known; every one is named.

    Examples
    --------
    >>> residents(zips=["10001"]), residents(states=["WY"])
    (27004, 577977)
    """
    problems = geography.place_problems(tuple(states), tuple(zips))
    if problems:
        raise ValueError("\n".join(problems))
    return geography.residents(tuple(states), tuple(zips))


@lru_cache(maxsize=4)
def _population(world: World, index: int) -> Population:
    return draw_population(world, index)


@lru_cache(maxsize=2)
def _requests(world: World, n: int) -> pd.DataFrame:
    """Return requests and truth in one frame, numbered after they are shuffled."""
    pieces = [world.partition_requests(index, n) for index in range(world.partitions)]
    return world.request_list(pieces, n)


@lru_cache(maxsize=2)
def _counts(world: World, n: int) -> list[Counts]:
    return _request_counts(world, n, rng=generator(world.seed, Stream.REQUEST_COUNTS, n))


def _check_requests(n: int) -> None:
    if not is_whole(n) or n < 1:
        raise ValueError(f"n: got {n!r}, allowed is a whole number of at least 1")


def stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Stack frames of the same columns, each text column in one piece of memory."""
    if len(frames) == 1:
        return frames[0]
    return frame_of(pa.concat_tables([pa.Table.from_pandas(frame) for frame in frames]))


def _request_counts(world: World, n: int, *, rng: np.random.Generator) -> list[Counts]:
    """Share ``n`` requests out among kinds and partitions, by the people of each."""
    size = world.partition_people
    people = np.array([min(size, world.people - index * size) for index in range(world.partitions)])
    shares = [world.enforcement.in_register_share, world.enforcement.non_filer_share]
    kinds = np.array([*shares, max(0.0, 1 - sum(shares))])
    drawn = rng.multinomial(n, (np.outer(people / people.sum(), kinds / kinds.sum())).ravel())
    table = drawn.reshape(len(people), 3)
    before = np.cumsum(table[:, 2]) - table[:, 2]
    return [
        Counts(int(filers), int(others), int(strangers), int(offset))
        for (filers, others, strangers), offset in zip(table, before, strict=True)
    ]
