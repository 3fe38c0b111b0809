"""Settings that are right: the file of the design, precedence, defaults."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cp_tui.charge_point.config import ConnectorConfig, CurrentKind, CustomKey
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.key_spec import Access, KeySpec, KeyType
from cp_tui.settings.load import Options, default_config_file, load
from tests.settings.conftest import BASE, Read

WHOLE = """\
[csms]
url = "wss://csms.example.com/ocpp"
ca_file = "root.pem"
check_hostname = false
[charge_point]
id = "CP001"
vendor = "Example"
model = "Demo-22"
charge_box_serial_number = "CP001"
firmware_version = "1.0.0"
meter_type = "EM3"
meter_serial_number = "M001"
[station]
connectors = 3
kind = "AC"
voltage = 240
phases = 1
max_current = 16.5
fixed_cable = true
[[station.connector]]
[[station.connector]]
kind = "DC"
max_current = 200
[keys]
MeterValueSampleInterval = "30"
heartbeatinterval = 60
LocalPreAuthorize = true
[custom_keys]
SiteName = "Depot north"
Level = { type = "integer", value = 2, min = 1, max = 3, unit = "m", read_only = true }
Mode = { choices = ["eco", "fast"] }
"""


def test_the_whole_file_is_understood(read: Read, file: Path) -> None:
    (file.parent / "root.pem").write_text("")
    settings = read(WHOLE)
    engine, charge_point = settings.engine, settings.engine.charge_point
    assert engine.url == "wss://csms.example.com/ocpp"
    assert engine.ca_file == file.parent / "root.pem"
    assert engine.check_hostname is False
    assert charge_point.url == "wss://csms.example.com/ocpp/CP001"
    assert (charge_point.vendor, charge_point.model) == ("Example", "Demo-22")
    assert charge_point.charge_box_serial_number == "CP001"
    assert charge_point.firmware_version == "1.0.0"
    assert (charge_point.meter_type, charge_point.meter_serial_number) == ("EM3", "M001")
    ac = ConnectorConfig(CurrentKind.AC, 240, 1, Decimal("16.5"), True)
    dc = ConnectorConfig(CurrentKind.DC, 240, 1, Decimal(200), True)
    assert charge_point.connectors == (ac, dc, ac)
    assert charge_point.keys == {
        "MeterValueSampleInterval": "30",
        "HeartbeatInterval": "60",
        "LocalPreAuthorize": "true",
    }
    level = KeySpec("Level", KeyType.INTEGER, Access.READ_ONLY, unit="m", minimum=1, maximum=3)
    assert charge_point.custom_keys == (
        CustomKey(KeySpec("SiteName"), "Depot north"),
        CustomKey(level, "2"),
        CustomKey(KeySpec("Mode", choices=("eco", "fast")), "eco"),
    )


def test_url_and_id_are_all_that_is_needed() -> None:
    settings = load(Options(url="ws://h", id="CP1"))
    charge_point = settings.engine.charge_point
    assert charge_point.connectors == (ConnectorConfig(), ConnectorConfig())
    assert (charge_point.keys, charge_point.custom_keys) == ({}, ())
    assert settings.engine.check_hostname


def test_a_dc_connector_has_defaults_of_its_own(read: Read) -> None:
    (connector, _) = read(BASE + '[station]\nkind = "DC"\n').engine.charge_point.connectors
    assert connector == ConnectorConfig(CurrentKind.DC, 400, 1, Decimal(125), True)


def test_options_win_over_the_environment_and_that_over_the_file(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = BASE + '[station]\nconnectors = 3\n[keys]\nHeartbeatInterval = "1"\nResetRetries = "1"\n'
    assert len(read(text).engine.charge_point.connectors) == 3

    monkeypatch.setenv("CP_TUI_STATION__CONNECTORS", "4")
    monkeypatch.setenv("CP_TUI_CSMS__URL", "ws://environment")
    monkeypatch.setenv("CP_TUI_KEYS__HEARTBEATINTERVAL", "2")
    charge_point = read(text).engine.charge_point
    assert len(charge_point.connectors) == 4
    assert charge_point.url == "ws://environment/CP%201"
    assert charge_point.keys == {"HeartbeatInterval": "2", "ResetRetries": "1"}

    charge_point = read(
        text, connectors=5, url="ws://option", id="CP2", keys=("heartbeatInterval=3",)
    ).engine.charge_point
    assert len(charge_point.connectors) == 5
    assert charge_point.url == "ws://option/CP2"
    assert charge_point.keys == {"HeartbeatInterval": "3", "ResetRetries": "1"}


def test_a_custom_key_keeps_its_type_when_its_value_comes_from_elsewhere(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = BASE + "[custom_keys]\nLevel = { type = 'integer', max = 3 }\n"
    assert read(text).engine.charge_point.custom_keys[0].value == "0"
    monkeypatch.setenv("CP_TUI_CUSTOM_KEYS__LEVEL", "1")
    assert read(text).engine.charge_point.custom_keys[0].value == "1"
    (custom_key,) = read(text, keys=("level=2",)).engine.charge_point.custom_keys
    assert custom_key.value == "2"
    assert custom_key.spec.name == "Level"
    assert custom_key.spec.maximum == 3


def test_keys_that_describe_the_charger_make_it_so(read: Read) -> None:
    text = BASE + 'unsupported = ["GetLog"]\n[keys]\nNumberOfConnectors = 3\n'
    keys = ("SupportedFeatureProfiles=Reservation,Core",)
    charge_point = read(text, keys=keys).engine.charge_point
    assert len(charge_point.connectors) == 3
    assert charge_point.feature_profiles == {FeatureProfile.CORE, FeatureProfile.RESERVATION}
    assert charge_point.described["SupportedFeatureProfiles"] == "Core,Reservation"
    assert charge_point.unsupported == {Action.GET_LOG}
    assert not charge_point.keys


def test_the_file_of_the_user_is_found_and_may_be_absent() -> None:
    path = default_config_file()
    assert path.name == "cp-tui.toml"
    path.parent.mkdir(parents=True)
    path.write_text(BASE)
    assert load(Options()).charge_point_id == "CP 1"
    path.unlink()
    assert load(Options(url="ws://h", id="X")).charge_point_id == "X"


def test_data_folder_and_socket_are_named_by_the_id(read: Read) -> None:
    settings = read(BASE.replace("CP 1", "../CP/1"))
    assert settings.data_dir.name == "%2E%2E%2FCP%2F1"
    assert settings.socket.name == "..%2FCP%2F1.sock"


def test_data_folder_and_socket_can_be_chosen(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CP_TUI_SOCKET", str(tmp_path / "s"))
    settings = read(data_dir=tmp_path / "d")
    assert (settings.data_dir, settings.socket) == (tmp_path / "d", tmp_path / "s")


def test_the_authorization_key_is_in_no_representation(read: Read) -> None:
    key = "0123456789abcdef0123"
    settings = read(BASE, keys=(f"AuthorizationKey={key}",))
    assert settings.engine.charge_point.keys["AuthorizationKey"] == key
    assert key not in repr(Options(keys=(f"AuthorizationKey={key}",)))
    assert key not in repr(settings)
