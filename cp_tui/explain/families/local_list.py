"""The local authorization list and its version (S 5.10, S 5.15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, Party
from cp_tui.explain.known import Known
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import UpdateStatus, UpdateType
from cp_tui.ocpp.local_auth_list_management import (
    GetLocalListVersionResponse,
    SendLocalListRequest,
    SendLocalListResponse,
)
from cp_tui.ocpp.plural import count
from cp_tui.traces.record import Record

NO_LIST = -1
"""As a version: the charge point has no list at all (S 5.10)."""


class LocalListRules(Family):
    """SendLocalList and GetLocalListVersion."""

    ACTIONS = frozenset({Action.SEND_LOCAL_LIST, Action.GET_LOCAL_LIST_VERSION})

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        exchange = known.exchange
        match exchange.request, exchange.response:
            case SendLocalListRequest() as request, None if exchange.is_call:
                yield from _sent(record, request, known)
            case (
                SendLocalListRequest() as request,
                SendLocalListResponse(status=UpdateStatus.ACCEPTED),
            ):
                yield from _accepted(record, request, known)
            case _, GetLocalListVersionResponse(list_version=version):
                yield from _told(record, version, known)


def _sent(record: Record, request: SendLocalListRequest, known: Known) -> Iterable[Finding]:
    if request.list_version <= 0:
        yield found(
            "list.version_illegal",
            f"SendLocalList has listVersion {request.list_version}: 0 is the version of an empty"
            " list, and -1 says that there is none.",
            record,
        )
    entries = request.local_authorization_list or ()
    if tags := _twice(request):
        yield found(
            "list.duplicate_tags",
            f"SendLocalList names {tags} of its tags twice; each may stand in it once.",
            record,
        )
    most = known.keys.integer("SendLocalListMaxLength")
    if most is not None and len(entries) > most:
        yield found(
            "list.too_long",
            f"SendLocalList has {count(len(entries), 'entry', 'entries')}, and"
            f" SendLocalListMaxLength is {most}.",
            record,
        )
    bare = sum(each.id_tag_info is None for each in entries)
    if request.update_type is UpdateType.FULL and bare:
        yield found(
            "list.full_without_info",
            f"SendLocalList (Full) has {count(bare, 'entry', 'entries')} without idTagInfo: that"
            " deletes a tag, and is for Differential.",
            record,
        )


def _accepted(record: Record, request: SendLocalListRequest, known: Known) -> Iterable[Finding]:
    where = known.exchange.asked
    if _twice(request):
        yield found(
            "list.duplicate_tags",
            "SendLocalList with a tag that stands in it twice was Accepted.",
            record,
            where,
            at_fault=Party.CHARGE_POINT,
        )
    before = known.local_list
    is_known = before.version is not None and before.breaks == known.breaks
    is_lower = is_known and request.list_version <= (before.version or 0)
    if request.update_type is UpdateType.DIFFERENTIAL and is_lower:
        yield found(
            "list.version_not_higher",
            f"SendLocalList (Differential) with version {request.list_version} was Accepted, and"
            f" the list has version {before.version}: VersionMismatch is the answer to one that is"
            " not higher.",
            record,
            where,
            before.where,
        )


def _told(record: Record, version: int, known: Known) -> Iterable[Finding]:
    before = known.local_list
    is_known = before.version is not None and before.breaks == known.breaks
    if is_known and version not in (before.version, NO_LIST):
        yield found(
            "list.version_wrong",
            f"GetLocalListVersion was answered {version}, and the list has version"
            f" {before.version} since it was changed last.",
            record,
            before.where,
        )


def _twice(request: SendLocalListRequest) -> int:
    """How many tags stand in a list more than once, in any case of their letters."""
    tags = Counter(each.id_tag.lower() for each in request.local_authorization_list or ())
    return sum(number > 1 for number in tags.values())
