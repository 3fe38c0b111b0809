"""All parts of security together, and what happens to several of them at once (W A00 to A05)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.events import LinkFailed, LinkOpened, PoweredOn
from cp_tui.charge_point.outbox import Outbox
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.security.credentials import credentials, url_for
from cp_tui.charge_point.security.events import SecurityEvents
from cp_tui.charge_point.security.own_certificates import OwnCertificates
from cp_tui.charge_point.security.profile import SecurityProfiles
from cp_tui.charge_point.security.reading import described, pem_of
from cp_tui.charge_point.security.reconnection import Reconnection
from cp_tui.charge_point.security.renewal import CertificateRenewal
from cp_tui.charge_point.security.store import CertificateStore
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import LinkFault, SecurityEventType, SecurityView


class Security:
    """Profiles, certificates and security events of one charge point."""

    def __init__(
        self,
        turn: Turn,
        configuration: Configuration,
        calls: Calls,
        outbox: Outbox,
        *,
        why_offline: Callable[[], str | None],
    ) -> None:
        self._turn = turn
        self._configuration = configuration
        self.events = SecurityEvents(turn, configuration, outbox)
        report = self.events.report
        self.certificates = OwnCertificates(turn)
        self.roots = CertificateStore(
            turn,
            configuration,
            report=report,
            own_certificates=self.certificates.chains,
            on_changed=lambda: turn.emit(self.credentials()),
        )
        self.reconnection = Reconnection(turn)
        self.profiles = SecurityProfiles(
            turn,
            configuration,
            self.roots,
            self.certificates,
            report=report,
            credentials=self.credentials,
            reconnect=self.reconnection.soon,
        )
        self.renewal = CertificateRenewal(
            turn,
            calls,
            configuration,
            self.roots,
            self.certificates,
            report=report,
            credentials=self.credentials,
            why_offline=why_offline,
        )
        self._problem: Reason | None = None
        """Why there is no connection, where that is about security."""
        self._shown: tuple[str, ...] = ()
        """What the CSMS has shown last, PEM, also where it was not trusted."""
        self._is_refused = False
        """What was shown last is not trusted."""

    def credentials(self) -> SetCredentials:
        """Give what the link has to know; whoever asks hands it on."""
        config = self._turn.config
        found = credentials(config, self._configuration, self.roots, self.certificates)
        self.renewal.given(found.certificate.key_id if found.certificate else None)
        return found

    def power_on(self, event: PoweredOn) -> None:
        """Boot: see which keys are there, and note the event."""
        self.certificates.power_on(event.keys)
        self.renewal.power_on(event.keys)
        self.events.powered_on(after_failure=event.after_failure)

    def link_opened(self, event: LinkOpened) -> bool:
        """Look at a new connection; False: it is not what the profile wants, and is ended."""
        self._turn.changed("security")
        self._shown, self._is_refused = event.chain, False
        self._problem = self.profiles.why_wrong(event.tls)
        if self._problem is not None:
            self.profiles.end_link(self._problem)
            return False
        self.events.link_opened()
        self.reconnection.link_opened()
        self.profiles.link_opened()
        self.roots.link_opened(event.tls is not None, event.chain)
        if self.profiles.profile == 3:
            self.certificates.proved()
            self.renewal.proved()
        return True

    def link_closed(self) -> None:
        """Note that the connection has ended."""
        self.reconnection.link_closed()
        self.profiles.link_closed()
        self.roots.link_closed()
        self.renewal.link_closed()

    def link_failed(self, event: LinkFailed) -> None:
        """Learn from an attempt to connect that was in vain."""
        # Of another failure it is not said here: what was wrong before may be so no more.
        self._problem = None
        if event.fault is not LinkFault.OTHER:
            words = "{fault}: {why}"
            fault, why = str(event.fault), event.text
            self._problem = because("security.link_failed", "W A00", words, fault=fault, why=why)
        is_refused = event.fault is LinkFault.SERVER_CERTIFICATE
        if event.chain:
            self._shown, self._is_refused = event.chain, is_refused
        self._is_refused |= is_refused
        self._turn.changed("security")
        self.events.link_failed(event.fault, event.text, event.chain)
        was_shown = self.profiles.profile == 3
        is_not_taken = event.fault is LinkFault.CLIENT_CERTIFICATE and was_shown
        if is_not_taken and self.certificates.has_another:
            # Of the profile this says nothing before the others were tried.
            self.renewal.not_taken(event.text)
            return
        has_changed = self.profiles.failed(event.text)
        if is_not_taken and not has_changed:
            self.renewal.not_taken(event.text)

    def authorization_key_changed(self) -> None:
        """Note a new AuthorizationKey, never its value (W A01.FR.11)."""
        words = "AuthorizationKey changed"
        self.events.report(SecurityEventType.RECONFIGURATION_OF_SECURITY_PARAMETERS, words)
        self._turn.changed("security")

    @property
    def deadline(self) -> datetime | None:
        """When `tick` has something to do."""
        due = self.reconnection.deadline, self.profiles.deadline, self.renewal.deadline
        return min((each for each in due if each is not None), default=None)

    def tick(self) -> None:
        """Do what is due."""
        self.reconnection.tick()
        self.profiles.tick()
        self.renewal.tick()

    def pem(self, fingerprint: str) -> str | None:
        """Give a certificate by its fingerprint: installed, of our own, or shown by the CSMS."""
        return (
            self.roots.pem(fingerprint)
            or self.certificates.pem(fingerprint)
            or pem_of(self._shown, fingerprint)
        )

    def view(self) -> SecurityView:
        """Give the variable `security`."""
        configuration, config = self._configuration, self._turn.config
        profile = self.profiles.profile
        return SecurityView(
            profile=profile,
            url=url_for(config, profile),
            profile_tries=self.profiles.tries,
            change=self.profiles.view(),
            last_change=self.profiles.last_change,
            authorization_key=configuration.authorization_key_form(),
            serial=self.renewal.serial,
            cpo_name=self.renewal.organization,
            why_no_request=_text(self.renewal.why_not()),
            lacks=tuple(_text(self.profiles.why_impossible(each)) for each in range(4)),
            roots=self.roots.view(),
            roots_max=configuration.integer("CertificateStoreMaxLength"),
            has_root_check=self.roots.has_root_check,
            certificates=self.certificates.view(),
            pending=self.renewal.view(),
            renewal=self.renewal.outcome,
            server=self.roots.server(),
            shown=described(self._shown),
            is_refused=self._is_refused,
            server_problem=self._problem,
        )


def _text(reason: Reason | None) -> str:
    return "" if reason is None else reason.text
