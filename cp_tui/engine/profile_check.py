"""The security profiles with TLS, held against what their servers show (W A00, A05).

Each is tried as far as TLS goes: the CSMS sees a connection that ends before anything was asked.
What a profile lacks here is told by `profile_outlook`; such a one is not tried.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias

from cp_tui.certificates.certificate_error import CertificateError, quoted
from cp_tui.certificates.facts import CertificateFacts
from cp_tui.charge_point.variables import LinkStep
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.connect import ConnectAttempt, Secured
from cp_tui.engine.connection_check import (
    DAYS_LEFT_FEW,
    CheckStep,
    CheckVerdict,
    StepResult,
    Tell,
)
from cp_tui.engine.credentials import StoredSecurity
from cp_tui.engine.endpoint import Endpoint, endpoint
from cp_tui.engine.keys import KeyFolder
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.engine.profile_outlook import outlooks
from cp_tui.engine.timeouts import Timeouts
from cp_tui.engine.tls import LinkTls, TlsMaker
from cp_tui.engine.upgrade import from_settings, where_to

FIRST_WITH_TLS = 2

Place: TypeAlias = tuple[str, int]
"""Host and port."""


async def check_profiles(
    config: EngineConfig,
    security: StoredSecurity,
    tell: Tell,
    *,
    data_dir: Path,
    timeouts: Timeouts | None = None,
    leave_out: Collection[int] = (),
    with_tls: Collection[int] = (),
) -> None:
    """Tell of each security profile with TLS whether it would come up, and until when.

    Those to leave out are known otherwise. Of those without TLS it is told where they would meet a
    server that speaks it; `with_tls` are profiles of which that is known.
    """
    known = endpoint(config.url, config.charge_point.charge_point_id)
    maker = TlsMaker(
        config.ca_file,
        config.check_hostname,
        is_strict=config.charge_point.security.strict_x509,
        key_file=KeyFolder(data_dir).path,
    )
    unreachable: set[Place] = set()
    speaking_tls = {_place(where_to(known, security.credentials(each))) for each in with_tls}
    ready = [each.profile for each in outlooks(security) if each.is_ready]
    for profile in ready:
        sent = security.credentials(profile)
        target = where_to(known, sent)
        place = _place(target)
        if profile < FIRST_WITH_TLS or profile in leave_out or place in unreachable:
            continue
        attempt = ConnectAttempt(
            endpoint=target,
            make_tls=partial(maker.make, sent),
            password=None,
            timeouts=timeouts or Timeouts(),
            on_phase=lambda phase: None,
        )
        try:
            secured = await attempt.secure()
        except LinkFailure as failure:
            if failure.step in (LinkStep.DNS, LinkStep.TCP):
                unreachable.add(place)
            if failure.shown:
                speaking_tls.add(place)
            hint = from_settings(failure, known, sent).hint
            tell(_would_fail(profile, failure.text, hint))
        else:
            speaking_tls.add(place)
            tell(_found(profile, maker.make(sent), secured, datetime.now(UTC)))
    for profile in ready:
        target = where_to(known, security.credentials(profile))
        if not target.is_secure and profile not in leave_out and _place(target) in speaking_tls:
            why = f"{target.host}:{target.port} speaks TLS, and ws:// has none"
            tell(_would_fail(profile, why))


def _place(target: Endpoint) -> Place:
    return target.host, target.port


def _would_fail(profile: int, why: str, hint: str = "") -> StepResult:
    return StepResult(CheckStep.PROFILE, CheckVerdict.NOTE, f"{profile} would fail: {why}", hint)


def _found(profile: int, tls: LinkTls, secured: Secured, now: datetime) -> StepResult:
    """Say until when a profile comes up: until the first of all these certificates ends."""
    if profile == 3 and secured.tls.asked_for_certificate is False:
        hint = "security profile 3 is not in force there: it lets in whoever comes"
        return _would_fail(3, "the CSMS does not ask for the certificate of the charge point", hint)
    text = f"{profile} would come up with {secured.tls.version}"
    certificates = _certificates(tls, secured, now)
    if not certificates:
        return StepResult(CheckStep.PROFILE, CheckVerdict.OK, text)
    first = min(certificates, key=lambda facts: facts.not_after)
    days = first.days_left(now)
    verdict = CheckVerdict.NOTE if days < DAYS_LEFT_FEW else CheckVerdict.OK
    name = quoted(first.common_name or first.subject)
    text += f" until {first.not_after:%Y-%m-%d}, {first.left(now)}: then {name} ends"
    return StepResult(CheckStep.PROFILE, verdict, text)


def _certificates(tls: LinkTls, secured: Secured, now: datetime) -> list[CertificateFacts]:
    """List all that has to be valid: of the CSMS, the root that stands for it, and our own."""
    from cp_tui.certificates.checks import anchor_of
    from cp_tui.certificates.described import facts_of

    pems = [*secured.chain, *tls.certificate]
    if secured.chain and (root := anchor_of(secured.chain, tls.roots or (), now)):
        pems.append(root)
    found = []
    for pem in pems:
        try:
            found.append(facts_of(pem))
        except CertificateError:
            # TLS has taken it all the same: when it ends is not known.
            continue
    return found
