"""The authorization cache: what the CSMS last said about each tag (S 3.5.1).

Refusals are kept as well as acceptances. Offline a tag that was refused last stays refused, even
where unknown tags may charge: it is not unknown (S 3.5.4).
"""

from __future__ import annotations

from datetime import datetime

from cp_tui.charge_point.authorization_rules import status_now
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import AuthorizationCacheView, CachedTag
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo

CACHE_MAX = 1_000
"""How many tags are remembered. Refused ones make room first, then the oldest (transactions.md).
"""
SHOWN_MAX = 100
"""How many tags the variable shows."""


class AuthorizationCache:
    """Tags with the newest IdTagInfo that came for them, good and bad; kept over a restart."""

    def __init__(self, turn: Turn, configuration: Configuration) -> None:
        self._turn = turn
        self._configuration = configuration
        self._tags = {
            each.id_tag.lower(): each
            for _, each in turn.records(Table.AUTHORIZATION_CACHE, CachedTag)
        }

    @property
    def is_enabled(self) -> bool:
        """Whether the cache is used and filled (AuthorizationCacheEnabled)."""
        return self._configuration.boolean("AuthorizationCacheEnabled")

    def get(self, id_tag: str) -> CachedTag | None:
        """Look a tag up, where the cache is enabled."""
        return self._tags.get(id_tag.lower()) if self.is_enabled else None

    def learn(self, id_tag: str, info: IdTagInfo) -> None:
        """Remember what the CSMS said about a tag."""
        if not self.is_enabled:
            return
        tag = CachedTag(
            id_tag=id_tag,
            status=info.status,
            expiry_date=info.expiry_date,
            parent_id_tag=info.parent_id_tag,
            updated_at=self._turn.time,
        )
        self._tags[id_tag.lower()] = tag
        self._turn.save(Table.AUTHORIZATION_CACHE, id_tag.lower(), tag)
        if len(self._tags) > CACHE_MAX:
            self.forget(min(self._tags.values(), key=self._worth).id_tag)
        self._turn.changed("authorization_cache")

    def forget(self, id_tag: str) -> None:
        """Remove one tag, if it is there."""
        if self._tags.pop(id_tag.lower(), None) is not None:
            self._turn.forget(Table.AUTHORIZATION_CACHE, id_tag.lower())
            self._turn.changed("authorization_cache")

    def tags(self) -> tuple[str, ...]:
        """Give all tags."""
        return tuple(each.id_tag for each in self._tags.values())

    def clear(self) -> int:
        """Forget all tags; say how many there were (ClearCache, S 5.4)."""
        tags = self.tags()
        for tag in tags:
            self.forget(tag)
        return len(tags)

    def view(self) -> AuthorizationCacheView:
        """Give the variable `authorization_cache`."""
        newest = sorted(self._tags.values(), key=lambda each: each.updated_at, reverse=True)
        return AuthorizationCacheView(
            is_enabled=self.is_enabled,
            count=len(newest),
            count_max=CACHE_MAX,
            entries=tuple(newest[:SHOWN_MAX]),
        )

    def _worth(self, tag: CachedTag) -> tuple[bool, datetime]:
        is_valid = status_now(tag, self._turn.time) is AuthorizationStatus.ACCEPTED
        return is_valid, tag.updated_at
