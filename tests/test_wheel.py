from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "linkage", "synthetic", "tests")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel of a copy, so that the checkout stays as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            unneeded = shutil.ignore_patterns("__pycache__", "golden")
            shutil.copytree(ROOT / name, folder / "copy" / name, ignore=unneeded)
        else:
            (folder / "copy").mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / "copy" / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check"]
    command += ["--wheel-dir", str(folder), str(folder / "copy")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_two_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    (about,) = [top for top in tops if top.endswith(".dist-info")]
    assert tops == {"linkage", "synthetic", about}
    listed = wheel.read(f"{about}/top_level.txt").decode().split()
    assert sorted(listed) == ["linkage", "synthetic"]


def test_every_module_and_every_file_they_need_is_in_it(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    for package in ("linkage", "synthetic"):
        assert f"{package}/py.typed" in names
        for pattern in (
            "*.py",
            "scenarios/*.toml",
            "shipped/*.toml",
            "reporting/templates/*",
            "tables/*",
        ):
            for path in (ROOT / package).rglob(pattern):
                assert str(path.relative_to(ROOT)) in names
    assert "linkage/scenarios/address-sharing.toml" in names
    assert any(name.startswith("linkage/reporting/templates/") for name in names)
    assert not [name for name in names if name.endswith((".pyc", ".nbi", ".nbc"))]


def test_the_command_is_declared_and_the_licence_is_in_it(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    (entry_points,) = [name for name in names if name.endswith("entry_points.txt")]
    assert "linkage = linkage.__main__:main" in wheel.read(entry_points).decode()
    assert [name for name in names if name.endswith("/LICENSE")]
