"""SecurityProfile: the table of its checks, the way up, the way back, and cut power (W A05)."""

from __future__ import annotations

import pytest

from cp_tui.certificates.authority import Validity
from cp_tui.charge_point.config import SecurityConfig
from cp_tui.charge_point.effects import CloseLink, OpenLink, Reconnect, Send, SetCredentials
from cp_tui.charge_point.events import (
    DiskFailed,
    DiskWorks,
    LinkFailed,
    LinkOpened,
    Restart,
    SetSecurityProfile,
    Stop,
)
from cp_tui.charge_point.variables import LinkFault, RootUse, Tls
from tests.charge_point.rig import T0, rig
from tests.charge_point.securing import (
    DAY,
    DECADE,
    PASSWORD,
    certify,
    events,
    in_profile_3,
    install,
    logged,
    profile_of,
    reason_of,
    root,
    secured,
    server,
    set_profile,
)


@pytest.mark.parametrize("value", ["4", "-1", "two", ""])
def test_a_profile_that_there_is_not_is_rejected(value: str) -> None:
    made, _ = secured(1)
    payload = {"key": "SecurityProfile", "value": value}
    assert made.request("ChangeConfiguration", payload)[2]["status"] == "Rejected"
    assert profile_of(made) == 1


@pytest.mark.parametrize("profile", [0, 1])
def test_the_csms_never_lowers_it_nor_sets_the_same_a05_fr_01(profile: int) -> None:
    made, _ = secured(1)
    assert set_profile(made, profile) == "Rejected"
    reason = reason_of(made, "ChangeConfiguration")
    assert reason.rule == "W A05.FR.01"
    assert reason.values == {"key": "SecurityProfile", "now": "1", "wanted": str(profile)}


def test_profile_1_needs_a_password_a05_fr_02() -> None:
    made = rig()
    assert set_profile(made, 1) == "Rejected"
    assert reason_of(made, "ChangeConfiguration").rule == "W A05.FR.02"


def test_profile_2_needs_a_root_that_is_valid_a05_fr_03() -> None:
    made, csms = secured(1, 2)
    assert set_profile(made, 2) == "Rejected"
    assert reason_of(made, "ChangeConfiguration").rule == "W A05.FR.03"
    csms.chain = (server().certificate,)
    assert install(made, root().certificate) == "Accepted"
    assert set_profile(made, 2) == "Accepted"


def test_a_root_of_the_settings_counts_a05_fr_03() -> None:
    made, _ = secured(1, 2, security=SecurityConfig(csms_roots=root().certificate))
    assert set_profile(made, 2) == "Accepted"


def test_a_root_of_the_manufacturer_does_not_count_a05_fr_03() -> None:
    made, _ = secured(1, 2)
    assert install(made, root().certificate, RootUse.MANUFACTURER) == "Accepted"
    assert set_profile(made, 2) == "Rejected"


def test_profile_3_needs_a_certificate_of_its_own_a05_fr_04() -> None:
    made, _ = secured(1, 3)
    install(made, root().certificate)
    assert set_profile(made, 3) == "Rejected"
    assert reason_of(made, "ChangeConfiguration").rule == "W A05.FR.04"
    certify(made)
    assert set_profile(made, 3) == "Accepted"


def test_a_certificate_whose_key_is_gone_does_not_count_a05_fr_04() -> None:
    made, _ = secured(1, 3)
    install(made, root().certificate)
    certify(made)
    made.private_keys.clear()
    made.power_cycle()
    assert set_profile(made, 3) == "Rejected"
    (certificate,) = made.variables["security"].certificates
    assert "cannot be read" in certificate.problem
    assert not certificate.is_in_use


def test_it_is_answered_first_then_connected_with_a05_fr_05() -> None:
    made, csms = secured(1, 2, security=SecurityConfig(csms_roots=root().certificate))
    made.effects.clear()
    made.request("ChangeConfiguration", {"key": "SecurityProfile", "value": "2"})
    kinds = [type(e) for e in made.effects if isinstance(e, (Send, SetCredentials, Reconnect))]
    assert kinds == [Send, SetCredentials]
    tries = len(csms.attempts)
    made.after(0.9)
    assert len(csms.attempts) == tries
    made.after(0.1)
    told = csms.attempts[-1]
    assert (told.profile, told.url) == (2, "wss://127.0.0.1/CP001")
    assert told.password == bytes.fromhex(PASSWORD)
    assert told.roots is None
    assert made.variables["security"].change is None
    assert "works" in made.variables["security"].last_change.text
    assert "ReconfigurationOfSecurityParameters" in logged(made)


