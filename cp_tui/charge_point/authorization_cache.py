"""The authorization cache: what the CSMS last said about each tag (S 3.5.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cp_tui.charge_point.authorization_rules import status_now
from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.records import CacheRecord
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import AuthorizationCacheView, CachedTag
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo

CACHE_MAX = 1_000
"""Tags remembered; then refused ones go first, and after them the oldest (transactions.md 3)."""
SHOWN_MAX = 100
"""Tags that are published."""


class AuthorizationCache:
    """Tags with the newest IdTagInfo that came for them, good and bad; kept over a restart."""

    def __init__(self, turn: Turn, *, is_enabled: Callable[[], bool]) -> None:
        self._turn = turn
        self._is_enabled = is_enabled
        records = [record for _, record in turn.records(Table.AUTHORIZATION_CACHE, CacheRecord)]
        self._records = {record.id_tag.lower(): record for record in records}

    @property
    def is_enabled(self) -> bool:
        """AuthorizationCacheEnabled."""
        return self._is_enabled()

    def get(self, id_tag: str) -> IdTagInfo | None:
        """Look a tag up, where the cache is enabled."""
        record = self._records.get(id_tag.lower()) if self.is_enabled else None
        return record.info if record else None

    def learn(self, id_tag: str, info: IdTagInfo) -> None:
        """Remember what the CSMS said about a tag."""
        if not self.is_enabled:
            return
        record = CacheRecord(id_tag=id_tag, info=info, updated_at=self._turn.time)
        self._records[id_tag.lower()] = record
        self._turn.save(Table.AUTHORIZATION_CACHE, id_tag.lower(), record)
        if len(self._records) > CACHE_MAX:
            self.forget(min(self._records.values(), key=self._worth).id_tag)
        self._turn.changed("authorization_cache")

    def forget(self, id_tag: str) -> None:
        """Remove one tag, if it is there."""
        if self._records.pop(id_tag.lower(), None) is not None:
            self._turn.forget(Table.AUTHORIZATION_CACHE, id_tag.lower())
            self._turn.changed("authorization_cache")

    def tags(self) -> tuple[str, ...]:
        """Give all tags."""
        return tuple(record.id_tag for record in self._records.values())

    def clear(self) -> int:
        """Forget all tags; say how many there were (ClearCache, S 5.4)."""
        tags = self.tags()
        for tag in tags:
            self.forget(tag)
        return len(tags)

    def view(self) -> AuthorizationCacheView:
        """Give the variable `authorization_cache`."""
        newest = sorted(self._records.values(), key=lambda r: r.updated_at, reverse=True)
        return AuthorizationCacheView(
            is_enabled=self.is_enabled,
            count=len(newest),
            count_max=CACHE_MAX,
            entries=tuple(
                CachedTag(
                    id_tag=record.id_tag,
                    status=record.info.status,
                    expiry_date=record.info.expiry_date,
                    parent_id_tag=record.info.parent_id_tag,
                    updated_at=record.updated_at,
                )
                for record in newest[:SHOWN_MAX]
            ),
        )

    def _worth(self, record: CacheRecord) -> tuple[bool, datetime]:
        is_valid = status_now(record.info, self._turn.time) is AuthorizationStatus.ACCEPTED
        return is_valid, record.updated_at
