"""The connectors in words: a line each, and what is worth knowing about one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from textual.content import Content

from cp_tui.charge_point.variables import (
    ConnectorView,
    Fault,
    Refusal,
    Reservation,
    StatusChange,
)
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargingRateUnitType
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import amps, energy, power, volts
from cp_tui.ocpp.word_filter import word_filter
from cp_tui.tui.dashboard.session_text import (
    GAUGE_CELLS,
    full_at,
    full_words,
    gauge,
    lasted_words,
    soc_percent,
)
from cp_tui.tui.state.past import in_force
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.clock_steps import begun_words, clock_facts
from cp_tui.tui.text.columns import Column, time_column, widest
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.restraint import draws_words
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.status import status_content
from cp_tui.tui.text.words import (
    NOT_SEEN,
    Clock,
    joined,
    percent,
    reason_text,
    unseen,
)
from cp_tui.tui.theme.glyphs import GlyphSet
from cp_tui.tui.timeline.readout import period_at

STATUS_WIDTH, STATUS_WIDTH_MIN = 15, 11
"""For every status; and for those that cars have that charge."""

GAUGE_WIDTH_MIN = len("▕▏100 %")

CHANGES_SHOWN = 20
MEASURED_NOW = timedelta(minutes=5)
"""So long what a meter has told may be taken for what it says now."""
"""Status changes listed for one connector."""


def connectors_with(connectors: Sequence[ConnectorView], words: str) -> list[ConnectorView]:
    """The connectors that hold every word of the filter in number, status, tag or errors.

    A number means the connector of that number alone: among 30, `3` is not 13 and 30 as well.
    """
    found = word_filter(words)
    return [c for c in connectors if found.takes(partial(_holds, c))]


def _holds(connector: ConnectorView, word: str) -> bool:
    if word.isdigit():
        return connector.connector_id == int(word)
    transaction = connector.transaction
    texts = (
        connector.status,
        connector.authorized_id_tag,
        connector.asked_id_tag,
        transaction.id_tag if transaction else None,
        *(fault.error_code.value for fault in connector.faults),
    )
    return any(word in text.casefold() for text in texts if text)


def _limit(connector: ConnectorView, snapshot: Snapshot, clock: Clock) -> Content:
    """The limit that it follows; of the charge point as a whole the one of its schedule."""
    if connector.limit is not None:
        return Content(amps(float(connector.limit.limit_a)))
    schedule = snapshot.charging_schedules.get(connector.connector_id)
    if schedule is None or schedule.unit is not ChargingRateUnitType.A:
        return Content("")
    period = period_at(schedule, snapshot.schedule_time(clock.now))
    return Content("" if period is None else amps(float(period.limit)))


def _power(connector: ConnectorView) -> Content:
    return Content(power(connector.measurement.power_w)) if connector.measurement else Content("")


def _power_w(connector: ConnectorView) -> float | None:
    return connector.measurement.power_w if connector.measurement else None


def _energy_wh(connector: ConnectorView) -> int | None:
    return connector.transaction.known_energy_wh if connector.transaction else None


def _current(connector: ConnectorView) -> Content:
    reading = connector.measurement
    return Content(amps(reading.current_a)) if reading else Content("")


def _energy(connector: ConnectorView) -> Content:
    transaction = connector.transaction
    return Content(energy(transaction.known_energy_wh)) if transaction else Content("")


def _gauge(connector: ConnectorView, glyphs: GlyphSet, cells: int) -> Content:
    charge = soc_percent(connector) if connector.transaction else None
    return Content("") if charge is None else gauge(charge, glyphs, cells)


def _charge(connector: ConnectorView) -> str:
    charge = soc_percent(connector) if connector.transaction else None
    return "" if charge is None else percent(charge)


def transaction_name(connector: ConnectorView) -> Content:
    """The transaction id, or that the CSMS has not given one yet."""
    if connector.transaction is None:
        return Content("")
    if connector.transaction.transaction_id is None:
        return Content.styled("no id yet", "$text-warning")
    if connector.transaction.is_from_before_boot:
        return Content.styled(f"? #{connector.transaction.transaction_id}", "$text-muted")
    return Content(f"#{connector.transaction.transaction_id}")


def _tag(connector: ConnectorView) -> Content:
    if connector.transaction:
        return safe_text(connector.transaction.id_tag)
    return safe_text(connector.authorized_id_tag or connector.asked_id_tag or "")


def _status(connector: ConnectorView) -> Content:
    return status_content(connector.status, is_old=connector.is_from_before_boot)


def _cause(connector: ConnectorView) -> Content:
    if connector.error_code is not ChargePointErrorCode.NO_ERROR:
        return Content.styled(connector.error_code.value, "bold $text-error")
    return safe_text(connector.cause, "$text-muted")


def connector_columns(
    snapshot: Snapshot, clock: Clock, glyphs: GlyphSet
) -> list[Column[ConnectorView]]:
    """The columns of the table, in reading order.

    While something charges, how far it has come goes before the limit in a narrow table.
    """
    connectors = snapshot.connectors
    names = (transaction_name(connector).plain for connector in connectors)
    is_charging = bool(snapshot.running)
    statuses = (_status(connector).plain for connector in connectors)
    status_width = widest(statuses, STATUS_WIDTH_MIN) if is_charging else STATUS_WIDTH
    # Side by side with the longest status, the bar is shorter, and still seen at 80x24.
    cells = min(GAUGE_CELLS, STATUS_WIDTH + 2 - status_width)
    progress = _progress_columns(connectors, clock, glyphs, cells) if is_charging else []
    return [
        Column("#", 2, lambda c: Content(str(c.connector_id))),
        Column(
            "Status",
            status_width,
            lambda c: _status(c),
            said=lambda c: c.status or NOT_SEEN,
        ),
        Column(
            "Limit",
            7,
            lambda c: _limit(c, snapshot, clock),
            align="right",
            rank=2 if is_charging else 0,
        ),
        Column("Power", 9, _power, align="right", order=_power_w),
        *progress,
        Column("Current", 7, _current, align="right", rank=8),
        Column("Tx", widest(names, 9), transaction_name, rank=6),
        time_column("Since", clock.brief, connectors, lambda c: c.since, 8, rank=7),
        Column("Tag", 12, _tag, rank=9),
        Column("Cause", 20, _cause, rank=10, is_flexible=True),
    ]


def _progress_columns(
    connectors: Sequence[ConnectorView], clock: Clock, glyphs: GlyphSet, cells: int
) -> list[Column[ConnectorView]]:
    """How far a charge has come; the bar of the battery has so many cells."""
    full = [full_words(connector, clock) for connector in connectors]
    return [
        Column(
            "SoC",
            GAUGE_WIDTH_MIN + cells,
            lambda c: _gauge(c, glyphs, cells),
            rank=1,
            order=soc_percent,
            said=_charge,
        ),
        Column(
            "Energy",
            widest((_energy(c).plain for c in connectors), 9),
            _energy,
            align="right",
            rank=3,
            order=_energy_wh,
        ),
        Column(
            "Full",
            widest(full, 5),
            lambda c: Content(full_words(c, clock)),
            align="right",
            rank=4,
            order=lambda c: full_at(c, clock.now),
        ),
        Column(
            "Time",
            10,
            lambda c: Content(lasted_words(c, clock)),
            align="right",
            rank=5,
            order=lambda c: c.transaction and c.transaction.begun_at,
        ),
    ]


def connector_facts(
    connector: ConnectorView, clock: Clock, about_limit: Sequence[Fact] = ()
) -> list[Fact]:
    """What to know about one connector, the most urgent first; `about_limit`: more to say of it."""
    facts = [Fact("Error", _fault(fault, clock)) for fault in connector.faults]
    if connector.is_lock_jammed:
        facts.append(Fact("Lock", Content.styled("jammed: it does not move", "bold $text-error")))
    if connector.reservation is not None:
        facts.append(Fact("Kept", reservation_content(connector.reservation, clock)))
    if connector.transaction is not None:
        # Whoever is refused here meanwhile changes nothing about who charges, and how fast.
        facts.append(Fact("Tx", _session(connector, clock)))
        facts += [*_draws(connector, clock), *_refused(connector, clock)]
    else:
        facts += _refused(connector, clock)
        if connector.asked_id_tag is not None:
            facts.append(Fact("Tag", _asked(connector)))
        elif connector.authorized_id_tag is not None:
            facts.append(Fact("Tag", _authorized(connector, clock)))
        facts += _draws(connector, clock)
    facts += _measured(connector, clock)
    facts += [*_limit_facts(connector, clock), *about_limit]
    since = clock.since(clock.time, connector.since)
    told = joined([since, safe_text(connector.cause)])
    facts.append(Fact("Status", unseen() if connector.status is None else told))
    if connector.info:
        facts.append(Fact("Info", safe_text(connector.info)))
    if connector.scheduled_operative is not None:
        word = "operative" if connector.scheduled_operative else "inoperative"
        facts.append(Fact("Later", Content(f"{word} once the cable is out; nothing starts before")))
    return facts + _vehicle(connector)


def connector_details(snapshot: Snapshot, connector: ConnectorView, clock: Clock) -> list[Fact]:
    """Everything about one connector, with its newest status changes."""
    facts = [
        Fact("Now", _status(connector), connector.status or NOT_SEEN),
        *connector_facts(connector, clock, _beaten_facts(snapshot, connector, clock)),
    ]
    if (reading := connector.measurement) is not None:
        told = (power(reading.power_w), amps(reading.current_a), volts(reading.voltage_v))
        measured = ", ".join(filter(None, told))
        facts.append(Fact("Meter", joined([measured, energy(reading.register_wh)])))
    if connector.transaction is not None:
        if lasted := lasted_words(connector, clock):
            facts.append(Fact("Charges", Content(f"for {lasted}")))
        facts += clock_facts(connector.transaction, clock)
    facts += _ended_last(snapshot, connector, clock)
    unplugged = NOT_SEEN if snapshot.watched else "no cable"
    plug = "plugged in" if connector.is_plugged else unplugged
    facts.append(Fact("Cable", joined([plug, "locked" if connector.is_locked else ""])))
    mine = [c for c in snapshot.status_changes if c.connector_id == connector.connector_id]
    for place, change in enumerate(reversed(mine[-CHANGES_SHOWN:])):
        label = "" if place else "Before"
        time = clock.brief(change.time)
        said = joined([time, _change(change, " to ")]).plain
        facts.append(Fact(label, joined([time, _change(change)]), said))
    return facts


def _ended_last(snapshot: Snapshot, connector: ConnectorView, clock: Clock) -> list[Fact]:
    """The transaction that ended here last: which, when, why and how much it was."""
    here = (t for t in snapshot.transactions if t.connector_id == connector.connector_id)
    # The list begins with those that run; then come the newest.
    ended = next((t for t in here if t.stopped_at is not None), None)
    if ended is None or ended.stopped_at is None:
        return []
    name = f"#{ended.transaction_id}" if ended.transaction_id is not None else ""
    parts: list[Content | str] = [
        Content.assemble(name, " " if name else "", safe_text(ended.id_tag, "bold")),
        f"ended {clock.of_csms(clock.brief(ended.stopped_at))}",
        f"reason {ended.stop_reason}" if ended.stop_reason else "",
        energy(ended.known_energy_wh),
    ]
    return [Fact("Last", joined(parts))]


def where(connector_id: int) -> str:
    """A connector at the beginning of a sentence; 0 is the charge point."""
    return f"Connector {connector_id}" if connector_id else "Charge point"


def fault_words(fault: Fault, clock: Clock) -> str:
    """An error with everything that was said about it; cleaned."""
    words = "no charging" if fault.blocks_charging else "charging goes on"
    vendor = f"vendor code {fault.vendor_error_code}" if fault.vendor_error_code else ""
    since = clock.since(clock.time, fault.since)
    parts = (f"{fault.error_code} {since}".rstrip(), words, fault.info or "", vendor)
    return drawn(", ".join(part for part in parts if part))


def refusal_words(refusal: Refusal, clock: Clock) -> str:
    """Who refused a start, when, which tag, why, and the key that decides; cleaned."""
    text = refusal.reason.text
    tag = refusal.id_tag or ""
    of_tag = f", tag {tag}" if tag and tag not in text else ""
    key = f"; the key {refusal.key} decides" if refusal.key and refusal.key not in text else ""
    asked = " (remote start)" if refusal.is_remote else ""
    why = f"{clock.told(text)}{key}"
    return drawn(f"{clock.time(refusal.at)} by the {refusal.by}{asked}{of_tag}: {why}")


def reservation_content(reservation: Reservation, clock: Clock) -> Content:
    """For whom a connector is kept, and until when."""
    group = f" and group {reservation.parent_id_tag}" if reservation.parent_id_tag else ""
    until = clock.of_csms(clock.minute(reservation.expiry_date))
    text = f"for tag {reservation.id_tag}{group} until {until}"
    return joined([safe_text(text), f"reservation {reservation.reservation_id}"])


def _refused(connector: ConnectorView, clock: Clock) -> list[Fact]:
    """Why the newest attempt to start here was refused."""
    if (refusal := connector.refusal) is not None:
        rule = safe_text(f" ({refusal.reason.rule})", "$text-muted")
        words = Content.assemble(refusal_words(refusal, clock), rule)
        return [Fact("Start", Content.assemble(("refused ", "bold $text-warning"), words))]
    if connector.last_refusal is not None:
        words = reason_text(connector.last_refusal, clock)
        return [Fact("Start", Content.assemble(("refused: ", "bold $text-warning"), words))]
    return []


def _limit_facts(connector: ConnectorView, clock: Clock) -> list[Fact]:
    """What it may draw, and who says so."""
    limit = connector.limit
    if limit is None:
        return []
    until = "no end"
    if limit.until is not None:
        until = f"until {clock.of_csms(clock.exact(limit.until))}"
    elif limit.looked_until is not None:
        until = f"no end before {clock.of_csms(clock.exact(limit.looked_until))}"
    value = f"{amps(float(limit.limit_a))} from "
    facts = [
        Fact("Limit", joined([Content.assemble(value, safe_text(limit.source)), until])),
        Fact("Why", reason_text(limit.reason, clock)),
    ]
    return facts


def _draws(connector: ConnectorView, clock: Clock) -> list[Fact]:
    """What flows, where something else than the limit alone decides that."""
    draws = draws_words(connector, clock)
    return [Fact("Draws", Content(draws))] if draws else []


def _measured(connector: ConnectorView, clock: Clock) -> list[Fact]:
    """Of a charge point that is only watched: from when its newest values are, if they are old."""
    reading = connector.measurement
    if reading is None or reading.at is None or clock.now - reading.at < MEASURED_NOW:
        return []
    return [Fact("Meter", Content(f"as of {clock.time(reading.at)}: nothing newer was seen"))]


def _beaten_facts(snapshot: Snapshot, connector: ConnectorView, clock: Clock) -> list[Fact]:
    """How the limit was worked out, and what it displaced."""
    schedule = snapshot.charging_schedules.get(connector.connector_id)
    if schedule is None or connector.limit is None:
        return []
    source = in_force(schedule).at(snapshot.schedule_time(clock.now)).source
    conversion = [Fact("Reckoned", safe_text(source.conversion))] if source.conversion else []
    return conversion + [
        Fact("Displaced", safe_text(clock.told(loser.sentence))) for loser in source.losers
    ]


def _fault(fault: Fault, clock: Clock) -> Content:
    return Content.styled(fault_words(fault, clock), "bold $text-error")


def _session(connector: ConnectorView, clock: Clock) -> Content:
    transaction = connector.transaction
    assert transaction is not None
    full = full_words(connector, clock)
    return joined(
        [
            Content.assemble(transaction_name(connector), " ", safe_text(transaction.id_tag)),
            begun_words(transaction, clock),
            energy(transaction.known_energy_wh),
            f"full {full}" if full else "",
            *_allowed(connector),
        ]
    )


def _asked(connector: ConnectorView) -> Content:
    """The tag that is being decided upon; it may not start yet."""
    asked = Content.styled("the CSMS is being asked about it", "$text-warning")
    return joined([safe_text(connector.asked_id_tag or ""), asked, *_remotely(connector)])


def _authorized(connector: ConnectorView, clock: Clock) -> Content:
    """The tag that may start, who allowed it, and what it waits for."""
    until = connector.authorized_until
    wait = "waits for the lock" if connector.is_plugged else "waits for the cable"
    if connector.is_authorized_anywhere:
        wait += " at any free connector"
    if until:
        wait += f" until {clock.time(until)}"
    tag = safe_text(connector.authorized_id_tag or "", "bold")
    return joined([tag, *_allowed(connector), wait])


def _allowed(connector: ConnectorView) -> list[str]:
    """Who allowed the tag, and whether it came from far."""
    by = connector.authorized_by
    allowed = [] if by is None else [f"allowed by the {by}"]
    return [*allowed, *_remotely(connector)]


def _remotely(connector: ConnectorView) -> list[str]:
    return ["remote start"] if connector.is_authorized_remotely else []


def _vehicle(connector: ConnectorView) -> list[Fact]:
    vehicle = connector.vehicle
    if vehicle is None:
        return []
    phases = count(vehicle.phases, "phase")
    most = f"{amps(vehicle.max_current_a)} on {phases}, {power(vehicle.max_power_w)}"
    paused = "paused" if vehicle.is_suspended else ""
    return [Fact("EV", joined([f"takes {most}", percent(vehicle.soc_percent), paused]))]


def _change(change: StatusChange, sign: str = " → ") -> Content:
    step = f"{change.old_status or NOT_SEEN}{sign}{change.status.value}"
    return joined([Content(step), safe_text(f"{change.code} {drawn(change.cause)}".strip())])
