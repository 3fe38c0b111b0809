"""What a log does not tell is said to be not seen, and is no default of ours: in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from cp_tui.charge_point.variables import VARIABLES, LinkError, LinkStep, NotedFrame
from cp_tui.follow.follower import Follower
from cp_tui.ocpp.calendar import FIRST, later
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.traces.record import LinkKind
from cp_tui.tui.actions.conditions import several
from cp_tui.tui.dashboard.alarm import alarms
from cp_tui.tui.dashboard.alarm_text import up_to_here
from cp_tui.tui.dashboard.connection_text import cause_words, connection_details, connection_facts
from cp_tui.tui.dashboard.connectors_text import connector_columns, connector_details
from cp_tui.tui.frame.top_line import top_line
from cp_tui.tui.maintenance.link_history_text import attempt_columns
from cp_tui.tui.maintenance.panes import LinkHistoryPane
from cp_tui.tui.maintenance.status_history_text import status_change_columns, status_change_facts
from cp_tui.tui.messages.findings_text import finding_facts
from cp_tui.tui.security.link_text import link_facts, link_line
from cp_tui.tui.state.log_state import LogPlace
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.connection import step_words
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.transactions.text import delivery_word, transaction_details
from tests.explain.talk import BEGIN, BOOT, Talk, status

METER = {"timestamp": "2026-11-03T08:00:00Z", "sampledValue": [{"value": "5400"}]}


class Seen:
    """All that the screens say of what has passed."""

    def __init__(self, talk: Talk, *, learned: bool = False) -> None:
        """`learned`: somebody went to an instant of a log, so that not every frame came by."""
        follower = Follower("CP-1", source="log night.log")
        for record in talk.records:
            if learned:
                follower.learn(record)
            else:
                follower.take(record)
        now = talk.now if talk.has_times else FIRST
        told = {name: follower.view(name, now) for name in VARIABLES}
        told = {name: value for name, value in told.items() if value is not UNSET}
        fields = set(Snapshot.__struct_fields__)
        events: dict[str, list[Any]] = {}
        for stream, event in follower.take_events():
            if not isinstance(event, NotedFrame):
                events.setdefault(stream, []).append(event)
        values: dict[str, Any] = {name: value for name, value in told.items() if name in fields}
        streams: dict[str, Any] = {name: tuple(each) for name, each in events.items()}
        self.snapshot = Snapshot(**values, **streams, has_engine=True)
        self.clock = Clock(now, UTC)

    def words(self) -> str:
        """Everything, a line each."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        snapshot, clock = self.snapshot, self.clock
        for alarm in alarms(snapshot, clock):
            yield f"! {alarm.text} · {alarm.then} · {alarm.check}"
        yield from _facts(connection_facts(snapshot, clock))
        yield from _facts(connection_details(snapshot, clock))
        yield link_line(snapshot, clock).plain
        yield from _facts(link_facts(snapshot, clock))
        attempts, changes = snapshot.link_attempts, snapshot.status_changes
        yield LinkHistoryPane().state(snapshot, clock).plain
        yield from _rows(attempts, attempt_columns(attempts, clock))
        yield from _rows(changes, status_change_columns(changes, clock))
        for change in changes:
            yield from _facts(status_change_facts(change, clock))
        yield from _rows(
            snapshot.connectors, connector_columns(snapshot, clock, Glyphs.EIGHTH.value)
        )
        for connector in snapshot.connectors:
            yield from _facts(connector_details(snapshot, connector, clock))
        for entry in snapshot.transactions:
            yield f"Delivery {delivery_word(entry).plain}"
            yield from _facts(transaction_details(snapshot, entry, clock))


def _facts(facts: Sequence[Fact]) -> Iterator[str]:
    return (f"{fact.label} {fact.text.plain}" for fact in facts)


def _rows(records: Sequence[Any], columns: Sequence[Column[Any]]) -> Iterator[str]:
    return (" | ".join(column.cell(each).plain for column in columns) for each in records)


def test_a_log_from_mid_session_says_nothing_of_what_was_before() -> None:
    talk = Talk("CP-1")
    talk.tell("MeterValues", {"connectorId": 1, "transactionId": 7, "meterValue": [METER]})
    talk.tell("StatusNotification", status(2, "Available"))
    talk.wait(60)
    talk.charge_point("StartTransaction", {**_start(2), "timestamp": talk.time})
    seen = Seen(talk)
    words = seen.words()
    assert "Socket open\n" in words
    assert seen.snapshot.link_attempts == (), "no connect is in the log"
    assert "no TLS" not in words
    assert "TLS none" not in words
    assert "TLS not seen" in words
    assert "Boot not seen" in words
    assert "no cable" not in words
    assert "no attempt yet" not in words
    assert "Change not seen → ○ Available" in words
    assert "Status not seen" in words, "of connector 1"
    assert "Start not answered yet" in words
    assert "waits" not in words
    assert "1 MeterValues" in words
    assert "MeterValues" not in Seen(talk, learned=True).words().replace("Got MeterValues", "")
    talk.link(LinkKind.REBOOT)
    words = Seen(talk).words()
    assert "× link ended" in words
    assert "60 s" not in words, "how long it was open is not known"
    talk.wait(5)
    talk.link(LinkKind.OPEN)
    assert "Socket open since 08:01" in Seen(talk).words()


def test_when_a_call_is_given_up_is_said_only_where_a_key_tells_it() -> None:
    talk = Talk("CP-1")
    talk.charge_point("BootNotification", BOOT)
    words = Seen(talk).words()
    assert "No answer yet to BootNotification of 08:00:01" in words
    assert "gives up" not in words
    talk = Talk("CP-1")
    key = {"key": "MessageTimeout", "readonly": False, "value": "20"}
    talk.ask("GetConfiguration", {}, {"configurationKey": [key]})
    talk.charge_point("BootNotification", BOOT)
    assert "gives up 08:00:23" in Seen(talk).words()


