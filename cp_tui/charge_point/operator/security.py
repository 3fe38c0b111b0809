"""What the operator does about security; each leaves a security event, or says why not."""

from __future__ import annotations

from cp_tui.charge_point.components import Components
from cp_tui.charge_point.effects import Refuse, Reply
from cp_tui.charge_point.events import (
    ClearSecurityLog,
    DeleteRootCertificate,
    InstallRootCertificate,
    OperatorEvent,
    RaiseSecurityEvent,
    RequestCertificate,
    SetSecurityProfile,
)
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.variables import RootOrigin


def request_certificate(components: Components, event: RequestCertificate) -> None:
    """Have a certificate asked for; it comes later, or never."""
    renewal = components.security.renewal
    reason = renewal.why_not()
    if reason is None:
        renewal.begin(is_triggered=False)
        words = "a new {kind} key is made, and the CSMS is asked to sign a certificate for it"
        kind = str(components.turn.config.security.key_type)
        _answer(components, event, (True, because("renewal.begun", "W A02", words, kind=kind)))
    else:
        _answer(components, event, (False, reason))


def install_root_certificate(components: Components, event: InstallRootCertificate) -> None:
    """Install a root certificate by the rules for the CSMS."""
    roots = components.security.roots
    outcome = roots.install(event.use, event.certificate, RootOrigin.OPERATOR)
    _answer(components, event, outcome)


def delete_root_certificate(components: Components, event: DeleteRootCertificate) -> None:
    """Delete a root certificate by the rules for the CSMS."""
    _answer(components, event, components.security.roots.delete_by_fingerprint(event.fingerprint))


def set_security_profile(components: Components, event: SetSecurityProfile) -> None:
    """Go to another security profile, upwards or downwards."""
    _answer(components, event, components.security.profiles.set_by_operator(event.profile))


def raise_security_event(components: Components, event: RaiseSecurityEvent) -> None:
    """Have a security event happen that nothing here can find out by itself."""
    components.security.events.report(event.type, event.tech_info)
    kind = components.security.events.name(event.type)
    words = "{kind} has happened, by the operator's hand"
    _answer(components, event, (True, because("events.raised", "W A04", words, kind=kind)))


def clear_security_log(components: Components, event: ClearSecurityLog) -> None:
    """Delete the lines of the security log."""
    components.security.events.clear_log()
    reason = because("events.log_cleared", "W A04", "the lines of the security log are deleted")
    _answer(components, event, (True, reason))


def _answer(components: Components, event: OperatorEvent, outcome: tuple[bool, Reason]) -> None:
    is_done, reason = outcome
    if is_done:
        components.turn.emit(Reply(event.request, True, reason))
    else:
        components.turn.emit(Refuse(event.request, reason))
