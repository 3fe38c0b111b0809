"""Settings that are wrong: one line with file, line, key and what is allowed; no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from cp_tui.settings.load import FILE_BYTES_MAX, LINES_MAX, Options, load
from cp_tui.settings.problem import SettingsError
from tests.settings.conftest import BASE, AllRefused, Refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[csms\n", "line 1: not TOML: Expected ']'"),
        (BASE + "\n\nurl 3\n", "line 7: not TOML"),
        (BASE + 'x = """\n\n', "line 5: not TOML: Unterminated string"),
        (BASE + "[csms]\n", "line 5: not TOML"),
        (BASE + "[csmss]\n", 'line 5: csmss: unknown key; did you mean "csms"?'),
        ("colour = 3\n" + BASE, "line 1: colour: unknown key; allowed: charge_point, csms"),
        (
            BASE + "[station]\nphazes = 3\n",
            'line 6: station.phazes: unknown key; did you mean "phases"?',
        ),
        (BASE + "[station]\nphases = 4\n", "line 6: station.phases: must be less than or equal"),
        (BASE + "[station]\nphases = 'three'\n", "line 6: station.phases: must be a whole number"),
        (
            BASE + "[station]\nconnectors = true\n",
            "line 6: station.connectors: must be a whole",
        ),
        (BASE + "[station]\nmax_current = true\n", "line 6: station.max_current: must be a number"),
        (BASE + "[quirks]\nanswers_late_s = true\n", "line 6: quirks.answers_late_s: must be a"),
        (
            BASE + "[[network.weathers.x.faults]]\nkind = 'loss'\nprobability = true\n",
            "line 7: network.weathers.x.faults.1.probability: must be a number",
        ),
        (BASE + '[station]\nkind = "XX"\n', "line 6: station.kind: must be 'AC' or 'DC'"),
        (BASE + "[station]\nconnectors = 0\n", "line 6: station.connectors: must be greater"),
        (BASE + "[station]\nmax_current = nan\n", "line 6: station.max_current: must be a finite"),
        (BASE + "station = 3\n", "line 5: charge_point.station: unknown key"),
        ("keys = 3\n" + BASE, "line 1: keys: must be a table"),
        (
            BASE + '[[station.connector]]\n[[station.connector]]\n\nkind = "XX"\n',
            "line 8: station.connector.2.kind: must be 'AC' or 'DC'",
        ),
        (
            BASE + "[[station.connector]]\n" * 3,
            "line 7: station.connector.3: 3 tables for 2 connectors",
        ),
        (
            BASE + "ca_file = 1\n",
            "line 5: charge_point.ca_file: unknown key; allowed",
        ),
        (
            BASE + '[keys]\nHeartbeatInterval = """\\\n   x"""\n',
            'line 6: keys.HeartbeatInterval: "x" is refused (not an integer)',
        ),
        (
            BASE + "[keys]\nHeartbeatIntervall = 3\n",
            'line 6: keys.HeartbeatIntervall: unknown key; did you mean "HeartbeatInterval"?',
        ),
        (BASE + "[keys]\nZzz = 3\n", "line 6: keys.Zzz: unknown key; a key of your own belongs"),
        (
            BASE + "[keys]\nnumberofconnectors = 101\n",
            'line 6: keys.NumberOfConnectors: "101" is refused (too large); must be an',
        ),
        (
            BASE + "[keys]\nSupportedFeatureProfilesMaxLength = 1\n",
            "line 6: keys.SupportedFeatureProfilesMaxLength: must be at least 6",
        ),
        (
            BASE + "[keys]\nNumberOfConnectors = 3\n[station]\nconnectors = 2\n",
            "line 6: keys.NumberOfConnectors: is 3, and station.connectors says 2: give one",
        ),
        (
            BASE + "[keys]\nNumberOfConnectors = 1\n" + "[[station.connector]]\n" * 2,
            "line 6: keys.NumberOfConnectors: 2 tables under [[station.connector]] for 1",
        ),
        (
            BASE + 'unsupported = ["GetLogg"]\n',
            'line 5: charge_point.unsupported: unknown Action of a CSMS; did you mean "GetLog"?',
        ),
        (
            BASE + "[keys]\nHeartbeatInterval = 1.5\n",
            "line 6: keys.HeartbeatInterval: must be text",
        ),
        (
            BASE + "[custom_keys]\nHeartbeatInterval = 3\n",
            "line 6: custom_keys.HeartbeatInterval: a standard key of that name belongs",
        ),
        (
            BASE + f"[custom_keys]\n{'x' * 51} = 3\n",
            f"line 6: custom_keys.{'x' * 51}: a key's name is 1 to 50",
        ),
        (
            BASE + "[custom_keys]\nA = { type = 'integer', value = 9, max = 3 }\n",
            'line 6: custom_keys.A: "9" is refused (too large)',
        ),
        (
            BASE + "[custom_keys]\nA = { typ = 'integer' }\n",
            'line 6: custom_keys.A.typ: unknown key; did you mean "type"?',
        ),
        (
            BASE + "[custom_keys]\nA = { type = 'number' }\n",
            "line 6: custom_keys.A.type: must be 'boolean', 'integer', 'string' or 'list'",
        ),
        (BASE + "[custom_keys]\nA = 1\na = 2\n", "line 7: custom_keys.a: twice"),
        (BASE + "[custom_keys.a]\n[custom_keys.A]\n", "line 6: custom_keys.A: twice"),
        (
            BASE + "[custom_keys.A]\nvalue = 1\n[custom_keys.a]\nmin = 'x'\n",
            "line 8: custom_keys.a.min: must be a whole number",
        ),
        (
            BASE + "[keys]\nHeartbeatInterval = 5\nheartbeatinterval = 6\n",
            "line 7: keys.heartbeatinterval: twice",
        ),
    ],
)
def test_a_mistake_in_the_file_is_one_line(refused: Refused, text: str, expected: str) -> None:
    assert refused(text).startswith(expected)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h/x", "must start with ws:// or wss://"),
        ("csms.example", "must start with ws:// or wss://"),
        ("ws:///x", "names no host"),
        ("ws://h:99999/x", "Port out of range"),
        ("ws://h/x#y", "fragment"),
        ("ws://h/a b", "blanks or control characters"),
        ("", "must start with ws:// or wss://"),
    ],
)
def test_a_bad_url_is_refused_with_its_place(refused: Refused, url: str, expected: str) -> None:
    line = refused(BASE.replace("ws://csms.example/ocpp", url))
    assert line.startswith("line 2: csms.url: ")
    assert expected in line


