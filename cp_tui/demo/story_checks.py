"""The checks that the steps of the demo story share: what the CSMS heard, what the engine shows."""

from __future__ import annotations

from decimal import Decimal

from cp_tui.demo.step_context import StepContext
from cp_tui.ocpp.core import (
    ChangeConfigurationRequest,
    MeterValuesRequest,
    StartTransactionRequest,
    StopTransactionRequest,
)
from cp_tui.ocpp.datatypes import (
    ChargePointStatus,
    ChargingProfile,
    ChargingProfileStatus,
    ConfigurationStatus,
    Measurand,
    SampledValue,
    StopReason,
    UnitOfMeasure,
)
from cp_tui.ocpp.smart_charging import SetChargingProfileRequest
from cp_tui.ocpp.units import amps, power

VOLTAGE_V = 230
PHASES = 3
POWER_TOLERANCE = 0.04
"""The voltage gives way a little under load, and a vehicle may leave a little of its limit."""


async def set_profile(context: StepContext, connector_id: int, profile: ChargingProfile) -> None:
    """Have the CSMS install a profile."""
    await context.ask(
        SetChargingProfileRequest(connector_id=connector_id, cs_charging_profiles=profile),
        ChargingProfileStatus.ACCEPTED,
    )


async def set_key(context: StepContext, key: str, value: str) -> None:
    """Have the CSMS change a configuration key."""
    await context.ask(
        ChangeConfigurationRequest(key=key, value=value), ConfigurationStatus.ACCEPTED
    )


async def change_monitored_key(context: StepContext, key: str, value: str) -> None:
    """Have the CSMS change a monitored key; the engine must publish the change."""
    await set_key(context, key, value)
    change = await context.see(
        f"the change of {key} to {value}", lambda: context.view.key_change(key, value)
    )
    context.tell(f"CSMS: {key}: {change.old_value} -> {change.value} ({change.answer})")


async def see_status(
    context: StepContext,
    connector_id: int,
    status: ChargePointStatus,
    *,
    timeout_s: float | None = None,
) -> None:
    """Await the status of a connector at the engine."""

    def look() -> bool | None:
        connector = context.view.connector(connector_id)
        return True if connector and connector.status is status else None

    await context.see(f"connector {connector_id} is {status}", look, timeout_s=timeout_s)


async def see_limit(
    context: StepContext, connector_id: int, limit_a: Decimal, *, more_s: float = 0.0
) -> None:
    """Await the limit of a connector: in its schedule now and, while it charges, in force.

    `more_s` is how long it may take beyond what any check may.
    """

    def look() -> bool | None:
        schedule = context.view.schedule(connector_id)
        connector = context.view.connector(connector_id)
        if schedule is None or connector is None:
            return None
        if schedule.at(context.csms.now()).limit != limit_a:
            return None
        in_force = connector.limit.limit_a if connector.transaction and connector.limit else limit_a
        return True if in_force == limit_a else None

    await context.see(
        f"connector {connector_id} is limited to {amps(limit_a)}",
        look,
        timeout_s=context.deadline_s + more_s,
    )


async def see_power(context: StepContext, connector_id: int, limit_a: Decimal) -> int:
    """Return the power of a connector, in W, as soon as the vehicle follows the limit."""

    def look() -> int | None:
        connector = context.view.connector(connector_id)
        if connector is None or connector.measurement is None:
            return None
        power_w = connector.measurement.power_w
        return power_w if power_w is not None and _follows(power_w, limit_a) else None

    return await context.see(f"connector {connector_id} takes {amps(limit_a)}", look)


async def see_power_follow(context: StepContext, connector_id: int, limit_a: Decimal) -> None:
    """Await the power that goes with a limit, at the engine and in MeterValues at the CSMS."""
    power_w = await see_power(context, connector_id, limit_a)

    def is_wanted(heard: MeterValuesRequest) -> bool:
        heard_w = active_power_w(heard)
        return (
            heard.connector_id == connector_id
            and heard_w is not None
            and _follows(heard_w, limit_a)
        )

    await context.hear(
        f"MeterValues of connector {connector_id} at {amps(limit_a)}", MeterValuesRequest, is_wanted
    )
    context.tell(f"Connector {connector_id}: power follows, {power(power_w)} at {amps(limit_a)}")


async def see_start(context: StepContext, connector_id: int, id_tag: str) -> int:
    """Await a transaction at the CSMS and at the engine, and return its id."""
    started = await context.hear(
        f"StartTransaction of {id_tag} on connector {connector_id}",
        StartTransactionRequest,
        lambda heard: heard.connector_id == connector_id and heard.id_tag == id_tag,
    )
    await context.hear_status(connector_id, ChargePointStatus.CHARGING)

    def look() -> int | None:
        connector = context.view.connector(connector_id)
        transaction = connector.transaction if connector else None
        if transaction is None or transaction.transaction_id is None:
            return None
        known = context.csms.transactions.get(transaction.transaction_id)
        return transaction.transaction_id if known and known.start == started else None

    return await context.see(f"the transaction of {id_tag}", look)


async def see_stop(
    context: StepContext, connector_id: int, transaction_id: int, reason: StopReason
) -> int:
    """Await the end of a transaction for the right reason, and return its energy in Wh."""
    stopped = await context.hear(
        f"StopTransaction of transaction {transaction_id} for reason {reason}",
        StopTransactionRequest,
        # S 6.49: only Local may be left out.
        lambda heard: (
            heard.transaction_id == transaction_id and (heard.reason or StopReason.LOCAL) is reason
        ),
    )
    await context.hear_status(connector_id, ChargePointStatus.FINISHING)
    start = context.csms.transactions[transaction_id].start
    return stopped.meter_stop - start.meter_start


def current_a(context: StepContext, connector_id: int) -> float | None:
    """Return the current of a connector per phase, in A."""
    connector = context.view.connector(connector_id)
    return connector.measurement.current_a if connector and connector.measurement else None


def active_power_w(message: MeterValuesRequest) -> float | None:
    """Return the newest imported power in W, over all phases; None where it is not reported."""
    for meter_value in reversed(message.meter_value):
        samples = [
            sample
            for sample in meter_value.sampled_value
            if sample.measurand is Measurand.POWER_ACTIVE_IMPORT
        ]
        total = [sample for sample in samples if sample.phase is None]
        if samples:
            return sum(_watts(sample) for sample in total or samples)
    return None


def _watts(sample: SampledValue) -> float:
    return float(sample.value) * (1000 if sample.unit is UnitOfMeasure.KW else 1)


def _follows(power_w: float, limit_a: Decimal) -> bool:
    limit_w = float(limit_a) * VOLTAGE_V * PHASES
    # A quarter of a percent above is how a meter rounds, not a limit exceeded.
    return limit_w * (1 - POWER_TOLERANCE) <= power_w <= limit_w * 1.0025