def test_in_profile_3_there_is_a_certificate_and_no_password() -> None:
    made, _ = in_profile_3()
    told = made.credentials
    assert told is not None
    assert told.password is None
    assert told.certificate is not None
    assert {told.certificate.key_id} == made.private_keys.keys()
    assert told.roots == (root().certificate,)
    assert PASSWORD not in repr(told)


def test_a_url_of_the_settings_goes_before_the_scheme_that_is_swapped() -> None:
    urls = {2: "wss://tls.example:8443/CP001"}
    config = SecurityConfig(csms_roots=root().certificate, urls=urls)
    made, csms = secured(1, 2, security=config)
    assert csms.attempts[-1].url_setting == "csms.url"
    set_profile(made, 2)
    assert csms.attempts[-1].url == "wss://tls.example:8443/CP001"
    assert csms.attempts[-1].url_setting == "security.url_profile_2"
    assert made.variables["security"].url == "wss://tls.example:8443/CP001"


def test_the_url_that_is_told_is_that_of_the_profile_in_force() -> None:
    security = SecurityConfig(csms_roots=root().certificate, urls={2: "wss://other.example/CP001"})
    made, _ = secured(1, 2, security=security)
    before = made.variables["identity"].url
    made.command(lambda request: SetSecurityProfile(request, 2))
    assert made.variables["identity"].url == "wss://other.example/CP001"
    made.command(lambda request: SetSecurityProfile(request, 1))
    assert made.variables["identity"].url == before


def test_what_does_not_come_up_is_taken_back_after_some_attempts_a05_fr_08() -> None:
    made, csms = secured(1, security=SecurityConfig(csms_roots=root().certificate))
    made.forget_sent()
    assert set_profile(made, 2) == "Accepted"
    change = made.variables["security"].change
    assert (change.wanted, change.fallback, change.tries_left) == (2, 1, 2)
    made.attempt()
    made.attempt()
    assert not made.is_open
    made.attempt()
    assert made.is_open
    assert profile_of(made) == 1
    assert [each.profile for each in csms.attempts[-4:]] == [2, 2, 2, 1]
    assert made.credentials is not None
    assert made.credentials.url is None
    reason = made.variables["security"].last_change
    assert reason.rule == "W A05.FR.08"
    assert "nobody there" in reason.text
    assert made.variables["security"].change is None
    assert made.calls("BootNotification") == []


@pytest.mark.parametrize("takes_none", [False, True])
def test_an_older_certificate_is_tried_before_the_profile_falls_back_a02(takes_none: bool) -> None:
    """Also where a profile has a single try; where the CSMS takes none, it does fall back."""
    made, csms = secured(1, 3, security=SecurityConfig(profile_tries=1))
    assert install(made, root().certificate) == "Accepted"
    old, new = certify(made), certify(made, validity=Validity(T0 - DAY, DECADE.end))
    csms.refused |= {old, new} if takes_none else {new}
    assert set_profile(made, 3) == "Accepted"
    assert made.variables["security"].profile == 3
    assert made.credentials is not None
    assert made.credentials.certificate is not None
    assert made.credentials.certificate.chain == (old,)
    made.attempt()
    assert made.is_open is not takes_none
    if takes_none:
        made.attempt()
    made.after(10)
    assert profile_of(made) == (1 if takes_none else 3)


def test_on_a_full_disk_the_connection_waits_as_its_answer_does() -> None:
    made, csms = secured(1, 2, security=SecurityConfig(csms_roots=root().certificate))
    tries = len(csms.attempts)
    made.request("ChangeConfiguration", {"key": "SecurityProfile", "value": "2"})
    made.handle(DiskFailed())
    made.after(60)
    assert len(csms.attempts) == tries
    made.handle(DiskWorks())
    assert csms.attempts[-1].profile == 2


def test_where_the_old_one_does_not_come_up_either_the_new_one_is_tried_again() -> None:
    """A CSMS that has gone on meanwhile must not lose the charge point for good."""
    config = SecurityConfig(csms_roots=root().certificate, profile_tries=1)
    made, csms = secured(1, security=config)
    csms.profiles.clear()
    set_profile(made, 2)
    made.attempt()
    assert [each.profile for each in csms.attempts[-2:]] == [2, 1]
    csms.profiles.add(2)
    made.attempt()
    assert made.is_open
    assert profile_of(made) == 2
    assert made.variables["security"].change is None


def test_what_is_told_names_the_profile_that_did_not_come_up() -> None:
    made, csms = secured(1, security=SecurityConfig(csms_roots=root().certificate))
    csms.profiles.clear()
    set_profile(made, 2)
    for _ in range(6):
        made.attempt()
    told = [each.tech_info for each in made.variables["security_events"].entries]
    words = [text for text in reversed(told) if "did not come up" in text]
    assert words == [
        "SecurityProfile 2 did not come up, 1 is in force",
        "SecurityProfile 1 did not come up, 2 is in force",
    ]


