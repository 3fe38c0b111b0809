"""A certificate of its own: asked for, delivered, used, and the old one kept (W A02, A03)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from cp_tui.certificates.authority import Authority, Validity
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import certificate_request, new_key, request_facts_of
from cp_tui.charge_point.config import SecurityConfig
from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.events import (
    CertificateRequestFailed,
    CertificateRequestMade,
    LinkFailed,
    PoweredOn,
    RequestCertificate,
)
from cp_tui.charge_point.variables import LinkFault, SecurityEventState
from tests.charge_point.rig import T0, Rig, rig
from tests.charge_point.securing import (
    CPO,
    DAY,
    DECADE,
    SERIAL,
    certify,
    deliver,
    events,
    in_profile_3,
    install,
    reason_of,
    root,
    secured,
    server,
    set_profile,
    trigger_certificate,
    used,
)

SIGN = {"requestedMessage": "SignChargePointCertificate"}


def asked(**config: Any) -> tuple[Rig, str]:
    """Give a charge point that waits for its certificate, and the request."""
    made, _ = secured(1, **config)
    install(made, root().certificate)
    request = trigger_certificate(made)
    made.forget_sent()
    return made, request


def test_a_trigger_leads_to_a_request_for_the_serial_number_and_cpo_name_a02() -> None:
    _, request = asked()
    facts = request_facts_of(request)
    assert (facts.common_name, facts.organization) == (SERIAL, CPO)
    assert (facts.key, facts.signature) == ("EC P-256", "SHA-256 with ECDSA")


def test_the_kind_of_key_and_the_serial_number_are_settings() -> None:
    config = SecurityConfig(key_type=KeyKind.EC_P384, serial="MINE-7")
    _, request = asked(security=config)
    assert request_facts_of(request).key == "EC P-384"
    assert request_facts_of(request).common_name == "MINE-7"


@pytest.mark.parametrize(
    ("keys", "config", "words"),
    [
        ({"CpoName": ""}, {}, "CpoName"),
        ({}, {"security": SecurityConfig(serial="wss://cp.example")}, "a URL"),
        ({}, {"security": SecurityConfig(serial="10.0.0.1")}, "an IP address"),
    ],
)
def test_without_a_name_nothing_is_asked_for_a02_fr_13(
    keys: dict[str, str], config: dict[str, Any], words: str
) -> None:
    made, _ = secured(1, keys=keys, **config)
    assert made.request("ExtendedTriggerMessage", SIGN)[2]["status"] == "Rejected"
    assert words in reason_of(made, "ExtendedTriggerMessage").text
    assert made.private_keys == {}


def test_what_is_good_is_accepted_and_kept_over_a_boot_a02_fr_08() -> None:
    made, request = asked()
    assert deliver(made, root().charge_point(request, DECADE)) == "Accepted"
    view = made.variables["security"]
    assert view.pending is None
    assert "until 20" in view.renewal.text
    made.power_cycle()
    (certificate,) = made.variables["security"].certificates
    assert certificate.is_in_use
    assert certificate.facts.common_name == SERIAL
    assert len(made.private_keys) == 1


def test_a_chain_that_is_too_long_is_rejected_without_an_event_a02() -> None:
    made, request = asked(security=SecurityConfig(chain_size_max=100))
    assert deliver(made, root().charge_point(request, DECADE)) == "Rejected"
    assert reason_of(made, "CertificateSigned").values["maximum"] == "100"
    assert events(made) == []
    assert made.variables["security"].pending is not None


def test_one_that_nobody_asked_for_is_rejected_with_an_event_a02() -> None:
    made, _ = secured(1)
    install(made, root().certificate)
    made.forget_sent()
    request = certificate_request(new_key(KeyKind.EC_P256), SERIAL, CPO)
    assert deliver(made, root().charge_point(request, DECADE)) == "Rejected"
    assert reason_of(made, "CertificateSigned").id == "security.renewal.not_asked"
    assert events(made) == ["InvalidChargePointCertificate"]


def of_another_key(_: str) -> str:
    return certificate_request(new_key(KeyKind.EC_P256), SERIAL, CPO)


PAST = Validity(T0 - 30 * DAY, T0 - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("chain_of", "check"),
    [
        (lambda request: "rubbish", "not_pem"),
        (lambda request: root().charge_point(of_another_key(request), DECADE), "key_mismatch"),
        (lambda request: root().charge_point(request, PAST), "expired"),
        (lambda request: root().charge_point(request, DECADE, common_name="SN-2"), "common_name"),
        (lambda request: root().charge_point(request, DECADE, organization="X"), "organization"),
        (lambda request: root("Stranger").charge_point(request, DECADE), "unknown_root"),
        (
            lambda request: root().charge_point(request, DECADE) + root("Stranger").certificate,
            "unrelated",
        ),
    ],
)
def test_what_is_no_good_is_rejected_with_the_check_and_an_event_a02_fr_07(
    chain_of: Any, check: str
) -> None:
    made, request = asked()
    assert deliver(made, chain_of(request)) == "Rejected"
    assert reason_of(made, "CertificateSigned").values["check"] == check
    assert events(made) == ["InvalidChargePointCertificate"]
    assert made.calls("SecurityEventNotification")[0]["techInfo"].startswith(f"{check}: ")
    assert Table.CHARGE_POINT_CERTIFICATE not in made.store
    assert deliver(made, root().charge_point(request, DECADE)) == "Accepted"


def test_another_subject_can_be_allowed_and_is_told() -> None:
    made, request = asked(security=SecurityConfig(check_subject=False))
    chain = root().charge_point(request, DECADE, common_name="SN-2")
    assert deliver(made, chain) == "Accepted"


def test_authorities_in_between_are_kept_and_the_root_is_not() -> None:
    made, request = asked()
    between: Authority = root().authority("Sub CA", DECADE)
    chain = between.charge_point(request, DECADE) + root().certificate
    assert deliver(made, chain) == "Accepted"
    (certificate,) = made.variables["security"].certificates
    assert [each.common_name for each in certificate.issuers] == ["Sub CA"]


def test_in_profile_3_it_reconnects_with_the_new_one_after_a_second_a02() -> None:
    made, csms = in_profile_3()
    old = used(made)
    chain = certify(made, validity=Validity(T0 - DAY, DECADE.end))
    assert csms.attempts == []
    made.after(1)
    assert [each.certificate.chain[0] for each in csms.attempts if each.certificate] == [chain]
    assert made.is_open
    assert made.calls("BootNotification") == []
    assert len(made.variables["security"].certificates) == 2
    assert used(made) != old


def test_a_failure_in_another_profile_says_nothing_about_it() -> None:
    made, csms = secured(1, 2)
    install(made, root().certificate)
    certify(made)
    csms.chain = (server().certificate,)
    set_profile(made, 2)
    made.cut()
    made.handle(LinkFailed(LinkFault.CLIENT_CERTIFICATE, "wanted, and none was shown"))
    assert "does not take" not in made.variables["security"].renewal.text
    assert [each.problem for each in made.variables["security"].certificates] == [""]


def test_it_renews_itself_within_a_month_of_the_end_once_a_day_a03_fr_02() -> None:
    made, _ = in_profile_3()
    certify(made, validity=Validity(T0 - DAY, T0 + 40 * DAY))
    made.after(9 * 86_400)
    made.forget_sent()
    made.after(2 * 86_400)
    assert len(made.calls("SignCertificate")) in (1, 2)
    before = len(made.calls("SignCertificate"))
    made.after(86_400)
    assert len(made.calls("SignCertificate")) == before + 1
    made.power_cycle()
    assert len(made.calls("SignCertificate")) == before + 1
    assert len(made.private_keys) == 3


def test_in_other_profiles_nothing_is_renewed_a03() -> None:
    made, request = asked()
    deliver(made, root().charge_point(request, Validity(T0 - DAY, T0 + DAY)))
    made.after(3 * 86_400)
    assert made.calls("SignCertificate") == []


def test_a_request_that_was_not_heard_is_sent_with_the_next_connection() -> None:
    made, _ = secured(1)
    install(made, root().certificate)
    made.cut()
    reply = made.command(RequestCertificate)
    assert reply.result is True
    assert made.calls("SignCertificate") == []
    made.power_cycle()
    assert len(made.calls("SignCertificate")) == 0
    made.reconnect()
    (request,) = made.calls("SignCertificate")
    made.cut()
    made.reconnect()
    assert len(made.calls("SignCertificate")) == 1
    assert deliver(made, root().charge_point(request["csr"], DECADE)) == "Accepted"


@pytest.mark.parametrize("answer", [{"status": "Rejected"}, "InternalError"])
def test_a_request_that_the_csms_refuses_is_given_up_with_its_key(answer: Any) -> None:
    made, _ = secured(1)
    made.responders["SignCertificate"] = lambda _: answer
    trigger_certificate(made)
    assert made.variables["security"].pending is None
    assert made.private_keys == {}
    assert made.variables["security"].renewal is not None


def test_silence_leaves_it_pending_and_is_not_asked_again() -> None:
    made, _ = secured(1)
    made.responders["SignCertificate"] = lambda _: None
    trigger_certificate(made)
    made.after(3600)
    assert made.variables["security"].pending is not None
    made.cut()
    made.reconnect()
    assert len(made.calls("SignCertificate")) == 1


def test_a_new_request_takes_the_place_of_the_pending_one() -> None:
    made, first = asked()
    second = trigger_certificate(made)
    assert len(made.private_keys) == 1
    assert deliver(made, root().charge_point(first, DECADE)) == "Rejected"
    assert deliver(made, root().charge_point(second, DECADE)) == "Accepted"


def test_where_no_key_can_be_made_that_is_told() -> None:
    made, _ = secured(1)
    made.has_keys = False
    assert trigger_certificate(made) == ""
    assert "the disk is full" in made.variables["security"].renewal.text


def test_keys_that_nothing_needs_go_at_the_boot_and_a_late_one_at_once() -> None:
    made, _ = asked()
    made.private_keys["stray"] = "PEM"
    made.power_cycle()
    assert len(made.private_keys) == 1
    made.private_keys["late"] = "PEM"
    made.handle(CertificateRequestMade("late", "CSR", "KEY"))
    assert "late" not in made.private_keys


def test_a_pending_request_without_its_key_is_given_up() -> None:
    made, _ = asked()
    made.private_keys.clear()
    made.power_cycle()
    assert made.variables["security"].pending is None
    assert Table.STATE in made.store
    assert "pending_certificate_request" not in made.store[Table.STATE]


def test_while_the_csms_says_pending_a_triggered_request_goes_and_events_wait() -> None:
    made = rig(boot=False, keys={"CpoName": CPO}, charge_box_serial_number=SERIAL)
    time = T0.isoformat()
    made.responders["SignCertificate"] = lambda _: {"status": "Accepted"}
    made.responders["BootNotification"] = lambda _: {
        "status": "Pending",
        "currentTime": time,
        "interval": 60,
    }
    made.power_on()
    made.forget_sent()
    assert trigger_certificate(made)
    assert made.actions() == ["SignCertificate"]


def test_a_fault_of_another_kind_says_nothing_about_the_certificate() -> None:
    made, _ = in_profile_3()
    certificate = used(made)
    made.cut()
    made.handle(LinkFailed(LinkFault.SERVER_CERTIFICATE, "expired"))
    assert used(made) == certificate
    assert [each.problem for each in made.variables["security"].certificates] == [""]
    states = {each.type: each.state for each in made.variables["security_events"].entries}
    assert states["InvalidCentralSystemCertificate"] is SecurityEventState.QUEUED
    assert server().certificate


def test_a_key_that_comes_late_counts_no_more_once_another_one_is_wanted() -> None:
    made, _ = secured(1)
    made.is_slow_with_keys = True
    trigger_certificate(made)
    trigger_certificate(made)
    late, wanted = made.wanted_keys
    made.handle(CertificateRequestFailed(late.key_id, "too slow"))
    assert made.variables["security"].renewal is None
    made.make_key(wanted)
    assert len(made.calls("SignCertificate")) == 1


def test_a_trigger_counts_for_its_own_connection_alone() -> None:
    made, _ = secured(1)
    made.is_slow_with_keys = True
    trigger_certificate(made)
    made.cut()
    made.reconnect()
    pending = {"status": "Pending", "currentTime": T0.isoformat(), "interval": 60}
    made.responders["BootNotification"] = lambda _: pending
    made.responders["Heartbeat"] = lambda _: "SecurityError"
    made.responders["StatusNotification"] = lambda _: "SecurityError"
    made.act("plug_in", connector_id=1)
    made.after(400)
    assert made.variables["registration"].status == "Pending"
    made.make_key(made.wanted_keys[0])
    assert made.calls("SignCertificate") == []
    assert made.variables["security"].pending is not None


@pytest.mark.parametrize("answer", [{"status": "Accepted"}, "InternalError"])
def test_an_answer_to_a_request_that_was_replaced_changes_nothing(answer: Any) -> None:
    made, _ = secured(1)
    answers: list[Any] = [None, {"status": "Accepted"}]
    made.responders["SignCertificate"] = lambda _: answers.pop(0)
    trigger_certificate(made)
    (first,) = [frame for frame in made.sent if frame[2:3] == ["SignCertificate"]]
    trigger_certificate(made)
    kind = 4 if isinstance(answer, str) else 3
    tail = [answer, "", {}] if isinstance(answer, str) else [answer]
    made.receive(json.dumps([kind, first[1], *tail]))
    assert made.variables["security"].pending.is_taken
    assert len(made.private_keys) == 1


def test_where_the_names_are_gone_a_renewal_says_so() -> None:
    made, _ = in_profile_3()
    certify(made, validity=Validity(T0 - DAY, T0 + 40 * DAY))
    made.request("ChangeConfiguration", {"key": "CpoName", "value": ""})
    made.forget_sent()
    made.after(12 * 86_400)
    assert made.calls("SignCertificate") == []
    assert "CpoName" in made.variables["security"].renewal.text


def test_the_operator_hears_why_nothing_can_be_asked_for() -> None:
    made = rig()
    made.start_command(RequestCertificate)
    assert made.refusals[1].id == "security.renewal.impossible"


def test_what_is_missing_for_a_request_is_known_before_it_is_wanted() -> None:
    made, _ = secured(1, keys={"CpoName": ""})
    why = made.variables["security"].why_no_request
    assert why == (
        "the organization (CpoName) is not set: the CSMS sets it, or [keys] in cp-tui.toml"
    )
    made.request("ChangeConfiguration", {"key": "CpoName", "value": CPO})
    assert made.variables["security"].why_no_request == ""


def test_a_key_that_is_being_made_is_not_wanted_twice() -> None:
    made, _ = in_profile_3()
    certify(made, validity=Validity(T0 - DAY, T0 + 29 * DAY))
    made.is_slow_with_keys = True
    made.after(5 * 86_400)
    assert len(made.wanted_keys) == 1


def test_a_request_that_the_line_cut_off_is_sent_once_more() -> None:
    made, _ = secured(1)
    made.responders["SignCertificate"] = lambda _: None
    trigger_certificate(made)
    made.cut()
    made.responders["SignCertificate"] = lambda _: {"status": "Accepted"}
    made.reconnect()
    first, again = made.calls("SignCertificate")
    assert first == again
    assert made.variables["security"].pending.is_taken


def test_a_certificate_counts_though_nobody_has_looked_at_the_keys() -> None:
    made, _ = secured(1)
    assert install(made, root().certificate) == "Accepted"
    made.cut()
    made.connected = True
    made.handle(PoweredOn())
    certify(made)
    (own,) = made.variables["security"].certificates
    assert (own.is_in_use, own.problem) == (True, "")
