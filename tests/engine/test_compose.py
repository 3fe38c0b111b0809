"""Composed messages, explanations and the new streams through the whole engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.variables import (
    LinkAttempt,
    LinkPhase,
    LinkStep,
    MessageRecord,
    Refusal,
    RefusedBy,
    TagExplanation,
)
from cp_tui.engine.engine import Engine
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import History
from tests.engine.links import url_of
from tests.engine.test_engine import SmallCsms, running, small_csms


async def booted(csms: SmallCsms) -> None:
    await csms.until(lambda: csms.actions.count("StatusNotification") >= 3)


def events(engine: Engine, stream: str) -> list[Any]:
    history = engine.subscribe([stream]).snapshot[stream]
    assert isinstance(history, History)
    return list(history)


async def test_a_composed_call_goes_over_the_wire_and_its_answer_comes_back(
    tmp_path: Path,
) -> None:
    async with small_csms() as (csms, server), running(url_of(server), tmp_path) as engine:
        await booted(csms)
        answer = await engine.call(
            "send_call", {"action": "Authorize", "payload": {"idTag": 5}, "message_id": "mine"}
        )
        assert isinstance(answer.result, dict)
        latency_ms = answer.result.pop("latency_ms")
        assert isinstance(latency_ms, float)
        assert latency_ms > 0
        assert answer.result == {
            "message_id": "mine",
            "kind": "CALLRESULT",
            "payload": {"idTagInfo": {"status": "Accepted"}},
        }
        call, result = (e for e in events(engine, "messages") if e.message_id == "mine")
        assert isinstance(call, MessageRecord)
        assert isinstance(result, MessageRecord)
        assert (call.is_composed, result.is_composed) == (True, True)
        assert json.loads(encode(call).decode())["payload"] == {"idTag": 5}


async def test_raw_text_is_sent_as_it_stands(tmp_path: Path) -> None:
    async with small_csms() as (csms, server), running(url_of(server), tmp_path) as engine:
        await booted(csms)
        answer = await engine.call("send_raw", {"text": '[ 2,"x" , "Heartbeat",{}]'})
        assert isinstance(answer.result, dict)
        assert (answer.result["message_id"], answer.result["kind"]) == ("x", "CALLRESULT")


async def test_what_is_refused_is_an_error_with_its_reason(tmp_path: Path) -> None:
    async with small_csms() as (csms, server), running(url_of(server), tmp_path) as engine:
        await booted(csms)
        await engine.call("stop", {})
        with pytest.raises(CommandError, match="not sent: OCPP is stopped") as caught:
            await engine.call("send_call", {"action": "Heartbeat"})
        assert caught.value.code == ErrorNumber.REFUSED
        with pytest.raises(CommandError, match="no message 4 waits"):
            await engine.call("drop_message", {"sequence": 4})


async def test_a_tag_is_explained_to_an_observer(tmp_path: Path) -> None:
    async with small_csms() as (csms, server), running(url_of(server), tmp_path) as engine:
        await booted(csms)
        answer = await engine.call(
            "explain_tag", {"id_tag": "TAG", "connector_id": 1}, read_only=True
        )
        assert isinstance(answer.result, TagExplanation)
        assert (answer.result.outcome, answer.result.obstacle) == ("Ask", None)
        with pytest.raises(CommandError, match="connector 3 does not exist"):
            await engine.call("explain_tag", {"id_tag": "TAG", "connector_id": 3})
        assert "Authorize" not in csms.actions


async def test_link_attempts_and_refusals_are_streams(tmp_path: Path) -> None:
    async with small_csms() as (csms, server), running(url_of(server), tmp_path) as engine:
        await booted(csms)
        await engine.call("set_network", {"up": False})
        await engine.call("swipe", {"id_tag": "TAG", "connector_id": 1})
        await engine.call("set_network", {"up": True})
        await csms.until(lambda: len(csms.connections) == 2)
        await csms.until(lambda: events(engine, "link_attempts")[-1].phase is LinkPhase.OPEN)
        attempts = events(engine, "link_attempts")
        assert all(isinstance(each, LinkAttempt) for each in attempts)
        assert [attempts[0].phase, attempts[-1].phase] == [LinkPhase.OPEN, LinkPhase.OPEN]
        broken = attempts[1]
        assert (broken.attempt, broken.step) == (0, LinkStep.TCP)
        assert broken.open_for_s is not None
        await engine.call("raise_error", {"connector_id": 2, "error_code": "GroundFailure"})
        await engine.call("swipe", {"id_tag": "OTHER", "connector_id": 2})
        refusal = events(engine, "refusals")[-1]
        assert isinstance(refusal, Refusal)
        assert (refusal.by, refusal.id_tag) == (RefusedBy.FAULT, "OTHER")
