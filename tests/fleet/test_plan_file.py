"""A plan in TOML and in options: what it amounts to, and how each mistake is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cp_tui.charge_point.config import CurrentKind
from cp_tui.fleet.arrivals import ends_at_s
from cp_tui.fleet.plan import FleetStage, FleetStorm, StormKind
from tests.fleet.plans import DRAWN_SEED, URL, Written
from tests.sources import ROOT

WHOLE = """\
[fleet]
url = "ws://127.0.0.1:9000/ocpp"
stations = 2000
id = "DEPOT-{:04d}"
seed = 7
backoff = "200ms+1s"
[station]
connectors = 3
[keys]
metervaluesampleinterval = "60"
[[kind]]
share = 0.2
[kind.station]
kind = "DC"
[kind.keys]
HeartbeatInterval = 30
[sessions]
per_hour = [0,0,0,0,0,1,3,4,2,1,1,1,2,1,1,1,3,4,4,3,2,1,0,0]
length = "20m..1h30m"
energy_kwh = "5..40"
tags = 3
remote_share = 0.3
[[stage]]
stations = 500
over = "60s"
hold = "5m"
[[stage]]
stations = 2000
over = "storm"
hold = "10m"
[[stage]]
stations = 1000
over = "100/s"
[[storm]]
at = "9m"
kind = "reconnect"
share = "2%"
[[storm]]
at = "8m"
kind = "network"
share = 0.5
down = "20s"
backoff = "3s+10s"
[[misbehave]]
share = 0.01
kind = "silent"
[limits]
fail_if = ["BootNotification.p95 > 2s"]
settle = "45s"
"""
SMALL = f'[fleet]\nurl = "{URL}"\n'
GIVEN: dict[str, Any] = {"tables": {"fleet": {"url": URL}}}
KEY = "0123456789abcdef"


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path)


def test_a_whole_plan_is_read(written: Written) -> None:
    read = written.read(WHOLE, fail_if=("lag>100ms",))
    plan = read.plan
    assert (plan.url, plan.stations, plan.seed) == ("ws://127.0.0.1:9000/ocpp", 2000, 7)
    assert plan.stages == (
        FleetStage(500, 60, 300),
        FleetStage(2000, 0, 600),
        FleetStage(1000, 10, 0),
    )
    assert plan.storms == (
        FleetStorm(480, StormKind.NETWORK, 0.5, 20, 3, 10),
        FleetStorm(540, StormKind.RECONNECT, 0.02),
    )
    assert plan.misbehave == (("silent", 0.01),)
    assert plan.fail_if == ("BootNotification.p95 > 2s", "lag>100ms")
    assert plan.settle_s == 45
    assert plan.backoff == (0.2, 1)
    sessions = plan.sessions
    assert sessions.per_hour[7] == 4
    assert sessions.length_s == (1200, 5400)
    assert sessions.energy_wh == (5000, 40000)
    assert sessions.tags == ("TAG00001", "TAG00002", "TAG00003")
    first, second = read.config_of(0), read.config_of(1999)
    assert (first.charge_point_id, second.charge_point_id) == ("DEPOT-0001", "DEPOT-2000")
    assert second.url == "ws://127.0.0.1:9000/ocpp/DEPOT-2000"
    assert first.keys["MeterValueSampleInterval"] == "60"
    assert len(first.connectors) == 3
    of_kind = [each for n in range(2000) if "HeartbeatInterval" in (each := read.config_of(n)).keys]
    assert abs(len(of_kind) - 400) <= 2
    assert {c.kind for each in of_kind for c in each.connectors} == {CurrentKind.DC}
    assert of_kind[0].keys["MeterValueSampleInterval"] == "60"


def test_options_alone_are_a_plan_and_win_over_a_file(written: Written) -> None:
    alone = written.read(None, **GIVEN).plan
    assert (alone.stations, alone.seed) == (100, DRAWN_SEED)
    assert alone.stages == (FleetStage(100, 60, 60),)
    assert len(alone.sessions.tags) == 100
    assert written.read(None, **GIVEN, is_attended=True).plan.stages[0].hold_s is None
    tables = {
        "fleet": {"stations": 50, "ramp": "10/s", "for": "5m", "id": "X{}"},
        "station": {"connectors": 1},
        "sessions": {"per_hour": "0.5", "tags": "7"},
    }
    storms = ("power@1m,share=50%,down=5s,backoff=0s",)
    options: dict[str, Any] = {"tables": tables, "storms": storms, "misbehave": ("twin=3%",)}
    read = written.read(WHOLE, **options, keys=("MeterValueSampleInterval=5",))
    assert read.plan.stages == (FleetStage(50, 5, 300),)
    assert read.plan.storms == (FleetStorm(60, StormKind.POWER, 0.5, 5, 0, 0),)
    assert read.plan.misbehave == (("twin", 0.03),)
    assert read.plan.sessions.per_hour == (0.5,) * 24
    assert len(read.plan.sessions.tags) == 7
    assert read.plan.sessions.length_s == (1200, 5400)
    config = read.config_of(0)
    assert (config.charge_point_id, len(config.connectors)) == ("X1", 1)
    assert config.keys["MeterValueSampleInterval"] == "5"
    assert ends_at_s(read.plan) == 305


def test_every_mistake_is_told_at_once_with_its_line(written: Written) -> None:
    found = written.refused(
        """\
