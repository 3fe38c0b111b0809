"""The certificates of the charge point: which one is used, and which are kept beside it (W A02).

The newest one that has begun is used (W A02.FR.09). The one before stays for a month after the new
one was first taken by the CSMS, and is used again where the CSMS does not take the new one. Where
all were refused, or all have ended by a clock that may be wrong, the newest is tried all the same:
to try none would leave the charge point off line for good.

Their private keys are with the shell, each under a name; here is only known which can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from cp_tui.charge_point.effects import ClientCertificate, ForgetKey, LogLevel, Table
from cp_tui.charge_point.records import OwnCertificateRecord
from cp_tui.charge_point.security.reading import facts_of
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import OwnCertificate
from cp_tui.ocpp.calendar import later

KEPT_FOR = timedelta(days=30)
"""How long an older certificate is kept once the CSMS has taken the newer one."""
KEPT_MAX = 5
KEY_UNREADABLE = "its private key cannot be read"
ENDED = "it has ended"
ENDED_IN_USE = "it has ended, and is tried all the same: there is no other one to use"


class OwnCertificates:
    """The certificates of the charge point, by the name of the key of each."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._records = dict(turn.records(Table.CHARGE_POINT_CERTIFICATE, OwnCertificateRecord))
        self._keys: frozenset[str] | None = None
        """Those that can be read; None: nobody has looked."""

    def power_on(self, keys: frozenset[str] | None) -> None:
        """Note which private keys can be read."""
        self._keys = keys
        for key_id, record in self._records.items():
            if not self._can_read(key_id):
                name = facts_of(record.chain[0]).subject
                words = f"certificate {name} is not used: {KEY_UNREADABLE}"
                self._turn.log(LogLevel.ERROR, words)

    @property
    def key_ids(self) -> frozenset[str]:
        """The names of the keys that are needed."""
        return frozenset(self._records)

    def add(self, key_id: str, chain: tuple[str, ...]) -> None:
        """Keep a new certificate; the oldest one that is not used makes room."""
        facts = facts_of(chain[0])
        if self._keys is not None:
            self._keys |= {key_id}
        self._save(
            key_id,
            OwnCertificateRecord(
                chain=chain,
                not_before=facts.not_before,
                not_after=facts.not_after,
                since=self._turn.now,
            ),
        )
        spare = [each for each in self._by_age() if each not in (key_id, self.in_use)]
        for oldest in spare[: max(0, len(self._records) - KEPT_MAX)]:
            self._drop(oldest)

    def _by_age(self) -> list[str]:
        return sorted(self._records, key=lambda key_id: self._records[key_id].since)

    @property
    def in_use(self) -> str | None:
        """The key of the certificate for the next connection; None: there is none to use."""
        usable = [key_id for key_id in self._records if self._can_read(key_id)]
        return max(usable, key=self._rank, default=None)

    def _rank(self, key_id: str) -> tuple[bool, bool, datetime, datetime]:
        record = self._records[key_id]
        is_valid = self._is_valid(record)
        return is_valid, not record.refused, record.not_before, record.since

    def _is_valid(self, record: OwnCertificateRecord) -> bool:
        return record.not_before <= self._turn.time <= record.not_after

    def _can_read(self, key_id: str) -> bool:
        return self._keys is None or key_id in self._keys

    @property
    def has_valid(self) -> bool:
        """Whether there is one that is valid now, and whose key can be read (W A05.FR.04)."""
        key_id = self.in_use
        return key_id is not None and self._is_valid(self._records[key_id])

    @property
    def client_certificate(self) -> ClientCertificate | None:
        """What the next connection in security profile 3 is made with."""
        key_id = self.in_use
        return None if key_id is None else ClientCertificate(key_id, self._records[key_id].chain)

    @property
    def why_none(self) -> str:
        """Why there is none to use; empty: there is one."""
        if self.in_use is not None:
            return ""
        if not self._records:
            return "there is none"
        number = len(self._records)
        which = f"each of the {number} that are there" if number > 1 else "the one that is there"
        return f"the private key of {which} cannot be read"

    @property
    def has_another(self) -> bool:
        """Whether one beside that in use is valid, and was not refused by the CSMS."""
        return any(
            key_id != self.in_use and self._is_usable(key_id) and not record.refused
            for key_id, record in self._records.items()
        )

    def _is_usable(self, key_id: str) -> bool:
        return self._can_read(key_id) and self._is_valid(self._records[key_id])

    @property
    def ends_at(self) -> datetime | None:
        """When the one in use ends, in the clock of the charge point."""
        key_id = self.in_use
        return None if key_id is None else self._records[key_id].not_after

    @property
    def next_change(self) -> datetime | None:
        """When the next one begins or has ended, in the clock of the charge point."""
        records = self._records.values()
        begins = (record.not_before for record in records)
        # Its last second is one in which it is valid.
        ends = (later(record.not_after, 1) for record in records)
        return min((at for at in (*begins, *ends) if at > self._turn.time), default=None)

    def standing(self) -> tuple[str, ...]:
        """Give which is used, and what is wrong with each: it changes with time alone."""
        problems = (self._problem(key_id, record) for key_id, record in self._records.items())
        return self.in_use or "", *problems

    def refused(self, text: str) -> bool:
        """Note that the CSMS does not take the one in use; say whether another one is used now."""
        before = self.in_use
        if before is None:
            return False
        self._save(before, replace(self._records[before], refused=text))
        valid = [key_id for key_id in self._records if self._is_usable(key_id)]
        if all(self._records[key_id].refused for key_id in valid):
            # Nobody can say which one will do: the others are tried again, one after the other.
            for key_id in valid:
                if key_id != before:
                    self._save(key_id, replace(self._records[key_id], refused=""))
        return self.in_use != before

    def proved(self) -> None:
        """Note that the CSMS has taken the one in use."""
        key_id = self.in_use
        if key_id is None:
            return
        record = self._records[key_id]
        if record.refused or record.proved_at is None:
            proved_at = record.proved_at or self._turn.now
            self._save(key_id, replace(record, refused="", proved_at=proved_at))
        self.drop_old()

    def drop_old(self) -> None:
        """Forget what is needed no more: ended, or replaced by one that has worked for a month."""
        in_use = self.in_use
        if in_use is None:
            return
        proved_at = self._records[in_use].proved_at
        is_settled = proved_at is not None and self._turn.now - proved_at >= KEPT_FOR
        for key_id, record in [*self._records.items()]:
            is_older = record.not_before <= self._records[in_use].not_before
            has_ended = record.not_after < self._turn.time
            if key_id != in_use and is_older and (has_ended or is_settled):
                self._drop(key_id)

    def _drop(self, key_id: str) -> None:
        del self._records[key_id]
        self._turn.forget(Table.CHARGE_POINT_CERTIFICATE, key_id)
        self._turn.emit(ForgetKey(key_id))
        self._turn.changed("security")

    def _save(self, key_id: str, record: OwnCertificateRecord) -> None:
        self._records[key_id] = record
        self._turn.save(Table.CHARGE_POINT_CERTIFICATE, key_id, record)
        self._turn.changed("security")

    def chains(self) -> Sequence[Sequence[str]]:
        """Give what is sent with each certificate, PEM, its own first."""
        return [record.chain for record in self._records.values()]

    def pem(self, fingerprint: str) -> str | None:
        """Give the certificate with this fingerprint."""
        pems = (pem for record in self._records.values() for pem in record.chain)
        return next((pem for pem in pems if facts_of(pem).fingerprint == fingerprint), None)

    def view(self) -> tuple[OwnCertificate, ...]:
        """Give them as they are published, the one in use first."""
        in_use = self.in_use
        order = sorted(self._records, key=lambda key_id: (key_id != in_use, key_id))
        return tuple(
            OwnCertificate(
                facts=facts_of(record.chain[0]),
                issuers=tuple(facts_of(pem) for pem in record.chain[1:]),
                since=record.since,
                is_in_use=key_id == in_use,
                problem=self._problem(key_id, record),
            )
            for key_id, record in ((each, self._records[each]) for each in order)
        )

    def _problem(self, key_id: str, record: OwnCertificateRecord) -> str:
        if not self._can_read(key_id):
            return KEY_UNREADABLE
        if record.not_before > self._turn.time:
            return "it has not begun"
        if record.not_after < self._turn.time:
            # Where no other one can be used it is tried all the same.
            return ENDED_IN_USE if key_id == self.in_use else ENDED
        return f"the CSMS did not take it: {record.refused}" if record.refused else ""
