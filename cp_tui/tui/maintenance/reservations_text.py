"""The reservations in words: those in force with the time that is left, and why others ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from textual.content import Content

from cp_tui.charge_point.variables import EndedReservation, Reservation, ReservationsView
from cp_tui.ocpp.plural import count
from cp_tui.tui.text.columns import Column, widest_time
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import QUIET
from cp_tui.tui.text.words import Clock, joined, reason_text

IN_FORCE = "bold $connector-reserved"


class ReservationLine(Struct, frozen=True):
    """A reservation, and how it ended where it is over."""

    reservation: Reservation
    ended: EndedReservation | None = None

    @property
    def until(self) -> datetime:
        """When it ends, or ended."""
        return self.reservation.expiry_date if self.ended is None else self.ended.ended_at

    @property
    def id(self) -> str:
        """Names the line while others come and go; an id may be used again."""
        over = "" if self.ended is None else f" {self.ended.ended_at.isoformat()}"
        return f"{self.reservation.reservation_id}{over}"


def reservation_lines(reservations: ReservationsView | None) -> list[ReservationLine]:
    """Those in force, the first to expire first; then those that ended, newest first."""
    if reservations is None:
        return []
    active = sorted(reservations.active, key=lambda each: each.expiry_date)
    ended = [ReservationLine(each.reservation, each) for each in reservations.ended]
    return [*map(ReservationLine, active), *ended]


def reservation_of(reservations: ReservationsView | None, line_id: str) -> ReservationLine | None:
    """The line of this name, if it is still there."""
    return next((line for line in reservation_lines(reservations) if line.id == line_id), None)


def reservation_columns(
    lines: Sequence[ReservationLine], clock: Clock, time: datetime
) -> list[Column[ReservationLine]]:
    """The columns of the table; `time` is the one of the charge point."""
    until = widest_time(clock.minute, (line.until for line in lines), 5)
    return [
        Column("State", 8, _state, said=lambda line: _state(line).plain.removeprefix("◇ ")),
        Column("Id", 6, lambda line: Content(str(line.reservation.reservation_id)), align="right"),
        Column("Conn", 4, lambda line: Content(_where(line.reservation)), align="right"),
        Column("Tag", 20, lambda line: safe_text(line.reservation.id_tag)),
        Column(
            "Until",
            until,
            lambda line: Content(clock.minute(line.until)),
            order=lambda line: line.until,
        ),
        Column("Group", 12, lambda line: safe_text(line.reservation.parent_id_tag or ""), rank=1),
        Column(
            "Left, or why it ended", 21, lambda line: _left_or_why(line, time), is_flexible=True
        ),
    ]


def reservation_facts(line: ReservationLine, clock: Clock, time: datetime) -> list[Fact]:
    """Everything about one reservation."""
    reservation, ended = line.reservation, line.ended
    facts = [
        Fact("State", _state(line)),
        Fact("For", _whom(reservation)),
        Fact("Where", Content(_where_words(reservation))),
        Fact("Made", Content(clock.time(reservation.made_at))),
    ]
    until = clock.time(reservation.expiry_date)
    if ended is None:
        facts.append(Fact("Until", joined([until, f"{left(reservation, time)} left"])))
        return [*facts, Fact("Then", Content("it expires, and the connector is free again"))]
    return [
        *facts,
        Fact("Until", Content(f"{until} was planned")),
        Fact("Ended", Content(clock.time(ended.ended_at))),
        Fact("Why", reason_text(ended.reason, clock)),
    ]


def reservations_line(reservations: ReservationsView | None, clock: Clock) -> Content:
    """How many are in force, and the first to expire."""
    if reservations is None:
        return Content.styled("not known yet", QUIET)
    if not reservations.active:
        over = f"{len(reservations.ended)} ended" if reservations.ended else ""
        return joined([Content.styled("none", QUIET), over])
    first = min(reservations.active, key=lambda each: each.expiry_date)
    where = f"{_where_words(first)} for "
    until = f" until {clock.minute(first.expiry_date)}"
    in_force = Content.styled(f"{len(reservations.active)} in force", IN_FORCE)
    return joined([in_force, Content.assemble(where, safe_text(first.id_tag), until)])


def left(reservation: Reservation, time: datetime) -> str:
    """The time until it expires, rounded up to minutes: `27 min`, `3 h 05 min`, `12 days`."""
    minutes = -((time - reservation.expiry_date) // timedelta(minutes=1))
    if minutes <= 0:
        return "0 min"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60:02} min" if hours < 48 else count(hours // 24, "day")


def _state(line: ReservationLine) -> Content:
    if line.ended is None:
        return Content.styled("◇ held", IN_FORCE)
    return Content.styled("ended", QUIET)


def _where(reservation: Reservation) -> str:
    return str(reservation.connector_id) if reservation.connector_id else "any"


def _where_words(reservation: Reservation) -> str:
    where = reservation.connector_id
    return f"connector {where}" if where else "any connector"


def _whom(reservation: Reservation) -> Content:
    group = reservation.parent_id_tag
    others = safe_text(f"and every tag of group {group}") if group else Content("")
    return joined([safe_text(reservation.id_tag, "bold"), others])


def _left_or_why(line: ReservationLine, time: datetime) -> Content:
    if line.ended is None:
        return Content(left(line.reservation, time))
    return safe_text(line.ended.reason.text, QUIET)
