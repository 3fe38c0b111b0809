"""The variables `local_list` and `authorization_cache`, and what would happen with a tag."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import force_setattr

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.reason import Reason
from cp_tui.ocpp.datatypes import AuthorizationStatus


class Grouped(Struct, frozen=True, kw_only=True):
    """Base of what knows the group of a tag, as it counts."""

    parent_id_tag: str | None = None
    """None also for an empty one: many a CSMS writes that where it means none."""

    def __post_init__(self) -> None:
        if self.parent_id_tag is not None and not self.parent_id_tag.strip():
            force_setattr(self, "parent_id_tag", None)


class TagEntry(Grouped, frozen=True, kw_only=True):
    """What the CSMS said about a tag: so it is kept over a restart, and so it is shown."""

    WITHIN: ClassVar = "info"

    id_tag: str
    status: AuthorizationStatus
    """As the CSMS gave it; after `expiry_date` the tag counts as Expired."""
    expiry_date: datetime | None = None


class LocalListView(Value, frozen=True, kw_only=True):
    """The local authorization list (S 3.5.2)."""

    is_enabled: bool | None
    """LocalAuthListEnabled: otherwise it is kept, but not used. None, as for what follows: of a
    charge point that is only watched, it was not told."""
    version: int | None
    """0 while the list is empty."""
    count: int | None
    count_max: int | None
    """`LocalAuthListMaxLength`."""
    updated_at: datetime | None = None
    """When SendLocalList last changed it; None: never."""
    entries: tuple[TagEntry, ...] = ()
    """The first ones by tag; `count` says how many there are."""


class CachedTag(TagEntry, frozen=True, kw_only=True):
    """What it last said about a tag that is not in the local list (S 3.5.1)."""

    updated_at: datetime
    """When it said so."""


class AuthorizationCacheView(Value, frozen=True, kw_only=True):
    """The authorization cache (S 3.5.1)."""

    is_enabled: bool
    """AuthorizationCacheEnabled: otherwise it is neither used nor filled."""
    count: int
    count_max: int
    entries: tuple[CachedTag, ...] = ()
    """The newest ones; `count` says how many there are."""


class TagOutcome(StrEnum):
    """What becomes of a tag that wants to start now."""

    ACCEPTED = "Accepted"
    REFUSED = "Refused"
    ASK = "Ask"
    """The CSMS is asked with Authorize."""


class TagExplanation(Grouped, Value, frozen=True, kw_only=True):
    """What would happen if a tag were shown now, and why; to look changes and sends nothing."""

    id_tag: str
    known_by: str | None = None
    """`the local list` or `the authorization cache`; None: unknown here."""
    status: AuthorizationStatus | None = None
    """As it counts now: Expired after its expiry date."""
    expiry_date: datetime | None = None
    outcome: TagOutcome
    reason: Reason
    outcome_without_answer: TagOutcome | None = None
    """While the CSMS can be asked: what happens where it does not answer, or the link is lost."""
    reason_without_answer: Reason | None = None
    reservations: tuple[int, ...] = ()
    """The reservationIds that the tag may use."""
    kept_from_it: tuple[Reason, ...] = ()
    """The connectors that are reserved for others."""
    connector_id: int | None = None
    """The connector that was asked about; None: all of them."""
    obstacle: Reason | None = None
    """What keeps every tag from that connector: a fault, a transaction, no operation."""
