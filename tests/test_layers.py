from __future__ import annotations

import ast
import dataclasses
import pickle
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import linkage
import synthetic
from linkage.attacks import Knowledge
from linkage.schemes import SCHEMES, Encoded, Key, View

ROOT = Path(linkage.__file__).parent

# From the ground up. A module may import from lower floors and from its own part.
FLOORS = (
    ("problems", "whole", "schema"),
    ("engine",),
    ("records", "mapping", "adversaries", "plans", "unknowns"),
    ("measures",),
    ("schemes", "reporting"),
    ("linking", "comparison", "choosing"),
    ("attacks", "regimes", "inspection"),
    ("scenario",),
    ("sources",),
    ("exchange", "result", "releases"),
    ("tally", "own_files"),
    ("scoring", "streaming"),
    ("trials",),
    ("simulate", "calibration"),
    ("commands",),
    ("__main__",),
)
FLOOR = {part: floor for floor, parts in enumerate(FLOORS) for part in parts}
# Imported inside functions: to start quickly, and to hand over what is too large.
LATE = {"linkage.result": {"reporting"}, "linkage.linking.linker": {"streaming"}}

KEY = bytes(range(100, 132))


def _part(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _modules(package: Path) -> list[Path]:
    found = sorted(package.rglob("*.py"))
    assert found
    return found


def _imports(path: Path, *, inside: bool = True) -> Iterator[str]:
    """Names of all that a file imports; ``inside`` counts imports in functions too."""
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            base = str(node.module)
            yield base
            if base in ("linkage", "synthetic"):
                yield from (f"{base}.{alias.name}" for alias in node.names)
        if inside or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _parts_imported(path: Path, *, inside: bool) -> set[str]:
    names = (name for name in _imports(path, inside=inside) if name.startswith("linkage."))
    return {_part(name) for name in names if _part(name) in FLOOR}


def test_every_part_of_linkage_has_its_floor() -> None:
    parts = {_part(_module(path)) for path in _modules(ROOT)} - {"linkage"}
    assert parts == set(FLOOR)


def test_synthetic_never_imports_linkage() -> None:
    for path in _modules(Path(synthetic.__file__).parent):
        assert not [name for name in _imports(path) if name.split(".")[0] == "linkage"], path


@pytest.mark.parametrize("path", _modules(ROOT), ids=_module)
def test_imports_point_down(path: Path) -> None:
    part = _part(_module(path))
    if part == "linkage":
        return  # the front door, which opens every room when asked to
    floor = FLOOR[part]
    late = LATE.get(_module(path), set())
    allowed = {other for other, height in FLOOR.items() if height < floor} | {part} | late
    assert _parts_imported(path, inside=True) <= allowed
    assert _parts_imported(path, inside=True) & late == late
    assert not _parts_imported(path, inside=False) & late


def test_the_front_door_opens_no_room_by_itself() -> None:
    names = set(_imports(ROOT / "__init__.py", inside=False))
    guarded = {"linkage.linking", "linkage.problems", "linkage.result"}
    guarded |= {
        "linkage.calibration.calibrate",
        "linkage.choosing",
        "linkage.scenario",
        "linkage.simulate",
    }  # for type checkers only
    assert names <= guarded | {"__future__", "importlib", "typing"}


def test_attacks_import_nothing_that_holds_the_truth_or_runs_them() -> None:
    for path in _modules(ROOT / "attacks"):
        parts = _parts_imported(path, inside=True)
        assert parts <= {"attacks", "linking", "schemes", "records", "problems"}, path
        assert not [name for name in _imports(path) if name.startswith("synthetic")], path


def test_schemes_do_not_know_who_attacks_or_links_them() -> None:
    for path in _modules(ROOT / "schemes"):
        assert _parts_imported(path, inside=True) <= {"schemes", "records", "problems"}, path


def _reachable(value: object, seen: dict[int, object]) -> dict[int, object]:
    """Every object that can be reached through attributes, items and elements."""
    if id(value) in seen or isinstance(value, type):
        return seen
    seen[id(value)] = value
    inside: list[object] = list(getattr(value, "__dict__", {}).values())
    if isinstance(value, dict):
        inside += [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inside += list(value)
    for entry in inside:
        _reachable(entry, seen)
    return seen


def _encoded(name: str) -> Encoded:
    frame = pd.DataFrame(
        {
            "given_name": ["ANA", "BEN"],
            "surname": ["NG", "RUIZ"],
            "date_of_birth": ["1980-02-03", "1991-07-30"],
            "sex": ["F", "M"],
            "state": ["MA", "TX"],
            "tin": ["900123456", "900123457"],
        },
        index=["label of ana", "label of ben"],
    )
    kind = SCHEMES[name]
    if name == "slow_hash":
        return kind(memory=16).with_secret(Key(KEY)).encode(frame)  # type: ignore[call-arg]
    scheme = kind(seed=1) if hasattr(kind, "seed") else kind()  # type: ignore[call-arg]
    return scheme.with_secret(Key(KEY)).encode(frame)


def test_a_view_has_exactly_these_fields() -> None:
    names = [field.name for field in dataclasses.fields(View)]
    assert names == [
        "scheme",
        "tokens",
        "bits",
        "symbols",
        "fields",
        "attributes",
        "service",
    ]


@pytest.mark.parametrize("name", SCHEMES)
def test_a_view_holds_neither_labels_nor_the_secret(name: str) -> None:
    encoded = _encoded(name)
    view = encoded.view()
    written = pickle.dumps(view)
    assert b"label of" not in written
    assert KEY not in written
    assert view.scheme.secret is None
    for held in _reachable(view, {}).values():
        assert not isinstance(held, Key)
        assert not (isinstance(held, bytes) and KEY in held)
    # The search would find them where they are.
    whole = pickle.dumps(encoded)
    assert (b"label of" in whole) == (encoded.scheme.rows_are == "records")
    assert (KEY in whole) == (encoded.scheme.secret_is is not None)
    assert any(isinstance(held, Key) for held in _reachable(encoded, {}).values()) == (
        encoded.scheme.secret_is is not None
    )


@pytest.mark.parametrize("name", SCHEMES)
def test_no_secret_is_shown(name: str) -> None:
    encoded = _encoded(name)
    shown = repr(encoded) + repr(encoded.scheme) + repr(Knowledge(key=Key(KEY)))
    assert repr(KEY) not in shown
    assert KEY.hex() not in shown
    assert "defg" not in shown  # how the key's first bytes read
    assert "label of" not in repr(encoded)


@pytest.mark.parametrize("name", [name for name in SCHEMES if name != "plain"])
def test_codes_do_not_show_the_values(name: str) -> None:
    written = pickle.dumps(_encoded(name).view())
    for value in (b"RUIZ", b"1991-07-30", b"BEN", b"900123457"):
        assert value not in written
