"""Security events: which there are, which are sent, in which order, and none is lost (W A04)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from cp_tui.charge_point.command_fields import EventTypes
from cp_tui.charge_point.config import EventNames, SecurityConfig
from cp_tui.charge_point.effects import EmptySecurityLog, LogSecurityEvent
from cp_tui.charge_point.events import (
    ClearSecurityLog,
    LinkFailed,
    PoweredOn,
    RaiseSecurityEvent,
    SecurityLogChanged,
)
from cp_tui.charge_point.security.events import (
    CRITICAL,
    FAULTS_MAX,
    KEPT_MAX,
    SENT,
    WAITING_LESS_MAX,
    WAITING_MAX,
)
from cp_tui.charge_point.variables import (
    LinkFault,
    SecurityEventEntry,
    SecurityEventState,
    SecurityEventType,
)
from tests.charge_point.rig import T0, Rig, rig
from tests.charge_point.securing import PASSWORD, events, logged, secured

TAMPER = SecurityEventType.TAMPER_DETECTION_ACTIVATED
OFF = "DisableSecurityEventNotifications"


def raised(made: Rig, kind: SecurityEventType = TAMPER, info: str = "lid") -> None:
    """Have an event happen."""
    reply = made.command(lambda request: RaiseSecurityEvent(request, kind, info))
    assert reply.result is True


def newest(made: Rig) -> SecurityEventEntry:
    """Give the newest event."""
    entry: SecurityEventEntry = made.variables["security_events"].entries[0]
    return entry


def lines(made: Rig) -> list[str]:
    """Give the types of the lines of the security log since the effects were looked at last."""
    return [each.line.type for each in made.effects if isinstance(each, LogSecurityEvent)]


@pytest.mark.parametrize("kind", SecurityEventType)
def test_all_are_logged_and_the_critical_ones_and_four_more_are_sent(
    kind: SecurityEventType,
) -> None:
    made, _ = secured(1)
    made.forget_sent()
    made.effects.clear()
    raised(made, kind)
    assert len(lines(made)) == 1
    assert len(events(made)) == (kind in SENT)
    assert newest(made).is_critical == (kind in CRITICAL)
    state = SecurityEventState.SENT if kind in SENT else SecurityEventState.LOGGED
    assert newest(made).state is state


def test_seven_are_critical_and_four_more_are_sent() -> None:
    assert (len(SecurityEventType), len(CRITICAL), len(SENT)) == (18, 7, 11)


def test_an_event_has_the_time_at_which_it_happened() -> None:
    made, _ = secured(1)
    made.cut()
    raised(made)
    made.after(3600)
    made.reconnect()
    (event,) = [e for e in made.calls("SecurityEventNotification") if e["type"] == TAMPER]
    assert event == {"type": TAMPER, "timestamp": "2026-01-05T08:00:00Z", "techInfo": "lid"}


def test_what_happens_off_line_waits_in_order_over_boots_a04_fr_02() -> None:
    made, _ = secured(1)
    made.forget_sent()
    made.cut()
    for number in range(3):
        raised(made, info=f"number {number}")
    assert newest(made).state is SecurityEventState.QUEUED
    assert made.variables["security_events"].waiting == 3
    made.power_cycle()
    made.reconnect()
    sent = made.calls("SecurityEventNotification")
    assert [each.get("techInfo") for each in sent] == ["number 0", "number 1", "number 2", None]
    assert sent[3]["type"] == "StartupOfTheDevice"
    states = {each.state for each in made.variables["security_events"].entries[:4]}
    assert states == {SecurityEventState.SENT}


def test_one_that_got_no_answer_is_sent_again_with_its_id() -> None:
    made, _ = secured(1)
    made.responders["SecurityEventNotification"] = lambda _: None
    raised(made)
    (first,) = [f for f in made.sent if f[2:3] == ["SecurityEventNotification"]]
    made.cut()
    made.reconnect()
    again = [f for f in made.sent if f[2:3] == ["SecurityEventNotification"]]
    assert [each[1] for each in again] == [first[1], first[1]]


def test_one_that_is_answered_late_is_not_sent_again() -> None:
    """It was set aside for what is sent next, which is on its way when the answer comes."""
    made, _ = secured(1)
    made.responders["SecurityEventNotification"] = lambda _: None
    raised(made)
    message_id = made.sent[-1][1]
    made.after(45)
    made.responders["StartTransaction"] = lambda _: None
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.receive(f'[3,"{message_id}",{{}}]')
    assert newest(made).state is SecurityEventState.SENT
    made.after(600)
    assert events(made).count(TAMPER) == 1
    assert made.calls("StartTransaction")


def test_nothing_is_sent_before_the_csms_has_accepted() -> None:
    made = rig(boot=False, keys={"AuthorizationKey": PASSWORD})
    pending = {"status": "Pending", "currentTime": T0.isoformat(), "interval": 60}
    made.responders["BootNotification"] = lambda _: pending
    made.power_on()
    assert events(made) == []
    del made.responders["BootNotification"]
    made.after(60)
    assert events(made) == ["StartupOfTheDevice"]


def test_transactions_keep_their_place_among_them() -> None:
    made, _ = secured(1)
    made.forget_sent()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    raised(made)
    made.act("plug_out", connector_id=1)
    assert [a for a in made.actions() if a not in ("Authorize", "StatusNotification")] == [
        "StartTransaction",
        "SecurityEventNotification",
        "StopTransaction",
    ]


def test_in_profile_0_they_are_only_logged() -> None:
    made = rig()
    made.effects.clear()
    raised(made)
    assert made.calls() == []
    assert lines(made) == [TAMPER]
    assert "is true" in newest(made).why
    assert made.variables["outbox"].count == 0


def test_in_profile_0_they_are_sent_where_somebody_wants_them() -> None:
    made = rig(keys={OFF: "false"})
    raised(made)
    assert events(made) == [TAMPER]


def test_the_key_tells_what_holds_in_a_profile_and_switches_them_off() -> None:
    def value(made: Rig) -> Any:
        return made.request("GetConfiguration", {"key": [OFF]})[2]["configurationKey"][0]

    assert value(rig()) == {"key": OFF, "readonly": False, "value": "true"}
    made, _ = secured(1)
    assert value(made)["value"] == "false"
    made.request("ChangeConfiguration", {"key": OFF, "value": "true"})
    made.forget_sent()
    raised(made)
    assert events(made) == []
    assert newest(made).state is SecurityEventState.LOGGED


@pytest.mark.parametrize("code", ["NotImplemented", "NotSupported"])
def test_a_csms_without_security_holds_up_no_transaction(code: str) -> None:
    made = rig(boot=False, keys={"AuthorizationKey": PASSWORD})
    made.responders["SecurityEventNotification"] = lambda _: code
    made.power_on()
    assert newest(made).state is SecurityEventState.QUEUED
    assert "does not know it" in newest(made).why
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    assert len(made.calls("StartTransaction")) == 1
    assert len(made.calls("BootNotification")) == 1
    assert made.calls("Heartbeat") == []


def test_one_that_knew_the_message_before_gets_it_again() -> None:
    made, _ = secured(1)
    made.responders["SecurityEventNotification"] = lambda _: "NotSupported"
    raised(made)
    assert newest(made).state is SecurityEventState.QUEUED


@pytest.mark.parametrize("kind", [TAMPER, SecurityEventType.INVALID_CSMS_CERTIFICATE])
def test_a_critical_one_waits_for_the_next_boot_at_a_csms_that_has_none_a04_fr_02(
    kind: SecurityEventType,
) -> None:
    made = rig(boot=False, keys={"AuthorizationKey": PASSWORD})
    made.responders["SecurityEventNotification"] = lambda _: "NotImplemented"
    made.power_on()
    raised(made, kind)
    made.after(86_400)
    made.cut()
    made.reconnect()
    assert events(made) == ["StartupOfTheDevice"], "it is asked once, whatever is raised"
    [entry, *_] = made.variables["outbox"].entries
    assert entry.why.endswith("; it is sent again after the next boot")
    assert entry.next_attempt_at is None
    del made.responders["SecurityEventNotification"]
    made.forget_sent()
    made.request("ChangeConfiguration", {"key": "BootOnReconnect", "value": "true"})
    made.cut()
    made.reconnect()
    assert events(made) == ["StartupOfTheDevice", newest(made).type]
    assert newest(made).state is SecurityEventState.SENT
    assert made.variables["outbox"].count == 0


def test_one_that_is_not_critical_is_given_up_where_the_csms_has_none() -> None:
    made = rig()
    made.request("ChangeConfiguration", {"key": OFF, "value": "false"})
    made.responders["SecurityEventNotification"] = lambda _: "NotSupported"
    raised(made, SecurityEventType.INVALID_CSMS_CERTIFICATE)
    assert newest(made).state is SecurityEventState.GIVEN_UP


def test_names_are_those_of_the_whitepaper_or_of_ocpp_2() -> None:
    kind = SecurityEventType.INVALID_CSMS_CERTIFICATE
    made, _ = secured(1)
    raised(made, kind)
    assert events(made)[-1] == "InvalidCentralSystemCertificate"
    made, _ = secured(1, security=SecurityConfig(event_names=EventNames.OCPP_2))
    raised(made, kind)
    assert events(made)[-1] == "InvalidCsmsCertificate"


@pytest.mark.parametrize("kind", SecurityEventType)
def test_one_is_raised_by_the_name_that_is_shown_of_it(kind: SecurityEventType) -> None:
    made, _ = secured(1)
    raised(made, kind)
    types = TypeAdapter[SecurityEventType](EventTypes)
    assert types.validate_python(newest(made).type) is kind
    assert types.validate_python(kind.value) is kind
    named = secured(1, security=SecurityConfig(event_names=EventNames.OCPP_2))[0]
    shown = dict(zip(SecurityEventType, named.variables["security_events"].types, strict=True))
    assert types.validate_python(shown[kind]) is kind
    assert newest(made).type in made.variables["security_events"].types
    assert newest(made).type in types.json_schema()["enum"]
    with pytest.raises(ValidationError):
        types.validate_python("Invalid")


def test_the_boot_is_told_once_and_says_whether_it_was_wanted() -> None:
    made, _ = secured(1)
    assert logged(made) == ["StartupOfTheDevice"]
    made.forget_sent()
    made.request("Reset", {"type": "Hard"})
    assert events(made) == ["ResetOrReboot"]
    assert "hard reset" in newest(made).tech_info
    made.forget_sent()
    made.power_cycle()
    assert events(made) == ["StartupOfTheDevice"]
    made.cut()
    made.charger.lose_power(made.store, made.now)
    made.handle(PoweredOn(after_failure=True))
    assert newest(made).type == "ResetOrReboot"


def test_new_firmware_is_told() -> None:
    made, _ = secured(1)
    payload = {"location": "ftp://fw.example/x", "retrieveDate": T0.isoformat()}
    made.request("UpdateFirmware", payload)
    made.after(120)
    assert {"FirmwareUpdated", "ResetOrReboot"} <= set(events(made))


def test_a_clock_that_is_set_by_more_than_a_second_is_told() -> None:
    made, _ = secured(1)
    made.forget_sent()
    made.responders["Heartbeat"] = lambda _: {
        "currentTime": (made.now + timedelta(seconds=90)).isoformat()
    }
    made.after(86_401)
    assert events(made) == ["SettingSystemTime"]
    assert "Heartbeat: 2026-01-06T08:00:" in newest(made).tech_info
    made.after(86_401)
    assert events(made) == ["SettingSystemTime"]


def test_invalid_messages_are_told_once_a_minute() -> None:
    made, _ = secured(1)
    made.receive("nonsense")
    made.receive("[2]")
    made.request("Reset", {"type": 7, "more": 1})
    assert logged(made).count("InvalidMessages") == 1
    made.after(61)
    made.receive("nonsense")
    assert logged(made).count("InvalidMessages") == 2
    assert "2 before" in newest(made).tech_info


def test_a_valid_message_that_is_refused_is_none() -> None:
    made, _ = secured(1)
    made.request("RemoteStopTransaction", {"transactionId": 7})
    made.request("Reset", {"type": "Lukewarm"})
    assert "InvalidMessages" not in logged(made)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (LinkFault.REFUSED_CREDENTIALS, ["FailedToAuthenticationAtCentralSystem"]),
        (LinkFault.CLIENT_CERTIFICATE, ["FailedToAuthenticationAtCentralSystem"]),
        (
            LinkFault.SERVER_CERTIFICATE,
            ["InvalidCentralSystemCertificate", "CentralSystemFailedToAuthentication"],
        ),
        (LinkFault.TLS_VERSION, ["InvalidTLSVersion"]),
        (LinkFault.CIPHER_SUITE, ["InvalidTLSCipherSuite"]),
        (LinkFault.OTHER, []),
    ],
)
def test_a_fault_of_the_link_is_told_once_until_it_is_open(
    fault: LinkFault, told: list[str]
) -> None:
    made, _ = secured(1)
    made.cut()
    before = logged(made)
    for second in range(3):
        made.handle(LinkFailed(fault, f"at 08:00:0{second}"))
    assert logged(made) == [*before, *told]
    made.reconnect()
    made.cut()
    made.handle(LinkFailed(fault, "again"))
    assert logged(made) == [*before, *told, *told]


def _shows(made: Rig, *certificates: str, text: str = "not trusted") -> int:
    """Have attempts fail for what the server shows; say how many were told as events."""
    made.effects.clear()
    for pem in certificates:
        made.handle(LinkFailed(LinkFault.SERVER_CERTIFICATE, text, (pem,)))
    return lines(made).count("InvalidCentralSystemCertificate")


def test_a_fault_of_another_cause_is_news_and_the_same_one_is_none_for_a_day() -> None:
    made, _ = secured(1)
    made.cut()
    assert _shows(made, "A", "B", "A", text="ended 08:00, it is 09:15") == 2
    assert _shows(made, "B", "A", text="ended 08:00, it is 09:16") == 0
    assert _shows(made, "A", text="for another host") == 1
    made.after(86_401)
    assert _shows(made, "A", "A", text="for another host") == 1


def test_whoever_fails_each_time_for_another_cause_floods_nothing() -> None:
    made, _ = secured(1)
    made.cut()
    assert _shows(made, *map(str, range(300))) == FAULTS_MAX
    made.reconnect()
    made.cut()
    assert _shows(made, "more") == 0, "a connection in between changes nothing of that"
    made.after(3_601)
    assert _shows(made, "later") == 1
    assert "291 other faults before" in newest(made).tech_info


def test_what_is_not_critical_leaves_room_for_what_is() -> None:
    made, _ = secured(1)
    made.is_watched = False
    made.cut()
    for _ in range(WAITING_LESS_MAX + 2):
        made.handle(RaiseSecurityEvent(0, SecurityEventType.INVALID_CSMS_CERTIFICATE, "x"))
    view = made.charger.mind.view("security_events", made.now)
    assert view.waiting == WAITING_LESS_MAX
    made.handle(RaiseSecurityEvent(0, TAMPER))
    view = made.charger.mind.view("security_events", made.now)
    assert view.waiting == WAITING_LESS_MAX + 1
    assert view.entries[0].state is SecurityEventState.QUEUED


def test_that_the_log_was_cleared_is_its_first_line() -> None:
    made, _ = secured(1)
    made.effects.clear()
    assert made.command(ClearSecurityLog).result is True
    kinds = [type(e) for e in made.effects if isinstance(e, (EmptySecurityLog, LogSecurityEvent))]
    assert kinds == [EmptySecurityLog, LogSecurityEvent]
    assert events(made)[-1] == "SecurityLogWasCleared"


def test_lines_that_made_room_are_told_and_the_size_is_known() -> None:
    made, _ = secured(1)
    assert made.variables["security_events"].log_bytes is None
    made.handle(SecurityLogChanged(4_000))
    assert made.variables["security_events"].log_bytes == 4_000
    made.handle(SecurityLogChanged(9, has_dropped=True, failure="the disk is full"))
    assert made.variables["security_events"].log_problem == "the disk is full"
    assert newest(made).type == "SecurityLogWasCleared"


def test_foreign_words_are_clean_and_short() -> None:
    made, _ = secured(1)
    raised(made, info="\x1b[31m" + "x" * 300)
    info = made.calls("SecurityEventNotification")[-1]["techInfo"]
    assert info.startswith("\\x1b[31m")
    assert len(info) == 255


def test_there_are_bounds_to_what_is_kept_and_to_what_waits() -> None:
    made, _ = secured(1)
    made.is_watched = False
    made.cut()
    for _ in range(WAITING_MAX + 2):
        made.handle(RaiseSecurityEvent(0, TAMPER))
    view = made.charger.mind.view("security_events", made.now)
    assert view.waiting == WAITING_MAX
    assert len(view.entries) == KEPT_MAX
    assert view.entries[0].state is SecurityEventState.LOGGED
    assert "wait already" in view.entries[0].why
    assert (view.crowded_out, view.crowded_out_at) == (2, made.now)


def test_what_is_kept_no_more_is_sent_all_the_same() -> None:
    made, _ = secured(1)
    made.cut()
    for number in range(KEPT_MAX + 2):
        raised(made, info=str(number))
    assert newest(made).state is SecurityEventState.QUEUED
    made.reconnect()
    told = [each["techInfo"] for each in made.calls("SecurityEventNotification")]
    assert told[-KEPT_MAX - 2 :] == [str(number) for number in range(KEPT_MAX + 2)]
    view = made.variables["security_events"]
    assert view.waiting == 0
    assert {each.state for each in view.entries} == {SecurityEventState.SENT}


def test_an_answer_that_met_an_error_inside_counts() -> None:
    from cp_tui.charge_point.events import AnswerUnread

    made, _ = secured(1)
    made.responders["SecurityEventNotification"] = lambda _: None
    raised(made)
    message_id = made.sent[-1][1]
    made.cut()
    made.handle(AnswerUnread(f'[3,"{message_id}",{{}}]', "RuntimeError"))
    assert newest(made).state is SecurityEventState.SENT
