"""The installed charging profiles in words: what each is, what it does now, when that changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from textual.content import Content

from cp_tui.charge_point.smart_charging.conversion import limit_text
from cp_tui.charge_point.smart_charging.schedule import LostBecause, ProfileChangeKind
from cp_tui.charge_point.variables import ProfileEntry
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import QUIET
from cp_tui.tui.text.words import Clock, joined
from cp_tui.tui.timeline.readout import connector_text

PURPOSES = {
    ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE: "ChargePointMax",
    ChargingProfilePurposeType.TX_DEFAULT_PROFILE: "TxDefault",
    ChargingProfilePurposeType.TX_PROFILE: "Tx",
}
"""`Profile` is in the title already."""

PURPOSE_ORDER = tuple(PURPOSES)

SHORT = {
    LostBecause.LOWER_STACK_LEVEL: "lower level",
    LostBecause.NOT_YET_VALID: "not yet valid",
    LostBecause.EXPIRED: "expired",
    LostBecause.NOT_STARTED: "not started",
    LostBecause.DURATION_OVER: "over",
    LostBecause.OTHER_TRANSACTION: "other tx",
    LostBecause.HIDDEN_BY_TX_PROFILE: "hidden by Tx",
    LostBecause.HIGHER_THAN_MINIMUM: "allows more",
    LostBecause.REPLACED_ON_CONNECTOR: "replaced",
    LostBecause.RECURRENCE_GAP: "rests",
}
"""Why a profile sets no limit, for a cell of the table; the sentence is in the details."""

CHANGES = {
    ProfileChangeKind.STARTS: "starts ",
    ProfileChangeKind.CHANGES: "",
    ProfileChangeKind.ENDS: "ends",
}


def in_order(entries: Sequence[ProfileEntry]) -> list[ProfileEntry]:
    """By connector and purpose, the level that wins first."""
    return sorted(
        entries,
        key=lambda each: (
            each.connector_id,
            PURPOSE_ORDER.index(each.profile.charging_profile_purpose),
            -each.profile.stack_level,
        ),
    )


def profile_columns(clock: Clock) -> list[Column[ProfileEntry]]:
    """The columns of the table, in reading order."""
    return [
        Column("Cn", 2, lambda e: Content(str(e.connector_id)), align="right"),
        Column("Id", 4, lambda e: Content(f"#{e.profile.charging_profile_id}"), align="right"),
        Column("Purpose", 14, lambda e: Content(PURPOSES[e.profile.charging_profile_purpose])),
        Column("Lv", 2, lambda e: Content(str(e.profile.stack_level)), align="right"),
        Column("Kind", 8, lambda e: Content(kind_word(e)), rank=2),
        Column("U", 1, lambda e: Content(_unit(e).value), rank=1),
        Column("By", 8, lambda e: Content.styled(e.source.value, QUIET), rank=3),
        Column("Now", 13, now_content, said=lambda e: now_content(e).plain.removeprefix("● ")),
        Column("Next", 16, lambda e: _next(e, clock), is_flexible=True, order=_next_at),
    ]


def profile_lines(entry: ProfileEntry, clock: Clock) -> list[Fact]:
    """What a profile does, and when it counts."""
    standing = entry.standing
    facts: list[Fact] = []
    if standing.is_active:
        word = "would set" if standing.is_armed else "sets"
        where = " and ".join(
            connector_text(c) if c else "the charge point" for c in standing.active_on
        )
        armed = ", if a transaction started now" if standing.is_armed else ""
        facts.append(Fact("Now", Content(f"{word} the limit of {where}{armed}")))
    for sentence, places in _losses(entry).items():
        text = Content.assemble(safe_text(clock.told(sentence)), f" ({', '.join(places)})")
        facts.append(Fact("Why not", text))
    change = standing.next_change
    if change is not None:
        limit = "" if change.limit is None else f": {_limit(change.limit, entry)}"
        when = f"{change.kind.value} {clock.time(change.at)}{limit}"
        facts.append(Fact("Next", Content(when)))
    return [*facts, *_validity(entry, clock)]


def profile_details(entry: ProfileEntry, clock: Clock) -> list[Fact]:
    """Everything about a profile but its periods."""
    profile = entry.profile
    name = f"{profile.charging_profile_purpose.value} #{profile.charging_profile_id}"
    where = connector_text(entry.connector_id) if entry.connector_id else "connector 0: all"
    facts = [
        Fact("Profile", Content(f"{name} level {profile.stack_level} on {where}")),
        Fact("Kind", joined([kind_word(entry), f"in {_unit(entry).value}"])),
    ]
    if profile.transaction_id is not None:
        facts.append(Fact("Tx", Content(f"only transaction {profile.transaction_id}")))
    if (least := profile.charging_schedule.min_charging_rate) is not None:
        facts.append(Fact("Least", Content(f"{_limit(least, entry)} is what charges well")))
    return [*facts, *profile_lines(entry, clock)]


def kind_word(entry: ProfileEntry) -> str:
    """Absolute, Relative, Daily or Weekly."""
    recurrency = entry.profile.recurrency_kind
    return entry.profile.charging_profile_kind.value if recurrency is None else recurrency.value


def now_content(entry: ProfileEntry) -> Content:
    """What a profile does now, for a cell."""
    standing = entry.standing
    if standing.is_active:
        limit = "" if standing.limit is None else _limit(standing.limit, entry)
        if standing.is_armed:
            return Content.styled(f"armed {limit}", "$text-accent")
        return Content.styled(f"● {limit}", "bold $text-success")
    if standing.losses:
        return Content.styled(SHORT[standing.losses[0].why], QUIET)
    return Content.styled("no connector", "$text-warning")


def _next_at(entry: ProfileEntry) -> datetime | None:
    change = entry.standing.next_change
    return None if change is None else change.at


def _next(entry: ProfileEntry, clock: Clock) -> Content:
    change = entry.standing.next_change
    if change is None:
        return Content.styled("no change", QUIET)
    limit = "" if change.limit is None else _limit(change.limit, entry)
    return Content(f"{clock.minute(change.at)} {CHANGES[change.kind]}{limit}")


def _losses(entry: ProfileEntry) -> dict[str, list[str]]:
    """Why a profile sets no limit, and where; often it is the same everywhere."""
    losses: dict[str, list[str]] = {}
    for loss in entry.standing.losses:
        losses.setdefault(loss.sentence, []).append(connector_text(loss.connector_id))
    return losses


def _validity(entry: ProfileEntry, clock: Clock) -> list[Fact]:
    profile, schedule = entry.profile, entry.profile.charging_schedule
    facts: list[Fact] = []
    if schedule.start_schedule is not None:
        facts.append(Fact("Start", Content(clock.time(schedule.start_schedule))))
    if profile.valid_from is not None or profile.valid_to is not None:
        begin = f"from {clock.time(profile.valid_from)}" if profile.valid_from else ""
        end = f"to {clock.time(profile.valid_to)}" if profile.valid_to else ""
        facts.append(Fact("Valid", Content(f"{begin} {end}".strip())))
    facts.append(Fact("Set", Content(f"{clock.time(entry.installed_at)} by {_by(entry)}")))
    return facts


def _by(entry: ProfileEntry) -> str:
    return "the CSMS" if entry.source.value == "CSMS" else "the operator"


def _unit(entry: ProfileEntry) -> ChargingRateUnitType:
    return entry.profile.charging_schedule.charging_rate_unit


def _limit(limit: Decimal, entry: ProfileEntry) -> str:
    return limit_text(limit, _unit(entry))
