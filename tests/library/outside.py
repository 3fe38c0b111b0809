"""A project outside this one: a venv with what our wheel has, and the packages of this one."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import tomllib
import venv
from email.message import Message
from importlib.util import find_spec
from pathlib import Path

import cp_tui
from tests.sources import ROOT
from tests.tiers import tier

RUN_TIMEOUT_S = 60
PIP_TIMEOUT_S = 600


def install(site: Path) -> None:
    """Lay into a folder of packages what the build puts into the wheel, as pyproject.toml says it.

    Done here, as the tools of a build are not among what the tests need; `--deep` has pip do it.
    Links: what they lead to is compiled already.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    target = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    for name in target["packages"]:
        (site / name).mkdir()
        for path in (ROOT / name).iterdir():
            if path.name != "__pycache__":
                (site / name / path.name).symlink_to(path)
    for source, place in target["force-include"].items():
        (site / place).symlink_to(ROOT / source)
    info = site / f"cp_tui-{cp_tui.__version__}.dist-info"
    info.mkdir()
    metadata = Message()
    metadata["Metadata-Version"], metadata["Name"] = "2.1", project["project"]["name"]
    metadata["Version"] = cp_tui.__version__
    (info / "METADATA").write_bytes(metadata.as_bytes())
    lines = [
        line
        for group, points in project["project"]["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {place}" for name, place in points.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))


class Outside:
    """A folder with a venv in which the wheel is installed: by pip, where there is time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with_pip = tier(False, deep=True)
        venv.create(folder / "venv", with_pip=with_pip)
        self.python = folder / "venv" / "bin" / "python"
        if with_pip:
            # The wheel itself, built and installed as its users have it.
            pip = (str(self.python), "-m", "pip", "install", "--quiet")
            needed = (str(ROOT), "pytest>=8.4,<9", "ocpp>=2.1,<3")
            subprocess.run((*pip, *needed), check=True, timeout=PIP_TIMEOUT_S)
            return
        site = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "venv")}))
        install(site)
        # The packages that it needs are those of the tests; their own .pth files do not count.
        found = find_spec("msgspec")
        assert found is not None
        assert found.origin is not None
        (site / "needed.pth").write_text(f"{Path(found.origin).parent.parent}\n")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run its Python; gives the exit status, and what was shown."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "PYTEST", "COV"))
        }
        done = subprocess.run(
            [str(self.python), *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=RUN_TIMEOUT_S,
        )
        return done.returncode, done.stdout