[fleet]
url = "http://x"
id = "DEPOT"
[station]
connectors = 0
kin = "AC"
[keys]
Hartbeat = 3
[[kind]]
share = 0.7
[kind.station]
kind = "XC"
[[stage]]
stations = 3
hold = 5
[[stage]]
over = "strom"
[[storm]]
at = "8"
kind = "wind"
[[misbehave]]
share = 2
kind = "silent"
[sessions]
per_hour = [1, 2]
tags = 0
[limit]
[limits]
fail_if = ["Boot > 2s"]
""",
        fail_if=("p95",),
        storms=(),
    )
    assert [line.rpartition(": ")[0] if "there are" in line else line for line in found] == [
        "--fail-if: must be FIGURE>BOUND, such as BootNotification.p95>2s or lost>0",
        "line 2: fleet.url: the URL must start with ws:// or wss://, not http://",
        "line 3: fleet.id: must have one place for the number, such as CP{:05d} or DEPOT-{}",
        "line 25: sessions.per_hour: must be a number, or a list of 24",
        "line 26: sessions.tags: must be a number of tags from 1 to 1000000, or the path of a file",
        "line 15: stage.1.hold: must be a time such as 500ms, 60s, 5m or 1h30m",
        "line 16: stage.2.stations: is missing",
        "line 17: stage.2.over: must be a rate such as 10/s, a time such as 60s,"
        ' or "storm" for all at once',
        "line 19: storm.1.at: must be a time such as 500ms, 60s, 5m or 1h30m",
        "line 20: storm.1.kind: must be 'reconnect', 'power' or 'network'",
        "line 22: misbehave.1.share: must be a share above 0 up to 1, such as 0.02 or 2%",
        'line 29: limits.fail_if.1: no figure "Boot"; there are',
        'line 27: limit: unknown key; did you mean "limits"?',
        "line 5: station.connectors: must be greater than or equal to 1",
        'line 6: station.kin: unknown key; did you mean "kind"?',
        'line 8: keys.Hartbeat: unknown key; did you mean "HeartbeatInterval"?',
        "line 12: kind.1.station.kind: must be 'AC' or 'DC'",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no CSMS URL: give --url, or url under [fleet] of the plan"),
        (
            SMALL + 'id = "C{:02d}"\nfirst = 50\nstations = 51',
            "line 3: fleet.id: has digits up to 99, and 51 charge points from 50 on need 100",
        ),
        (
            SMALL + 'ramp = "5s"\n[[stage]]\nstations = 1\nhold = "1s"',
            "line 3: fleet.ramp: the stages say that: leave it out where there are any",
        ),
        (
            SMALL + 'stations = 3\n[[stage]]\nstations = 4\nhold = "1s"',
            "line 5: stage.1.stations: must be at most fleet.stations, 3",
        ),
        (
            SMALL + '[[stage]]\nstations = 4\nover = "storm"',
            "line 3: stage.1: takes no time: give over or hold",
        ),
        (
            SMALL + '[[stage]]\nstations = 0\nhold = "1s"',
            "line 3: stage.1: no stage has any charge points",
        ),
        (
            SMALL + 'for = "5m"\n[[storm]]\nat = "6m"\nkind = "power"',
            "line 5: storm.1.at: must be before the end, at 6m",
        ),
        (
            SMALL + '[[storm]]\nat = "1s"\nkind = "reconnect"\ndown = "1s"',
            "line 6: storm.1.down: a reconnect has none: nothing is away",
        ),
        (
            SMALL + "[[kind]]\nshare = 0.7\n[[kind]]\nshare = 0.31",
            "line 6: kind.2.share: must be at most 1 together, and are 1.01",
        ),
        (
            SMALL + '[[misbehave]]\nkind = "twin"\nshare = 0.1\n'
            '[[misbehave]]\nkind = "twin"\nshare = 0.1',
            "line 7: misbehave.2.kind: twin is there twice",
        ),
        (SMALL + '[csms]\nurl = "ws://x"', "line 4: csms.url: belongs under [fleet]: url"),
        (SMALL + '[charge_point]\nid = "x"', "line 4: charge_point.id: belongs under [fleet]: id"),
        (
            SMALL + '[network]\nweather = "rain"',
            "line 3: network: unknown key; allowed: charge_point, csms, ",
        ),
        (SMALL + "[fleet", "--plan line 3: not TOML: "),
        (SMALL + "connecting = true", "line 3: fleet.connecting: must be a whole number"),
    ],
)
def test_what_does_not_fit_together_is_told(written: Written, text: str, told: str) -> None:
    (line,) = written.refused(text)
    assert line.startswith(told)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"storms": ("network",)},
            "--storm: must be KIND@TIME, such as network@8m,share=0.5,down=20s",
        ),
        (
            {"storms": ("power@1s", "power@1s,shar=2")},
            '--storm (number 2): shar: unknown key; did you mean "share"?',
        ),
        (
            {"misbehave": ("twin",)},
            "--misbehave (number 1): share: must be a share above 0 up to 1, such as 0.02 or 2%",
        ),
        ({"keys": ("HeartbeatInterval",)}, "--set: must be KEY=VALUE"),
        (
            {"keys": ("HeartbeatInterval=x",)},
            '--set HeartbeatInterval: "x" is refused (not an integer)',
        ),
        (
            {"tables": {"fleet": {"url": URL, "stations": 0}}},
            "--stations: must be greater than or equal to 1",
        ),
        (
            {"tables": {"fleet": {"url": URL}, "sessions": {"per_hour": "3601"}}},
            "--sessions: must be from 0 to 3600 sessions an hour",
        ),
        (
            {"tables": {"fleet": {"url": URL}, "sessions": {"per_hour": "nan"}}},
            "--sessions: must be from 0 to 3600 sessions an hour",
        ),
        (
            {"tables": {"fleet": {"url": URL}, "sessions": {"energy_kwh": "9..3"}}},
            "--energy: must begin with the smaller end",
        ),
    ],
)
def test_a_mistake_in_an_option_names_the_option(
    written: Written, options: dict[str, Any], told: str
) -> None:
    (line,) = written.refused(None, **(GIVEN | options))
    assert line.startswith(told)


def test_passwords_come_from_their_file_and_are_never_told(
    written: Written, tmp_path: Path
) -> None:
    passwords = tmp_path / "passwords.csv"
    text = SMALL + 'stations = 2\npassword_file = "passwords.csv"\n'
    passwords.write_text(f"CP00001, {KEY}1\n\nCP00002,{KEY}2\nOTHER,{KEY}3\n")
    read = written.read(text, keys=("HeartbeatInterval=42",))
    assert read.config_of(0).keys["HeartbeatInterval"] == "42"
    assert [read.config_of(n).keys["AuthorizationKey"] for n in (0, 1)] == [f"{KEY}1", f"{KEY}2"]
    assert KEY not in f"{read!r} {read.plan!r} {read.config_of(0)!r}"
    for_all = written.read(SMALL, password=KEY)
    assert for_all.config_of(5).keys["AuthorizationKey"] == KEY
    assert KEY not in repr(for_all)
    assert KEY not in repr([for_all, for_all.config_of(5)])

    passwords.write_text(f"CP00001,short-secret\nCP00002\nCP00002,{KEY}\nCP00002,{KEY}\n")
    told = written.refused(text)
    assert [line.replace(f"{passwords}, ", "") for line in told] == [
        "line 1: AuthorizationKey must be 16 to 40 printable ASCII characters;"
        " 32 to 40 hex digits in pairs count as bytes",
        "line 2: must be id,password",
        "line 4: the id is in line 3 as well",
    ]
    assert "short-secret" not in f"{told}"
    passwords.write_text(f"CP00002,{KEY}\n")
    more = text.replace("= 2\n", "= 9\n")
    named = "CP00001, CP00003, CP00004, CP00005, CP00006 and 3 more"
    assert written.refused(more) == [f"{passwords}: no password for {named}"]
    both = written.refused(text, password="planted-secret-0")
    assert both == [
        f"{passwords}: no password for CP00001",
        "line 4: fleet.password_file: a password for all is given as well"
        " (keys.AuthorizationKey): give one of them",
    ]


def test_what_is_wrong_with_an_option_names_it_and_what_is_allowed(
    written: Written, tmp_path: Path
) -> None:
    none = tmp_path / "none"
    tables = {
        "fleet": {"url": "ws://x", "for": "0s", "ramp": "-5s", "password_file": none},
        "sessions": {"tags": none},
    }
    assert written.refused(None, tables=tables) == [
        f"--password-file {none}: No such file or directory",
        f"--tags {none}: No such file or directory",
        '--ramp: must be a rate such as 10/s, a time such as 60s, or "storm" for all at once',
        "--for: must be a time above 0, such as 60s or 5m",
    ]
    (line,) = written.refused(SMALL, tables={"sessions": {"tags": "-4"}})
    assert line == "--tags: must be a number of tags from 1 to 1000000, or the path of a file"
    assert written.refused(None, plan=none) == [f"--plan {none}: no such file"]


def test_tags_come_from_a_file_beside_the_plan(written: Written, tmp_path: Path) -> None:
    tags = tmp_path / "tags.txt"
    text = SMALL + '[sessions]\ntags = "tags.txt"\n'
    tags.write_text("A\n\n B \nA\n")
    assert written.read(text).plan.sessions.tags == ("A", "B")
    tags.write_text("A\n" + "x" * 21 + "\nB\x1b\n")
    assert [line.partition(", ")[2][:6] for line in written.refused(text)] == ["line 2", "line 3"]
    tags.write_text("\n")
    assert written.refused(text) == [f"{tags}: no tags: must have one on each line"]
    tags.unlink()
    assert written.refused(text) == [f"{tags}: No such file or directory"]


def test_roots_are_found_beside_the_plan(written: Written, tmp_path: Path) -> None:
    text = SMALL + '[csms]\nca_file = "roots.pem"\ncheck_hostname = false\n'
    assert written.refused(text) == [
        f"line 4: csms.ca_file: no such file: {tmp_path / 'roots.pem'}"
    ]
    (tmp_path / "roots.pem").write_text("-----BEGIN")
    read = written.read(text)
    # They count as installed: a root that the CSMS adds must not take their place.
    assert read.config_of(0).security.csms_roots == "-----BEGIN"
    plan = read.plan
    assert (plan.ca_file, plan.check_hostname) == (str(tmp_path / "roots.pem"), False)


def test_the_plan_in_the_reference_is_read_as_it_is_printed(written: Written) -> None:
    page = (ROOT / "docs" / "reference.md").read_text().partition("## Plans of a fleet")[2]
    text = page.partition("```toml\n")[2].partition("```")[0]
    read = written.read(text)
    plan = read.plan
    assert [stage.stations for stage in plan.stages] == [20, 50]
    assert ends_at_s(plan) == 100
    assert [storm.at_s for storm in plan.storms] == [60]
    kinds = {connector.kind for n in range(50) for connector in read.config_of(n).connectors}
    assert kinds == {CurrentKind.AC, CurrentKind.DC}
