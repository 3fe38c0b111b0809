"""The words of the security screen and of certificates in the alarm line, without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.reason import because
from cp_tui.tui.dashboard.alarm import alarms
from cp_tui.tui.dashboard.alarm_text import words_change_in_s
from cp_tui.tui.dashboard.connection_text import connection_details, connection_facts
from cp_tui.tui.dashboard.one_alarm import Alarm, Urgency
from cp_tui.tui.frame.subjects import SubjectPane
from cp_tui.tui.security.events_text import event_facts, events_line, log_facts
from cp_tui.tui.security.link_text import link_facts, link_line
from cp_tui.tui.security.own_text import own_facts, own_line, own_lines, state_of
from cp_tui.tui.security.panes import SUBJECTS
from cp_tui.tui.security.roots_text import root_facts, roots_line, store_facts
from cp_tui.tui.security.server_text import server_facts, server_line, server_lines
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.certificates import ends_words, left
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock
from tests.tui import security_world as world, worlds
from tests.tui.worlds import NOW, at

CLOCK = Clock(NOW, UTC)
DAY = timedelta(days=1)


def told(facts: Sequence[Fact]) -> dict[str, str]:
    """What the facts say, by label."""
    return {fact.label: fact.text.plain for fact in facts}


def snapshot(security: v.SecurityView | None = None, **changes: object) -> Snapshot:
    """A charge point that knows of its security."""
    known = {
        "link": world.link(),
        "registration": worlds.accepted(),
        "security": security or world.security(),
        "security_events": world.events(),
        "configuration": (world.entry(),),
        "has_engine": True,
    }
    return Snapshot(**(known | changes))  # type: ignore[arg-type]


def warned(security: v.SecurityView, clock: Clock = CLOCK, **changes: object) -> list[Alarm]:
    """What the alarm line has to say of it."""
    found = alarms(snapshot(security, **changes), clock)
    return [each for each in found if each.act is not None and each.act.action_id.endswith("ty")]


@pytest.mark.parametrize(
    ("days", "hour", "words", "remains"),
    [
        (265, 12, "ends in 265 days, on 2026-09-27", "265 days left"),
        (2, 0, "ends in 2 days, on 2026-01-07", "2 days left"),
        (1, 23, "ends tomorrow, on 2026-01-06", "1 day left"),
        (0, 23, "ends today at 23:00", "ends at 23:00"),
        (0, 14, "has ended on 2026-01-05", "it has ended"),
        (-3, 12, "has ended on 2026-01-02", "it has ended"),
    ],
)
def test_days_are_those_of_the_calendar_and_stand_beside_a_date(
    days: int, hour: int, words: str, remains: str
) -> None:
    ends = at(hour) + days * DAY
    assert ends_words(ends, CLOCK) == words
    assert left(ends, CLOCK).plain == remains


def test_at_midnight_of_the_reader_a_day_is_less_and_no_sooner() -> None:
    ends = at(1, day=8)
    for hour, second, days in ((14, 0, 3), (23, 59, 3)):
        clock = Clock(at(hour, 59, second), UTC)
        assert ends_words(ends, clock) == f"ends in {days} days, on 2026-01-08"
    assert ends_words(ends, Clock(at(0, day=6), UTC)) == "ends in 2 days, on 2026-01-08"
    # In Auckland it is the 6th already, and it ends on the 8th there as well.
    south = Clock(at(14), ZoneInfo("Pacific/Auckland"))
    assert ends_words(ends, south) == "ends in 2 days, on 2026-01-08"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_says_something_before_the_engine_has(subject: type[SubjectPane]) -> None:
    assert subject().state(Snapshot(), CLOCK).plain == "not known yet"


def test_the_link_tells_the_profile_who_set_it_and_what_if_a_new_one_fails() -> None:
    facts = told(link_facts(snapshot(), CLOCK))
    assert facts["Profile"] == "3: TLS with a certificate of its own"
    assert facts["Set"] == "by the CSMS · 11:48:59"
    assert facts["If not"] == "a new one has 3 attempts; then the one before is in force again"
    assert facts["Last"].startswith("SecurityProfile 3 works")
    assert facts["URL"] == "wss://csms.example.com/ocpp/CP001"
    assert facts["TLS"] == "TLSv1.3 TLS_AES_256_GCM_SHA384"
    assert facts["Client"] == "the CSMS asked for the certificate of the charge point"
    assert facts["Key"] == "AuthorizationKey: 20 bytes (hex), not used in security profile 3"
    in_2 = told(link_facts(snapshot(world.in_profile_2()), CLOCK))
    assert in_2["Key"] == "AuthorizationKey: 20 bytes (hex)"
    changed = v.KeyChange(
        key="SecurityProfile",
        value="3",
        old_value="2",
        read_only=False,
        time=at(11, 48, 59),
        source=v.KeySource.CSMS,
        answer="Accepted",
    )
    facts = told(link_facts(snapshot(configuration_changes=(changed,)), CLOCK))
    assert facts["Set"] == "by the CSMS · 11:48:59 · 2 → 3"
    operator = replace(world.entry(), source=v.KeySource.OPERATOR)
    assert "by the operator" in told(link_facts(snapshot(configuration=(operator,)), CLOCK))["Set"]


def upgrade(*, is_back: bool = False) -> v.SecurityProfileChange:
    return v.SecurityProfileChange(
        wanted=3, fallback=2, is_back=is_back, tries_left=2, since=at(14, 1), by="CSMS"
    )


def test_an_upgrade_tells_how_many_attempts_are_left_and_what_comes_then() -> None:
    security = world.security(change=upgrade(), last_change=None)
    facts = told(link_facts(snapshot(security), CLOCK))
    wanted = "profile 3 wanted by the CSMS 14:01:00; profile 3 is tried now, 2 attempts left"
    assert facts["Change"] == wanted
    assert facts["If not"] == "profile 2 is in force again, and is tried"
    line = link_line(snapshot(security), CLOCK).plain
    assert line == "profile 3 is tried: 2 tries left, then 2"
    [alarm] = warned(security)
    assert alarm.text == "Security profile 3 is tried: 2 attempts left, then it is 2 again"
    back = world.security(profile=2, change=upgrade(is_back=True), last_change=world.fell_back())
    facts = told(link_facts(snapshot(back), CLOCK))
    assert "profile 2 is tried now, 2 attempts left" in facts["Change"]
    assert facts["If not"].startswith("profile 3 is tried again, and so on until")
    [alarm] = warned(back)
    assert "SecurityProfile 3 did not come up in 3 attempts, so 2 is in force again" in alarm.text
    assert alarm.urgency is Urgency.ODD


def test_without_tls_each_subject_says_what_that_means_and_what_to_do() -> None:
    plain = snapshot(world.unprotected(), link=replace(world.link(), tls=None, trust=""))
    facts = told(link_facts(plain, CLOCK))
    assert "can read and change everything" in facts["TLS"]
    assert facts["To do"].startswith("install the root certificate of the CSMS, then set")
    assert facts["Key"] == "AuthorizationKey: not set"
    assert link_line(plain, CLOCK).plain == "profile 0 · no TLS · key not set"
    nothing = told(server_facts(plain, None, CLOCK))
    assert "whoever answers at its address is believed" in nothing["None"]
    assert "set security profile 2" in nothing["To do"]
    assert "the CSMS proves nothing" in server_line(plain, CLOCK).plain
    own = told(own_facts(plain.security, None, CLOCK))
    assert own["None"].startswith("none; only security profile 3 needs one")
    needs = "set a serial number (security.serial) and the key CpoName first"
    assert own["To do"].startswith(needs)
    assert own_line(plain.security, CLOCK).plain == "none"
    assert plain.security is not None
    assert "the roots of this machine" in told(store_facts(plain.security))["None"]
    assert roots_line(plain.security, CLOCK).plain.startswith("none installed")


def test_the_chain_of_the_csms_is_a_tree_up_to_the_root_that_stands_for_it() -> None:
    lines = server_lines(snapshot(), CLOCK)
    names = ["csms.example.com", "Example CA 1", "Example Root"]
    assert [(line.depth, line.name) for line in lines] == list(enumerate(names))
    assert [line.check for line in lines] == ["fits", "fits", "active root, of the settings"]
    first = "csms.example.com until 2026-09-27 · 265 days left · first of 3"
    assert server_line(snapshot(), CLOCK).plain == first
    facts = told(server_facts(snapshot(), lines[0], CLOCK))
    assert facts["Names"] == "csms.example.com, ocpp.example.com"
    assert facts["Valid"] == "2025-09-27 to 2026-09-27 · 265 days left"
    assert facts["Key"] == "EC P-256 · for proving a server"


def test_a_root_of_the_system_is_named_where_no_installed_one_stands_for_the_csms() -> None:
    lines = server_lines(snapshot(world.security(roots=())), CLOCK)
    assert (lines[-1].name, lines[-1].check, lines[-1].facts) == (
        "CN=Example Root,O=Example",
        "a root of this machine",
        None,
    )
    assert told(server_facts(snapshot(), lines[-1], CLOCK))["Subject"] == lines[-1].name
    shown = (*world.server_chain(), world.root().facts)
    whole = snapshot(world.security(roots=(), shown=shown))
    assert len(server_lines(whole, CLOCK)) == 3, "the CSMS has sent its root as well"


def test_what_was_shown_last_stays_when_the_connection_has_ended() -> None:
    away = replace(
        world.security(server=()),
        roots=tuple(replace(root, is_in_use=False) for root in world.roots()),
    )
    lines = server_lines(snapshot(away, link=worlds.broken_link()), CLOCK)
    assert [line.name for line in lines] == ["csms.example.com", "Example CA 1"]


SOON = world.server_chain(days=5)


@pytest.mark.parametrize(
    ("text", "security", "wrong"),
    [
        (
            "the server certificate expired on 2026-01-02 12:00Z",
            {"shown": world.server_chain(days=-3)},
            (0, "expired 2026-01-02"),
        ),
        (
            "the server certificate is not for csms.example.org, but for csms.example.com",
            {},
            (0, "not trusted, see below"),
        ),
        (
            "the server certificate is not trusted: its issuer 'Example CA 1' is unknown here",
            {"shown": SOON[:1]},
            (0, "its issuer is not installed"),
        ),
        (
            "the server certificate is not trusted: its issuer 'Example Root' is unknown here",
            {"roots": ()},
            (1, "its issuer is not installed"),
        ),
    ],
    ids=["expired", "wrong-name", "missing-intermediate", "unknown-root"],
)
def test_the_certificate_that_fails_is_marked(
    text: str, security: dict[str, object], wrong: tuple[int, str]
) -> None:
    refused = world.refused(text, **security)  # type: ignore[arg-type]
    state = snapshot(refused, link=world.tls_failed(text, "what to check"))
    lines = server_lines(state, CLOCK)
    marked = [(line.depth, line.check) for line in lines if line.is_wrong]
    assert marked == [wrong]
    facts = told(server_facts(state, lines[0], CLOCK))
    assert facts["Fails"] == f"TLS: {text}"
    assert facts["Hint"] == "what to check"
    assert told(link_facts(state, CLOCK))["Fails"] == f"TLS: {text}"
    assert server_line(state, CLOCK).plain == f"× {lines[wrong[0]].name}: {wrong[1]}"
    assert link_line(state, CLOCK).plain.startswith("profile 3 · TLS fails")
    assert warned(refused) == [], "the link tells it"


def test_own_certificates_say_which_is_used_and_what_was_asked_for() -> None:
    later = world.own(days=400, number=3, is_in_use=False)
    later = replace(later, facts=replace(later.facts, not_before=at(8, day=9)))
    unread = world.own(number=4, is_in_use=False, problem="its private key cannot be read")
    security = world.security(
        certificates=(world.own(), world.own(number=2, is_in_use=False), later, unread),
        pending=v.PendingCertificate(
            since=at(14),
            common_name="CP001",
            organization="Example",
            key="EC P-256",
            is_taken=False,
        ),
    )
    lines = own_lines(security)
    assert len({line.id for line in lines}) == len(lines) == 8
    assert [state_of(line, 3, CLOCK).plain for line in lines[::2]] == [
        "in use",
        "fallback",
        "not valid before Jan 09 08:00",
        "its private key cannot be read",
    ]
    assert state_of(lines[1], 3, CLOCK).plain == "sent with it"
    ended = replace(lines[0], certificate=world.own(days=-1))
    assert state_of(ended, 3, CLOCK).plain == "has ended"
    facts = told(own_facts(security, lines[0], CLOCK))
    assert facts["Asked"] == (
        "CP001 of Example (EC P-256) · since 14:00:00 · the CSMS has not heard of it yet"
    )
    assert facts["Came"] == "Jan 02 08:15:00, by CertificateSigned"
    assert facts["Key"] == "EC P-256 · for signing"
    line = own_line(security, CLOCK).plain
    assert line == "CP001 until 2026-02-14 · 40 days left · asked for since 14:00"
    lower = replace(security, profile=2)
    state = told(own_facts(lower, lines[0], CLOCK))["State"]
    assert state == "ready for profile 3 · it is 2 now"
    missing = world.security(certificates=())
    assert own_line(missing, CLOCK).plain == "none and security profile 3 needs one"
    assert told(own_facts(missing, None, CLOCK))["To do"].startswith("ask for one, for CP001 of")


def test_a_root_is_told_with_its_hash_data_and_who_installed_it() -> None:
    facts = told(root_facts(world.roots()[1], CLOCK))
    assert facts["Came"] == "by the CSMS · Jan 03 09:30:00"
    assert facts["State"] == "active"
    assert facts["· name"].startswith("d3768132")
    assert facts["Hash"] == "SHA256, serial number 59d2755839892c13"
    nameless = replace(world.roots()[1], hash_data=None, state=v.RootState.FALLBACK)
    facts = told(root_facts(nameless, CLOCK))
    assert "the CSMS cannot name it" in facts["Hash"]
    assert facts["State"].startswith("fallback: the new root has not proved itself")
    store = told(store_facts(world.security()))["Store"]
    assert store.startswith("3 of at most 10 (CertificateStoreMaxLength) · a new root")
    line = roots_line(world.security(roots=(world.root(), nameless)), CLOCK).plain
    assert line == "Example Root until 2036-01-03 · 3650 days left · first of 2 · with a fallback"
    maker = world.security(roots=world.roots()[2:])
    assert "the roots of this machine count" in told(store_facts(maker))["CSMS"]


def test_an_event_says_whether_the_csms_was_told_and_if_not_why() -> None:
    queued, logged, *_ = world.events().entries
    assert told(event_facts(queued, CLOCK))["Told"].startswith("queued: it is sent as soon as")
    facts = told(event_facts(logged, CLOCK))
    assert facts["Why"] == "events of this type are only logged"
    assert facts["Words"] == "SecurityProfile 2 -> 3, set by CSMS"
    line = events_line(world.events(), CLOCK).plain
    assert line == "1 waits · 14:02:50 · TamperDetectionActivated · queued"
    assert told(log_facts(world.events()))["Log"].startswith("47.1 KiB")
    broken = replace(world.events(), log_problem="the disk is full")
    assert told(log_facts(broken))["Log"] == "the disk is full"
    assert "the disk is full" in events_line(broken, CLOCK).plain


ENDINGS: list[tuple[dict[str, object], str, Urgency]] = [
    (
        {"shown": world.server_chain(days=12)},
        "The certificate of the CSMS, csms.example.com, ends in 12 days, on 2026-01-17",
        Urgency.ODD,
    ),
    (
        {"shown": world.server_chain(days=6)},
        "The certificate of the CSMS, csms.example.com, ends in 6 days, on 2026-01-11",
        Urgency.BAD,
    ),
    (
        {"shown": (world.server_chain()[0], replace(SOON[1], not_after=at(12, day=7)))},
        "The certificate in the chain of the CSMS, Example CA 1, ends in 2 days, on 2026-01-07",
        Urgency.BAD,
    ),
    (
        {"certificates": (world.own(days=20),)},
        "The certificate of the charge point, CP001, ends in 20 days, on 2026-01-25",
        Urgency.ODD,
    ),
    (
        {"certificates": (world.own(days=-2),)},
        "The certificate of the charge point, CP001, has ended on 2026-01-03",
        Urgency.BAD,
    ),
    (
        {"certificates": (world.own(days=-2),), "profile": 2},
        "The certificate of the charge point, CP001, has ended on 2026-01-03",
        Urgency.ODD,
    ),
    (
        {"roots": (world.root(days=29),)},
        "The root for the CSMS, Example Root, ends in 29 days, on 2026-02-03",
        Urgency.ODD,
    ),
    (
        {"roots": (world.root(), replace(world.roots()[2], facts=world.root(days=3).facts))},
        "The root for firmware, Example Root, ends in 3 days, on 2026-01-08",
        Urgency.BAD,
    ),
]


@pytest.mark.parametrize(("changes", "words", "urgency"), ENDINGS)
def test_what_ends_soon_is_told_by_name_and_date_loudly_in_the_last_week(
    changes: dict[str, object], words: str, urgency: Urgency
) -> None:
    security = world.security(**changes)
    assert [(each.text, each.urgency) for each in warned(security)] == [(words, urgency)]
    assert [each.text for each in warned(security, link=worlds.broken_link())] == [words], "offline"
    later = Clock(NOW + timedelta(minutes=10), UTC)
    assert [each.text for each in warned(security, later)] == [words]
    tomorrow = Clock(at(0, 0, 1, day=6), UTC)
    [after_midnight] = warned(security, tomorrow)
    assert after_midnight.text.rpartition(" ")[2] == words.rpartition(" ")[2], "the same date"
    assert (after_midnight.text != words) is ("has ended" not in words), "a day less"


def test_a_csms_that_refuses_the_password_is_no_reason_to_be_silent_about_its_certificate() -> None:
    words = "refused credentials: HTTP 401"
    fault = {"fault": v.LinkFault.REFUSED_CREDENTIALS, "why": "HTTP 401"}
    problem = because("security.link_failed", "W A00", words, **fault)
    security = world.security(shown=world.server_chain(days=3), server=(), server_problem=problem)
    [alarm] = warned(security, link=worlds.broken_link())
    assert "ends in 3 days" in alarm.text


def test_what_is_well_what_is_spare_and_what_is_only_kept_is_not_warned_of() -> None:
    assert warned(world.security()) == []
    spare = replace(world.roots()[1], facts=world.root("Example Root 2", days=2).facts)
    assert warned(world.security(roots=(world.root(), spare))) == []
    kept = world.own(days=3, number=2, is_in_use=False)
    assert warned(world.security(certificates=(world.own(), kept))) == []


def test_what_ends_today_is_told_anew_when_it_ends() -> None:
    ends = replace(world.own().facts, not_after=at(18))
    security = world.security(certificates=(world.own(facts=ends),))
    found = warned(security)
    assert [each.text for each in found] == [
        "The certificate of the charge point, CP001, ends today at 18:00"
    ]
    assert words_change_in_s(found, NOW) == (at(18) - NOW).total_seconds()
    [ended] = warned(security, Clock(at(18, 0, 1), UTC))
    assert ended.text.endswith("has ended on 2026-01-05")
    assert words_change_in_s([ended], at(18, 0, 1)) is None


def test_a_renewal_that_failed_is_told_and_one_that_goes_on_is_not() -> None:
    words = "the CSMS answered SignCertificate with Rejected: nothing is pending any more"
    failed = world.security(renewal=because("security.renewal.rejected", "W A02", words))
    [alarm] = warned(failed)
    assert alarm.text == f"No new certificate of the charge point: {words}"
    assert told(own_facts(failed, own_lines(failed)[0], CLOCK))["Last"] == f"{words} (W A02)"
    passed = because("security.renewal.passed_on", "W A02", "the CSMS passes it on")
    assert warned(world.security(renewal=passed)) == []


def test_the_dashboard_tells_profile_and_days_left_in_a_few_words() -> None:
    line = told(connection_facts(snapshot(), CLOCK))["Secure"]
    assert line == "profile 3 · TLSv1.3 · own 40 days · certificate 265 days"
    details = told(connection_details(snapshot(), CLOCK))
    assert details["Own"] == "CP001 until 2026-02-14 · 40 days left"
    assert details["Valid"] == "2025-09-27 to 2026-09-27 · 265 days left"


def test_a_long_name_hides_no_date() -> None:
    name = "Root of the Charging Infrastructure of the Harbour of the Free City"
    line = roots_line(world.security(roots=(world.root(name, days=9),)), CLOCK).plain
    assert line == "Root of the Charging In… until 2026-01-14 · 9 days left"


def test_events_that_the_csms_will_never_be_told_are_an_alarm() -> None:
    lost = v.SecurityEventsView(crowded_out=12, crowded_out_at=at(9, 30))
    shown = snapshot(security_events=lost)
    [alarm] = [a for a in alarms(shown, CLOCK) if "will not reach" in a.text]
    assert alarm.text == (
        "12 security events will not reach the CSMS: too many waited, the last time 09:30"
    )
    assert alarm.urgency is Urgency.ODD
    later = alarms(shown, Clock(NOW + DAY, UTC))
    assert any("the last time Jan 05 09:30" in a.text for a in later)