def test_a_log_without_times_has_no_first_day_of_the_calendar_and_no_clock() -> None:
    talk = Talk("CP-1", has_times=False)
    talk.booted()
    talk.tell("Heartbeat", {}, {"currentTime": talk.time})
    talk.started()
    talk.link(LinkKind.REBOOT)
    talk.link(LinkKind.OPEN)
    words = Seen(talk).words()
    assert "0001" not in words
    assert "Clock of this machine" not in words
    assert "Clock not seen" in words
    assert "Boot Accepted\n" in words


def test_the_url_says_whether_there_is_tls() -> None:
    said = {"wss": "TLS", "https": "TLS", "ws": "no TLS", "http": "no TLS"}
    for scheme, tls in said.items():
        talk = Talk("CP-1")
        talk.link(LinkKind.HANDSHAKE, url=f"{scheme}://csms.example/CP-1", status=101)
        talk.link(LinkKind.OPEN)
        seen = Seen(talk)
        assert tls in link_line(seen.snapshot, seen.clock).plain.split(" · ")
        none = f"TLS none: the URL begins with {scheme}://"
        assert (none in seen.words()) is (tls == "no TLS")


def _start(connector: int) -> dict[str, object]:
    return {"connectorId": connector, "idTag": "TAG-1", "meterStart": 0}


def test_an_instant_before_all_others_is_no_time() -> None:
    clock = Clock(BEGIN, UTC)
    forms = (clock.time, clock.minute, clock.brief, clock.thousandths, clock.full, clock.exact)
    assert {form(FIRST) for form in forms} == {"no time"}
    assert clock.time(datetime(2, 1, 1, tzinfo=UTC)) == "0002-01-01 00:00:00"


def test_a_finding_counts_from_the_frame_on_with_which_it_could_be_told() -> None:
    talk = Talk("CP-1")
    talk.booted()
    end = format_date_time(later(talk.now, 60))
    kept = {"connectorId": 1, "expiryDate": end, "idTag": "TAG-1", "reservationId": 5}
    accepted = talk.ask("ReserveNow", kept, {"status": "Accepted"}).number
    talk.tell("StatusNotification", status(1, "Reserved"))
    talk.wait(30)
    before = talk.tell("Heartbeat", {}, {"currentTime": talk.time}).number
    talk.wait(100)
    told = talk.tell("Heartbeat", {}, {"currentTime": talk.time}).number
    finding = talk.only("reservation.not_ended")
    facts = {fact.label: fact.text.plain for fact in finding_facts(finding, Clock(BEGIN, UTC))}
    assert f"frame {accepted}" in facts["Where"]
    assert facts["Known"].startswith(f"with frame {told}, line {told}, 08:02")
    for number, is_known in ((accepted, False), (before, False), (told, True)):
        place = LogPlace(number=number, findings=(finding,))
        words = up_to_here(place, lambda action: "9").plain
        assert ("1 warning" in words) is is_known, number
    talk = Talk("CP-1")
    talk.tell("Heartbeat", {}, {})
    assert [each.known_with for each in talk.findings()] == [None], "it shows at once"


def test_what_a_meter_told_long_ago_is_not_taken_for_now() -> None:
    talk = Talk("CP-1")
    talk.booted()
    value = {"value": "7000", "measurand": "Power.Active.Import", "unit": "W"}
    told = {"timestamp": talk.time, "sampledValue": [value]}
    talk.tell("MeterValues", {"connectorId": 1, "meterValue": [told]})
    assert "Meter as of" not in Seen(talk).words()
    talk.wait(3_600)
    assert "Meter as of 08:00:07: nothing newer was seen" in Seen(talk).words()


def test_where_several_cannot_be_told_apart_the_line_on_top_says_so() -> None:
    seen = Seen(Talk(None))
    for is_mixed, name in ((False, "unnamed"), (True, "several mixed")):
        place = LogPlace("night.log", is_mixed=is_mixed, frames=3, number=1)
        line = top_line(replace(seen.snapshot, log=place), seen.clock, 80).plain
        assert line.startswith(f" {name} ")
        words = "tell the charge points apart" if is_mixed else "one charge point speaks"
        assert words in (several(replace(seen.snapshot, log=place)) or "")


def test_of_a_log_this_machine_has_no_clock_that_is_wrong() -> None:
    talk = Talk("CP-1")
    talk.tell("Heartbeat", {}, {"currentTime": format_date_time(later(talk.now, 3_720))})
    seen = Seen(talk)
    tapped, log = (replace(seen.snapshot, log=place) for place in (None, LogPlace()))
    [of_tap], [of_log] = alarms(tapped, seen.clock), alarms(log, seen.clock)
    assert of_tap.text.startswith("Clock of this machine: 1 h 0")
    assert of_log.text.startswith("The times of the log are 1 h 0")
    assert "behind those that the CSMS tells" in of_log.text
    assert of_log.check == ""


def test_a_connection_that_somebody_closed_in_order_is_not_broken() -> None:
    for code, words in (
        (1000, "was open, ended: "),
        (1001, "ended: "),
        (1006, "was open, broke: "),
    ):
        error = LinkError(step=LinkStep.OPEN, text="the CSMS closed it", close_code=code, at=BEGIN)
        assert words in cause_words(error)
    assert step_words(LinkStep.OPEN, 1000) == "was open, ended"
