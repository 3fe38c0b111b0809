"""What the steps of the story stand on: every failed check is a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from cp_tui.charge_point.variables import Connectors, ConnectorView, KeyChange, KeySource
from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo.charge_point_watch import NAMES, ChargePointWatch
from cp_tui.demo.pacing import AT_ONCE, Pacing
from cp_tui.demo.step_context import StepContext, StoryFailed
from cp_tui.ocpp.core import ClearCacheRequest
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from cp_tui.rpc.client import ConnectionLost, RpcError
from tests.csms.raw_charge_point import RawChargePoint
from tests.demo.fake_engine import FakeEngine

AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
DEADLINE_S = 0.05


def connectors(status: ChargePointStatus) -> Connectors:
    return Connectors(
        tuple(
            ConnectorView(
                connector_id=connector_id,
                status=status,
                error_code=ChargePointErrorCode.NO_ERROR,
                since=AT,
                cause="",
            )
            for connector_id in (0, 1)
        )
    )


def key_change(value: str) -> KeyChange:
    return KeyChange(
        key="SiteName",
        value=value,
        read_only=False,
        old_value="before",
        time=AT,
        source=KeySource.CSMS,
        answer="Accepted",
    )


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
async def view(engine: FakeEngine) -> AsyncIterator[ChargePointWatch]:
    engine_view = ChargePointWatch(engine)
    following = asyncio.create_task(engine_view.follow())
    yield engine_view
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def context(
    csms: CentralSystem, engine: FakeEngine, view: ChargePointWatch, told: list[str]
) -> StepContext:
    return StepContext(
        engine, csms, "CP001", view, told.append, pacing=Pacing(AT_ONCE), deadline_s=DEADLINE_S
    )


async def test_the_view_shows_the_newest_value(engine: FakeEngine, view: ChargePointWatch) -> None:
    engine.publish("connectors", connectors(ChargePointStatus.AVAILABLE))
    engine.publish("connectors", connectors(ChargePointStatus.PREPARING))

    def preparing() -> ConnectorView | None:
        connector = view.connector(1)
        is_preparing = connector and connector.status is ChargePointStatus.PREPARING
        return connector if is_preparing else None

    assert await view.until(preparing, 5)
    assert engine.subscribed == NAMES
    assert view.connector(2) is None
    assert view.schedule(0) is None


async def test_the_view_finds_a_key_change_only_while_it_is_the_newest(
    engine: FakeEngine, view: ChargePointWatch
) -> None:
    engine.emit("configuration_key", key_change("one"))
    assert await view.until(lambda: view.key_change("SiteName", "one"), 5)
    engine.emit("configuration_key", key_change("two"))
    assert await view.until(lambda: view.key_change("SiteName", "two"), 5)
    assert view.key_change("SiteName", "one") is None
    assert view.key_change("Other", "one") is None


async def test_a_lost_engine_ends_the_waiting(engine: FakeEngine, view: ChargePointWatch) -> None:
    waiting: asyncio.Task[None] = asyncio.create_task(view.until(lambda: None, 5))
    await asyncio.sleep(0)
    engine.lose()
    with pytest.raises(ConnectionLost):
        await waiting


def test_a_line_is_made_printable(context: StepContext, told: list[str]) -> None:
    context.tell("Boot: \x1b[31mVendor")
    assert told == ["Boot: \\x1b[31mVendor"]


async def test_a_command_is_carried_out(context: StepContext, engine: FakeEngine) -> None:
    engine.results["swipe"] = True
    assert await context.act("swipe", id_tag="X") is True
    assert engine.calls == [("swipe", {"id_tag": "X"})]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            RpcError(-32000, "a cable is plugged in already"),
            "The charge point refused plug_in: a cable",
        ),
        (ConnectionLost("the charge point hung up"), "The charge point was lost during plug_in"),
    ],
)
async def test_a_refused_command_fails_the_story(
    context: StepContext, engine: FakeEngine, error: RpcError | ConnectionLost, sentence: str
) -> None:
    engine.results["plug_in"] = error
    with pytest.raises(StoryFailed, match=sentence):
        await context.act("plug_in", connector_id=1)


async def test_an_unexpected_answer_fails_the_story(
    context: StepContext, charge_point: RawChargePoint
) -> None:
    async def answer() -> None:
        call = await charge_point.receive()
        await charge_point.send([3, call[1], {"status": "Rejected"}])

    answering = asyncio.create_task(answer())
    with pytest.raises(StoryFailed, match=r"ClearCache was answered Rejected, expected Accepted\."):
        await context.ask(ClearCacheRequest(), "Accepted")
    await answering


async def test_no_answer_fails_the_story(context: StepContext) -> None:
    with pytest.raises(StoryFailed, match="no answer to ClearCache: Offline: CP001 is not"):
        await context.ask(ClearCacheRequest(), "Accepted")


async def test_only_what_the_csms_hears_in_this_step_counts(
    context: StepContext, charge_point: RawChargePoint
) -> None:
    status: JsonValue = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}
    await charge_point.payload_of("StatusNotification", status)
    await context.hear_status(1, ChargePointStatus.PREPARING)
    await context.next_step()
    with pytest.raises(StoryFailed, match=r"heard nothing of this: connector 1 is Preparing\."):
        await context.hear_status(1, ChargePointStatus.PREPARING)


async def test_what_the_engine_does_not_show_fails_the_story(
    context: StepContext, engine: FakeEngine
) -> None:
    with pytest.raises(StoryFailed, match=r"does not show this: a miracle\."):
        await context.see("a miracle", lambda: None)
    engine.lose()
    with pytest.raises(StoryFailed, match="The charge point was lost"):
        await context.see("a miracle", lambda: None)
