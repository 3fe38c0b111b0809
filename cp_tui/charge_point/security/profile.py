"""SecurityProfile: what it needs before it is raised, and what if it does not come up (W A05).

A change is a record until the CSMS has said something on a connection with the new profile, or that
one has stood for some seconds; a Heartbeat asks for the word. After some attempts in vain the old
profile is in force again, and its key reads so; where that does not come up either, because the
CSMS has gone on meanwhile, the new one is tried again, and so on: whichever the CSMS takes ends it.
Key and record are written in one turn, so a power cut leaves a charge point that goes on with it.

A connection that is not what the profile wants is ended (W A00.FR.003): without TLS from profile 2
on, or in profile 3 where the server did not ask for the certificate of the charge point.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from cp_tui.charge_point.configuration import AUTHORIZATION_KEY, SECURITY_PROFILE, Configuration
from cp_tui.charge_point.effects import (
    CloseLink,
    LogLevel,
    OpenLink,
    SetCredentials,
    Table,
)
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import SecurityProfileRecord
from cp_tui.charge_point.security.events import Report
from cp_tui.charge_point.security.own_certificates import OwnCertificates
from cp_tui.charge_point.security.store import CertificateStore
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import (
    KeySource,
    RootUse,
    SecurityEventType,
    SecurityProfileChange,
    Tls,
)

CHANGE_KEY = "security_profile"
"""The key of the record in `Table.STATE`."""
STANDS_AFTER = timedelta(seconds=5)
"""A connection on which the CSMS says nothing counts after so long; many let in whoever comes, and
close with the reason a moment later."""
REOPEN_AFTER = timedelta(seconds=30)
"""How long after a connection that was ended here the next one is made."""


class SecurityProfiles:
    """The security profile in force, and the change of it that is under way."""

    def __init__(
        self,
        turn: Turn,
        configuration: Configuration,
        roots: CertificateStore,
        certificates: OwnCertificates,
        *,
        report: Report,
        credentials: Callable[[], SetCredentials],
        reconnect: Callable[[str], None],
    ) -> None:
        """`reconnect` makes the connection anew, for this reason."""
        self._turn = turn
        self._configuration = configuration
        self._roots = roots
        self._certificates = certificates
        self._report = report
        self._credentials = credentials
        self._reconnect_soon = reconnect
        self._change = turn.record(Table.STATE, CHANGE_KEY, SecurityProfileRecord)
        self._in_force = self.profile
        """As far as this part knows: what a change of the key begins at."""
        self._stands_at: datetime | None = None
        """When the connection of now counts, if it is the first one after a change."""
        self._reopen_at: datetime | None = None
        self.last_change: Reason | None = None
        """What became of the newest change."""

    @property
    def profile(self) -> int:
        """The value of SecurityProfile."""
        return self._configuration.integer(SECURITY_PROFILE)

    def why_not(self, profile: int) -> Reason | None:
        """Say why the CSMS may not set this profile, if so (W A05.FR.01 to .04)."""
        now = self.profile
        if profile <= now:
            return because(
                "security.profile.not_higher",
                "W A05.FR.01",
                "{key} goes only up: it is {now}, not changed to {wanted}",
                key=SECURITY_PROFILE,
                now=now,
                wanted=profile,
            )
        return self.why_impossible(profile)

    def why_impossible(self, profile: int) -> Reason | None:
        """Say what is missing here for a profile, if something is."""
        if profile in (1, 2) and not self._configuration.is_set(AUTHORIZATION_KEY):
            return because(
                "security.profile.no_password",
                "W A05.FR.02",
                "{name} {wanted} needs an {key} first, and none is set",
                name=SECURITY_PROFILE,
                wanted=profile,
                key=AUTHORIZATION_KEY,
            )
        if profile >= 2 and not self._roots.valid_pems(RootUse.CSMS):
            installed = len(self._roots.roots(RootUse.CSMS))
            return because(
                "security.profile.no_root",
                "W A05.FR.03",
                "{key} {wanted} needs a CSMS root certificate that is valid now: {there}",
                key=SECURITY_PROFILE,
                wanted=profile,
                there=f"of {installed} installed none is" if installed else "none is installed",
            )
        return self.why_no_certificate() if profile == 3 else None

    def why_no_certificate(self) -> Reason | None:
        """Say why there is no certificate for profile 3, if so."""
        if self._certificates.has_valid:
            return None
        there = len(self._certificates.chains())
        return because(
            "security.profile.no_certificate",
            "W A05.FR.04",
            "{key} 3 needs a certificate of the charge point that is valid now: {there}",
            key=SECURITY_PROFILE,
            there=f"of {there} there none is" if there else "there is none",
        )

    def set_by_operator(self, profile: int) -> tuple[bool, Reason]:
        """Set the profile for the operator, upwards or downwards, or say why not."""
        if profile == self.profile:
            words = "{key} is {now} already"
            key, now = SECURITY_PROFILE, self.profile
            return False, because("security.profile.same", "cp-tui", words, key=key, now=now)
        if reason := self.why_impossible(profile):
            return False, reason
        is_lower, before = profile < self.profile, self.profile
        self._configuration.put(SECURITY_PROFILE, str(profile), KeySource.OPERATOR)
        self.changed(KeySource.OPERATOR)
        warning = "; that is outside OCPP, and less secure than before" if is_lower else ""
        reason = because(
            "security.profile.set",
            "W A00.FR.005",
            "{key} {old} -> {new} by the operator{warning}",
            key=SECURITY_PROFILE,
            old=before,
            new=profile,
            warning=warning,
        )
        self._turn.log(LogLevel.WARNING if is_lower else LogLevel.INFO, reason.text)
        return True, reason

    def changed(self, source: KeySource) -> None:
        """Connect with the profile that the key has now (W A05.FR.05 to .07)."""
        before, self._in_force = self._in_force, self.profile
        # A change while another one is under way: what has worked before is gone back to.
        fallback = self._change.fallback if self._change else before
        if fallback == self._in_force:
            self._end_change()
        else:
            self._set(
                SecurityProfileRecord(
                    wanted=self._in_force,
                    fallback=fallback,
                    tries_left=self.tries,
                    since=self._turn.now,
                    source=source,
                )
            )
        self.last_change = None
        words = f"{SECURITY_PROFILE} {before} -> {self._in_force}, set by {source}"
        self._report(SecurityEventType.RECONFIGURATION_OF_SECURITY_PARAMETERS, words)
        self._reconnect()

    @property
    def tries(self) -> int:
        """How many attempts to connect a profile has to come up."""
        return max(1, self._turn.config.security.profile_tries)

    def why_wrong(self, tls: Tls | None) -> Reason | None:
        """Say why a connection that was just made is not what the profile wants (W A00.FR.003)."""
        profile = self.profile
        if profile >= 2 and tls is None:
            return because(
                "security.profile.no_tls",
                "W A00.FR.003",
                "{key} is {now}, and the connection was made without TLS: it is ended",
                key=SECURITY_PROFILE,
                now=profile,
            )
        if profile == 3 and tls is not None and tls.asked_for_certificate is False:
            return because(
                "security.profile.not_asked",
                "W A00.FR.003",
                "{key} is 3, and the CSMS did not ask for the certificate of the charge point:"
                " it lets in whoever comes, so the connection is ended",
                key=SECURITY_PROFILE,
            )
        return None

    def end_link(self, reason: Reason) -> None:
        """End a connection that is not what the profile wants, and make another one later."""
        self._turn.log(LogLevel.WARNING, reason.text)
        self._reopen_at = self._turn.now + REOPEN_AFTER
        self._turn.emit(CloseLink(reason.text, self._reopen_at))
        if self.failed(reason.text):
            self._reconnect()

    def link_opened(self) -> None:
        """Note that a connection is made; whether it is of any use has to be seen."""
        self._reopen_at = None
        self._stands_at = self._turn.now + STANDS_AFTER if self._change else None

    @property
    def is_unproved(self) -> bool:
        """Whether nothing is known yet of the connection that was made after a change."""
        return self._stands_at is not None

    def heard(self) -> None:
        """Note that the CSMS says something: whatever profile the connection has, it works."""
        if self.is_unproved:
            self._came_up()

    def link_closed(self) -> None:
        """Count a connection that was closed before the CSMS said a word as one in vain."""
        is_in_vain = self.is_unproved and not self._turn.is_stopped
        self._stands_at = None
        if is_in_vain:
            self.failed("the connection was made, and closed before the CSMS said anything")

    def _came_up(self) -> None:
        change = self._change
        assert change is not None, "without a change there is nothing to prove"
        self._end_change()
        if change.is_back:
            return
        self.last_change = because(
            "security.profile.came_up",
            "W A05.FR.07",
            "{key} {now} works: the CSMS has let the charge point in with it",
            key=SECURITY_PROFILE,
            now=self.profile,
        )
        self._turn.log(LogLevel.INFO, self.last_change.text)

    def failed(self, text: str) -> bool:
        """Count an attempt in vain; True where the other profile is tried now."""
        change = self._change
        if change is None:
            return False
        if change.tries_left > 1:
            self._set(replace(change, tries_left=change.tries_left - 1))
            return False
        is_back = not change.is_back
        vain, profile = change.wanted, change.fallback
        if not is_back:
            vain, profile = profile, vain
        self._set(replace(change, is_back=is_back, tries_left=self.tries))
        self._in_force = profile
        self._configuration.put(SECURITY_PROFILE, str(profile), KeySource.CHARGE_POINT)
        self.last_change = because(
            "security.profile.fell_back",
            "W A05.FR.08",
            "{key} {wanted} did not come up in {count:attempt}, so {now} is in force again: {why}"
            if is_back
            else "{key} {wanted} did not come up any more in {count:attempt}, so {now} is tried"
            " again: {why}",
            key=SECURITY_PROFILE,
            wanted=vain,
            count=self.tries,
            now=profile,
            why=text,
        )
        self._turn.log(LogLevel.WARNING, self.last_change.text)
        words = f"{SECURITY_PROFILE} {vain} did not come up, {profile} is in force"
        self._report(SecurityEventType.RECONFIGURATION_OF_SECURITY_PARAMETERS, words)
        self._turn.changed("identity")
        # The link goes on by itself, as soon as its wait is over: to hurry it would let two
        # profiles that both fail follow each other without a pause.
        self._turn.emit(self._credentials())
        return True

    def _reconnect(self) -> None:
        self._turn.emit(self._credentials())
        if not self._turn.is_stopped:
            why = f"{SECURITY_PROFILE} was changed: it connects anew with what is set now"
            if self._reopen_at:
                self._turn.emit(OpenLink())
            else:
                self._reconnect_soon(why)
        self._reopen_at = None
        self._turn.changed("security", "identity")

    def _end_change(self) -> None:
        self._change = self._stands_at = None
        self._turn.forget(Table.STATE, CHANGE_KEY)
        self._turn.changed("security")

    def _set(self, record: SecurityProfileRecord) -> None:
        # A connection that is open now was made with something else.
        self._change, self._stands_at = record, None
        self._turn.save(Table.STATE, CHANGE_KEY, record)
        self._turn.changed("security")

    @property
    def deadline(self) -> datetime | None:
        """When `tick` has something to do."""
        due = self._reopen_at, self._stands_at
        return min((each for each in due if each is not None), default=None)

    def tick(self) -> None:
        """Connect again after a connection that was ended here; believe in one that stands."""
        if self._stands_at is not None and self._turn.now >= self._stands_at:
            self._came_up()
        if self._reopen_at is not None and self._turn.now >= self._reopen_at:
            self._reopen_at = None
            self._turn.emit(OpenLink())

    def view(self) -> SecurityProfileChange | None:
        """Give the change that is under way."""
        change = self._change
        if change is None:
            return None
        return SecurityProfileChange(
            wanted=change.wanted,
            fallback=change.fallback,
            is_back=change.is_back,
            tries_left=change.tries_left,
            since=change.since,
            by=str(change.source),
        )