def test_two_that_fail_do_not_follow_each_other_without_a_pause() -> None:
    """The link has its own wait between two attempts; nothing here hurries it."""
    config = SecurityConfig(csms_roots=root().certificate, profile_tries=1)
    made, csms = secured(1, security=config)
    csms.profiles.clear()
    set_profile(made, 2)
    made.effects.clear()
    for _ in range(4):
        made.attempt()
    assert not any(isinstance(effect, (OpenLink, Reconnect)) for effect in made.effects)


def test_power_that_fails_in_between_changes_nothing_of_it() -> None:
    made, csms = secured(1, security=SecurityConfig(csms_roots=root().certificate))
    set_profile(made, 2)
    made.power_cycle()
    assert made.variables["security"].change.tries_left == 1
    assert not made.is_open
    made.attempt()
    made.attempt()
    assert made.is_open
    made.power_cycle()
    assert made.is_open
    assert profile_of(made) == 1
    assert csms.attempts[-1].profile == 1


def test_a_connection_without_tls_is_ended_in_profile_2_a00_fr_003() -> None:
    made = rig(boot=False, keys={"AuthorizationKey": PASSWORD, "SecurityProfile": "2"})
    made.power_on()
    assert not made.is_open
    assert made.calls("BootNotification") == []
    assert "without TLS" in made.variables["security"].server_problem.text
    assert sum(isinstance(effect, CloseLink) for effect in made.effects) == 1


def test_a_csms_that_does_not_ask_for_the_certificate_is_left_a00_fr_003() -> None:
    made, csms = in_profile_3()
    csms.asks_for_certificate = False
    made.cut()
    made.reconnect()
    assert not made.is_open
    assert "did not ask" in made.variables["security"].server_problem.text
    tries = len(csms.attempts)
    made.after(29)
    assert len(csms.attempts) == tries
    csms.asks_for_certificate = True
    made.after(2)
    assert made.is_open
    assert made.variables["security"].server_problem is None


def test_whether_it_asked_need_not_be_known() -> None:
    made, csms = in_profile_3()
    csms.asks_for_certificate = None
    made.cut()
    made.reconnect()
    assert made.is_open


def test_an_upgrade_to_a_csms_that_does_not_ask_falls_back() -> None:
    made, csms = secured(1, 3, security=SecurityConfig(profile_tries=1))
    csms.chain = (server().certificate,)
    csms.asks_for_certificate = False
    install(made, root().certificate)
    certify(made)
    assert set_profile(made, 3) == "Accepted"
    assert made.is_open
    assert profile_of(made) == 1


def test_the_operator_lowers_it_and_that_is_told_a00_fr_005() -> None:
    made, csms = in_profile_3()
    reply = made.command(lambda request: SetSecurityProfile(request, 1))
    made.after(1)
    assert reply.result is True
    assert reply.reason is not None
    assert "outside OCPP" in reply.reason.text
    assert profile_of(made) == 1
    assert csms.attempts[-1].profile == 1
    assert made.is_open
    assert "ReconfigurationOfSecurityParameters" in logged(made)


def test_what_the_operator_cannot_have_is_refused_with_the_reason() -> None:
    made, _ = secured(1)
    made.start_command(lambda request: SetSecurityProfile(request, 1))
    made.start_command(lambda request: SetSecurityProfile(request, 3))
    assert [reason.id for reason in made.refusals.values()] == [
        "security.profile.same",
        "security.profile.no_root",
    ]
    without_root = [reason.text for reason in made.refusals.values()][1]
    lacks = made.variables["security"].lacks
    assert lacks == ("", "", without_root.replace("3", "2"), without_root)


def test_while_ocpp_is_stopped_a_new_profile_waits_for_the_restart() -> None:
    made, csms = secured(1, 2, security=SecurityConfig(csms_roots=root().certificate))
    made.command(Stop)
    made.effects.clear()
    made.command(lambda request: SetSecurityProfile(request, 2))
    assert not any(isinstance(effect, (OpenLink, Reconnect)) for effect in made.effects)
    made.command(Restart)
    assert csms.attempts[-1].profile == 2
    assert made.is_open


@pytest.mark.parametrize(("profile", "reconnects"), [(0, 0), (1, 1), (2, 1)])
def test_a_new_password_is_stored_then_connected_with_in_1_and_2_a01(
    profile: int, reconnects: int
) -> None:
    made, csms = secured(0, 1, 2, keys={"SecurityProfile": str(profile)})
    made.effects.clear()
    csms.attempts.clear()
    payload = {"key": "AuthorizationKey", "value": "fedcba9876543210"}
    assert made.request("ChangeConfiguration", payload)[2]["status"] == "Accepted"
    assert csms.attempts == []
    made.after(1)
    assert len(csms.attempts) == reconnects
    entries = made.variables["security_events"].entries
    assert entries[0].type == "ReconfigurationOfSecurityParameters"
    assert "fedcba" not in f"{entries} {made.variables['security']}"


