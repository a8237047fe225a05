from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pandas as pd
import pytest
from faker import Faker

import linkage
import synthetic
from linkage.attacks import Dictionary, Frequency, Knowledge, number_space
from linkage.schemes import Clk, Hmac, Key, Plain, SaltedSha256, Sha256

PACKAGES = ("linkage", "linkage.attacks", "linkage.linking", "linkage.schemes", "synthetic")
FIELDS = ["given_name", "surname", "date_of_birth"]


def _parameters(function: object) -> list[str]:
    parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return [
        f"{'*' if parameter.kind is parameter.KEYWORD_ONLY else ''}{parameter.name}"
        for parameter in parameters
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there_and_they_are_sorted(package: str) -> None:
    module = importlib.import_module(package)
    names = module.__all__
    # Constants first, then classes, then functions, as the linter sorts them.
    assert names == sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))
    assert len(set(names)) == len(names)
    for name in names:
        assert getattr(module, name) is not None
    assert set(names) <= set(dir(module))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lnk'"):
        _ = linkage.lnk
    assert not hasattr(linkage, "numpy")


def test_importing_linkage_loads_nothing_heavy() -> None:
    heavy = {"matplotlib", "recordlinkage", "numba", "faker", "pandas", "numpy", "scipy", "joblib"}
    code = f"import sys, linkage; print(sorted(set(sys.modules) & {heavy!r}), linkage.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("]")[0] == "["
    assert done.stdout.split()[-1] == linkage.__version__


def test_parts_open_from_the_package_itself() -> None:
    code = "import linkage; print(linkage.attacks.Knowledge, linkage.linking.dice_pairs)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Knowledge" in done.stdout


def test_the_signatures_that_users_hold_on_to() -> None:
    assert _parameters(linkage.run) == ["scenario", "*jobs", "*progress", "*directory"]
    assert _parameters(linkage.link)[:6] == [
        "left",
        "right",
        "*fields",
        "*one_to_one",
        "*threshold",
        "*truth",
    ]
    assert _parameters(linkage.assess)[:5] == [
        "frame",
        "*fields",
        "*schemes",
        "*attacks",
        "*seed",
    ]
    assert inspect.signature(linkage.assess).parameters["seed"].default is inspect.Parameter.empty
    defaults = inspect.signature(linkage.link).parameters
    assert [defaults[name].default for name in ("fields", "one_to_one", "threshold", "truth")] == [
        None,
        True,
        None,
        None,
    ]


def test_a_run_gives_the_frames_that_users_hold_on_to() -> None:
    scenario = linkage.Scenario.load("address-sharing").replace(
        people=300, requests=20, replicates=1, schemes=("sha256",), attacks=()
    )
    result = linkage.run(scenario, jobs=1, progress=False)
    assert isinstance(result, linkage.Result)
    for name in ("summary", "save", "load", "report"):
        assert callable(getattr(result, name))
    shared = ["value", "low", "high"]
    for frame, keys in (
        (result.quality, ["scheme", "measure"]),
        (result.harm, ["regime", "scheme", "group", "measure"]),
        (result.summary(), ["figure", "meaning"]),
    ):
        assert isinstance(frame, pd.DataFrame)
        assert set(keys + shared) <= set(frame.columns)
    wanted = "scheme attack target knowledge n rate low high baseline control residual precision"
    assert set(f"{wanted} reach core_seconds".split()) <= set(result.risk.columns)


def test_the_schemes_encode_and_show_a_view() -> None:
    frame = synthetic.World(people=300, seed=1).taxpayers().head(20)
    key = Key.random()
    clk = Clk(bits=1024, hashes=10, q=2, harden=("xor_fold",), key=key)
    encoded = clk.encode(frame, fields=FIELDS)
    assert encoded.bits is not None
    assert encoded.bits.shape == (20, 1024 // 64 // 2)
    assert len(encoded.view()) == 20
    pairs = linkage.linking.dice_pairs(encoded, encoded, threshold=0.8)
    assert pairs.columns.tolist() == ["left", "right", "score"]
    assert {(i, i) for i in range(20)} <= set(zip(pairs["left"], pairs["right"], strict=True))
    for scheme in (Plain(), Sha256(), SaltedSha256(salt=key), Hmac(key=key), Hmac(key=bytes(32))):
        assert scheme.encode(frame, fields=FIELDS).view().tokens.columns.tolist() == FIELDS


def test_an_attack_takes_a_view_and_knowledge_and_gives_guesses() -> None:
    frame = synthetic.World(people=300, seed=1).taxpayers().head(20)
    shares = frame["surname"].value_counts(normalize=True)
    view = Sha256().encode(frame, fields=["tin", "surname"]).view()
    knowledge = Knowledge(auxiliary=frame, key=None, frequencies={"surname": shares})
    number = int(frame["tin"].iloc[0])
    attacks = (
        Dictionary("tin", number_space([(number, number + 1)])),
        Frequency("surname", precision=0),
    )
    for attack in attacks:
        guesses = attack.run(view, knowledge, seed=0)
        assert guesses.columns.tolist() == ["record", "guess", "confidence"]
        assert len(guesses)
        assert guesses["record"].between(0, 19).all()
        assert guesses["confidence"].between(0, 1).all()
    assert frame["tin"].iloc[0] in set(attacks[0].run(view, knowledge)["guess"])


def test_a_world_gives_its_frames() -> None:
    world = synthetic.World(people=400, seed=7)
    for frame in (
        world.taxpayers(),
        world.requests(20),
        world.households(),
        world.addresses(),
        world.persons(),
        world.taxpayer_truth(),
        world.request_truth(20),
        world.partition(0).persons,
    ):
        assert isinstance(frame, pd.DataFrame)
        assert len(frame)


def test_faker_gives_taxpayers_and_requests() -> None:
    fake = Faker()
    fake.add_provider(synthetic.TaxpayerProvider)
    fake.add_provider(synthetic.EnforcementProvider)
    assert {"surname", "tin", "income"} <= set(fake.taxpayer())
    assert {"surname", "tin", "zip"} <= set(fake.enforcement_request())
