"""The root certificates that count: those of the settings, and those installed (W M03 to M05).

A root of the settings counts for as long as it stands there, and is kept nowhere else; only that it
was deleted, or has become a fallback, is a record. So a new file of roots is in force with the next
start, whatever the CSMS has done with the old one.

With AdditionalRootCertificateCheck a new CSMS root has to be signed by the active one, which stays
as a fallback until a server certificate was verified with the new one alone. What reads
certificates is imported when there is one: a charge point without any never loads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
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
from cp_tui.charge_point.security.reading import (
    certificates_in,
    described,
    facts_of,
    hash_data_of,
    name_of,
    words_of,
)
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

WITHOUT_ISSUER = "its issuer is not installed, so it cannot be named to the CSMS by its hashes"


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
            for pem in certificates_in(text):
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
            check_root(pem, self._turn.time, [root.pem for root in self.roots()])
        except CertificateError as error:
            if use is RootUse.CSMS:
                self._report(SecurityEventType.INVALID_CSMS_CERTIFICATE, words_of(error))
            return False, self._refused(error)
        if any(r.fingerprint == facts.fingerprint for r in self.roots(use)):
            words = "{name} is installed already: nothing changes"
            return True, because("store.there_already", "W M05", words, name=name_of(facts))
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
        follows = ""
        if signer is not None:
            fallback = [r for r in self.roots(use) if r.record.state is RootState.FALLBACK]
            if fallback and self._is_needed(fallback, more=[pem]):
                return False, self._fallback_needed(facts, fallback[0])
            follows = self._succeed(signer, fallback)
        self._order += 1
        record = RootRecord(
            use=use,
            pem=pem,
            origin=origin,
            state=RootState.ACTIVE,
            since=self._turn.now,
            order=self._order,
            issuer=self._issuer_of(pem),
        )
        self._save(Root(facts.fingerprint, record))
        if self._hash(pem) is None:
            follows += f"; {WITHOUT_ISSUER}"
        words = f"{use} installed by the {origin}: {facts.subject}"
        self._changed(words)
        return True, because(
            "store.installed",
            "W M05",
            "{name} is installed, until {end}{follows}",
            name=name_of(facts),
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

    def _succeed(self, signer: Root, fallback: Sequence[Root]) -> str:
        """Keep the root that a new one was signed by as the one fallback; say what follows."""
        follows = f"; {name_of(facts_of(signer.pem))}, which has signed it, is kept as a fallback"
        for root in fallback:
            self._take_out(root)
            follows += f"; {name_of(facts_of(root.pem))}, the fallback before, is deleted"
        record = replace(signer.record, state=RootState.FALLBACK, since=self._turn.now)
        self._save(Root(signer.fingerprint, record))
        return follows

    def _fallback_needed(self, new: CertificateFacts, fallback: Root) -> Reason:
        return because(
            "store.fallback_in_use",
            "W M04.FR.06",
            "{new} would take the place of the fallback {fallback}, which is the root of the"
            " present connection: no newer one stands for the CSMS yet",
            new=name_of(new),
            fallback=name_of(facts_of(fallback.pem)),
        )

    def _issuer_of(self, pem: str) -> str:
        """Give the installed root that has signed another one; empty: none has."""
        if facts_of(pem).is_self_signed:
            return ""
        others = (root.pem for root in self.roots() if root.pem != pem)
        return next((each for each in others if hash_data_of(pem, (each,), "SHA256")), "")

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
        if reason := self._why_needed(found):
            return reason
        for root in found:
            self._take_out(root)
        self._changed(f"{found[0].record.use} deleted by {by}: {facts.subject}")
        return because("store.deleted", "W M04", "{name} is deleted", name=name_of(facts))

    def _why_needed(self, found: Sequence[Root]) -> Reason | None:
        if not self._is_needed(found):
            return None
        return because(
            "store.in_use",
            "W M04.FR.06",
            "{name} is the root of the present connection, and no other one that is installed"
            " stands for it: {count} more",
            name=name_of(facts_of(found[0].pem)),
            count=len(self._others(found)),
        )

    def _others(self, found: Sequence[Root]) -> list[Root]:
        keys = {root.key for root in found}
        return [root for root in self.roots(RootUse.CSMS) if root.key not in keys]

    def _is_needed(self, found: Sequence[Root], more: Sequence[str] = ()) -> bool:
        """Whether the connection of now is verified with these, and could not be without them.

        `more` are roots that are about to be installed.
        """
        if not self._has_tls or not any(root.record.use is RootUse.CSMS for root in found):
            return False
        others = [*(root.pem for root in self._others(found)), *more]
        if not self._server_chain:
            return not others
        from cp_tui.certificates.checks import anchor_of

        chain, at = self._server_chain, self._turn.time
        is_anchor = anchor_of(chain, [root.pem for root in found], at) is not None
        return is_anchor and anchor_of(chain, others, at) is None

    def hash_data(self, use: RootUse) -> list[HashData]:
        """Give what names each root of a use (W M03); one whose issuer is not here has no name."""
        named = ((root, self._hash(root.pem)) for root in self.roots(use))
        found = []
        for root, data in named:
            if data is not None:
                found.append(data)
            else:
                name = name_of(facts_of(root.pem))
                self._turn.log(LogLevel.WARNING, f"{name}: {WITHOUT_ISSUER}")
        return found

    def why_none(self, use: RootUse) -> Reason:
        """Say why no root of a use is listed (W M03)."""
        if count := len(self.roots(use)):
            return because(
                "store.none_named",
                "W M03",
                "{count:{use}} installed, and none is listed: {why}".replace("{use}", str(use)),
                count=count,
                why=WITHOUT_ISSUER,
            )
        return because("store.none", "W M03", "no {use} is installed", use=str(use))

    def _hash(
        self, pem: str, algorithm: str = "SHA256", more: Iterable[str] = ()
    ) -> HashData | None:
        roots = self.roots()
        issuers = (*more, *(root.pem for root in roots))
        issuers += tuple(r.record.issuer for r in roots if r.pem == pem and r.record.issuer)
        issuers += tuple(pem for chain in self._own_certificates() for pem in chain[1:])
        return hash_data_of(pem, issuers, algorithm)

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
        name = name_of(facts_of(fallback[0].pem))
        self._changed(f"fallback root deleted, the new one stands for the CSMS: {name}")

    def link_closed(self) -> None:
        """Note that no connection is open."""
        if self._has_tls:
            self._turn.changed("security")
        self._has_tls, self._server_chain = False, ()

    def _take_out(self, root: Root) -> None:
        for other in self.roots():
            is_open = other.key != root.key and other.record.order and not other.record.issuer
            if is_open and (issuer := self._issuer_of(other.pem)):
                # The one that goes may be the one by whose key it is named.
                self._save(Root(other.fingerprint, replace(other.record, issuer=issuer)))
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
        roots = self.roots()

        def why_kept(root: Root) -> str:
            # Where the chain is known, any other root than its anchor may go.
            if self._server_chain and root.pem != anchor:
                return ""
            reason = self._why_needed([each for each in roots if each.pem == root.pem])
            return "" if reason is None else reason.text

        return tuple(
            InstalledRoot(
                use=root.record.use,
                origin=root.record.origin,
                state=root.record.state,
                since=None if root.record.order == 0 else root.record.since,
                facts=facts_of(root.pem),
                hash_data=self._hash(root.pem),
                is_in_use=root.record.use is RootUse.CSMS and root.pem == anchor,
                why_kept=why_kept(root),
            )
            for root in roots
        )
