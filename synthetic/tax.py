"""Who files taxes, how, under which number, and what the return says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic.ages import ADULT_AGE
from synthetic.households import Households, Relation
from synthetic.origins import Status
from synthetic.people import People
from synthetic.settings import RegisterSettings


class FilingStatus(IntEnum):
    """How a person files; who does not file has no return."""

    SINGLE = 0
    MARRIED_JOINT = 1
    MARRIED_SEPARATE = 2
    HEAD_OF_HOUSEHOLD = 3


#: Couples who both file and do so jointly: about 95% (IRS Statistics of Income, second-hand).
JOINT_SHARE = 0.95
#: Children of this age and older who live with their parents are not claimed. Students may
#: be claimed to 23; not all are students. Prior.
_STUDENT_AGE = 21

#: Couples file more often than others: a share s of filers is greater by this times s (1 - s).
#: Prior, so chosen that about a third of all returns are joint.
_COUPLES_FILE_MORE = 0.625
#: Adults living in couples, nearly.
_IN_COUPLES = 0.47

#: Adjusted gross income in dollars at ranks of all returns, lowest first: IRS Statistics of
#: Income 2022. The upper ranks from its percentiles, by the press; 12.5% are below 10,000
#: and 52.04% below 50,000 dollars.
_INCOME_RANKS = np.array([0, 0.02, 0.125, 0.25, 0.5204, 0.75, 0.9, 0.95, 0.9847, 0.999, 1])
_INCOMES = np.array([1, 1e3, 1e4, 21.5e3, 5e4, 99_857, 178_611, 261_591, 5e5, 3e6, 2e7])
#: How the odds of a higher income differ by filing status. Priors, so chosen that joint
#: returns have near three times the median of single ones.
_STATUS_ODDS = np.array([0.5, 4.0, 0.8, 0.8])
#: Returns by filing status (Tax Policy Center, tax year 2017).
_STATUS_SHARES = np.array([0.48, 0.36, 0.02, 0.14])

#: Returns with a refund, and the mean of those: 105.734 of 162.037 million and 3,167 dollars
#: (IRS filing season statistics, 29 December 2023).
REFUND_SHARE = 0.653
REFUND_MEAN = 3_167
#: Parents' refunds are larger by this for each dependent. Prior.
_REFUND_A_DEPENDENT = 1_200
#: Dependents to a return, nearly. Prior.
_MEAN_DEPENDENTS = 0.4

#: Days between the last filing of this year and an exchange in summer: filed from the end of
#: January to the middle of April. Prior.
_FILED_BEFORE = (115, 190)
#: A lapsed filer's last return is older by one year more with this probability, and so on.
_LAPSE_GOES_ON = 0.5
MOST_LAPSED_YEARS = 6


@dataclass(frozen=True, eq=False)
class Returns:
    """The last return of each filer, in the register's order.

    ``lender`` is the person whose number stands on the return, mostly the filer. ``lapsed``
    counts years since the tax year of the others, ``days`` since the return was filed;
    ``po_box`` says that it gave a post office box for an address.
    """

    person: NDArray[np.int64]
    status: NDArray[np.int64]
    income: NDArray[np.int64]
    refund: NDArray[np.int64]
    dependents: NDArray[np.int64]
    lapsed: NDArray[np.int64]
    days: NDArray[np.int64]
    lender: NDArray[np.int64]
    po_box: NDArray[np.bool_]


def draw_returns(
    households: Households,
    people: People,
    itin: NDArray[np.bool_],
    settings: RegisterSettings,
    *,
    rng: np.random.Generator,
) -> Returns:
    """Return the last returns of those adults who file; a joint one is a row for each spouse."""
    count = len(people)
    spouse = households.relation == Relation.SPOUSE
    couple = households.couple[households.of] & (spouse | (households.relation == Relation.HEAD))
    # A couple decides as one, and a joint return has one income.
    decider = np.where(spouse, households.head, np.arange(count))
    dependent = _dependents(households, people)
    person = _draw_filers(people, couple, decider, settings, rng=rng)

    household = households.of[person]
    minors = np.bincount(households.of[dependent], minlength=len(households.size))[household]
    # One spouse alone may file, where the two differ in status: not jointly.
    files = np.zeros(count, dtype=np.bool_)
    files[person] = True
    partner = np.where(spouse, households.head, np.arange(count) + couple)
    together = couple & files[partner] & (rng.random(count) < JOINT_SHARE)[decider]
    joint = together[person]
    parent = (households.relation[person] == Relation.HEAD) & (minors > 0)
    status = np.select(
        [joint, couple[person], parent],
        [FilingStatus.MARRIED_JOINT, FilingStatus.MARRIED_SEPARATE, FilingStatus.HEAD_OF_HOUSEHOLD],
        default=FilingStatus.SINGLE,
    )
    shared = np.where(joint, decider[person], person)
    dependents = np.where(joint | parent, minors, 0)
    lapsed, days = _draw_filing_days(count, settings.lapsed_share, rng=rng)
    po_box = rng.random(len(households.size)) < settings.po_box_share
    return Returns(
        person=person,
        status=status,
        income=_incomes(rng.random(count)[shared], status),
        refund=_refunds(rng.random(count)[shared], dependents),
        dependents=dependents,
        lapsed=lapsed[shared],
        days=days[shared],
        lender=_draw_lenders(people, person, itin, rng=rng),
        po_box=po_box[household],
    )


def draw_itins(
    people: People, settings: RegisterSettings, *, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return who has an ITIN: of the unauthorised, as many as there is room for."""
    eligible: NDArray[np.bool_] = people.adult & (people.status == Status.UNAUTHORISED)
    return eligible & (rng.random(len(people)) < settings.itin_share)


