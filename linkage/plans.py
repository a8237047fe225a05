"""Which attacks a scenario runs, on what, and how hard they try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from linkage.problems import Problems

ATTACKS: Final[dict[str, tuple[str, ...]]] = {
    "dictionary": ("tin", "name_and_birth"),
    "auxiliary": ("person",),
    "frequency": ("surname", "zip", "given_name"),
    "pattern_frequency": ("surname", "given_name"),
    "pattern_mining": ("person", "surname", "given_name"),
    "atoms": ("person", "surname", "given_name"),
    "graph_matching": ("person",),
    "known_pairs": ("person", "surname", "given_name"),
    "collusion": ("same_person",),
    "composition": ("person",),
    "inference": ("income", "filing_status", "dependents"),
    "probing": ("membership", "date_of_birth"),
    "differencing": ("membership", "cell"),
}
"""Attack to the targets it can have."""

USUAL_ATTACKS: Final = ("dictionary", "auxiliary", "frequency")
"""What is run on one's own file where nobody says which: the attacks on a release by itself."""

USUAL_TARGETS: Final = ATTACKS | {"frequency": ("surname", "zip")}
"""What attacks on one's own file aim at: columns that the usual schemes send."""

OTHER_RELEASES: Final = ("same_key", "other_key", "recipient")


@dataclass(frozen=True)
class AttackPlan:
    """One attack to run.

    Parameters
    ----------
    attack, target : str
        See `ATTACKS`.
    guesses : int
        Values to try, for a dictionary of names and birth dates.
    tries : int
        Most hashes in all, for a dictionary on codes that must be tried record by record; as many
        records are attacked as that allows.
    top : int
        Ranks to claim, for frequency analysis.
    worlds : int
        Worlds to run it in, the first ones; 0 is all. Trying out a space costs seconds.
    games : int
        Pairs of tables, for differencing; people asked about, for probing.
    recipient : {"same_key", "other_key", "recipient"}
        How the other recipient's release is encoded, for collusion: with the same key, with another,
        or in the scheme's own way for another recipient.
    """

    attack: str
    target: str
    guesses: int = 20_000_000
    tries: int = 200_000_000
    top: int = 100
    worlds: int = 0
    games: int = 400
    recipient: str = "same_key"


def note_plans(plans: Sequence[AttackPlan], problems: Problems) -> None:
    """Note what is wrong with a scenario's attacks."""
    targets = [(plan.attack, plan.target) for plan in plans]
    for pair in dict.fromkeys(targets):
        note_repeats("attacks", f"{pair[0]} on {pair[1]}", targets.count(pair), problems)
    for number, plan in enumerate(plans):
        where = f"attacks[{number}]"
        problems.choice(f"{where}.attack", plan.attack, ATTACKS)
        if plan.attack in ATTACKS:
            problems.choice(f"{where}.target", plan.target, ATTACKS[plan.attack])
        for name in ("guesses", "tries", "top"):
            problems.whole_number(f"{where}.{name}", getattr(plan, name), 1)
        problems.whole_number(f"{where}.worlds", plan.worlds, 0)
        problems.whole_number(f"{where}.games", plan.games, 2)
        problems.choice(f"{where}.recipient", plan.recipient, OTHER_RELEASES)


def note_repeats(what: str, got: str, times: int, problems: Problems) -> None:
    """Note what stands in a list more than once: its counts would add up as if of other worlds."""
    if times > 1:
        problems.append(f"{what}: got {got} {times} times, allowed once")
