"""One simulated world: its requests by kind, and what each regime makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.calibration.pool import COUNTED, KINDS, kinds_of
from linkage.exchange import Exchange, simulated
from linkage.linking import Linked, link_encoded
from linkage.measures.harm import Truth
from linkage.regimes import REGIMES, Regime, Releases, decide
from linkage.scenario import Scenario
from linkage.schemes import DemoKey
from linkage.schemes.base import present_fields

SETTINGS: Final = {
    "in_register": "in_register_share",
    "non_filer": "non_filer_share",
    "number_given": "tin_share",
    "relative_number": "relative_tin_share",
    "wrong_number": "wrong_tin_share",
    "former_address": "former_address_share",
    "placeholder": "placeholder_address_share",
    "office": "office_address_share",
    "blank": "blank_address_share",
}
"""Unknown share to the setting of the request list that it is."""


def usual_shares(scenario: Scenario) -> dict[str, float]:
    """Give the shares that a scenario states; who borrows numbers is not among them."""
    from synthetic import RequestSettings

    usual = {entry.name: entry.default for entry in fields(RequestSettings)}
    stated = {**usual, **scenario.world.get("enforcement", {})}
    return {name: float(stated[setting]) for name, setting in SETTINGS.items()}


def with_shares(scenario: Scenario, shares: Mapping[str, float]) -> Scenario:
    """Give a scenario other shares; of who borrows numbers, the share of those without an own one."""
    changes = {
        f"world.enforcement.{SETTINGS[name]}": float(share)
        for name, share in shares.items()
        if name in SETTINGS
    }
    return scenario.replace(**changes)


def answered(
    scenario: Scenario, regimes: tuple[str, ...], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Run one world and count its requests and answers by kind.

    Returns
    -------
    requests : (kinds,) array
    answers : (regimes, counted, kinds) array
    """
    exchange = simulated(scenario, seed, {})
    truth = exchange.truth
    assert truth is not None
    kinds = _kinds(exchange, truth)
    requests = np.bincount(kinds, minlength=len(KINDS)).astype(np.float64)
    linked = None
    if any(REGIMES[name].by_model for name in regimes):
        linked = _linked(scenario, exchange, seed)
    answers = np.zeros((len(regimes), len(COUNTED), len(KINDS)))
    for place, name in enumerate(regimes):
        releases = decide(
            uncapped(REGIMES[name]),
            exchange.requests,
            exchange.register,
            linked,
            former=exchange.former,
            rng=np.random.default_rng([seed, 9]),
        )
        for counted, weight in enumerate(_counted(releases, truth).values()):
            answers[place, counted] = np.bincount(
                kinds[releases.request], weights=weight, minlength=len(KINDS)
            )
    return requests, answers


def uncapped(regime: Regime) -> Regime:
    """Take up all requests, so that rates are those of a request that is taken up."""
    return replace(regime, request=replace(regime.request, most=0))


def _kinds(exchange: Exchange, truth: Truth) -> NDArray[np.int64]:
    assert truth.requests is not None
    assert truth.records is not None
    asked = truth.requests.assign(person_id=truth.asked)
    borrowers = truth.registered[truth.records["tin_status"].eq("borrowed").to_numpy()]
    return kinds_of(asked, np.isin(truth.asked, truth.registered), np.isin(truth.asked, borrowers))


def _linked(scenario: Scenario, exchange: Exchange, seed: int) -> Linked:
    """Link under the scenario's first scheme."""
    name = scenario.schemes[0]
    scheme = scenario.make_scheme(name).with_secret(DemoKey.from_seed(seed, name))
    shared = present_fields(scheme.fields, exchange.register)
    shared = present_fields(shared, exchange.requests)
    released = scheme.encode_records(exchange.register, shared)
    asked = released.scheme.asking().encode_records(exchange.requests, shared)
    return link_encoded(asked, released, rng=np.random.default_rng([seed, 4]))


def _counted(releases: Releases, truth: Truth) -> dict[str, NDArray[Any]]:
    """What is counted of each answer."""
    homes = truth.homes
    assert homes is not None
    asked, shown = truth.asked[releases.request], truth.registered[releases.register]
    wrong = ~((asked == shown) & (asked >= 0))
    people = homes.people
    address = homes.filed[releases.register]
    lives = people["address"]
    now = lives.reindex(shown, fill_value=-1).to_numpy()
    present = lives.reindex(asked, fill_value=-1).to_numpy() == address
    counted: dict[str, NDArray[Any]] = {
        "answered": np.ones(len(asked)),
        "wrong": wrong,
        "by_number": _by_number(releases, truth),
        "insufficient": ~releases.real,
        "new_address": ~releases.current,
        "unconfirmed": ~releases.compared,
        "breach": releases.breach,
        "stale": now != homes.lived[releases.register],
        "wrong_citizens": wrong & people["citizen"].reindex(shown, fill_value=False).to_numpy(bool),
        "right": ~wrong,
    }
    kinds = {
        "bystanders": pd.Series(True, people.index),
        "citizen_bystanders": people["citizen"],
        "child_bystanders": people["child"],
    }
    for name, kind in kinds.items():
        living = lives[(lives >= 0) & kind].value_counts()
        own = present & kind.reindex(asked, fill_value=False).to_numpy(bool)
        counted[name] = living.reindex(address, fill_value=0).to_numpy() - own
    return {name: np.asarray(counted[name], np.float64) for name in COUNTED}


def _by_number(releases: Releases, truth: Truth) -> NDArray[np.bool_]:
    """Whether request and record hold the same number."""
    assert truth.requests is not None
    assert truth.records is not None
    asked = truth.requests["tin"].to_numpy()[releases.request]
    shown = truth.records["tin"].to_numpy()[releases.register]
    given = ~pd.isna(asked) & ~pd.isna(shown)
    same = np.zeros(len(asked), np.bool_)
    same[given] = asked[given] == shown[given]
    return same
