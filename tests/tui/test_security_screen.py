"""The security screen: every subject, what can be done about it, and what asks before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import PEM_cert_to_DER_cert

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.command_fields import PEM_MAX
from cp_tui.tui.security.actions import EVENTS_OFF, why_not_installed
from cp_tui.tui.security.panes import SUBJECTS
from cp_tui.tui.security.root_file import FoundRoot, read_root
from cp_tui.tui.text.paths import UnusableInput
from tests.certificates.making import CA, make
from tests.tui import security_world as world, worlds
from tests.tui.driving import screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_hostile_text import HOSTILE, assert_harmless, poisoned_world
from tests.tui.worlds import at

TO = {
    subject.NAME: ("escape", "home", *["down"] * row, "enter")
    for row, subject in enumerate(SUBJECTS)
}

ANSWERS = {
    "secure_link": (
        "Profile 3: TLS with a certificate",
        "Set by the CSMS",
        "Client the CSMS asked",
    ),
    "server_certificate": ("└ Example CA 1", "└ Example Root", "active root, of the settings"),
    "own_certificate": ("12 days left fallback", "40 days left in use"),
    "roots": ("CSMS Example Root 2", "firmware Maker Root", "900 days left operator"),
    "security_events": ("queued TamperDetectionActivated", "Jan 03 09:14 sent Invalid"),
}

ENDS = ("CSMS certificate csms.example.com until 2026-09-27", "Own certificate CP001 until 2026-02")


async def test_every_subject_is_in_the_list_and_opens_with_its_details() -> None:
    async with screen(engine=world.engine()) as drive:
        async with drive.step("what ends when is told in the list, and each subject below it"):
            await drive.press("8")
            assert drive.shows(*ENDS, "Trusted Maker Root until 2028-06-23", "Events 1 waits")
            for subject, keys in TO.items():
                await drive.press(*keys)
                assert drive.shows(*ANSWERS[subject]), subject
                assert drive.app.desk.pane == subject
        async with drive.step("enter tells everything about a row"):
            for subject, words in (
                ("server_certificate", ("Names csms.example.com, ocpp", "Issuer CN=Example CA 1")),
                ("own_certificate", ("State in use", "Came Jan 02 08:15:00")),
                ("roots", ("· name d3768132", "stands for the CSMS")),
                ("security_events", ("critical: the CSMS has to be told",)),
            ):
                await drive.press("8", *TO[subject], "enter")
                assert drive.shows(*words)
                await drive.press("escape")
        async with drive.step("the menu leads to a subject, and to the certificates"):
            for typed, pane in (
                ("security.roots", "roots"),
                ("maintenance.certificates", "server_certificate"),
            ):
                await drive.press("ctrl+p")
                await drive.type(typed)
                await drive.press("enter")
                assert drive.app.desk.pane == pane
        async with drive.step("news that look the same paint nothing"):
            await drive.press("8", *TO["own_certificate"])
            before = drive.strips()
            drive.engine.publish("security", world.security())
            await drive.settle()
            assert drive.strips() == before
        async with drive.step("a row that is filtered out is counted"):
            await drive.press("8", *TO["roots"], "slash", *"maker")
            assert drive.shows("1 of 3 match 'maker'")


async def test_a_large_terminal_shows_all_subjects_at_once() -> None:
    async with screen(engine=world.engine(), size=(200, 60), at="security") as drive:
        assert drive.shows(*(words for answer in ANSWERS.values() for words in answer[:1]))
        assert drive.shows("Names csms.example.com", "· name d3768132", "Log 47.1 KiB")
        await drive.resize(90, 34)
        assert drive.shows("queued TamperDetectionActivated", "Profile 3: TLS")
        assert not drive.shows("firmware Maker Root")
        await drive.resize(40, 10)
        assert drive.shows("1/2 tab", "▌Link")


async def test_what_changes_something_asks_and_says_what_will_be() -> None:
    pending = v.PendingCertificate(
        since=datetime(2026, 1, 5, 14, 1, tzinfo=UTC),
        common_name="CP001",
        organization="Example",
        key="EC P-256",
        is_taken=True,
    )
    async with screen(engine=world.engine(), at="security") as drive:
        engine = drive.engine
        async with drive.step("c asks for a certificate"):
            await drive.press("c")
            assert drive.shows("Ask for a certificate?", "CP001 of Example", "CertificateSigned")
            assert drive.shows("Kept the certificate in use")
            await drive.press("n")
            engine.publish("security", world.security(pending=pending))
            await drive.settle()
            await drive.press("c")
            assert drive.shows("the request of 14:01:00 is void")
            assert engine.calls == []
            await drive.press("y")
            assert engine.calls == [("request_certificate", {})]
            assert drive.shows("A new key is made, and the CSMS is asked")
        async with drive.step("e sets the profile, and warns of a lower one"):
            await drive.press("e")
            assert drive.shows("3: TLS with a certificate", "in force", "it needs a root")
            await drive.press("down", "enter")
            assert drive.shows("Go to security profile 2?", "outside OCPP", "3 attempts in vain")
            await drive.press("y")
            assert engine.calls == [("set_security_profile", {"profile": 2})]
        async with drive.step("to a higher one there is no such warning"):
            engine.publish("security", world.unprotected())
            await drive.settle()
            await drive.press("e", "enter")
            assert drive.shows("Go to security profile 3?", "a certificate of the charge point")
            assert not drive.shows("outside OCPP")
        async with drive.step("x deletes the root under the cursor, or lets one be chosen"):
            await drive.press(*TO["roots"], "down", "x")
            assert drive.shows("Delete root Example Root 2?", "Came by the CSMS · Jan 03 09:30:00")
            await drive.press("y")
            [(method, params)] = engine.calls
            assert method == "delete_root_certificate"
            assert params == {"fingerprint": world.roots()[1].facts.fingerprint}
            await drive.press("escape", "x")
            assert drive.shows("Delete which root?", "Maker Root for firmware")
        async with drive.step("! raises a security event"):
            await drive.press("exclamation_mark", "tab", *"the door", "enter")
            given = {"type": "TamperDetectionActivated", "tech_info": "the door"}
            assert engine.calls == [("raise_security_event", given)]
        async with drive.step("X clears the security log"):
            await drive.press("X")
            assert drive.shows("Clear the security log?", "the CSMS cannot fetch them")
            await drive.press("y")
            assert engine.calls == [("clear_security_log", {})]


@pytest.fixture(scope="module")
def pem() -> str:
    """A root that anybody could have made."""
    return make("Depot Root", extensions=[CA]).pem


async def test_a_root_is_shown_before_it_is_installed_and_a_certificate_is_exported(
    tmp_path: Path, pem: str
) -> None:
    good, bad, later = (tmp_path / name for name in ("root.pem", "key.pem", "later.pem"))
    good.write_text(make("Depot Root", begin=at(0), extensions=[CA]).pem)
    later.write_text(pem)
    bad.write_text("no certificate at all")
    async with screen(engine=world.engine(), size=(100, 40), at="security") as drive:
        engine = drive.engine
        async with drive.step("what is no certificate is refused in the form"):
            await drive.press("I")
            await drive.type(f"{bad}")
            await drive.press("enter")
            await drive.until_it_shows("key.pem:", "Install a root certificate from a file")
            assert engine.calls == []
        async with drive.step("one that would be refused is shown with the reason, not asked"):
            await drive.press("I", "ctrl+u")
            await drive.type(f"{later}")
            await drive.press("enter")
            # What reads certificates is imported for the first time.
            await drive.until_it_shows("This root certificate is refused")
            assert drive.shows("Depot Root", "not valid before 2030-05-31", "Issuer itself")
            await drive.press("escape")
            assert engine.calls == []
        async with drive.step("what it is, is shown before it is taken"):
            await drive.press("I", "ctrl+u")
            await drive.type(f"{good}")
            await drive.press("tab", *"firm", "enter")
            await drive.until_it_shows("Install this root certificate?")
            assert drive.shows("stands for who signs firmware", "Depot Root")
            await drive.press("y")
            [(method, params)] = engine.calls
            assert method == "install_root_certificate"
            assert params["use"] == "ManufacturerRootCertificate"
            assert params["certificate"] == good.read_text()
        async with drive.step("E writes the selected certificate as PEM"):
            engine.answers("get_certificate", pem)
            await drive.press(*TO["server_certificate"], "down", "E")
            fingerprint = world.server_chain()[1].fingerprint
            assert engine.calls == [("get_certificate", {"fingerprint": fingerprint})]
            assert drive.shows("Export Example CA 1")
            target = tmp_path / "out.pem"
            await drive.press("ctrl+u")
            await drive.type(f"{target}")
            await drive.press("enter")
            assert target.read_text() == pem
        async with drive.step("elsewhere one of all that are known is chosen"):
            engine.refuses("get_certificate", "no certificate has this fingerprint")
            await drive.press("escape", "home", "E")
            assert drive.shows("Export which certificate?", "Maker Root · root", "CP001 · own")
            await drive.press("enter")
            assert drive.shows("no certificate has this fingerprint")


async def test_an_observer_looks_and_exports_but_changes_nothing() -> None:
    engine = world.engine()
    async with screen(engine=engine, read_only=True, at="security") as drive:
        for key in ("c", "I", "x", "e", "exclamation_mark", "X"):
            await drive.press(key)
            assert drive.shows("read only: attached as an observer")
        await drive.press("E")
        assert drive.shows("Export which certificate?")
        assert engine.calls == []


async def test_what_cannot_come_true_is_not_asked() -> None:
    why = "the organization (CpoName) is not set: the CSMS sets it, or [keys] in cp-tui.toml"
    kept = "'Example Root' is the root of the present connection"
    lacks = ("", "", "", "SecurityProfile 3 needs a certificate of the charge point")
    first = replace(world.roots()[0], why_kept=kept)
    view = world.in_profile_2(pending=None, roots=(first,), lacks=lacks)
    async with screen(engine=world.engine(security=view), at="security") as drive:
        engine = drive.engine
        async with drive.step("a certificate where none is there: nothing is kept"):
            await drive.press("c")
            assert drive.shows("Ask for a certificate?", "CP001 of Example")
            assert not drive.shows("Kept")
            await drive.press("n")
        async with drive.step("a certificate without a name in it"):
            engine.publish("security", replace(view, why_no_request=why))
            await drive.settle()
            await drive.press("c")
            assert drive.shows("the organization (CpoName) is not set: the CSMS sets it")
            assert not drive.shows("Ask for a certificate?")
        async with drive.step("the root on which the connection rests"):
            await drive.press(*TO["roots"], "x")
            assert drive.shows("Root Example Root is needed", kept)
            await drive.press("escape")
        async with drive.step("a profile that lacks something, or is in force"):
            await drive.press("e", "3", "enter")
            assert drive.shows("SecurityProfile 3 needs a certificate")
            await drive.press("e", "2", "enter")
            assert drive.shows("security profile 2 is in force")
        async with drive.step("that an event is sent, where the key says no"):
            engine.publish("configuration", (worlds.entry(EVENTS_OFF, "true"),))
            await drive.settle()
            await drive.press("X")
            assert drive.shows("not sent: DisableSecurityEventNotifications is true")
            await drive.press("n", "exclamation_mark")
            assert drive.shows("It is only logged")
            await drive.press("escape")
        assert engine.calls == []


def test_what_is_in_a_file_of_a_root_is_said(tmp_path: Path, pem: str) -> None:
    file = tmp_path / "root.cer"
    file.write_bytes(PEM_cert_to_DER_cert(pem))
    with pytest.raises(UnusableInput, match=r"in binary form \(DER\), and PEM is wanted"):
        read_root(file, at(0))
    file.write_bytes("Schlüssel\n".encode("latin-1") + pem.encode())
    assert read_root(file, at(0)).facts.common_name == "Depot Root"
    with pytest.raises(UnusableInput, match="no such file"):
        read_root(tmp_path / "nothing.pem", at(0))
    file.write_text(" " * (PEM_MAX + 1))
    with pytest.raises(UnusableInput, match="larger than"):
        read_root(file, at(0))


@pytest.mark.parametrize(
    ("use", "changes", "words"),
    [
        (v.RootUse.CSMS, {}, "it is not signed by the active root (Example Root, Example Root 2)"),
        (v.RootUse.MANUFACTURER, {"roots_max": 3}, "3 roots installed already"),
        (v.RootUse.CSMS, {"roots_max": 3, "has_root_check": False}, "CertificateStoreMaxLength"),
        (v.RootUse.MANUFACTURER, {}, ""),
    ],
)
def test_a_root_that_the_store_would_refuse_is_known_before(
    use: v.RootUse, changes: dict[str, object], words: str
) -> None:
    found = FoundRoot("", world.root("New Root").facts, "")
    why = why_not_installed(found, use, world.security(**changes))
    assert words in why if words else not why
    there = FoundRoot("", world.roots()[0].facts, "")
    assert "already" in why_not_installed(there, v.RootUse.CSMS, world.security())
    signed = replace(found.facts, issuer=world.roots()[0].facts.subject)
    follows = FoundRoot("", signed, "")
    assert not why_not_installed(follows, v.RootUse.CSMS, world.security(roots_max=3))


async def test_what_there_is_not_is_said() -> None:
    engine = world.engine(security=world.unprotected(), security_events=v.SecurityEventsView())
    async with screen(engine=engine, at="security") as drive:
        await drive.press("x")
        assert drive.shows("no root is installed")
        await drive.press("E")
        assert drive.shows("no certificate is known")
        for subject, words in (
            ("server_certificate", ("no certificate", "whoever answers at its address")),
            ("own_certificate", ("no certificate", "set a serial number")),
            ("roots", ("no root installed", "the roots of this machine")),
            ("security_events", ("no security event yet",)),
        ):
            await drive.press(*TO[subject])
            assert drive.shows(*words), subject


async def test_nothing_is_known_before_the_charge_point_has_said_anything() -> None:
    empty = {name: None for name in ("security", "security_events")}
    engine = FakeEngine({k: each for k, each in world.world().items() if k not in empty})
    async with screen(engine=engine, at="security") as drive:
        assert drive.shows("Link not known yet", "Events not known yet")
        for keys in TO.values():
            await drive.press(*keys)
            assert drive.shows("not known yet")
        await drive.press("c")
        assert drive.shows("nothing is known of security yet")


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE)
async def test_text_from_outside_is_harmless_in_every_subject(poison: str) -> None:
    hostile = poisoned_world(world.world(), poison)
    # What tells the screen which words to use is ours.
    hostile["security"] = replace(hostile["security"], url="wss://csms.example.com/ocpp/CP001")
    async with screen(engine=FakeEngine(hostile), at="security") as drive:
        for keys in TO.values():
            await drive.press(*keys)
            assert_harmless(drive)
            await drive.press("enter")
            assert_harmless(drive)
            await drive.press("escape")
        for key in ("x", "E", "c"):
            await drive.press(key)
            assert_harmless(drive)
            await drive.press("escape")


async def test_what_ends_is_told_as_ended_at_that_moment_though_nobody_says_anything() -> None:
    now = worlds.NOW
    ends = now + timedelta(minutes=9)
    [first, *rest] = world.server_chain()
    shown = (replace(first, not_after=ends), *rest)
    async with screen(engine=world.engine(), at="security", now=lambda: now) as drive:
        drive.engine.publish("security", world.security(server=shown, shown=shown))
        await drive.settle()
        assert drive.shows("ends at 14:12")
        now = ends + timedelta(seconds=1)
        await drive.pass_time(9 * 60 + 1)
        assert not drive.shows("ends at 14:12")
        assert drive.shows("csms.example.com: expired")


async def test_certificates_of_one_name_are_told_apart_and_the_last_root_is_missed() -> None:
    async with screen(engine=world.engine(), at="security") as drive:
        await drive.press("E")
        assert drive.shows("own, came", "in use")
        await drive.press("escape")
        await drive.press(*TO["roots"], "end", "x")
        assert drive.shows("every SignedUpdateFirmware is refused then")
        await drive.press("n")
