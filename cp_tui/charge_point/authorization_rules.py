"""The decision table for tags: what list, cache and keys say, online and offline (S 3.4, S 3.5).

Pure: it is told what is known about the tag, and asks nobody.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.variables import TagEntry
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo


class Rules(Struct, frozen=True):
    """The configuration keys that decide about tags, as they stand now."""

    local_pre_authorize: bool
    local_authorize_offline: bool
    allow_offline_tx_for_unknown_id: bool


class KnownBy(StrEnum):
    """Where a tag is known from."""

    LOCAL_LIST = "the local list"
    CACHE = "the authorization cache"

    @property
    def enabling_key(self) -> str:
        """The configuration key that switches this source of knowledge on and off."""
        return "LocalAuthListEnabled" if self is KnownBy.LOCAL_LIST else "AuthorizationCacheEnabled"


class KnownTag(Struct, frozen=True):
    """What is known here about a tag."""

    by: KnownBy
    tag: TagEntry
    status: AuthorizationStatus
    """Its status at this moment: Expired once its expiry date has come."""

    @property
    def parent_id_tag(self) -> str | None:
        """Its group; None: it has none."""
        return self.tag.parent_id_tag

    @property
    def is_accepted(self) -> bool:
        """Whether the tag may start by what is known."""
        return self.status is AuthorizationStatus.ACCEPTED


class TagVerdict(Struct, frozen=True):
    """The decision on a tag, and why."""

    is_accepted: bool
    reason: Reason
    parent_id_tag: str | None = None


class AskCsms(Struct, frozen=True):
    """Nothing known here decides: Authorize has to be sent, for this reason."""

    reason: Reason


def same_tag(tag: str, other: str) -> bool:
    """Tags compare without regard to case (S 2.2)."""
    return tag.lower() == other.lower()


def group_of(info: IdTagInfo) -> str | None:
    """Give the group of a tag; an empty text, which many a CSMS writes, is none (S 3.10)."""
    group = info.parent_id_tag
    return group if group and group.strip() else None


def same_group(group: str | None, other: str | None) -> bool:
    """Groups compare as tags do; one that is not known, or empty, is no group (S 3.10)."""
    if group is None or other is None or not group.strip():
        return False
    return same_tag(group, other)


def status_now(info: IdTagInfo | TagEntry, time: datetime) -> AuthorizationStatus:
    """Give the status of a tag, which is Expired once its date has come (S 3.5.1)."""
    if info.expiry_date is not None and info.expiry_date <= time:
        return AuthorizationStatus.EXPIRED
    return info.status


def decide_online(id_tag: str, known: KnownTag | None, rules: Rules) -> TagVerdict | AskCsms:
    """Decide while the CSMS can be asked: what is not Accepted here is for it to decide."""
    if known is None:
        return AskCsms(
            because(
                "authorization.ask.unknown",
                "S 4.1",
                "{tag} is neither in the local list nor in the authorization cache",
                tag=id_tag,
            )
        )
    if not known.is_accepted:
        return AskCsms(
            because(
                "authorization.ask.not_accepted",
                "S 3.5.1",
                "{by} says {status} for {tag}, which may have changed",
                by=known.by,
                status=known.status,
                tag=id_tag,
            )
        )
    if not rules.local_pre_authorize:
        return AskCsms(
            because(
                "authorization.ask.no_pre_authorization",
                "S 9.1",
                "{by} says Accepted for {tag}, but {key} is false",
                by=known.by,
                tag=id_tag,
                key="LocalPreAuthorize",
            )
        )
    reason = because(
        f"authorization.{_subject(known)}.accepted",
        "S 3.5.3",
        "{by} says Accepted for {tag} and {key} is true",
        by=known.by,
        tag=id_tag,
        key="LocalPreAuthorize",
    )
    return TagVerdict(True, reason, known.parent_id_tag)


def decide_offline(id_tag: str, known: KnownTag | None, rules: Rules, why: str) -> TagVerdict:
    """Decide without the CSMS (S 3.5.4); `why` says in words why it cannot be asked."""
    if known is None:
        return _decide_unknown(id_tag, rules, why)
    parent = known.parent_id_tag
    if not known.is_accepted:
        # Also where AllowOfflineTxForUnknownId is true: this tag is not unknown (S 3.5.4).
        return TagVerdict(
            False,
            because(
                f"authorization.offline.{_subject(known)}_refused",
                "S 3.5.4",
                "{why}; {by} says {status} for {tag} and counts because {key} is true",
                why=why,
                by=known.by,
                status=known.status,
                tag=id_tag,
                key=known.by.enabling_key,
            ),
            parent,
        )
    if not rules.local_authorize_offline:
        reason = because(
            "authorization.offline.refused",
            "S 3.5.4",
            "{why}; {source} says Accepted for {tag}, but {key} is false",
            why=why,
            by="the offline rule",
            source=known.by,
            tag=id_tag,
            key="LocalAuthorizeOffline",
        )
        return TagVerdict(False, reason, parent)
    reason = because(
        f"authorization.offline.{_subject(known)}_accepted",
        "S 3.5.4",
        "{why}; {by} says Accepted for {tag} and {key} is true",
        why=why,
        by=known.by,
        tag=id_tag,
        key="LocalAuthorizeOffline",
    )
    return TagVerdict(True, reason, parent)


def csms_verdict(id_tag: str, info: IdTagInfo, parent_id_tag: str | None) -> TagVerdict:
    """Take the answer of the CSMS, which has the last word."""
    accepted = info.status is AuthorizationStatus.ACCEPTED
    reason = because(
        f"authorization.csms.{'accepted' if accepted else 'refused'}",
        "S 4.1",
        "{by} answered {status} for {tag}",
        by="the CSMS",
        status=info.status_words,
        tag=id_tag,
    )
    return TagVerdict(accepted, reason, parent_id_tag)


def unusable_verdict(id_tag: str, why: str) -> TagVerdict:
    """Refuse after an answer that decides nothing: whoever answers is not offline (S 3.5.4)."""
    text = "{why}: that does not authorize {tag}, and {by} is there, so no offline rule counts"
    reason = because(
        "authorization.csms.unusable", "S 3.5.4", text, why=why, tag=id_tag, by="the CSMS"
    )
    return TagVerdict(False, reason)


def _decide_unknown(id_tag: str, rules: Rules, why: str) -> TagVerdict:
    allowed = rules.allow_offline_tx_for_unknown_id
    reason = because(
        f"authorization.offline.unknown_{'allowed' if allowed else 'refused'}",
        "S 3.5.4",
        "{why}; {tag} is in neither local list nor cache and {key} is {value}",
        why=why,
        by="the offline rule",
        tag=id_tag,
        key="AllowOfflineTxForUnknownId",
        value="true" if allowed else "false",
    )
    return TagVerdict(allowed, reason)


def _subject(known: KnownTag) -> str:
    return "list" if known.by is KnownBy.LOCAL_LIST else "cache"
