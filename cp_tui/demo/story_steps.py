"""The steps that the story of the demo and the scenarios are made of, every one with its checks.

Each acts at the engine or asks as the CSMS, and returns when both sides show what must follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from cp_tui.csms.behaviour import ECHO, VENDOR_ID
from cp_tui.demo import story_checks as checks, story_profiles
from cp_tui.demo.step_context import StepContext, StoryFailed
from cp_tui.ocpp.core import (
    AuthorizeRequest,
    DataTransferRequest,
    RemoteStartTransactionRequest,
    RemoteStopTransactionRequest,
)
from cp_tui.ocpp.datatypes import (
    ChargePointStatus,
    DataTransferStatus,
    StopReason,
)
from cp_tui.ocpp.units import amps, energy

SITE_NAME = "SiteName"
CUSTOM_KEYS: Mapping[str, str] = MappingProxyType({SITE_NAME: "Depot north"})
"""The custom keys that the charge point of the demo must have, with their first values."""

SAMPLE_INTERVAL = "MeterValueSampleInterval"
CONNECTION_TIME_OUT = "ConnectionTimeOut"
"""A key that the table shows without scrolling, on the smallest screen too."""
SAMPLED_DATA = "MeterValuesSampledData"
MEASURANDS = "Energy.Active.Import.Register,Power.Active.Import,Current.Import"

DRIVER = "DRIVER-1"
APP_USER = "APP-USER-2"
BLOCKED = "BLOCKED"

SAMPLED_S = 5
"""How often the meter values come while there is something to see, at speed 1."""

LOWERED_S, LOWERED_S_MIN = 20, 6
"""How long the TxProfile keeps the limit down at speed 1, and how long at least: a vehicle takes
half of that to settle."""


async def monitor_keys(context: StepContext) -> None:
    """Watch two keys."""
    await context.next_step()
    await context.act("monitor_configuration_keys", keys=[SAMPLE_INTERVAL, SITE_NAME])

    def are_monitored() -> bool | None:
        monitors = context.view.monitors
        known = {monitor.key for monitor in monitors.keys if monitor.is_known} if monitors else {}
        return True if {SAMPLE_INTERVAL, SITE_NAME} <= set(known) else None

    await context.see(f"{SAMPLE_INTERVAL} and {SITE_NAME} are monitored", are_monitored)
    context.tell(f"Monitors: {SAMPLE_INTERVAL}, {SITE_NAME}")


async def set_station_profiles(context: StepContext) -> None:
    """Install the limits of the depot, and of every car."""
    await context.next_step()
    now = context.csms.now()
    for profile, connector_id, limit_a in (
        (story_profiles.charge_point_max_profile(now), 0, story_profiles.SUPPLY_A),
        (story_profiles.tx_default_profile(now), 1, story_profiles.DEFAULT_A),
    ):
        context.mark()
        await checks.set_profile(context, 0, profile)
        await checks.see_limit(context, connector_id, limit_a)
        context.tell(
            f"CSMS: {profile.charging_profile_purpose} #{profile.charging_profile_id} "
            f"-> connector {connector_id}: {amps(limit_a)}"
        )


async def plug_in(context: StepContext, connector_id: int = 1) -> None:
    """Bring a car."""
    await context.next_step()
    await context.act("plug_in", connector_id=connector_id)
    await context.hear_status(connector_id, ChargePointStatus.PREPARING)
    context.tell(f"Connector {connector_id}: cable plugged in -> Preparing")


async def plug_in_second(context: StepContext) -> None:
    """Bring a car to connector 2."""
    await plug_in(context, 2)


async def refuse_a_tag(context: StepContext) -> None:
    """Show a tag that the CSMS blocks."""
    await context.next_step()
    await context.act("swipe", id_tag=BLOCKED, connector_id=1)
    await context.hear(
        f"Authorize of tag {BLOCKED}", AuthorizeRequest, lambda heard: heard.id_tag == BLOCKED
    )

    def refusal() -> str | None:
        connector = context.view.connector(1)
        return connector.last_refusal.text if connector and connector.last_refusal else None

    why = await context.see(f"why tag {BLOCKED} was refused", refusal)
    await checks.see_status(context, 1, ChargePointStatus.PREPARING)
    context.tell(f"Connector 1: tag {BLOCKED} shown -> refused: {why}")


async def start_with_a_tag(context: StepContext) -> None:
    """Start the first car with a tag."""
    await context.next_step()
    await context.act("swipe", id_tag=DRIVER, connector_id=1)
    context.transactions[1] = await checks.see_start(context, 1, DRIVER)
    context.tell(
        f"Connector 1: tag {DRIVER} shown -> Charging, transaction {context.transactions[1]}"
    )


async def change_monitored_keys(context: StepContext) -> None:
    """Change keys, and see the change published and obeyed."""
    await context.next_step()
    await checks.set_key(context, SAMPLED_DATA, MEASURANDS)
    await checks.set_key(context, CONNECTION_TIME_OUT, "90")
    sample_s = max(1, round(SAMPLED_S / context.pacing.speed))
    await checks.change_monitored_key(context, SAMPLE_INTERVAL, str(sample_s))
    context.mark()
    await checks.change_monitored_key(context, SITE_NAME, "Depot north, bay 1")
    await checks.see_power_follow(context, 1, story_profiles.DEFAULT_A)


async def lower_the_limit(context: StepContext) -> None:
    """Lower the limit of the first car for a time."""
    await context.next_step()
    lowered_s = max(LOWERED_S_MIN, round(LOWERED_S / context.pacing.speed))
    now = context.csms.now()
    context.rises_at = now + timedelta(seconds=lowered_s)
    profile = story_profiles.tx_profile(context.transactions[1], now, lowered_s)
    await checks.set_profile(context, 1, profile)
    await checks.see_limit(context, 1, story_profiles.LOWERED_A)
    context.tell(
        f"CSMS: TxProfile #3 -> connector 1: {amps(story_profiles.LOWERED_A)} for {lowered_s} s"
    )
    await checks.see_power_follow(context, 1, story_profiles.LOWERED_A)


async def transfer_data(context: StepContext) -> None:
    """Exchange DataTransfers, both ways."""
    await context.next_step()
    result = await context.act(
        "data_transfer", vendor_id=VENDOR_ID, message_id=ECHO, data="hello from the bay"
    )
    if result != {"status": DataTransferStatus.ACCEPTED, "data": "hello from the bay"}:
        raise StoryFailed(f"DataTransfer to the CSMS gave {result}, not what the CSMS sends back.")
    context.tell("DataTransfer to the CSMS -> Accepted, the text came back")
    status = await context.ask(
        DataTransferRequest(vendor_id="com.example", message_id="hello"),
        DataTransferStatus.UNKNOWN_VENDOR_ID,
    )
    context.tell(f"DataTransfer from the CSMS -> {status}: no such extension here")


async def see_the_limit_rise(context: StepContext) -> None:
    """See the next period of the profile come, however soon somebody wants to see it."""
    await context.lead()
    wait_s = max(0.0, (context.rises_at - context.csms.now()).total_seconds())
    await checks.see_limit(context, 1, story_profiles.RAISED_A, more_s=wait_s)
    context.tell(f"Connector 1: the schedule moves on -> {amps(story_profiles.RAISED_A)}")
    await checks.see_power_follow(context, 1, story_profiles.RAISED_A)


async def start_remotely(context: StepContext) -> None:
    """Start the second car by RemoteStartTransaction."""
    await context.next_step()
    await context.ask(RemoteStartTransactionRequest(connector_id=2, id_tag=APP_USER), "Accepted")
    transaction_id = context.transactions[2] = await checks.see_start(context, 2, APP_USER)
    context.tell(f"Connector 2: RemoteStart {APP_USER} -> Charging, transaction {transaction_id}")


async def share_the_supply(context: StepContext) -> None:
    """See two cars share what the depot has."""
    await context.next_step()

    def shares_a() -> tuple[float, float] | None:
        first, second = checks.current_a(context, 1), checks.current_a(context, 2)
        if first is None or second is None:
            return None
        uses_supply = 0.97 <= (first + second) / float(story_profiles.SUPPLY_A) <= 1
        return (first, second) if uses_supply and second > 0 else None

    first_a, second_a = await context.see("two cars that share the supply", shares_a)
    context.tell(
        f"Two cars share {amps(story_profiles.SUPPLY_A)}: {amps(first_a)} and {amps(second_a)}"
    )


async def stop_with_the_tag(context: StepContext) -> None:
    """Stop the first car with its tag, and let it go."""
    await context.next_step()
    await context.act("swipe", id_tag=DRIVER, connector_id=1)
    energy_wh = await checks.see_stop(context, 1, context.transactions[1], StopReason.LOCAL)
    context.tell(f"Connector 1: tag {DRIVER} shown again -> Finishing, {energy(energy_wh)}")
    await plug_out(context, 1)


async def stop_remotely(context: StepContext) -> None:
    """Stop the second car by RemoteStopTransaction, and let it go."""
    await context.next_step()
    transaction_id = context.transactions[2]
    await context.ask(RemoteStopTransactionRequest(transaction_id=transaction_id), "Accepted")
    energy_wh = await checks.see_stop(context, 2, transaction_id, StopReason.REMOTE)
    context.tell(f"Connector 2: RemoteStop -> Finishing, {energy(energy_wh)}")
    await plug_out(context, 2)


async def plug_out(context: StepContext, connector_id: int = 1) -> None:
    """Drive a car away."""
    await context.next_step()
    await context.act("plug_out", connector_id=connector_id)
    await context.hear_status(connector_id, ChargePointStatus.AVAILABLE)
    context.tell(f"Connector {connector_id}: cable unplugged -> Available")


async def restore_keys(context: StepContext) -> None:
    """Give the keys their first values."""
    await context.next_step()
    await checks.set_key(context, CONNECTION_TIME_OUT, "60")
    await checks.change_monitored_key(context, SAMPLE_INTERVAL, "60")
    await checks.change_monitored_key(context, SITE_NAME, CUSTOM_KEYS[SITE_NAME])
