"""The connectors in words: a line each, and what is worth knowing about one of them."""

from __future__ import annotations

from textual.content import Content

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import Connector, Fault, StatusChange
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus, ChargingRateUnitType
from cp_tui.tui.safe_text import clean, safe_text
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.facts import Fact
from cp_tui.tui.view.fields import Field
from cp_tui.tui.view.words import Clock, amps, energy, joined, percent, power

SIGNS = {
    ChargePointStatus.AVAILABLE: "○",
    ChargePointStatus.PREPARING: "◌",
    ChargePointStatus.CHARGING: "●",
    ChargePointStatus.SUSPENDED_EVSE: "◐",
    ChargePointStatus.SUSPENDED_EV: "◐",
    ChargePointStatus.FINISHING: "◒",
    ChargePointStatus.RESERVED: "◇",
    ChargePointStatus.UNAVAILABLE: "×",
    ChargePointStatus.FAULTED: "!",
}
"""A sign beside each word, so that a column is read at a glance without colours."""

STYLES = {
    ChargePointStatus.AVAILABLE: "$connector-available",
    ChargePointStatus.PREPARING: "$connector-preparing",
    ChargePointStatus.CHARGING: "bold $connector-charging",
    ChargePointStatus.SUSPENDED_EVSE: "$connector-suspended",
    ChargePointStatus.SUSPENDED_EV: "$connector-suspended",
    ChargePointStatus.FINISHING: "$connector-finishing",
    ChargePointStatus.RESERVED: "$connector-reserved",
    ChargePointStatus.UNAVAILABLE: "$connector-unavailable",
    ChargePointStatus.FAULTED: "bold $connector-faulted",
}

CHANGES_SHOWN = 20
"""Status changes listed for one connector."""


def status_content(connector: Connector) -> Content:
    """Sign and word of the status."""
    status = connector.status
    return Content.styled(f"{SIGNS[status]} {status.value}", STYLES[status])


def _limit(connector: Connector, snapshot: Snapshot, clock: Clock) -> Content:
    """The limit that it follows; of the charge point as a whole the one of its schedule."""
    if connector.limit is not None:
        return Content(amps(float(connector.limit.limit_a)))
    schedule = snapshot.schedules.get(connector.connector_id)
    if schedule is None or schedule.unit is not ChargingRateUnitType.A:
        return Content("")
    return Content(amps(float(schedule.at(clock.now).limit)))


def _power(connector: Connector) -> Content:
    return Content(power(connector.measurement.power_w)) if connector.measurement else Content("")


def _current(connector: Connector) -> Content:
    reading = connector.measurement
    return Content(amps(reading.current_a)) if reading else Content("")


def _energy(connector: Connector) -> Content:
    transaction = connector.transaction
    return Content(energy(transaction.energy_wh)) if transaction else Content("")


def soc(connector: Connector) -> Content:
    """The state of charge, from the meter where it says, else from the simulated vehicle."""
    if connector.measurement and connector.measurement.soc_percent is not None:
        return Content(percent(connector.measurement.soc_percent))
    return Content(percent(connector.vehicle.soc_percent)) if connector.vehicle else Content("")


def transaction_name(connector: Connector) -> Content:
    """The transaction id, or that the CSMS has not given one yet."""
    if connector.transaction is None:
        return Content("")
    if connector.transaction.transaction_id is None:
        return Content.styled("no id yet", "$text-warning")
    return Content(f"#{connector.transaction.transaction_id}")


def _tag(connector: Connector) -> Content:
    if connector.transaction:
        return safe_text(connector.transaction.id_tag)
    return safe_text(connector.authorized_id_tag or "")


def _cause(connector: Connector) -> Content:
    if connector.error_code is not ChargePointErrorCode.NO_ERROR:
        return Content.styled(connector.error_code.value, "bold $text-error")
    return safe_text(connector.cause, "$text-muted")


def connector_fields(snapshot: Snapshot, clock: Clock) -> list[Field[Connector]]:
    """The columns of the table, in reading order."""
    return [
        Field("#", 2, lambda c: Content(str(c.connector_id))),
        Field("Status", 15, status_content),
        Field("Limit", 7, lambda c: _limit(c, snapshot, clock), align="right"),
        Field("Power", 7, _power, align="right"),
        Field("Energy", 9, _energy, align="right", rank=1),
        Field("SoC", 5, soc, align="right", rank=2),
        Field("Current", 7, _current, align="right", rank=5),
        Field("Tx", 9, transaction_name, rank=3),
        Field("Since", 8, lambda c: Content(clock.time(c.since)), rank=4),
        Field("Tag", 12, _tag, rank=6),
        Field("Cause", 20, _cause, rank=7, is_flexible=True),
    ]


