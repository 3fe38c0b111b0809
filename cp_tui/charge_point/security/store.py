"""The root certificates that count: those of the settings, and those installed (W M03 to M05).

A root of the settings counts for as long as it stands there, and is kept nowhere else; only that it
was deleted, or has become a fallback, is a record. So a new file of roots is in force with the next
start, whatever the CSMS has done with the old one.

With AdditionalRootCertificateCheck a new CSMS root has to be signed by the active one, which stays
as a fallback until a server certificate was verified with the new one alone. What reads
certificates is imported when there is one: a charge point without any never loads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.certificates.certificate_error import CertificateError, quoted
from cp_tui.certificates.facts import CertificateFacts, HashData
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import LogLevel, ServerTrust, Table
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import RootRecord
from cp_tui.charge_point.security.events import Report
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import (
    InstalledRoot,
    RootOrigin,
    RootState,
    RootUse,
    SecurityEventType,
)

if TYPE_CHECKING:
    from cp_tui.ocpp.security_enumerations import DeleteCertificateStatus

CACHED_MAX = 256
"""How many certificates are kept as they were read last."""
SETTINGS_ROOTS_MAX = 100
"""How many certificates of a file of the settings are looked at."""
_BLOCK = re.compile(r"-----BEGIN [^\n-]*CERTIFICATE-----.*?-----END [^\n-]*-----", re.DOTALL)


class Root(Struct, frozen=True):
    """A root certificate that counts."""

    fingerprint: str
    record: RootRecord

    @property
    def pem(self) -> str:
        """The certificate."""
        return self.record.pem

    @property
    def is_active_csms_root(self) -> bool:
        """Whether a new CSMS root has to be signed by it."""
        return self.record.use is RootUse.CSMS and self.record.state is RootState.ACTIVE

    @property
    def key(self) -> str:
        """The key of its record."""
        return f"{self.record.use} {self.fingerprint}"


class CertificateStore:
    """The roots of the CSMS and of the manufacturer."""

    def __init__(
        self,
        turn: Turn,
        configuration: Configuration,
        *,
        report: Report,
        own_certificates: Callable[[], Sequence[Sequence[str]]],
        on_changed: Callable[[], None],
    ) -> None:
        self._turn = turn
        self._configuration = configuration
        self._report = report
        self._own_certificates = own_certificates
        self._on_changed = on_changed
        self._records = dict(turn.records(Table.ROOT_CERTIFICATE, RootRecord))
        self._order = max((each.order for each in self._records.values()), default=0)
        self._has_tls = False
        """The connection to the CSMS is made with TLS."""
        self._server_chain: tuple[str, ...] = ()
        """What the CSMS has shown on it."""

    @cached_property
    def _of_settings(self) -> tuple[Root, ...]:
        config = self._turn.config.security
        files = (RootUse.CSMS, config.csms_roots), (RootUse.MANUFACTURER, config.manufacturer_roots)
        roots: dict[str, Root] = {}
        for use, text in files:
            for pem in _certificates(text):
                record = RootRecord(
                    use=use,
                    pem=pem,
                    origin=RootOrigin.SETTINGS,
                    state=RootState.ACTIVE,
                    since=self._turn.now,
                    order=0,
                )
                root = Root(facts_of(pem).fingerprint, record)
                roots[root.key] = root
        return tuple(roots.values())

    @property
    def has_installed(self) -> bool:
        """Whether the CSMS roots are others than those of the settings."""
        return any(each.use is RootUse.CSMS for each in self._records.values())

    def roots(self, use: RootUse | None = None) -> list[Root]:
        """Give the roots that count, the oldest first; all, or those of one use."""
        of_settings = [root for root in self._of_settings if root.key not in self._records]
        installed = [
            Root(key.rpartition(" ")[2], record)
            for key, record in sorted(self._records.items(), key=lambda item: item[1].order)
            if record.state is not RootState.DELETED
            and (record.origin is not RootOrigin.SETTINGS or self._is_in_settings(key))
        ]
        return [each for each in (*of_settings, *installed) if use in (None, each.record.use)]

    def _is_in_settings(self, key: str) -> bool:
        return any(root.key == key for root in self._of_settings)

    def pems(self, use: RootUse) -> tuple[str, ...]:
        """Give the certificates of one use, PEM."""
        return tuple(root.pem for root in self.roots(use))

    def file_servers(self) -> ServerTrust:
        """Say what the server of firmware or logs is held against: the same roots as the CSMS.

        Whoever names no file in the settings trusts the system. Firmware may come from anywhere, so
        a root that the CSMS installs for itself cuts nobody off.
        """
        if not self.has_installed:
            return ServerTrust()
        has_file = bool(self._turn.config.security.csms_roots)
        return ServerTrust(self.pems(RootUse.CSMS), with_system=not has_file)

    def valid_pems(self, use: RootUse) -> tuple[str, ...]:
        """Give those that are valid at this moment."""
        at = self._turn.time
        return tuple(
            pem for pem in self.pems(use) if (f := facts_of(pem)).not_before <= at <= f.not_after
        )

    def pem(self, fingerprint: str) -> str | None:
        """Give the certificate with this fingerprint."""
        found = (root.pem for root in self.roots() if root.fingerprint == fingerprint)
        return next(found, None)

    def install(self, use: RootUse, text: str, origin: RootOrigin) -> tuple[bool, Reason]:
        """Install a root certificate, or say which check it fails (W M05)."""
        from cp_tui.certificates.checks import check_root
        from cp_tui.certificates.pem import read_one

        try:
            pem = read_one(text)
            facts = facts_of(pem)
            check_root(pem, self._turn.time)
        except CertificateError as error:
            if use is RootUse.CSMS:
                self._report(SecurityEventType.INVALID_CSMS_CERTIFICATE, words_of(error))
            return False, self._refused(error)
        if any(r.fingerprint == facts.fingerprint for r in self.roots(use)):
            words = "{name} is installed already: nothing changes"
            return True, because("store.there_already", "W M05", words, name=_name(facts))
        try:
            signer = self._signer(use, pem)
        except CertificateError as error:
            return False, self._refused(error)
        count, limit = len(self.roots()), self._limit
        if signer is None and count >= limit:
            return False, because(
                "store.full",
                "W M05",
                "{count:root certificate} installed already, {key} is {limit}",
                count=count,
                key="CertificateStoreMaxLength",
                limit=limit,
            )
        if signer is not None:
            self._succeed(signer)
        self._order += 1
        record = RootRecord(
            use=use,
            pem=pem,
            origin=origin,
            state=RootState.ACTIVE,
            since=self._turn.now,
            order=self._order,
        )
        self._save(Root(facts.fingerprint, record))
        words = f"{use} installed by the {origin}: {facts.subject}"
        self._changed(words)
        follows = "" if signer is None else "; the one that has signed it is kept as a fallback"
        return True, because(
            "store.installed",
            "W M05",
            "{name} is installed, until {end}{follows}",
            name=_name(facts),
            end=f"{facts.not_after:%Y-%m-%d}",
            follows=follows,
        )

    def _refused(self, error: CertificateError) -> Reason:
        return because(
            "store.refused", "W M05", "{check}: {why}", check=str(error.check), why=error.text
        )

    @property
    def _limit(self) -> int:
        return self._configuration.integer("CertificateStoreMaxLength")

    @property
    def has_root_check(self) -> bool:
        """Whether a new CSMS root has to be signed by the active one."""
        return self._configuration.boolean("AdditionalRootCertificateCheck")

    def _signer(self, use: RootUse, pem: str) -> Root | None:
        """Give the active root that a new one replaces; raises CertificateError: none signed it."""
        active = [root for root in self.roots(use) if root.is_active_csms_root]
        if not active or not self.has_root_check:
            return None
        from cp_tui.certificates.checks import check_replaces

        refusal: CertificateError | None = None
        for root in reversed(active):
            try:
                check_replaces(pem, root.pem)
            except CertificateError as error:
                refusal = refusal or error
            else:
                return root
        assert refusal is not None
        raise refusal

    def _succeed(self, signer: Root) -> None:
        """Keep the root that a new one was signed by as the one fallback that there is."""
        for root in self.roots(RootUse.CSMS):
            if root.record.state is RootState.FALLBACK:
                self._take_out(root)
        record = replace(signer.record, state=RootState.FALLBACK, since=self._turn.now)
        self._save(Root(signer.fingerprint, record))

    def delete(self, asked: HashData) -> tuple[DeleteCertificateStatus, Reason]:
        """Delete what the CSMS names by its hashes, or say why not (W M04)."""
        from cp_tui.ocpp.security_enumerations import DeleteCertificateStatus, HashAlgorithm

        algorithm = HashAlgorithm(asked.algorithm)
        found = [
            root
            for root in self.roots()
            if (known := self._hash(root.pem, algorithm)) is not None and known.matches(asked)
        ]
        if found:
            reason = self._deleted(found, "the CSMS")
            is_done = reason.id == "store.deleted"
            status = DeleteCertificateStatus.ACCEPTED if is_done else DeleteCertificateStatus.FAILED
            return status, reason
        for chain in self._own_certificates():
            known = self._hash(chain[0], algorithm, chain[1:])
            if known is not None and known.matches(asked):
                words = "it is the certificate of the charge point, which cannot be deleted so"
                reason = because("store.own_certificate", "W M04", words)
                return DeleteCertificateStatus.FAILED, reason
        reason = because(
            "store.unknown",
            "W M04",
            "no installed certificate has serial number {serial} and these hashes ({algorithm});"
            " {count:root certificate} installed",
            serial=quoted(asked.serial),
            algorithm=asked.algorithm,
            count=len(self.roots()),
        )
        return DeleteCertificateStatus.NOT_FOUND, reason

    def delete_by_fingerprint(self, fingerprint: str) -> tuple[bool, Reason]:
        """Delete a root for the operator, or say why not."""
        found = [root for root in self.roots() if root.fingerprint == fingerprint]
        if not found:
            words = "no root certificate with this fingerprint is installed"
            return False, because("store.unknown_fingerprint", "W M04", words)
        reason = self._deleted(found, "the operator")
        return reason.id == "store.deleted", reason

    def _deleted(self, found: Sequence[Root], by: str) -> Reason:
        facts = facts_of(found[0].pem)
        if self._is_needed(found):
            return because(
                "store.in_use",
                "W M04.FR.06",
                "{name} is the root of the present connection, and no other one that is installed"
                " stands for it: {count} more",
                name=_name(facts),
                count=len(self._others(found)),
            )
        for root in found:
            self._take_out(root)
        self._changed(f"{found[0].record.use} deleted by {by}: {facts.subject}")
        return because("store.deleted", "W M04", "{name} is deleted", name=_name(facts))

    def _others(self, found: Sequence[Root]) -> list[Root]:
        keys = {root.key for root in found}
        return [root for root in self.roots(RootUse.CSMS) if root.key not in keys]

    def _is_needed(self, found: Sequence[Root]) -> bool:
        """Whether the connection of now could not be verified without these."""
        if not self._has_tls or not any(root.record.use is RootUse.CSMS for root in found):
            return False
        others = self._others(found)
        if not self._server_chain:
            return not others
        from cp_tui.certificates.checks import anchor_of

        pems = [root.pem for root in others]
        return anchor_of(self._server_chain, pems, self._turn.time) is None

    def hash_data(self, use: RootUse) -> list[HashData]:
        """Give what names each root of a use (W M03); one whose issuer is not here has no name."""
        named = ((root, self._hash(root.pem)) for root in self.roots(use))
        found = []
        for root, data in named:
            if data is not None:
                found.append(data)
            else:
                words = "its issuer is not installed, so it cannot be named to the CSMS"
                self._turn.log(LogLevel.WARNING, f"{_name(facts_of(root.pem))}: {words}")
        return found

    def _hash(
        self, pem: str, algorithm: str = "SHA256", more: Iterable[str] = ()
    ) -> HashData | None:
        issuers = (*more, *(root.pem for root in self.roots()))
        issuers += tuple(pem for chain in self._own_certificates() for pem in chain[1:])
        return _hash_data(pem, issuers, algorithm)

    def link_opened(self, has_tls: bool, chain: tuple[str, ...]) -> None:
        """Note what the CSMS shows; the fallback goes where the new root alone stands for it."""
        self._has_tls, self._server_chain = has_tls, chain
        self._turn.changed("security")
        if not chain or not self._records:
            return
        roots = self.roots(RootUse.CSMS)
        fallback = [root for root in roots if root.record.state is RootState.FALLBACK]
        if not fallback:
            return
        from cp_tui.certificates.checks import anchor_of

        active = [root.pem for root in roots if root.is_active_csms_root]
        if anchor_of(chain, active, self._turn.time) is None:
            return
        for root in fallback:
            self._take_out(root)
        name = _name(facts_of(fallback[0].pem))
        self._changed(f"fallback root deleted, the new one stands for the CSMS: {name}")

    def link_closed(self) -> None:
        """Note that no connection is open."""
        if self._has_tls:
            self._turn.changed("security")
        self._has_tls, self._server_chain = False, ()

    def _take_out(self, root: Root) -> None:
        if self._is_in_settings(root.key):
            self._save(Root(root.fingerprint, replace(root.record, state=RootState.DELETED)))
        else:
            del self._records[root.key]
            self._turn.forget(Table.ROOT_CERTIFICATE, root.key)

    def _save(self, root: Root) -> None:
        self._records[root.key] = root.record
        self._turn.save(Table.ROOT_CERTIFICATE, root.key, root.record)

    def _changed(self, words: str) -> None:
        self._turn.log(LogLevel.INFO, f"security: {words}")
        self._report(SecurityEventType.RECONFIGURATION_OF_SECURITY_PARAMETERS, words)
        self._turn.changed("security")
        self._on_changed()

    def server(self) -> tuple[CertificateFacts, ...]:
        """Describe what the CSMS shows on the open connection."""
        return described(self._server_chain)

    def view(self) -> tuple[InstalledRoot, ...]:
        """Give the roots as they are published."""
        anchor = None
        if self._server_chain:
            from cp_tui.certificates.checks import anchor_of

            anchor = anchor_of(self._server_chain, self.pems(RootUse.CSMS), self._turn.time)
        return tuple(
            InstalledRoot(
                use=root.record.use,
                origin=root.record.origin,
                state=root.record.state,
                since=None if root.record.order == 0 else root.record.since,
                facts=facts_of(root.pem),
                hash_data=self._hash(root.pem),
                is_in_use=root.record.use is RootUse.CSMS and root.pem == anchor,
            )
            for root in self.roots()
        )


def words_of(error: CertificateError) -> str:
    """Say which check failed and why, for techInfo."""
    return f"{error.check}: {error.text}"


def _certificates(text: str) -> Iterator[str]:
    """Give the readable certificates of a file of the settings."""
    if not text:
        return
    from cp_tui.certificates.pem import read_one

    for block in islice(_BLOCK.findall(text), SETTINGS_ROOTS_MAX):
        try:
            pem = read_one(block)
            facts_of(pem)
        except CertificateError:
            continue
        yield pem


@lru_cache(CACHED_MAX)
def facts_of(pem: str) -> CertificateFacts:
    """Describe a certificate; raises CertificateError."""
    from cp_tui.certificates.described import facts_of

    return facts_of(pem)


def described(chain: Iterable[str]) -> tuple[CertificateFacts, ...]:
    """Describe the certificates that a server has shown; those that cannot be read are left out."""
    return tuple(found for pem in chain if (found := _readable(pem)) is not None)


def pem_of(chain: Iterable[str], fingerprint: str) -> str | None:
    """Give the certificate with this fingerprint, of those that a server has shown."""
    for pem in chain:
        facts = _readable(pem)
        if facts is not None and facts.fingerprint == fingerprint:
            return pem
    return None


def _readable(pem: str) -> CertificateFacts | None:
    """Describe a certificate that nobody has looked at yet; None: it cannot be read."""
    try:
        return facts_of(pem)
    except CertificateError:
        return None


@lru_cache(CACHED_MAX)
def _hash_data(pem: str, issuers: tuple[str, ...], algorithm: str) -> HashData | None:
    from cp_tui.certificates.hash_data import hash_data_of
    from cp_tui.ocpp.security_enumerations import HashAlgorithm

    return hash_data_of(pem, issuers, HashAlgorithm(algorithm))


def _name(facts: CertificateFacts) -> str:
    return quoted(facts.common_name or facts.subject)
