"""`run` where a charge point answers already: other settings are named, the same ones are none."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.cli.child import own_environment
from cp_tui.cli.differences import differences, trust_asked
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.tls import trust_words
from cp_tui.rpc.paths import is_answering
from cp_tui.rpc.script import EngineGone
from cp_tui.settings.load import Options, load

TEXT = """\
[csms]
url = "ws://127.0.0.1:1"
[charge_point]
id = "CP001"
[keys]
HeartbeatInterval = 60
AuthorizationKey = "00112233445566778899AABBCCDDEEFF"
[custom_keys]
SiteName = "Depot"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a charge point that runs with `TEXT`."""
    folder = tmp_path_factory.mktemp("cp")
    (folder / "cp-tui.toml").write_text(TEXT)
    arguments = [f"--config={folder}/cp-tui.toml", f"--data-dir={folder}/d", f"--socket={folder}/s"]
    process = subprocess.Popen(
        [sys.executable, "-m", "cp_tui", "serve", "--quiet", *arguments], env=own_environment()
    )
    try:
        deadline = time.monotonic() + 30
        while not is_answering(folder / "s"):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield folder
    finally:
        process.terminate()
        process.wait(30)


def found(folder: Path, text: str = TEXT, **options: object) -> list[str]:
    file = folder / "asked.toml"
    file.write_text(text)
    given = {"data_dir": folder / "d", **options}
    return differences(load(Options(config=file, socket=folder / "s", **given)))  # type: ignore[arg-type]


def test_the_same_settings_are_no_difference(folder: Path) -> None:
    assert found(folder) == []
    assert found(folder, keys=("heartbeatinterval=60",)) == []


def test_each_setting_that_is_another_is_named_with_both_values(folder: Path) -> None:
    assert found(folder, url="ws://127.0.0.1:2", id="CP002", connectors=3) == [
        "charge point id: CP001 there, CP002 here",
        "URL: ws://127.0.0.1:1/CP001 there, ws://127.0.0.1:2/CP002 here",
        "connectors: 2 there, 3 here",
    ]
    (line,) = found(folder, TEXT + "[station]\nphases = 1\n[[station.connector]]\nphases = 3\n")
    there, here = (
        "AC, 230 V, 3 phases, 32 A, no fixed cable",
        "AC, 230 V, 1 phase, 32 A, no fixed cable",
    )
    assert line == f"connector 2: {there} there, {here} here"


def test_another_kind_of_charge_point_is_named_with_its_habits(folder: Path) -> None:
    assert found(folder, preset="whole-amperes") == [
        "preset: none there, whole-amperes here",
        "habits: none there, whole_amperes: limits are cut to whole amperes here",
    ]


def test_a_weather_that_is_asked_for_and_is_not_there_is_named(folder: Path) -> None:
    assert found(folder, weather="lossy", seed=7) == [
        "weather of the network: fair there, lossy, seed 7 here"
    ]


def test_each_key_that_is_another_is_named(folder: Path) -> None:
    described = ("localauthlistmaxlength=5",)
    assert found(folder, keys=described) == ["LocalAuthListMaxLength: 10000 there, 5 here"]
    assert found(folder, keys=("HeartbeatInterval=30",)) == ["HeartbeatInterval: 60 there, 30 here"]
    assert found(folder, TEXT.replace("SiteName", "Other")) == [
        "SiteName: a custom key there, none here",
        "Other: no key of this name there, a custom key here",
    ]


def test_another_authorization_key_is_named_and_neither_value_is_told(folder: Path) -> None:
    assert found(folder, keys=("AuthorizationKey=00112233445566778899aabbccddeeff",)) == []
    assert found(folder, keys=("AuthorizationKey=0123456789abcdef",)) == [
        "AuthorizationKey: another value there"
    ]
    without = TEXT.replace('AuthorizationKey = "00112233445566778899AABBCCDDEEFF"\n', "")
    assert found(folder, without) == ["AuthorizationKey: set there"]


def test_roots_that_were_installed_since_are_no_difference() -> None:
    engine = EngineConfig(ChargePointConfig("CP001", ""), "wss://h", Path("/root.pem"))
    installed = trust_words(None, True, ("a", "b"))
    assert trust_asked(engine, installed) == installed
    assert trust_asked(engine, "") == ""
    assert trust_asked(engine, "the roots of the system") == "csms.ca_file /root.pem"


def test_another_data_folder_is_named_however_it_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "link").symlink_to(folder / "d")
    monkeypatch.chdir(folder)
    for same in (folder / "link", Path("d"), folder / "x" / ".." / "d"):
        assert found(folder, data_dir=same) == [], same
    other = folder / "other"
    assert found(folder, data_dir=other) == [f"data folder: {folder}/d there, {other} here"]


def test_a_charge_point_of_another_version_is_told_with_both_and_the_way_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(path: Path, method: str, params: dict[str, str]) -> Iterator[dict[str, object]]:
        yield {"result": {"cp_tui_version": "9.9.9", "news": 1}}

    monkeypatch.setattr("cp_tui.cli.differences.lines", answer)
    with pytest.raises(EngineGone, match=r"runs cp-tui 9\.9\.9, and this is .* shutdown` ends it"):
        found(folder)