def connector_facts(connector: Connector, clock: Clock) -> list[Fact]:
    """What to know about one connector, the most urgent first."""
    facts = [Fact("Error", _fault(fault, clock)) for fault in connector.faults]
    if connector.is_lock_jammed:
        facts.append(Fact("Lock", Content.styled("jammed: it does not move", "bold $text-error")))
    if connector.last_refusal is not None:
        refused = Content.styled("refused: ", "bold $text-warning")
        facts.append(Fact("Start", Content.assemble(refused, reason_text(connector.last_refusal))))
    if connector.transaction is not None:
        facts.append(Fact("Tx", _session(connector, clock)))
    if connector.limit is not None:
        limit = connector.limit
        until = f"until {clock.time(limit.until)}" if limit.until else ""
        value = f"{amps(float(limit.limit_a))} from "
        facts.append(
            Fact("Limit", joined([Content.assemble(value, safe_text(limit.source)), until]))
        )
        facts.append(Fact("Why", reason_text(limit.reason)))
    if connector.authorized_id_tag and connector.transaction is None:
        facts.append(Fact("Tag", _authorized(connector, clock)))
    cause = joined([f"since {clock.time(connector.since)}", safe_text(connector.cause)])
    facts.append(Fact("Status", cause))
    if connector.info:
        facts.append(Fact("Info", safe_text(connector.info)))
    if connector.scheduled_operative is not None:
        word = "operative" if connector.scheduled_operative else "inoperative"
        facts.append(Fact("Later", Content(f"{word} as soon as the transaction has ended")))
    return facts + _vehicle(connector)


def connector_details(snapshot: Snapshot, connector: Connector, clock: Clock) -> list[Fact]:
    """Everything about one connector, with its newest status changes."""
    facts = [Fact("Now", status_content(connector)), *connector_facts(connector, clock)]
    if (reading := connector.measurement) is not None:
        measured = f"{power(reading.power_w)}, {reading.current_a:.1f} A, {reading.voltage_v:.0f} V"
        facts.append(Fact("Meter", joined([measured, energy(reading.register_wh)])))
    plug = "plugged in" if connector.is_plugged else "no cable"
    facts.append(Fact("Cable", joined([plug, "locked" if connector.is_locked else ""])))
    mine = [c for c in snapshot.status_changes if c.connector_id == connector.connector_id]
    for change in reversed(mine[-CHANGES_SHOWN:]):
        facts.append(Fact(clock.minute(change.time), _change(change)))
    return facts


def reason_text(reason: Reason) -> Content:
    """A reason as one sentence with the rule it follows."""
    return Content.assemble(safe_text(reason.text), safe_text(f" ({reason.rule})", "$text-muted"))


def _fault(fault: Fault, clock: Clock) -> Content:
    code = Content.styled(fault.error_code.value, "bold $text-error")
    words = "no charging" if fault.blocks_charging else "charging goes on"
    vendor = safe_text(f"vendor code {fault.vendor_error_code}") if fault.vendor_error_code else ""
    return joined(
        [code, f"since {clock.time(fault.since)}", words, safe_text(fault.info or ""), vendor]
    )


def _session(connector: Connector, clock: Clock) -> Content:
    transaction = connector.transaction
    assert transaction is not None
    charge = soc(connector)
    return joined(
        [
            Content.assemble(transaction_name(connector), " ", safe_text(transaction.id_tag)),
            energy(transaction.energy_wh),
            Content.assemble("SoC ", charge) if charge else "",
            f"since {clock.minute(transaction.started_at)}",
        ]
    )


def _authorized(connector: Connector, clock: Clock) -> Content:
    until = connector.authorized_until
    wait = f"waits for the cable until {clock.time(until)}" if until else "may start here"
    return joined([safe_text(connector.authorized_id_tag or ""), wait])


def _vehicle(connector: Connector) -> list[Fact]:
    vehicle = connector.vehicle
    if vehicle is None:
        return []
    most = f"{amps(vehicle.max_current_a)} on {vehicle.phases} phases, {power(vehicle.max_power_w)}"
    paused = "paused" if vehicle.is_suspended else ""
    return [Fact("EV", joined([f"takes {most}", percent(vehicle.soc_percent), paused]))]


def _change(change: StatusChange) -> Content:
    step = f"{change.old_status.value} → {change.status.value}"
    return joined([Content(step), safe_text(f"{change.code} {clean(change.cause)}".strip())])
