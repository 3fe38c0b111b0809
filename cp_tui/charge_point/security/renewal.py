"""A new certificate for the charge point: asked for, delivered, and put to use (W A02, A03).

The shell makes the key and the request; here is only known what the key is called. Which request is
pending is a record, so that the answer may come after a boot, and its key is what the certificate
has to be for. A new request takes the place of one that the CSMS has not answered. There is one
certificate at a time that is asked for, and nothing is asked for again by itself when no answer
comes (W A03.FR.02); but a request that the line cut off is sent once more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.subject import check_common_name, check_organization
from cp_tui.charge_point.calls import CallFailure, Calls, FailureKind, Outgoing
from cp_tui.charge_point.configuration import SECURITY_PROFILE, Configuration
from cp_tui.charge_point.effects import (
    ForgetKey,
    LogLevel,
    MakeCertificateRequest,
    Reconnect,
    SetCredentials,
    Table,
)
from cp_tui.charge_point.events import CertificateRequestFailed, CertificateRequestMade
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import PendingRequestRecord, RenewalRecord
from cp_tui.charge_point.security.events import Report
from cp_tui.charge_point.security.own_certificates import OwnCertificates
from cp_tui.charge_point.security.reading import facts_of, words_of
from cp_tui.charge_point.security.store import CertificateStore
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import PendingCertificate, RootUse, SecurityEventType
from cp_tui.ocpp.model import WireModel

PENDING_KEY, RENEWAL_KEY = "pending_certificate_request", "certificate_renewal"
"""The keys of the records in `Table.STATE`."""
NOT_TAKEN = "security.renewal.not_taken"
IMPOSSIBLE = "security.renewal.impossible"
CHAIN_SIZE_KEY = "CertificateSignedMaxChainSize"
LOOK_EVERY = timedelta(hours=12)
RENEW_BEFORE = timedelta(days=30)
"""How long before its end a certificate is renewed (W A03.FR.02: one month)."""
ASK_AGAIN = timedelta(days=1)
RECONNECT_AFTER = timedelta(seconds=1)
"""How long after the answer to CertificateSigned the connection is made anew."""


class _Wanted(Struct, frozen=True):
    """A key pair that is being made."""

    key_id: str
    kind: KeyKind
    common_name: str
    organization: str
    is_triggered: bool


class CertificateRenewal:
    """The request for a certificate that is pending, and when the next one is due."""

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        configuration: Configuration,
        roots: CertificateStore,
        certificates: OwnCertificates,
        *,
        report: Report,
        credentials: Callable[[], SetCredentials],
        why_offline: Callable[[], str | None],
    ) -> None:
        self._turn = turn
        self._calls = calls
        self._configuration = configuration
        self._roots = roots
        self._certificates = certificates
        self._report = report
        self._credentials = credentials
        self._why_offline = why_offline
        self._pending = turn.record(Table.STATE, PENDING_KEY, PendingRequestRecord)
        self._renewal = turn.record(Table.STATE, RENEWAL_KEY, RenewalRecord)
        self._making: _Wanted | None = None
        self._is_asking = False
        """SignCertificate is on its way."""
        self._reconnect_at: datetime | None = None
        self._look_at: datetime | None = None
        self._given: str | None = None
        self._standing: tuple[str, ...] = ()
        """Of the certificates, as they were published last."""
        self.outcome: Reason | None = None
        """What became of the newest request."""

    @property
    def serial(self) -> str:
        """What a certificate of this charge point names as its subject (W A00.FR.404)."""
        config = self._turn.config
        return (
            config.security.serial
            or config.charge_box_serial_number
            or config.charge_point_serial_number
            or ""
        )

    @property
    def organization(self) -> str:
        """CpoName."""
        return self._configuration.text("CpoName")

    def power_on(self, keys: frozenset[str] | None) -> None:
        """Go on with what was pending; forget the keys that nothing needs."""
        pending = self._pending
        if pending is not None and keys is not None and pending.key_id not in keys:
            words = "a request for a certificate is given up: its private key cannot be read"
            self._turn.log(LogLevel.ERROR, words)
            self._drop_pending()
        needed = self._certificates.key_ids | ({self._pending.key_id} if self._pending else set())
        for key_id in sorted((keys or frozenset()) - needed):
            self._turn.emit(ForgetKey(key_id))
        self._look_at = self._turn.now

    def why_not(self) -> Reason | None:
        """Say why no certificate can be asked for, if so (W A02.FR.13)."""
        for check, name, where in (
            (check_organization, self.organization, "the CSMS sets it, or [keys] in cp-tui.toml"),
            (check_common_name, self.serial, "security.serial in cp-tui.toml sets it"),
        ):
            try:
                check(name)
            except CertificateError as error:
                words, rule = "{why}: {where}", "W A02.FR.13"
                return because(IMPOSSIBLE, rule, words, why=error.text, where=where)
        return None

    def begin(self, *, is_triggered: bool) -> None:
        """Have a new key made, and a certificate asked for with it."""
        assert self.why_not() is None, "whoever asks has to look first"
        self._making = _Wanted(
            key_id=self._turn.new_id(),
            kind=self._turn.config.security.key_type,
            common_name=self.serial,
            organization=self.organization,
            is_triggered=is_triggered,
        )
        wanted = self._making
        self._turn.emit(
            MakeCertificateRequest(
                wanted.key_id, wanted.kind, wanted.common_name, wanted.organization
            )
        )

    def made(self, event: CertificateRequestMade) -> None:
        """Ask the CSMS to sign; a request before it that was not answered is void."""
        wanted = self._making
        if wanted is None or wanted.key_id != event.key_id:
            # Another one was wanted meanwhile.
            self._turn.emit(ForgetKey(event.key_id))
            return
        self._making = None
        self._drop_pending()
        self._set_pending(
            PendingRequestRecord(
                key_id=event.key_id,
                request=event.request,
                public_key=event.public_key,
                common_name=wanted.common_name,
                organization=wanted.organization,
                kind=str(wanted.kind),
                since=self._turn.now,
            )
        )
        self._ask(is_triggered=wanted.is_triggered)

    def not_made(self, event: CertificateRequestFailed) -> None:
        """Tell that there is no key, and so no request."""
        if self._making is None or self._making.key_id != event.key_id:
            return
        self._making = None
        words = "no certificate is asked for: {why}"
        self._tell(because("security.renewal.no_key", "W A02", words, why=event.text))

    def link_closed(self) -> None:
        """A trigger counts for the connection on which it came, and for no other one (S 4.2)."""
        if self._making is not None:
            self._making = replace(self._making, is_triggered=False)

    def report(self) -> None:
        """Send a request that the CSMS has not heard: it was made offline, or the line was cut."""
        if self._pending is not None and not self._pending.is_heard and not self._is_asking:
            self._ask(is_triggered=False)

    def _ask(self, *, is_triggered: bool) -> None:
        pending = self._pending
        assert pending is not None
        if self._why_offline() is not None and not (is_triggered and self._calls.is_open):
            return
        # A boot has nothing to ask for, and the models of security would hold it up.
        from cp_tui.ocpp.security import SignCertificateRequest

        self._is_asking = True

        def answered(response: WireModel) -> None:
            self._answered(pending.key_id, response)

        def failed(failure: CallFailure) -> None:
            self._failed(pending.key_id, failure)

        request = SignCertificateRequest(csr=pending.request)
        self._calls.call(Outgoing(request, answered, failed, is_triggered=is_triggered))

    def _answered(self, key_id: str, response: WireModel) -> None:
        from cp_tui.ocpp.security import SignCertificateResponse
        from cp_tui.ocpp.security_enumerations import GenericStatus

        assert isinstance(response, SignCertificateResponse)
        self._is_asking = False
        if self._pending is None or self._pending.key_id != key_id:
            return
        if response.status is GenericStatus.REJECTED:
            self._drop_pending()
            words = "the CSMS answered SignCertificate with Rejected: nothing is pending any more"
            self._tell(because("security.renewal.rejected", "W A02", words))
            return
        self._set_pending(replace(self._pending, is_heard=True))
        words = "the CSMS passes the request for a certificate on; CertificateSigned may follow"
        self.outcome = because("security.renewal.passed_on", "W A02", words)

    def _failed(self, key_id: str, failure: CallFailure) -> None:
        self._is_asking = False
        if self._pending is None or self._pending.key_id != key_id:
            return
        if failure.kind is FailureKind.OFFLINE:
            return
        if failure.kind is FailureKind.CALL_ERROR:
            self._drop_pending()
        else:
            # It may have been heard: what answers it is taken, but it is not sent again.
            self._set_pending(replace(self._pending, is_heard=True))
        words = "SignCertificate was not answered as it should: {why}"
        self._tell(because("security.renewal.failed", "W A02", words, why=failure.text))

    def signed(self, chain: str) -> tuple[bool, Reason]:
        """Take the certificate that the CSMS delivers, or say why not (W A02.FR.06)."""
        size, size_max = len(chain), self._configuration.integer(CHAIN_SIZE_KEY)
        if size > size_max:
            return False, because(
                "security.renewal.too_long",
                "W A02",
                "the chain has {size:character}, {key} is {maximum}",
                size=size,
                key=CHAIN_SIZE_KEY,
                maximum=size_max,
            )
        pending = self._pending
        if pending is None:
            words = "no request for a certificate is pending"
            self._report(SecurityEventType.INVALID_CHARGE_POINT_CERTIFICATE, words)
            return False, because("security.renewal.not_asked", "W A02", words)
        try:
            kept = self._checked(chain, pending)
        except CertificateError as error:
            self._report(SecurityEventType.INVALID_CHARGE_POINT_CERTIFICATE, words_of(error))
            reason = because(
                "security.renewal.refused",
                "W A02.FR.07",
                "{check}: {why}",
                check=str(error.check),
                why=error.text,
            )
            self._tell(reason)
            return False, reason
        self._take(pending, kept)
        assert self.outcome is not None
        return True, self.outcome

    def _checked(self, chain: str, pending: PendingRequestRecord) -> tuple[str, ...]:
        """Give what to keep of a chain; raises CertificateError."""
        from cp_tui.certificates.checks import check_charge_point_chain
        from cp_tui.certificates.pem import read_chain

        is_strict = self._turn.config.security.check_subject
        return check_charge_point_chain(
            read_chain(chain, len(chain)),
            self._roots.pems(RootUse.CSMS),
            self._turn.time,
            public_key=pending.public_key,
            common_name=pending.common_name if is_strict else None,
            organization=pending.organization if is_strict else None,
        )

    def _take(self, pending: PendingRequestRecord, kept: tuple[str, ...]) -> None:
        facts = facts_of(kept[0])
        found = (facts.common_name, facts.organization)
        if found != (pending.common_name, pending.organization):
            words = "the subject of the new certificate is not the one that was asked for: "
            self._turn.log(LogLevel.WARNING, words + facts.subject)
        # The key is that of the certificate from here on, and both are records of this turn.
        self._certificates.add(pending.key_id, kept)
        self._pending = None
        self._turn.forget(Table.STATE, PENDING_KEY)
        is_in_use = self._certificates.in_use == pending.key_id
        needs_it = self._needs_certificate
        if is_in_use and needs_it:
            self._reconnect_at = self._turn.now + RECONNECT_AFTER
        use = "the connection is made anew with it" if needs_it else "used from profile 3 on"
        if not is_in_use:
            use = "kept for later: another one is in use until it has begun, or is newer"
        self.outcome = because(
            "security.renewal.taken",
            "W A02.FR.08",
            "{subject}, serial number {serial}, until {end}: {use}",
            subject=facts.subject,
            serial=facts.serial,
            end=f"{facts.not_after:%Y-%m-%d}",
            use=use,
        )
        self._turn.log(LogLevel.INFO, f"security: new certificate: {self.outcome.text}")
        self._report(
            SecurityEventType.RECONFIGURATION_OF_SECURITY_PARAMETERS,
            f"new certificate of the charge point: {facts.subject}",
        )
        self._turn.changed("security")

    def not_taken(self, text: str) -> None:
        """The CSMS does not take the certificate in use: another one is tried, if there is one."""
        if not self._certificates.refused(text):
            return
        words = "the CSMS does not take the certificate in use, another one is tried: {why}"
        self._tell(because(NOT_TAKEN, "W A02", words, why=text))
        # The link goes on by itself, as soon as its wait is over.
        self._turn.emit(self._credentials())

    def proved(self) -> None:
        """The CSMS has taken the certificate in use: that it took none before is over."""
        if self.outcome is not None and self.outcome.id == NOT_TAKEN:
            self.outcome = None
            self._turn.changed("security")

    @property
    def deadline(self) -> datetime | None:
        """When `tick` has something to do; what waits for a certificate only in profile 3."""
        change = self._certificates.next_change
        change = None if change is None else self._turn.machine_time(change)
        if not self._needs_certificate:
            return change
        due = self._reconnect_at, self._look_at, change
        return min((each for each in due if each is not None), default=None)

    @property
    def _needs_certificate(self) -> bool:
        return self._configuration.integer(SECURITY_PROFILE) == 3

    def tick(self) -> None:
        """Connect with a new certificate, and ask for one before the old one ends."""
        standing = self._certificates.standing()
        if standing != self._standing:
            self._standing = standing
            self._turn.changed("security")
        if not self._needs_certificate:
            return
        self._connect_with_newest()
        if self._look_at is not None and self._turn.now >= self._look_at:
            self._look_at = self._turn.now + LOOK_EVERY
            self._certificates.drop_old()
            self._renew_if_due()

    def given(self, key_id: str | None) -> None:
        """Note which certificate the link was told to use, if any."""
        self._given = key_id

    def _connect_with_newest(self) -> None:
        """Make the connection anew where another certificate is to be used than it was made with.

        One that was just delivered waits for a moment, so that the answer to it gets out.
        """
        if self._reconnect_at is not None:
            if self._turn.now < self._reconnect_at:
                return
            self._reconnect_at = None
        if self._certificates.in_use != self._given:
            why = "another certificate of the charge point is used from now on"
            self._turn.emit(self._credentials(), Reconnect(why))
            self._turn.changed("security")

    def _renew_if_due(self) -> None:
        """Ask for a new certificate within a month of the end, once a day at most (W A03.FR.02)."""
        ends_at, asked = self._certificates.ends_at, self._renewal
        if ends_at is None or ends_at - self._turn.time > RENEW_BEFORE:
            return
        if asked is not None and self._turn.now - asked.asked_at < ASK_AGAIN:
            return
        if self._making is not None:
            return
        if reason := self.why_not():
            self._tell(reason)
            return
        self._renewal = RenewalRecord(asked_at=self._turn.now)
        self._turn.save(Table.STATE, RENEWAL_KEY, self._renewal)
        words = "the certificate of the charge point ends soon: a new one is asked for"
        self._turn.log(LogLevel.INFO, words)
        self.begin(is_triggered=False)

    def _set_pending(self, record: PendingRequestRecord) -> None:
        self._pending = record
        self._turn.save(Table.STATE, PENDING_KEY, record)
        self._turn.changed("security")

    def _drop_pending(self) -> None:
        if self._pending is not None:
            self._turn.emit(ForgetKey(self._pending.key_id))
            self._turn.forget(Table.STATE, PENDING_KEY)
            self._pending = None
            self._turn.changed("security")

    def _tell(self, reason: Reason) -> None:
        self.outcome = reason
        self._turn.log(LogLevel.WARNING, f"security: {reason.text}")
        self._turn.changed("security")

    def view(self) -> PendingCertificate | None:
        """Give the request that is pending."""
        pending = self._pending
        if pending is None:
            return None
        return PendingCertificate(
            since=pending.since,
            common_name=pending.common_name,
            organization=pending.organization,
            key=pending.kind,
            is_taken=pending.is_heard,
        )