def _dependents(households: Households, people: People) -> NDArray[np.bool_]:
    """Return who is claimed by the head: minors, and students who live at home."""
    child = households.relation == Relation.CHILD
    claimed: NDArray[np.bool_] = (people.age < ADULT_AGE) | (child & (people.age < _STUDENT_AGE))
    return claimed


def _draw_filers(
    people: People,
    couple: NDArray[np.bool_],
    decider: NDArray[np.int64],
    settings: RegisterSettings,
    *,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Return those who file, in no telling order."""
    unauthorised = people.status == Status.UNAUTHORISED
    share = np.where(unauthorised, settings.unauthorised_filing_share, settings.filing_share)
    more = share * (1 - share) * _COUPLES_FILE_MORE
    share = np.where(couple, share + more, share - more * _IN_COUPLES / (1 - _IN_COUPLES))
    files = people.adult & (rng.random(len(people))[decider] < share)
    return rng.permutation(np.flatnonzero(files))


def _draw_filing_days(
    count: int, lapsed_share: float, *, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return years lapsed and days since filing."""
    lapsed = np.zeros(count, dtype=np.int64)
    rows = np.flatnonzero(rng.random(count) < lapsed_share)
    years = rng.geometric(1 - _LAPSE_GOES_ON, size=len(rows))
    lapsed[rows] = np.minimum(years, MOST_LAPSED_YEARS)
    days = rng.integers(*_FILED_BEFORE, size=count)
    return lapsed, days + 365 * lapsed


def _incomes(chance: NDArray[np.float64], status: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return incomes in dollars: the table's as a whole, higher or lower ranks by status."""
    odds = _STATUS_ODDS[status]
    place = chance * odds / (1 + chance * (odds - 1))
    places, logs = _income_curve()
    income: NDArray[np.int64] = np.exp(np.interp(place, places, logs)).astype(np.int64)
    return income


@cache
def _income_curve() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return logarithms of income at places that statuses reach with unequal odds.

    A place's rank among all returns is the mixture of its ranks within the statuses.
    """
    places = np.linspace(0, 1, 1001)
    within = places[:, None] / (_STATUS_ODDS - places[:, None] * (_STATUS_ODDS - 1))
    ranks = within @ _STATUS_SHARES / _STATUS_SHARES.sum()
    return places, np.interp(ranks, _INCOME_RANKS, np.log(_INCOMES))


def _refunds(chance: NDArray[np.float64], dependents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return refunds in dollars, 0 for who pays or is even: exponential, more with dependents."""
    own = REFUND_MEAN - _REFUND_A_DEPENDENT * _MEAN_DEPENDENTS
    mean = own + _REFUND_A_DEPENDENT * dependents
    rank = np.minimum(chance / REFUND_SHARE, 1 - 1e-9)
    return np.where(chance < REFUND_SHARE, -np.log1p(-rank) * mean, 0).astype(np.int64)


def _draw_lenders(
    people: People,
    person: NDArray[np.int64],
    itin: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Return whose number each filer files under: another's, for who has none."""
    lender = person.copy()
    papers = np.flatnonzero(people.status != Status.UNAUTHORISED)
    borrows = np.flatnonzero((people.status[person] == Status.UNAUTHORISED) & ~itin[person])
    if len(papers):
        lender[borrows] = papers[rng.integers(len(papers), size=len(borrows))]
    return lender
