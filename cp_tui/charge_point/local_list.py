"""The local authorization list: SendLocalList, its versions and limits (S 3.5.2, S 5.10, S 5.15).

Only SendLocalList changes it, all or nothing; it is kept over a restart with its version.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import LogLevel, Table
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import LocalListVersionRecord
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import LocalListView, TagEntry
from cp_tui.ocpp.datatypes import AuthorizationData, UpdateStatus, UpdateType

if TYPE_CHECKING:
    from cp_tui.ocpp.local_auth_list_management import SendLocalListRequest

SHOWN_MAX = 100
"""How many tags the variable shows."""
VERSION_KEY = "version"

Refusal = tuple[UpdateStatus, Reason]


class LocalList:
    """The tags that the CSMS stored here, with their version."""

    def __init__(self, turn: Turn, configuration: Configuration) -> None:
        self._turn = turn
        self._configuration = configuration
        self._entries: dict[str, TagEntry] = {}
        self._version = 0
        self._updated_at: datetime | None = None
        self._restore()

    @property
    def is_enabled(self) -> bool:
        """Whether the list counts (LocalAuthListEnabled); it is kept in any case."""
        return self._configuration.boolean("LocalAuthListEnabled")

    @property
    def version(self) -> int:
        """The version to report: -1 where the list is not used, 0 where it is empty (S 5.10)."""
        return self._version if self.is_enabled else -1

    @property
    def _count_max(self) -> int:
        return self._configuration.integer("LocalAuthListMaxLength")

    def get(self, id_tag: str) -> TagEntry | None:
        """Look a tag up, where the list is enabled."""
        return self._entries.get(id_tag.lower()) if self.is_enabled else None

    def update(self, request: SendLocalListRequest) -> tuple[UpdateStatus, Reason]:
        """Carry out SendLocalList, or say why not; a refused one changes nothing (S 5.15)."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        after = {} if request.update_type is UpdateType.FULL else dict(self._entries)
        entries = request.local_authorization_list or ()
        for entry in entries:
            if entry.id_tag_info is None:
                after.pop(entry.id_tag.lower(), None)
            else:
                after[entry.id_tag.lower()] = TagEntry(
                    id_tag=entry.id_tag,
                    status=entry.id_tag_info.status,
                    expiry_date=entry.id_tag_info.expiry_date,
                    parent_id_tag=entry.id_tag_info.parent_id_tag,
                )
        if len(after) > self._count_max:
            return _failed(
                "full",
                "the list would hold {count:tag}; LocalAuthListMaxLength is {maximum}",
                count=len(after),
                maximum=self._count_max,
            )
        self._replace(after, request.list_version)
        reason = because(
            "local_list.updated",
            "S 5.15",
            "{type} update with {sent:tag}: the list is version {version} with {count:tag}",
            type=request.update_type,
            sent=len(entries),
            version=self._version,
            count=len(after),
        )
        return UpdateStatus.ACCEPTED, reason

    def view(self) -> LocalListView:
        """Give the variable `local_list`."""
        first = sorted(self._entries)[:SHOWN_MAX]
        return LocalListView(
            is_enabled=self.is_enabled,
            version=self._version,
            count=len(self._entries),
            count_max=self._count_max,
            updated_at=self._updated_at,
            entries=tuple(self._entries[key] for key in first),
        )

    def _refusal(self, request: SendLocalListRequest) -> Refusal | None:
        version, entries = request.list_version, request.local_authorization_list or ()
        if not self.is_enabled:
            reason = because("local_list.disabled", "S 9.2.1", "LocalAuthListEnabled is false")
            return UpdateStatus.NOT_SUPPORTED, reason
        if version <= 0:
            return _failed(
                "bad_version",
                "listVersion {version} says that there is no list; it must be above 0",
                version=version,
            )
        if request.update_type is UpdateType.DIFFERENTIAL and version <= self._version:
            reason = because(
                "local_list.version_mismatch",
                "S 5.15",
                "listVersion {version} is not above the version {current} stored here",
                version=version,
                current=self._version,
            )
            return UpdateStatus.VERSION_MISMATCH, reason
        entries_max = self._configuration.integer("SendLocalListMaxLength")
        if len(entries) > entries_max:
            return _failed(
                "too_many",
                "{count:tag} in one message; SendLocalListMaxLength is {maximum}",
                count=len(entries),
                maximum=entries_max,
            )
        return _bad_entry(entries, request.update_type)

    def _replace(self, after: Mapping[str, TagEntry], version: int) -> None:
        before, self._entries = self._entries, dict(after)
        for key in before.keys() - after.keys():
            self._turn.forget(Table.LOCAL_LIST, key)
        for key, record in after.items():
            if before.get(key) != record:
                self._turn.save(Table.LOCAL_LIST, key, record)
        # An empty list has version 0, whatever was sent with it (S 5.10, TC_042_2).
        self._version = version if after else 0
        self._updated_at = self._turn.time
        header = LocalListVersionRecord(
            version=self._version, count=len(after), updated_at=self._updated_at
        )
        self._turn.save(Table.LOCAL_LIST_VERSION, VERSION_KEY, header)
        self._turn.changed("local_list")

    def _restore(self) -> None:
        """Read the stored list; one with a hole is dropped, so that the CSMS sends it anew."""
        records = dict(self._turn.records(Table.LOCAL_LIST, TagEntry))
        header = dict(self._turn.records(Table.LOCAL_LIST_VERSION, LocalListVersionRecord)).get(
            VERSION_KEY
        )
        if len(records) != (header.count if header else 0):
            self._turn.log(
                LogLevel.ERROR, "the stored local list is damaged: it counts as empty, version 0"
            )
            for key in records:
                self._turn.forget(Table.LOCAL_LIST, key)
            self._turn.forget(Table.LOCAL_LIST_VERSION, VERSION_KEY)
        elif header is not None:
            self._entries = records
            self._version = header.version
            self._updated_at = header.updated_at


def _bad_entry(entries: tuple[AuthorizationData, ...], kind: UpdateType) -> Refusal | None:
    seen = set()
    for entry in entries:
        if not entry.id_tag.strip():
            return _failed("no_tag", "an entry has an empty idTag, and that is nobody's tag")
        if entry.id_tag.lower() in seen:
            return _failed("duplicate", "{tag} is in the message twice", tag=entry.id_tag)
        seen.add(entry.id_tag.lower())
        if kind is UpdateType.FULL and entry.id_tag_info is None:
            return _failed(
                "no_info", "{tag} has no idTagInfo, which a Full list needs", tag=entry.id_tag
            )
    return None


def _failed(subject: str, text: str, /, **values: object) -> Refusal:
    return UpdateStatus.FAILED, because(f"local_list.{subject}", "S 5.15", text, **values)
