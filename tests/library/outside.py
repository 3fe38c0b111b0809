"""A project outside this one: a venv of its own with the wheel, and the packages of this one."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Iterator
from email.message import Message
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import cp_tui
from tests.sources import ROOT

RUN_TIMEOUT_S = 60


def files_of_the_wheel() -> Iterator[tuple[str, bytes]]:
    """Give what the build puts into the wheel, by its place there, as pyproject.toml says it.

    Written here, as the tools of a build are not among what the tests need.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    target = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    places = {**{name: name for name in target["packages"]}, **target["force-include"]}
    for source, place in places.items():
        for path in sorted((ROOT / source).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                yield f"{place}/{path.relative_to(ROOT / source)}", path.read_bytes()
    info = f"cp_tui-{cp_tui.__version__}.dist-info"
    metadata = Message()
    metadata["Metadata-Version"], metadata["Name"] = "2.1", project["project"]["name"]
    metadata["Version"] = cp_tui.__version__
    for needed in project["project"]["dependencies"]:
        metadata["Requires-Dist"] = needed
    yield f"{info}/METADATA", metadata.as_bytes()
    yield f"{info}/WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    groups = {"console_scripts": project["project"]["scripts"]}
    groups |= project["project"]["entry-points"]
    lines = [
        line
        for group, points in groups.items()
        for line in (f"[{group}]", *(f"{name} = {place}" for name, place in points.items()))
    ]
    yield f"{info}/entry_points.txt", "\n".join(lines).encode()


def build_wheel(folder: Path) -> Path:
    """Write the wheel of this project."""
    wheel = folder / f"cp_tui-{cp_tui.__version__}-py3-none-any.whl"
    record, info = StringIO(), f"cp_tui-{cp_tui.__version__}.dist-info"
    rows = csv.writer(record)
    with ZipFile(wheel, "w") as archive:
        for place, content in files_of_the_wheel():
            archive.writestr(place, content)
            rows.writerow((place, "", ""))
        rows.writerow((f"{info}/RECORD", "", ""))
        archive.writestr(f"{info}/RECORD", record.getvalue())
    return wheel


class Outside:
    """A folder with a venv in which the wheel is installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder / "venv", with_pip=False)
        self.python = folder / "venv" / "bin" / "python"
        wheel = build_wheel(folder)
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install"]
        self._run(*pip, "--quiet", "--no-index", "--no-deps", "--no-compile", str(wheel))
        # The packages that it needs are those of the tests; their own .pth files do not count.
        here = sysconfig.get_path("purelib", vars={"base": str(folder / "venv")})
        found = find_spec("msgspec")
        assert found is not None
        assert found.origin is not None
        (Path(here) / "needed.pth").write_text(f"{Path(found.origin).parent.parent}\n")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run its Python; gives the exit status, and what was shown."""
        done = self._run(str(self.python), *arguments, is_checked=False)
        return done.returncode, done.stdout

    def _run(self, *command: str, is_checked: bool = True) -> subprocess.CompletedProcess[str]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "PYTEST", "COV"))
        }
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=is_checked,
            timeout=RUN_TIMEOUT_S,
        )