@pytest.mark.parametrize("url", ["ws://u:geheim@h/x", "ws://geheim@", "http://u:geheim@h"])
def test_credentials_in_the_url_are_refused_and_not_repeated(refused: Refused, url: str) -> None:
    line = refused(BASE, url=url)
    assert line == ("--url: must not hold credentials; set AuthorizationKey under [keys] instead")


def test_no_message_holds_a_refused_authorization_key(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        refused(BASE + "[keys]\nAuthorizationKey = 'geheim'\n"),
        refused(BASE, keys=("AuthorizationKey=geheim",)),
        refused(BASE, keys=("AuthorizationKeyy=geheim",)),
    ]
    monkeypatch.setenv("CP_TUI_KEYS__AUTHORIZATIONKEY", "geheim")
    lines.append(refused(BASE))
    assert not any("geheim" in line for line in lines)
    assert lines[0].startswith("line 6: keys.AuthorizationKey: must be 16 to 40")
    assert lines[1].startswith("--set AuthorizationKey: must be")
    assert lines[3].startswith("environment, CP_TUI_KEYS__AUTHORIZATIONKEY: must be")


def test_a_mistake_in_an_option_names_the_option(refused: Refused) -> None:
    assert refused(connectors=0).startswith("--connectors: must be greater")
    assert refused(id="").startswith("--id: ")
    assert refused(id="a\nb").startswith("--id: must not hold control characters")
    assert refused(keys=("Heartbeat",)) == "--set: must be KEY=VALUE"
    assert refused(keys=("HeartbeatInterval=x",)).startswith("--set HeartbeatInterval: ")


def test_a_mistake_in_the_environment_names_the_variable(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CP_TUI_STATION__PHASES", "9")
    assert refused().startswith("environment, CP_TUI_STATION__PHASES: must be less")
    monkeypatch.setenv("CP_TUI_STATION__PHASES", "3")
    monkeypatch.setenv("CP_TUI_STATION__PHAZES", "3")
    assert 'PHAZES: unknown key; did you mean "phases"?' in refused()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CP_TUI_STATON__CONNECTORS", "CP_TUI_STATION__CONNECTORS"),
        ("CP_TUI_KEY__HEARTBEATINTERVAL", "CP_TUI_KEYS__HEARTBEATINTERVAL"),
        ("CP_TUI_CSMS_URL", "CP_TUI_CSMS__URL"),
        ("cp_tui_sockets", "CP_TUI_SOCKET"),
        ("CP_TUI_DATADIR", "CP_TUI_DATA_DIR"),
    ],
)
def test_a_variable_of_no_section_is_refused_with_the_nearest_one(
    refused: Refused, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "3")
    assert refused() == f"environment, {name}: unknown key; did you mean {meant}?"