def test_a_line_that_is_cut_before_it_is_made_anew_comes_up_with_what_is_set() -> None:
    made, csms = secured(1, 2, security=SecurityConfig(csms_roots=root().certificate))
    csms.attempts.clear()
    made.request("ChangeConfiguration", {"key": "SecurityProfile", "value": "2"})
    made.cut()
    made.reconnect()
    made.after(5)
    assert made.is_open
    assert [each.profile for each in csms.attempts] == [2]


def test_two_changes_in_one_second_make_the_connection_anew_once() -> None:
    made, csms = secured(1)
    tries = len(csms.attempts)
    for password in (PASSWORD[::-1], PASSWORD):
        made.request("ChangeConfiguration", {"key": "AuthorizationKey", "value": password})
    made.after(5)
    assert [found.password for found in csms.attempts[tries:]] == [bytes.fromhex(PASSWORD)]


def test_an_attempt_that_began_before_the_change_is_given_up_at_once() -> None:
    """It would come up with the profile from before, and be taken for the new one."""
    made, _ = secured(1, 2, security=SecurityConfig(csms_roots=root().certificate))
    made.cut()
    made.effects.clear()
    made.command(lambda request: SetSecurityProfile(request, 2))
    assert sum(isinstance(effect, Reconnect) for effect in made.effects) == 1


def test_a_fault_of_tls_is_told_until_the_link_is_open() -> None:
    made, _ = in_profile_3()
    made.cut()
    made.handle(LinkFailed(LinkFault.TLS_VERSION, "only TLS 1.0"))
    assert "only TLS 1.0" in made.variables["security"].server_problem.text
    made.reconnect()
    assert made.variables["security"].server_problem is None
    assert "InvalidTLSVersion" not in events(made)
    assert "InvalidTLSVersion" in logged(made)


def test_a_failure_of_another_kind_takes_the_place_of_one_of_tls() -> None:
    made, _ = in_profile_3()
    made.cut()
    stranger = server("Stranger").certificate
    made.handle(LinkFailed(LinkFault.SERVER_CERTIFICATE, "unknown root", (stranger,)))
    made.handle(LinkFailed(LinkFault.TLS_VERSION, "only TLS 1.0"))
    assert "only TLS 1.0" in made.variables["security"].server_problem.text
    assert made.variables["security"].is_refused, "what was shown is no better for that"
    made.handle(LinkFailed(LinkFault.OTHER, "HTTP 500"))
    assert made.variables["security"].server_problem is None
    assert made.variables["security"].is_refused
    made.reconnect()
    assert not made.variables["security"].is_refused


def test_what_a_server_shows_that_is_not_trusted_is_kept_to_be_looked_at() -> None:
    made, _ = in_profile_3()
    made.cut()
    stranger = server("Stranger").certificate
    made.handle(LinkFailed(LinkFault.SERVER_CERTIFICATE, "unknown root", (stranger,)))
    (shown,) = made.variables["security"].shown
    assert shown.issuer == "CN=Stranger,O=Operator"
    assert made.variables["security"].server == ()


def test_a_change_that_is_taken_back_by_hand_is_none_any_more() -> None:
    made, csms = secured(1, security=SecurityConfig(csms_roots=root().certificate))
    set_profile(made, 2)
    assert made.variables["security"].change is not None
    made.command(lambda request: SetSecurityProfile(request, 1))
    assert made.variables["security"].change is None
    assert made.is_open
    assert csms.attempts[-1].profile == 1
    made.power_cycle()
    assert profile_of(made) == 1


def test_another_change_while_one_is_under_way_goes_back_to_what_has_worked() -> None:
    made, csms = secured(1, security=SecurityConfig(csms_roots=root().certificate))
    set_profile(made, 2)
    made.command(lambda request: SetSecurityProfile(request, 0))
    change = made.variables["security"].change
    assert (change.wanted, change.fallback) == (0, 1)
    csms.profiles.add(0)
    made.attempt()
    assert made.is_open
    assert profile_of(made) == 0


def test_a_csms_that_lets_in_without_a_certificate_in_3_harms_nothing() -> None:
    made = rig(boot=False, keys={"SecurityProfile": "3"})
    made.link = lambda _: LinkOpened(1, Tls(version="TLS 1.3", cipher="AES"))
    made.power_on()
    assert made.is_open
    made.after(13 * 3600)
    assert made.calls("SignCertificate") == []
