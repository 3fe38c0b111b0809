"""The actions of the security screen: what can be done about certificates, profile and events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from textual.content import Content

from cp_tui.certificates.facts import CertificateFacts
from cp_tui.charge_point.variables import InstalledRoot, RootState, RootUse, SecurityView
from cp_tui.engine.disk import on_disk
from cp_tui.ocpp.plural import count
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import Group, action
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk, Form, FormField, Job
from cp_tui.tui.actions.outcome import CommandOutcome, finished
from cp_tui.tui.actions.saving import path_field, save
from cp_tui.tui.frame.subjects import shown_by
from cp_tui.tui.security.own_text import OwnLine, own_lines
from cp_tui.tui.security.panes import (
    SUBJECTS,
    OwnCertificatePane,
    RootsPane,
    ServerCertificatePane,
)
from cp_tui.tui.security.root_file import FoundRoot, read_root
from cp_tui.tui.security.roots_text import USE_WORDS, USES, root_facts, root_id
from cp_tui.tui.security.server_text import server_lines
from cp_tui.tui.text.certificates import certificate_facts, left, name_of
from cp_tui.tui.text.connection import PROFILE_WORDS, profile_words
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.paths import UnusableInput, where_paths_start
from cp_tui.tui.text.safe_text import drawn, safe_text

security_action = partial(action, screens="security", when=conditions.with_security)

SHOW_SUBJECTS = tuple(shown_by(each, "security", Group.SECURITY) for each in SUBJECTS)
"""One for each subject."""


@action(
    "maintenance.certificates",
    "Show certificates",
    group=Group.SECURITY,
)
async def show_certificates(desk: Desk) -> None:
    """The certificates of the CSMS and of the charge point: when each ends, what is wrong."""
    await desk.go_to("security")
    desk.frame.look_at(ServerCertificatePane.NAME)


THERE_ALREADY = "it is installed already: nothing changes"
EVENTS_OFF = "DisableSecurityEventNotifications"

NEEDS = {
    0: "nothing",
    1: "an AuthorizationKey",
    2: "an AuthorizationKey, and a root that stands for the CSMS",
    3: "a root that stands for the CSMS, and a certificate of the charge point",
}
"""What a security profile rests on (W A05)."""


@security_action(
    "security.request_certificate",
    "Ask for a certificate of the charge point",
    means=Meaning.COMPOSE,
    short="New certificate",
    pane="own_certificate",
    when=conditions.with_request_names,
)
async def request_certificate(desk: Desk) -> None:
    """Make a new key, and ask the CSMS to sign a certificate for it (CSR). Asks first."""
    security = desk.snapshot.security
    assert security is not None, "the condition of the action"
    whom = f"{drawn(security.serial)} of {drawn(security.cpo_name)}"
    then = "a new key is made, and SignCertificate is sent with the request"
    if not desk.snapshot.is_connected:
        then += " when there is a connection again"
    facts = [
        Fact("For", Content.styled(whom, "bold")),
        Fact("Then", Content(then)),
        Fact("Later", Content("the CSMS delivers the certificate with CertificateSigned")),
    ]
    if security.certificates:
        is_used = security.profile == 3
        kept = "the certificate in use" if is_used else "the certificate that is there"
        facts.append(Fact("Kept", Content(f"{kept}, until the new one is used")))
    if security.pending is not None:
        since = desk.clock.time(security.pending.since)
        void = f"the request of {since} is void: an answer to it is refused"
        facts.append(Fact("Void", Content.styled(void, "$text-warning")))
    question = ConfirmQuestion("Ask for a certificate?", facts, "Ask", is_dangerous=False)
    if await desk.ask(question):
        await desk.command(CommandCall("request_certificate"))


@security_action(
    "security.install_root",
    "Install a root certificate from a file",
    means=Meaning.INSTALL_FILE,
    short="Install root",
    pane="roots",
)
async def install_root(desk: Desk) -> None:
    """Read a root certificate (PEM), show what it is, and install it. Asks first."""
    found: list[tuple[FoundRoot, RootUse]] = []
    uses = {USES[use]: use for use in RootUse}

    def look(values: Mapping[str, str]) -> Job:
        path = Path(values["path"])

        async def job(tell: Callable[[str], None]) -> CommandOutcome:
            try:
                read = partial(read_root, path, desk.clock.now)
                root = await on_disk(read, f"reading {path}", tell)
            except OSError as error:
                raise UnusableInput(f"{path}: {error.strerror}") from None
            found.append((root, uses[values["use"]]))
            return finished("read", root.facts.subject)

        return job

    fields = (
        path_field("root_path", "*.pem"),
        FormField("use", "For", USES[RootUse.CSMS], choices=tuple(uses), is_needed=True),
    )
    intro = (
        Content("One certificate as PEM: the root of the CSMS, or of who signs firmware."),
        safe_text(where_paths_start()),
    )
    title = "Install a root certificate from a file"
    form = Form(title, fields, "Look", look, intro, is_reading=True, leads_on=True)
    await desk.fill(form)
    if found:
        await _install(desk, *found[-1])


async def _install(desk: Desk, root: FoundRoot, use: RootUse) -> None:
    """Ask whether this is the one, by everything that is in it; one that is refused is shown."""
    facts = [Fact("For", Content.styled(USE_WORDS[use], "bold"))]
    facts += certificate_facts(root.facts, desk.clock)
    security = desk.snapshot.security
    assert security is not None, "the condition of the action"
    if why := why_not_installed(root, use, security):
        is_there = why == THERE_ALREADY
        title = "This root certificate is " + ("there already" if is_there else "refused")
        _show_why(desk, title, why, facts)
        return
    if not root.facts.is_authority:
        words = "it is no authority: it stands for itself alone, such as for the CSMS that shows it"
        facts.append(Fact("But", Content.styled(words, "$text-warning")))
    if security.has_root_check and use is RootUse.CSMS:
        words = "it must be signed by the root that is active, which becomes the fallback"
        facts.append(Fact("Check", Content(words)))
    if await desk.ask(ConfirmQuestion("Install this root certificate?", facts, "Install")):
        params = {"use": use.value, "certificate": root.pem}
        await desk.command(CommandCall("install_root_certificate", params))


@security_action(
    "security.delete_root",
    "Delete a root certificate",
    means=Meaning.REMOVE,
    short="Delete root",
    pane="roots",
    when=conditions.with_roots,
)
async def delete_root(desk: Desk) -> None:
    """Delete the selected root, as DeleteCertificate would; asks first."""
    root = _selected_root(desk) or await _chosen_root(desk)
    if root is None:
        return
    if root.why_kept:
        title = f"Root {name_of(root.facts)} is needed"
        _show_why(desk, title, root.why_kept, root_facts(root, desk.clock))
        return
    then = "it counts no more; what the CSMS shows is held against the others"
    if root.use is RootUse.MANUFACTURER:
        security = desk.snapshot.security
        others = [each for each in security.roots if each.use is root.use] if security else []
        then = "it counts no more; signed firmware is held against the others"
        if len(others) <= 1:
            then = "it was the only one for firmware: every SignedUpdateFirmware is refused then"
    facts = [*root_facts(root, desk.clock), Fact("Then", Content(then))]
    title = f"Delete root {name_of(root.facts)}?"
    if await desk.ask(ConfirmQuestion(title, facts, "Delete")):
        params = {"fingerprint": root.facts.fingerprint}
        await desk.command(CommandCall("delete_root_certificate", params))


@security_action(
    "security.export_certificate",
    "Export a certificate",
    means=Meaning.EXPORT,
    short="Export",
    when=conditions.with_certificates,
)
async def export_certificate(desk: Desk) -> None:
    """Write the selected certificate to a file as PEM; never a private key."""
    facts = _selected_certificate(desk) or await _chosen_certificate(desk)
    if facts is None:
        return
    call = CommandCall("get_certificate", {"fingerprint": facts.fingerprint}, shows_itself=True)
    run = await desk.command(call)
    if isinstance(pem := run.result, str):
        title = f"Export {name_of(facts)}"
        await save(desk, title, "certificate", "pem", lambda _path: [pem], "*.pem")


@security_action(
    "security.set_profile",
    "Set the security profile",
    means=Meaning.EDIT,
    short="Profile",
    pane="secure_link",
)
async def set_profile(desk: Desk) -> None:
    """Go to another security profile, also to a lower one; says what it needs, and asks."""
    security = desk.snapshot.security
    assert security is not None, "the condition of the action"
    lacks = dict(enumerate(security.lacks))
    choices = [
        Choice(
            f"{profile}",
            Content(words),
            Content("in force" if profile == security.profile else ""),
            Content(f"it needs {NEEDS[profile]}"),
            why_not="" if profile == security.profile else drawn(lacks.get(profile, "")),
        )
        for profile, words in sorted(PROFILE_WORDS.items(), reverse=True)
    ]
    chosen = await desk.choose("Which security profile?", choices)
    if chosen is None:
        return
    profile = int(chosen)
    why = lacks.get(profile, "")
    if profile == security.profile:
        why = f"security profile {profile} is in force"
    if why:
        desk.refuse(safe_text(why))
        return
    how = "the connection is closed and made anew; charging goes on"
    if desk.snapshot.is_stopped:
        how = "it is stopped: the connection after the restart is made so"
    attempts = count(security.profile_tries, "attempt")
    facts = [
        Fact("Now", Content(profile_words(security.profile))),
        Fact("Then", Content.styled(PROFILE_WORDS[profile], "bold")),
        Fact("Needs", Content(NEEDS[profile])),
        Fact("How", Content(how)),
        Fact("If not", Content(f"after {attempts} in vain the present one is back in force")),
    ]
    if profile < (security.profile or 0):
        words = "to lower it is outside OCPP: the CSMS may not let the charge point in any more"
        facts.append(Fact("Warning", Content.styled(words, "bold $text-error")))
    if await desk.ask(ConfirmQuestion(f"Go to security profile {profile}?", facts, "Go")):
        await desk.command(CommandCall("set_security_profile", {"profile": profile}))


@security_action(
    "security.raise_event",
    "Raise a security event",
    means=Meaning.ERROR,
    short="Raise event",
    pane="security_events",
)
async def raise_event(desk: Desk) -> None:
    """Let something happen that nothing here can find out, such as the alarm of a tamper sensor."""
    events = desk.snapshot.security_events
    types = events.types if events is not None else ()
    fields = (
        FormField("type", value="TamperDetectionActivated", choices=types),
        FormField("tech_info", "Words", placeholder="optional, 255 characters", keep="tech_info"),
    )
    call = CommandCall("raise_security_event")
    intro = () if _is_told(desk) else (Content(f"It is only logged: {EVENTS_OFF} is true."),)
    await desk.fill(Form("Raise a security event", fields, "Raise", call, intro))


@security_action(
    "security.clear_log",
    "Clear the security log",
    means=Meaning.REMOVE_MANY,
    short="Clear log",
    pane="security_events",
)
async def clear_log(desk: Desk) -> None:
    """Delete every line of the security log; that is a security event itself. Asks first."""
    then = "SecurityLogWasCleared is sent, and is its first line again"
    if not _is_told(desk):
        then = f"SecurityLogWasCleared is its first line again, and not sent: {EVENTS_OFF} is true"
    facts = [
        Fact("Lost", Content("every line of the log; the CSMS cannot fetch them any more")),
        Fact("Then", Content(then)),
        Fact("Kept", Content("the newest events that are listed here")),
    ]
    if await desk.ask(ConfirmQuestion("Clear the security log?", facts, "Clear")):
        await desk.command(CommandCall("clear_security_log"))


def why_not_installed(root: FoundRoot, use: RootUse, security: SecurityView) -> str:
    """Why the charge point would refuse a root, as far as that shows from here; empty: it may not.

    Who has signed it is told by name alone: whether the signature fits, the charge point finds out.
    """
    same_use = [each for each in security.roots if each.use is use]
    if root.problem:
        return root.problem
    if any(each.facts.fingerprint == root.facts.fingerprint for each in same_use):
        return THERE_ALREADY
    active = [each for each in same_use if each.state is RootState.ACTIVE]
    follows = use is RootUse.CSMS and security.has_root_check and bool(active)
    if follows and root.facts.issuer not in {each.facts.subject for each in active}:
        names = ", ".join(name_of(each.facts) for each in active)
        return f"it is not signed by the active root ({names}): AdditionalRootCertificateCheck"
    most = security.roots_max
    if not follows and most is not None and len(security.roots) >= most:
        number = count(len(security.roots), "root")
        return f"{number} installed already, CertificateStoreMaxLength is {most}"
    return ""


def _show_why(desk: Desk, title: str, why: str, facts: Sequence[Fact]) -> None:
    """Show what would be in a question whose answer cannot be yes, and why it cannot."""
    told = [Fact("Why", safe_text(why, "bold $text-error")), *facts]
    desk.show(title, lambda _snapshot, _clock: told)


def _is_told(desk: Desk) -> bool:
    """Whether security events are sent to the CSMS, and not only logged."""
    entry = desk.snapshot.entry(EVENTS_OFF)
    return entry is None or entry.value != "true"


def _selected_root(desk: Desk) -> InstalledRoot | None:
    """The root under the cursor, where that pane has the focus."""
    wanted = desk.snapshot.cursors.get(RootsPane.NAME, "")
    security = desk.snapshot.security
    if desk.pane != RootsPane.NAME or security is None:
        return None
    return next((root for root in security.roots if root_id(root) == wanted), None)


async def _chosen_root(desk: Desk) -> InstalledRoot | None:
    security = desk.snapshot.security
    roots = {root_id(root): root for root in security.roots} if security is not None else {}
    choices = [
        Choice(key, Content(_root_words(root)), _until(desk, root.facts))
        for key, root in roots.items()
    ]
    return roots.get(await desk.choose("Delete which root?", choices) or "")


def _root_words(root: InstalledRoot) -> str:
    return f"{name_of(root.facts)} for {USES[root.use]}"


def _selected_certificate(desk: Desk) -> CertificateFacts | None:
    """The certificate under the cursor of the pane with the focus, where it has one."""
    here = desk.snapshot.cursors.get(desk.pane, "")
    match desk.pane:
        case ServerCertificatePane.NAME:
            lines = server_lines(desk.snapshot, desk.clock)
            return next((line.facts for line in lines if line.id == here), None)
        case OwnCertificatePane.NAME:
            own = own_lines(desk.snapshot.security)
            return next((line.facts for line in own if line.id == here), None)
        case _:
            root = _selected_root(desk)
            return root.facts if root is not None else None


async def _chosen_certificate(desk: Desk) -> CertificateFacts | None:
    """One of all that are known."""
    security = desk.snapshot.security
    assert security is not None, "the condition of the action"
    own = own_lines(security)
    known = {
        **{line.facts.fingerprint: (line.facts, _own_words(desk, line)) for line in own},
        **{facts.fingerprint: (facts, "the CSMS shows it") for facts in security.shown},
        **{root.facts.fingerprint: (root.facts, "root") for root in security.roots},
    }
    choices = [
        Choice(key, Content(f"{name_of(facts)} · {what}"), _until(desk, facts))
        for key, (facts, what) in known.items()
    ]
    key = await desk.choose("Export which certificate?", choices)
    return known[key][0] if key in known else None


def _own_words(desk: Desk, line: OwnLine) -> str:
    """What tells certificates of the charge point apart: they have one name."""
    own = line.certificate
    if own is None:
        return "sent with an own one"
    return f"own, came {desk.clock.time(own.since)}{', in use' if own.is_in_use else ''}"


def _until(desk: Desk, facts: CertificateFacts) -> Content:
    return left(facts.not_after, desk.clock)
