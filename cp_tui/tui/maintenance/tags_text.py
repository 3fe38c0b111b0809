"""Tags in words: the local list and the authorization cache, in lines and in tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from textual.content import Content

from cp_tui.charge_point.variables import AuthorizationCacheView, CachedTag, LocalListView, TagEntry
from cp_tui.ocpp.datatypes import AuthorizationStatus
from cp_tui.ocpp.plural import count
from cp_tui.tui.text.columns import Column, widest, widest_time
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import QUIET
from cp_tui.tui.text.tag_explanation import status_word
from cp_tui.tui.text.words import NOT_SEEN, Clock, joined, unseen, with_words

EntryT = TypeVar("EntryT", bound=TagEntry)


def status_of(entry: TagEntry, time: datetime) -> AuthorizationStatus:
    """As it counts at an instant of the charge point: Expired once its date has come (S 3.5.1)."""
    is_over = entry.expiry_date is not None and entry.expiry_date <= time
    return AuthorizationStatus.EXPIRED if is_over else entry.status


def age(since: datetime, now: datetime) -> str:
    """How long ago in one unit: `under 1 min`, `12 min`, `5 h`, `3 days`."""
    minutes = (now - since) // timedelta(minutes=1)
    if minutes < 1:
        return "under 1 min"
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else count(hours // 24, "day")


def matching(entries: Sequence[EntryT], words: str, time: datetime) -> list[EntryT]:
    """The tags that hold every word in tag, status or group."""

    def text_of(entry: EntryT) -> str:
        return f"{entry.id_tag} {status_of(entry, time).value} {entry.parent_id_tag or ''}"

    return with_words(entries, words, text_of)


def tag_columns(
    entries: Sequence[TagEntry], clock: Clock, time: datetime
) -> list[Column[TagEntry]]:
    """The columns of the local list; `time` is the one of the charge point."""
    expires = widest((_expiry(e, clock).plain for e in entries), 7)
    return [
        Column("Tag", 20, lambda e: safe_text(e.id_tag)),
        Column("Status", 12, lambda e: status_word(status_of(e, time))),
        Column("Expires", expires, lambda e: _expiry(e, clock), order=lambda e: e.expiry_date),
        Column("Group (parent)", 14, lambda e: safe_text(e.parent_id_tag or ""), is_flexible=True),
    ]


def cached_columns(
    entries: Sequence[CachedTag], clock: Clock, time: datetime
) -> list[Column[CachedTag]]:
    """The columns of the cache: those of the list, and how old each is."""
    expires = widest((_expiry(e, clock).plain for e in entries), 7)
    heard = widest_time(clock.minute, (e.updated_at for e in entries), 5)
    return [
        Column("Tag", 20, lambda e: safe_text(e.id_tag)),
        Column("Status", 12, lambda e: status_word(status_of(e, time))),
        Column(
            "Heard",
            heard,
            lambda e: Content(clock.minute(e.updated_at)),
            rank=1,
            order=lambda e: e.updated_at,
        ),
        Column(
            "Age",
            11,
            lambda e: Content(age(e.updated_at, time)),
            order=lambda e: time - e.updated_at,
        ),
        Column(
            "Expires", expires, lambda e: _expiry(e, clock), rank=2, order=lambda e: e.expiry_date
        ),
        Column("Group (parent)", 14, lambda e: safe_text(e.parent_id_tag or ""), is_flexible=True),
    ]


def tag_facts(entry: TagEntry, clock: Clock, time: datetime) -> list[Fact]:
    """Everything known about a tag."""
    counts = status_of(entry, time)
    given = "" if counts is entry.status else f"the CSMS gave {entry.status.value}"
    facts = [
        Fact("Tag", safe_text(entry.id_tag, "bold")),
        Fact("Status", joined([status_word(counts), given])),
        Fact("Expires", _expiry(entry, clock)),
        Fact("Group", safe_text(entry.parent_id_tag or "none")),
    ]
    if isinstance(entry, CachedTag):
        heard = f"{clock.time(entry.updated_at)} from the CSMS"
        facts.append(Fact("Heard", joined([heard, f"{age(entry.updated_at, time)} ago"])))
    return facts


def list_line(local_list: LocalListView | None) -> Content:
    """Version, size and use of the local list."""
    if local_list is None:
        return Content.styled("not known yet", QUIET)
    if local_list.version is None:
        return unseen()
    if local_list.count is None:
        size = Content(f"version {local_list.version} · tags {NOT_SEEN}")
    elif local_list.count:
        size = Content(f"version {local_list.version} · {count(local_list.count, 'tag')}")
    else:
        size = Content.styled("empty, version 0", QUIET)
    if local_list.is_enabled is None:
        return size
    return _with_use(size, "" if local_list.is_enabled else "LocalAuthListEnabled")


def list_facts(local_list: LocalListView | None, clock: Clock) -> list[Fact]:
    """What is to know about the list as a whole."""
    if local_list is None:
        return []
    at = local_list.updated_at
    updated = f"sent {clock.time(at)}" if at is not None else "never sent by the CSMS"
    if at is None and local_list.version is None:
        updated = ""
    room = "" if local_list.count_max is None else f"room for {local_list.count_max}"
    return [Fact("", joined([list_line(local_list), updated, room]))]


def cache_line(cache: AuthorizationCacheView | None) -> Content:
    """Size and use of the authorization cache."""
    if cache is None:
        return Content.styled("not known yet", QUIET)
    size = Content(count(cache.count, "tag")) if cache.count else Content.styled("empty", QUIET)
    return _with_use(size, "" if cache.is_enabled else "AuthorizationCacheEnabled")


def cache_facts(cache: AuthorizationCacheView | None) -> list[Fact]:
    """What is to know about the cache as a whole."""
    if cache is None:
        return []
    return [Fact("", joined([cache_line(cache), f"room for {cache.count_max}"]))]


def shown_of(shown: int, total: int, of_all: int) -> str:
    """How many of how many stand in a table: the engine tells only the first hundred."""
    if shown < total:
        return f"{shown} of {total} match"
    return f"{total} of {of_all} shown, W looks up any" if total < of_all else ""


def _with_use(size: Content, missing_key: str) -> Content:
    """Whether it counts: first of all where it does not."""
    if not missing_key:
        return joined([size, "in use"])
    return joined([Content.styled(f"not used: {missing_key} is false", "$text-warning"), size])


def _expiry(entry: TagEntry, clock: Clock) -> Content:
    if entry.expiry_date is None:
        return Content.styled("never", QUIET)
    return Content(clock.minute(entry.expiry_date))