def test_a_variable_that_is_like_no_section_is_refused_with_those_there_are(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CP_TUI_XYZZY__Q", "3")
    line = refused()
    assert line.startswith("environment, CP_TUI_XYZZY__Q: unknown key; it must begin with one of: ")
    assert "CP_TUI_STATION" in line
    assert "CP_TUI_CUSTOM_KEYS" in line


def test_a_variable_that_is_no_json_where_a_table_belongs_is_refused(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CP_TUI_CSMS", "nonsense")
    assert refused().startswith("environment: ")


def test_every_mistake_is_named_in_one_go_whatever_source_it_is_in(
    all_refused: AllRefused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CP_TUI_STATON__CONNECTORS", "4")
    monkeypatch.setenv("CP_TUI_STATION__VOLTAGE", "0")
    text = BASE.replace('url = "ws', 'url = "http') + (
        "vendr = 'x'\n[station]\nphases = 9\n[[station.connector]]\n[[station.connector]]\n"
        "kind = 'XX'\n[[station.connector]]\n[keys]\nHeartbeatInterval = 'x'\nNoSuch = 1\n"
        "[custom_keys]\nLevel = { type = 'integer', max = 3, value = 9 }\n"
    )
    lines = all_refused(text, keys=("nonsense", "ResetRetries=many"))
    starts = [
        "environment, CP_TUI_STATON__CONNECTORS: unknown key; did you mean",
        "--set (number 1 of 2): must be KEY=VALUE",
        "line 2: csms.url: the URL must start with ws:// or wss://",
        "line 5: charge_point.vendr: unknown key",
        "environment, CP_TUI_STATION__VOLTAGE: must be greater",
        "line 7: station.phases: must be less",
        "line 10: station.connector.2.kind: must be",
        "line 11: station.connector.3: 3 tables for 2 connectors",
        "--set ResetRetries: ",
        "line 13: keys.HeartbeatInterval: ",
        "line 14: keys.NoSuch: unknown key",
        "line 16: custom_keys.Level: ",
    ]
    unseen = [start for start in starts if not any(line.startswith(start) for line in lines)]
    assert unseen == []
    assert len(lines) == len(starts)


def test_a_file_that_cannot_be_read_hides_no_mistake_elsewhere(
    all_refused: AllRefused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CP_TUI_STATON__CONNECTORS", "4")
    lines = all_refused("[csms\n", connectors=0)
    # What the file would have given is not known: no URL and no id are missed.
    assert [line.partition(":")[0] for line in lines] == [
        "line 1",
        "environment, CP_TUI_STATON__CONNECTORS",
        "--connectors",
    ]


def test_more_mistakes_than_anybody_reads_are_counted(all_refused: AllRefused) -> None:
    lines = all_refused(BASE + "[keys]\n" + "".join(f"No{n} = 1\n" for n in range(30)))
    assert len(lines) == LINES_MAX + 1
    assert lines[-1] == "and 10 more"


def test_what_is_missing_is_said_with_the_ways_to_give_it(
    refused: Refused, all_refused: AllRefused
) -> None:
    no_url, no_id = all_refused("")
    assert no_url.startswith("no CSMS URL: give --url, or url under [csms] in FILE; ")
    assert no_id == "no charge point id: give --id, or id under [charge_point] in FILE"
    assert refused("", url="ws://h") == no_id


def test_what_is_refused_is_not_called_missing_as_well(refused: Refused) -> None:
    assert refused("", url="http://h", id="A").startswith("--url: the URL must")
    assert refused("csms = 3\n", id="A") == "line 1: csms: must be a table"


def test_a_ca_file_that_is_not_there_is_refused(refused: Refused, file: Path) -> None:
    text = BASE.replace("[charge_point]", 'ca_file = "no.pem"\n[charge_point]')
    assert refused(text) == f"line 3: csms.ca_file: no such file: {file.parent / 'no.pem'}"


def test_a_file_that_cannot_be_read_is_refused(file: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        load(Options(config=file))
    for content, expected in (
        (b"[csms]\nx = '\xff'\n", "line 2: not UTF-8 text"),
        (b"#" * (FILE_BYTES_MAX + 1), "at most"),
    ):
        file.write_bytes(content)
        with pytest.raises(SettingsError, match=expected):
            load(Options(config=file))
    with pytest.raises(SettingsError, match="directory"):
        load(Options(config=file.parent))
