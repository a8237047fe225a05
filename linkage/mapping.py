"""Between dataclasses and the mappings of plain values that a TOML or JSON file holds."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from linkage.problems import InputError, Problems


@dataclass(frozen=True)
class Builder:
    """Makes dataclasses from mappings, noting every unknown, missing and bad setting.

    Parameters
    ----------
    tables : mapping of str to type
        Settings that are tables, and the dataclass each holds.
    lists : mapping of str to type
        Settings that are lists of tables.
    named : mapping of str to type
        Settings that are tables of tables, each under a name of its own.
    """

    tables: Mapping[str, type] = field(default_factory=dict)
    lists: Mapping[str, type] = field(default_factory=dict)
    named: Mapping[str, type] = field(default_factory=dict)

    def build(self, kind: type, content: object, problems: Problems, where: str = "") -> Any:
        """Make a dataclass; None, with problems noted, where that cannot be."""
        if not isinstance(content, Mapping):
            what = where.rstrip(".") or "scenario"
            problems.append(f"{what}: got {content!r}, allowed a table of settings")
            return None
        known = {entry.name: entry for entry in fields(kind)}
        values: dict[str, Any] = {}
        for name, value in content.items():
            path = f"{where}{name}"
            if name not in known:
                problems.choice(f"setting {path}", name, known)
            else:
                values[name] = self._value(path, value, known[name], problems)
        for name, entry in known.items():
            if _required(entry) and name not in content:
                problems.append(f"setting {where}{name}: missing, but needed")
        try:
            return kind(**{name: value for name, value in values.items() if value is not None})
        except InputError as error:
            problems.extend(error.problems)
        except TypeError:
            pass  # a needed setting is missing, and noted above
        return None

    def _value(
        self, path: str, value: Any, entry: dataclasses.Field[Any], problems: Problems
    ) -> Any:
        if entry.name in self.tables:
            return self.build(self.tables[entry.name], value, problems, f"{path}.")
        if entry.name in self.named and isinstance(value, Mapping):
            kind = self.named[entry.name]
            made = {
                n: self.build(kind, each, problems, f"{path}.{n}.") for n, each in value.items()
            }
            return types.MappingProxyType({n: each for n, each in made.items() if each is not None})
        if entry.name not in self.lists:
            return _typed(path, value, entry, problems)
        kind = self.lists[entry.name]
        given = enumerate(value if isinstance(value, list | tuple) else [value])
        built = [self.build(kind, each, problems, f"{path}[{i}].") for i, each in given]
        return tuple(each for each in built if each is not None)


def _required(entry: dataclasses.Field[Any]) -> bool:
    return entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING


def _typed(path: str, value: Any, entry: dataclasses.Field[Any], problems: Problems) -> Any:
    """Bring a plain value to the setting's type; None, with a problem noted, where it cannot be."""
    declared = str(entry.type)
    if declared.startswith("tuple"):
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        problems.append(f"{path}: got {value!r}, allowed a list of names")
        return None
    if declared.startswith("Mapping"):
        if isinstance(value, Mapping):
            return types.MappingProxyType(dict(value))
        problems.append(f"{path}: got {value!r}, allowed a table of settings")
        return None
    if declared == "str" and not isinstance(value, str):
        problems.append(f"{path}: got {value!r}, allowed text")
        return None
    return value


def to_plain(value: Any) -> Any:
    """Turn dataclasses, mappings and tuples into dicts and lists; what is None is left out.

    Examples
    --------
    >>> to_plain({"steps": ("balance", "permute")})
    {'steps': ['balance', 'permute']}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        told = {entry.name: to_plain(getattr(value, entry.name)) for entry in fields(value)}
        return {name: inside for name, inside in told.items() if inside is not None}
    if isinstance(value, Mapping):
        return {name: to_plain(inside) for name, inside in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    return value


def leaves(content: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Give every setting of nested tables by its dotted name; a list is one, an empty table none.

    Examples
    --------
    >>> list(leaves({"seed": 1, "world": {"register": {"typo_share": 0.1}, "states": ["NY"]}}))
    [('seed', 1), ('world.register.typo_share', 0.1), ('world.states', ['NY'])]
    """
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value
