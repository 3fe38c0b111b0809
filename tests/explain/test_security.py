"""Rules of keys, passwords and security profiles, each found and silent; none tells a secret."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.traces.record import LinkKind
from tests.explain.talk import BOOT, Talk

SECRET = "correct-horse-battery"


def changed(talk: Talk, key: str, value: str, answer: str = "Accepted", **how: Any) -> None:
    talk.csms("ChangeConfiguration", {"key": key, "value": value}, **how)
    talk.answer({"status": answer})


def profile_is(talk: Talk, value: int) -> None:
    key = {"key": "SecurityProfile", "readonly": False, "value": f"{value}"}
    talk.ask("GetConfiguration", {"key": ["SecurityProfile"]}, {"configurationKey": [key]})


def beats(talk: Talk, times: int = 4) -> None:
    for _ in range(times):
        talk.wait(30)
        talk.tell("Heartbeat", {}, {"currentTime": talk.time})


@pytest.mark.parametrize("key", ["AuthorizationKey", "authorizationkey"])
def test_a_key_that_can_be_read_is_the_fault_of_the_log(key: str) -> None:
    talk = Talk()
    changed(talk, key, SECRET)
    finding = talk.only("security.secret_in_log")
    assert finding.at_fault == "log"
    assert SECRET not in repr(talk.report().findings)
    for masked in ("***", "(secret)", "xxxxxx", ""):
        talk = Talk()
        changed(talk, key, masked)
        assert talk.noted() == []
    talk = Talk()
    changed(talk, key, "anything", is_masked=True)
    assert talk.noted() == []


def test_a_password_without_tls_can_be_read_on_the_way() -> None:
    far = "ws://csms.example.com/ocpp"
    for url, is_tls, has_secret, found in (
        (far, False, False, ["security.plain_basic_auth"]),
        (far, False, True, ["security.plain_basic_auth", "security.secret_in_log"]),
        (far, True, False, []),
        ("ws://127.0.0.1:9000/", False, False, []),
    ):
        talk = Talk()
        talk.link(
            LinkKind.HANDSHAKE,
            url=url,
            is_tls=is_tls,
            authorization="Basic",
            has_secret=has_secret,
        )
        talk.booted()
        assert sorted(talk.found()) == found


def test_the_key_is_told_to_nobody() -> None:
    for value, found in ((SECRET, ["security.key_returned"]), ("", []), ("***", []), (None, [])):
        talk = Talk()
        key = {"key": "AuthorizationKey", "readonly": False}
        key |= {} if value is None else {"value": value}
        talk.ask("GetConfiguration", {"key": ["AuthorizationKey"]}, {"configurationKey": [key]})
        assert talk.found() == found
        assert SECRET not in repr(talk.report().findings)


def test_a_profile_only_rises() -> None:
    for value, answer, found in (
        ("1", "Accepted", ["security.profile_lowered"]),
        ("2", "Accepted", ["security.profile_lowered"]),
        ("1", "Rejected", []),
        ("3", "Accepted", []),
    ):
        talk = Talk()
        profile_is(talk, 2)
        changed(talk, "SecurityProfile", value, answer)
        assert talk.found() == found
    talk = Talk()
    changed(talk, "SecurityProfile", "1")
    assert talk.noted() == []


def test_with_a_new_key_it_connects_anew() -> None:
    for is_anew, profile, found in ((False, 1, True), (True, 1, False), (False, None, False)):
        talk = Talk()
        talk.link(LinkKind.OPEN)
        talk.booted()
        if profile is not None:
            profile_is(talk, profile)
        changed(talk, "AuthorizationKey", "***")
        if is_anew:
            talk.link(LinkKind.CLOSE)
            talk.link(LinkKind.OPEN)
        beats(talk)
        assert ("security.no_reconnect" in talk.found()) is found
    # Where the log has no connections nobody can tell.
    talk = Talk()
    talk.booted()
    profile_is(talk, 1)
    changed(talk, "SecurityProfile", "2")
    beats(talk)
    assert "security.no_reconnect" not in talk.noted()


def test_a_security_event_waits_until_it_is_accepted() -> None:
    for state in ("Pending", "Accepted"):
        talk = Talk()
        answer = {"status": state, "currentTime": talk.time, "interval": 300}
        talk.tell("BootNotification", BOOT, answer)
        event = {"type": "SettingSystemTime", "timestamp": talk.time}
        talk.tell("SecurityEventNotification", event)
        assert ("security.event_before_accepted" in talk.found()) is (state == "Pending")
    cold = Talk()
    cold.tell("SecurityEventNotification", {"type": "x", "timestamp": cold.time})
    assert cold.noted() == []


def test_a_certificate_is_asked_for_first() -> None:
    for is_asked in (True, False):
        talk = Talk()
        talk.booted()
        if is_asked:
            talk.tell("SignCertificate", {"csr": "-"}, {"status": "Accepted"})
        talk.ask("CertificateSigned", {"certificateChain": "-"}, {"status": "Accepted"})
        assert talk.found() == ([] if is_asked else ["security.certificate_unasked"])
