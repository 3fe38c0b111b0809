"""What the panes say in each situation, as text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.engine.hub import VariableChanged
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.configuration_key import STANDARD_KEYS
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.tui.configuration.keys_text import ASKED_FOR, first_wanted, key_line, matching
from cp_tui.tui.configuration.text import is_changed
from cp_tui.tui.dashboard.connection_text import connection_facts
from cp_tui.tui.dashboard.connectors_text import connector_facts
from cp_tui.tui.dashboard.monitors_text import monitor_columns, monitor_facts, monitor_lines
from cp_tui.tui.frame.top_line import top_line
from cp_tui.tui.state.store import Snapshot, SnapshotStore
from cp_tui.tui.text import words
from cp_tui.tui.text.connection import state_word
from cp_tui.tui.text.facts import Fact, fact_lines
from cp_tui.tui.text.words import Clock
from tests.tui import worlds

CLOCK = Clock(worlds.NOW, UTC)


def said(facts: list[Fact]) -> dict[str, str]:
    """Facts as text, the first of each label."""
    found: dict[str, str] = {}
    for fact in facts:
        found.setdefault(fact.label, fact.text.plain)
    return found


def snapshot(link: v.LinkView, registration: v.RegistrationView | None = None) -> Snapshot:
    return Snapshot(
        identity=worlds.identity(), link=link, registration=registration, has_engine=True
    )


@pytest.mark.parametrize(
    ("phase", "text"),
    [
        (v.LinkPhase.RESOLVING, "looking up the host name · try 3"),
        (v.LinkPhase.CONNECTING, "connecting (TCP) · try 3"),
        (v.LinkPhase.TLS, "agreeing on TLS · try 3"),
        (v.LinkPhase.UPGRADING, "asking for the WebSocket (HTTP) · try 3"),
    ],
)
def test_each_phase_of_connecting_has_words(phase: v.LinkPhase, text: str) -> None:
    link = v.LinkView(phase=phase, since=worlds.NOW, attempt=3)
    assert said(connection_facts(snapshot(link), CLOCK))["Socket"] == text


@pytest.mark.parametrize("step", v.LinkStep)
def test_each_failing_step_is_named_with_cause_and_check(step: v.LinkStep) -> None:
    error = v.LinkError(step=step, text="so it is", hint="look there", at=worlds.NOW)
    link = replace(worlds.broken_link(), last_error=error)
    facts = said(connection_facts(snapshot(link), CLOCK))
    assert facts["Fails"].endswith("so it is")
    assert facts["Hint"] == "look there"
    assert facts["Socket"] == "offline · try 8 at 14:03:41"


@pytest.mark.parametrize(
    ("registration", "boot", "word"),
    [
        (v.RegistrationView(since=worlds.NOW), "no answer yet", "No answer to boot"),
        (
            v.RegistrationView(
                status=RegistrationStatus.PENDING,
                since=worlds.at(14),
                next_boot_at=worlds.at(14, 5),
            ),
            "Pending since 14:00 · BootNotification again 14:05:00",
            "Pending",
        ),
        (
            v.RegistrationView(status=RegistrationStatus.REJECTED, since=worlds.at(14)),
            "Rejected since 14:00",
            "Rejected",
        ),
        (worlds.accepted(), "Accepted since 11:49 · heartbeat 14:04:15", "Accepted"),
    ],
)
def test_each_registration_has_words(
    registration: v.RegistrationView, boot: str, word: str
) -> None:
    shown = snapshot(worlds.open_link(), registration)
    assert said(connection_facts(shown, CLOCK))["Boot"] == boot
    assert state_word(shown)[1] == word


def test_the_clock_says_when_it_was_never_set() -> None:
    facts = said(
        connection_facts(snapshot(worlds.open_link(), v.RegistrationView(since=worlds.NOW)), CLOCK)
    )
    assert facts["Clock"] == "never set by the CSMS"


def test_the_zoomed_connection_names_address_key_and_certificate() -> None:
    facts = said(connection_facts(snapshot(worlds.open_link()), CLOCK))
    assert facts["URL"] == "wss://csms.example.com/ocpp/CP001"
    assert facts["Secure"] == "profile 2 · TLSv1.3 · key 20 bytes (hex) · certificate 265 days"
    assert facts["Server"] == "csms.example.com"
    assert facts["Issuer"] == "Example Root CA"


def test_what_is_not_known_of_the_charge_point_is_left_out() -> None:
    bare = worlds.identity(firmware_version=None)
    facts = said(connection_facts(replace(snapshot(worlds.open_link()), identity=bare), CLOCK))
    assert facts["Model"] == "Example Demo-22"
    assert "Meter" not in facts
    full = worlds.identity(meter_type="EM3", meter_serial_number="M001")
    facts = said(connection_facts(replace(snapshot(worlds.open_link()), identity=full), CLOCK))
    assert facts["Model"] == "Example Demo-22, firmware 1.0.0"
    assert facts["Meter"] == "EM3 M001"


def test_the_last_refusal_and_the_errors_come_first() -> None:
    free = worlds.connectors()[2]
    facts = said(connector_facts(free, CLOCK))
    assert facts["Start"] == "refused: the CSMS answered Blocked for tag 04FFEE01 (S 4.2)"
    faulted = worlds.broken()["connectors"][2]
    first = connector_facts(faulted, CLOCK)[0]
    assert first.label == "Error"
    assert first.text.plain.startswith("GroundFailure since 13:58:02, no charging")


def test_the_filter_wants_every_word() -> None:
    entries = worlds.configuration()
    assert [e.key for e in matching(entries, "custom operator")] == ["FanLevel"]
    assert [e.key for e in matching(entries, "monitored csms 15")] == ["MeterValueSampleInterval"]
    assert len(matching(entries, "")) == len(entries)


def test_a_key_that_waits_for_a_reboot_says_so_first() -> None:
    ping = next(e for e in worlds.configuration() if e.is_reboot_pending)
    assert key_line(ping, CLOCK)[0].label == "Reboot"


def test_beside_the_monitors_stands_the_key_or_the_change_that_was_chosen() -> None:
    snapshot = Snapshot(
        configuration=worlds.configuration(), monitors=worlds.monitors(), has_engine=True
    )
    lines = monitor_lines(snapshot.monitors)

    def told(index: int) -> list[tuple[str, str]]:
        facts = monitor_facts(lines[index], snapshot, CLOCK)
        return [(fact.label, fact.text.plain) for fact in facts]

    key = told(0)
    assert key[0] == ("Key", "HeartbeatInterval")
    assert key[1][0] == "Value"
    assert [label for label, _ in key].count("Change") == 2
    assert told(2)[:3] == [
        ("Key", "HeartbeatInterval"),
        ("Change", "11:52:40 · 86400 → 300 · by CSMS · answered Accepted"),
        ("Value", "60 s · default 86400 · 0 or more"),
    ]
    unknown = next(i for i, line in enumerate(lines) if not line.monitor.is_known)
    assert told(unknown) == [("Key", "FooBar"), ("", "The charge point has no such key.")]


def test_a_key_that_goes_to_and_fro_does_not_hide_what_changed_once() -> None:
    def change(key: str, old: str, new: str, minute: int) -> v.KeyChange:
        return worlds.change(key, old, new, worlds.at(13, minute))

    to_and_fro = [change("A", *(("5", "60") if n % 2 else ("60", "5")), 10 + n) for n in range(24)]
    once = change("A", "10", "5", 9)
    history = (*reversed(to_and_fro), once)
    monitor = v.Monitor(key="A", is_known=True, value="60", last_change=to_and_fro[-1])
    key, *changes = monitor_lines(v.MonitorsView(keys=(monitor,), history=history))
    what = monitor_columns([key, *changes], CLOCK)[0]
    assert [what.cell(line).plain for line in changes] == [
        "  5 → 60 · 12 times",
        "  60 → 5 · 12 times",
        "  10 → 5",
    ]
    assert [line.change and line.change.time.minute for line in changes] == [33, 32, 9]
    facts = monitor_facts(changes[0], Snapshot(has_engine=True), CLOCK)
    assert ("Times", "the same 12 times since 13:11:00") in [(f.label, f.text.plain) for f in facts]
    more = (change("A", "60", "5", 34), *history)
    again = monitor_lines(v.MonitorsView(keys=(monitor,), history=more))
    assert {line.id for line in again} == {key.id, *(line.id for line in changes)}


def test_the_key_changed_last_is_the_first_monitor() -> None:
    lines = monitor_lines(worlds.monitors())
    assert [(line.monitor.key, line.change is not None) for line in lines] == [
        ("HeartbeatInterval", False),
        ("HeartbeatInterval", True),
        ("HeartbeatInterval", True),
        ("MeterValueSampleInterval", False),
        ("MeterValueSampleInterval", True),
        ("SiteName", False),
        ("FooBar", False),
    ]
    assert len({line.id for line in lines}) == len(lines)


@pytest.mark.parametrize("width", range(1, 260, 7))
def test_the_top_line_is_exactly_as_wide_as_the_terminal(width: int) -> None:
    shown = snapshot(worlds.open_link(), worlds.accepted())
    assert top_line(shown, CLOCK, width).cell_length == width


def test_the_top_line_says_when_the_csms_was_heard_or_since_when_it_is_silent() -> None:
    shown = snapshot(worlds.open_link(), worlds.accepted())
    assert "CSMS heard 14:03:15" in top_line(shown, CLOCK, 80).plain
    unanswered = v.UnansweredCall(
        action="Heartbeat", since=datetime(2026, 1, 5, 13, 58, tzinfo=UTC)
    )
    silent = replace(worlds.accepted(), unanswered=unanswered)
    line = top_line(snapshot(worlds.open_link(), silent), CLOCK, 80).plain
    assert "! CSMS silent since 13:58:00" in line
    assert "CSMS heard" not in line
    offline = top_line(snapshot(worlds.broken_link(), silent), CLOCK, 80).plain
    assert "Offline since" in offline
    for width in range(40, 60):
        narrow = top_line(snapshot(worlds.broken_link(), silent), CLOCK, width).plain
        assert re.search(r"Offline( since \d\d:\d\d)?(  queue 0)? +nothing heard yet $", narrow)
    assert "CSMS" not in offline
    # Of one that is lost it is told since when it is, and not since when it was as it was then.
    for link in (worlds.open_link(), worlds.broken_link()):
        store = SnapshotStore()
        store.apply([VariableChanged("link", link)], CLOCK.now)
        store.engine_is(False, CLOCK.now)
        store.engine_is(False, later(CLOCK.now, 300))
        line = top_line(store.snapshot, CLOCK, 200).plain
        assert re.findall(r"\w+ since \d\d:\d\d", line) == ["lost since 14:03"]


@pytest.mark.parametrize("width", [1, 10, 31, 80])
def test_facts_never_exceed_their_width(width: int) -> None:
    facts = connection_facts(snapshot(worlds.broken_link(), worlds.accepted()), CLOCK)
    for line in fact_lines(facts, width, 6):
        assert line.cell_length <= max(width, 15)


def test_instants_of_other_days_carry_their_date() -> None:
    assert CLOCK.time(worlds.NOW) == "14:03:27"
    assert CLOCK.minute(worlds.at(9, 5, day=4)) == "Jan 04 09:05"
    assert CLOCK.minute(worlds.NOW - timedelta(days=400)) == "2024-12-01 14:03"


def test_offsets_have_units() -> None:
    assert words.seconds(-0.2) == "-0.2 s"
    assert words.seconds(80) == "+80 s"
    assert words.seconds(7_500) == "+2 h 05 min"


def test_keys_come_first_that_somebody_watches_changed_or_asks_for() -> None:
    entries = worlds.configuration()
    shown = [entry.key for entry in first_wanted(entries)]
    assert sorted(shown) == sorted(entry.key for entry in entries)
    assert shown[:2] == ["HeartbeatInterval", "MeterValueSampleInterval"], "monitored"
    changed = [e.key for e in entries if is_changed(e) and not e.is_monitored]
    assert shown[2 : 2 + len(changed)] == changed
    rest = shown[2 + len(changed) :]
    assert rest.index("MeterValuesSampledData") < rest.index("AllowOfflineTxForUnknownId")


def test_every_key_that_comes_first_is_one_of_the_standard() -> None:
    assert {spec.name for spec in STANDARD_KEYS} >= ASKED_FOR
