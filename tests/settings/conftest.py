"""Configuration files of a few lines, read in isolation from the machine's own settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cp_tui.settings.build import ServeSettings
from cp_tui.settings.load import Options, load
from cp_tui.settings.problem import SettingsError

BASE = '[csms]\nurl = "ws://csms.example/ocpp"\n[charge_point]\nid = "CP 1"\n'


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("CP_TUI_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cp-tui.toml"


Read = Callable[..., ServeSettings]
Refused = Callable[..., str]
AllRefused = Callable[..., list[str]]


@pytest.fixture
def read(file: Path) -> Read:
    """Reads a text as the configuration file, with options."""

    def read(text: str = BASE, **options: object) -> ServeSettings:
        file.write_text(text)
        return load(Options(config=file, **options))  # type: ignore[arg-type]

    return read


@pytest.fixture
def all_refused(read: Read, file: Path) -> AllRefused:
    """Reads a text that must be refused; returns a line for each mistake, the path cut off."""

    def all_refused(text: str = BASE, **options: object) -> list[str]:
        with pytest.raises(SettingsError) as error:
            read(text, **options)
        assert not any("\n" in line for line in error.value.lines)
        return [
            line.replace(f"{file}, ", "").replace(str(file), "FILE") for line in error.value.lines
        ]

    return all_refused


@pytest.fixture
def refused(all_refused: AllRefused) -> Refused:
    """The same for a text with one mistake."""

    def refused(text: str = BASE, **options: object) -> str:
        (line,) = all_refused(text, **options)
        return line

    return refused
