"""Frees a connector of the demo of whatever was done there before, one remedy after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec import Struct

from cp_tui.charge_point.variables import ConnectorView
from cp_tui.demo.step_context import StepContext, StoryFailed
from cp_tui.ocpp.core import ChangeAvailabilityRequest, UnlockConnectorRequest
from cp_tui.ocpp.datatypes import AvailabilityStatus, AvailabilityType, UnlockStatus

REMEDIES_MAX = 12
"""How many remedies one connector gets: each is needed once, that for a tag twice."""


class _Remedy(Struct, frozen=True):
    """What is done about one thing that is wrong at a connector."""

    is_needed: Callable[[ConnectorView], bool]
    act: Callable[[StepContext, ConnectorView], Awaitable[object]]
    words: str


async def free(context: StepContext, connector_id: int) -> None:
    """Take the remedies that a connector needs, in order, until it needs none."""
    for _ in range(REMEDIES_MAX):
        connector = context.view.connector(connector_id)
        assert connector is not None
        remedy = next((each for each in REMEDIES if each.is_needed(connector)), None)
        if remedy is None:
            return
        await remedy.act(context, connector)
        await context.see(
            f"connector {connector_id}: {remedy.words}",
            lambda needed=remedy.is_needed: _is_over(context, connector_id, needed),  # type: ignore[misc]
        )
        context.mend(f"connector {connector_id}: {remedy.words}")
    raise StoryFailed(f"Connector {connector_id} does not become free.")


def _is_over(
    context: StepContext, connector_id: int, is_needed: Callable[[ConnectorView], bool]
) -> bool | None:
    connector = context.view.connector(connector_id)
    return True if connector is not None and not is_needed(connector) else None


async def _let_go(context: StepContext, connector: ConnectorView) -> None:
    """Show the tag that may start a second time, which cancels it."""
    tag = connector.authorized_id_tag or ""
    await context.act("swipe", id_tag=tag, connector_id=connector.connector_id)


async def _wait_for_the_answer(_: StepContext, __: ConnectorView) -> None:
    """The CSMS answers: what it says of the tag is all that is missing."""


REMEDIES: tuple[_Remedy, ...] = (
    _Remedy(
        lambda c: bool(c.faults),
        lambda context, c: context.act("clear_error", connector_id=c.connector_id),
        "the errors are cleared",
    ),
    _Remedy(
        lambda c: c.is_lock_jammed,
        lambda context, c: context.act("jam_lock", connector_id=c.connector_id, jammed=False),
        "the jammed lock is freed",
    ),
    _Remedy(
        lambda c: c.transaction is not None,
        lambda context, c: context.act("press_stop", connector_id=c.connector_id),
        "the transaction is stopped",
    ),
    _Remedy(
        lambda c: c.is_plugged,
        lambda context, c: context.act("plug_out", connector_id=c.connector_id),
        "the cable is unplugged",
    ),
    _Remedy(
        lambda c: c.is_locked,
        lambda context, c: context.ask(
            UnlockConnectorRequest(connector_id=c.connector_id), UnlockStatus.UNLOCKED
        ),
        "the cable is unlocked",
    ),
    _Remedy(
        lambda c: c.asked_id_tag is not None,
        _wait_for_the_answer,
        "the tag that was shown is decided upon",
    ),
    _Remedy(
        lambda c: c.authorized_id_tag is not None,
        _let_go,
        "the tag that may start is let go",
    ),
    _Remedy(
        lambda c: not c.is_operative or c.scheduled_operative is False,
        lambda context, c: context.ask(
            ChangeAvailabilityRequest(connector_id=c.connector_id, type=AvailabilityType.OPERATIVE),
            AvailabilityStatus.ACCEPTED,
        ),
        "it is in service again",
    ),
)
"""The remedies in their order: for what is stuck, for what runs, for what is left of it."""
