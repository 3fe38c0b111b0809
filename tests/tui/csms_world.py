"""Worlds for the screen of the CSMS: playing, with nobody connected, crowded."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.demo.csms_variables import (
    ChargePoints,
    CsmsBehaviour,
    Exchange,
    ExchangeKind,
    RunState,
    ScenarioInfo,
    ScenarioRun,
    Scenarios,
    ScenarioStep,
    SeenChargePoint,
)
from cp_tui.demo.scenario import Scenario
from cp_tui.demo.scenarios import SCENARIOS
from cp_tui.demo.story import ROUND
from cp_tui.ocpp.datatypes import AuthorizationStatus, RegistrationStatus
from tests.tui import worlds
from tests.tui.fake_engine import FakeEngine
from tests.tui.worlds import at


def behaviour(**changes: object) -> CsmsBehaviour:
    """A friendly CSMS, or what is changed about it."""
    normal = CsmsBehaviour(
        registration_status=RegistrationStatus.ACCEPTED,
        interval_s=300,
        clock_offset_s=0.0,
        id_tags={"BLOCKED": AuthorizationStatus.BLOCKED},
        unknown_id_tag=AuthorizationStatus.ACCEPTED,
        start_status=None,
        faults={},
        is_normal=not changes,
    )
    return replace(normal, **changes)


def info(scenario: Scenario, last: RunState | None = None) -> ScenarioInfo:
    """A scenario, and how it went last."""
    return ScenarioInfo(
        id=scenario.id,
        title=scenario.title,
        about=scenario.about,
        steps=tuple(step.title for step in scenario.steps),
        abouts=tuple(step.now for step in scenario.steps),
        briefs=tuple(step.brief for step in scenario.steps),
        last=last,
    )


def available(**last: RunState) -> tuple[ScenarioInfo, ...]:
    """What can be run, and how it went last."""
    return tuple(info(each, last.get(each.id)) for each in SCENARIOS)


def run(state: RunState = RunState.RUNNING, step: int = 3) -> ScenarioRun:
    """The scenario of the refused tag, at a step."""
    titles = ("Prepare: connected, free, no limits", "Plug in at connector 1", "Show a blocked tag")
    told = ("Connected and Accepted", "Connector 1: cable plugged in -> Preparing", "")
    states = [RunState.PASSED if i < step else state for i in range(1, 4)]
    steps = tuple(
        ScenarioStep(title=title, state=each, told=(line,) if line else ())
        for title, each, line in zip(titles, states, told, strict=True)
    )
    waiting = ScenarioStep(title="Unplug")
    return ScenarioRun(
        id="refused_tag",
        title="A tag is refused",
        state=state,
        started_at=at(14, 3, 20),
        step=step,
        steps=(*steps, waiting),
    )


def exchange(
    number: int,
    action: str = "Heartbeat",
    *,
    is_good: bool = True,
    verdict: str = "",
    **more: object,
) -> Exchange:
    """An exchange, each a second after the one before."""
    plain = Exchange(
        at=at(14) + timedelta(seconds=number),
        charge_point_id="CP001",
        kind=ExchangeKind.RECEIVED,
        action=action,
        request={},
        answer={"currentTime": "2026-01-05T14:00:00Z"},
        is_good=is_good,
        verdict=verdict or "valid, answered",
    )
    return replace(plain, **more)


def normal() -> FakeEngine:
    """A charge point is connected, a scenario runs."""
    csms = empty()
    charge_point = SeenChargePoint(
        charge_point_id="CP001",
        is_connected=True,
        since=at(11, 49, 2),
        registration_status=RegistrationStatus.ACCEPTED,
        vendor="Example",
        model="Demo-22",
        firmware_version="1.0.0",
    )
    csms.publish("charge_points", ChargePoints((charge_point,)))
    last = available(boot=RunState.PASSED, offline=RunState.FAILED)
    csms.publish("scenario", Scenarios(available=last, story=info(ROUND), run=run()))
    request: JsonValue = {"idTag": "BLOCKED"}
    answer: JsonValue = {"idTagInfo": {"status": "Blocked"}}
    for each in (
        exchange(0, "", kind=ExchangeKind.CONNECTION, verdict="connected", request=None),
        exchange(1, "BootNotification", verdict="valid, answered Accepted"),
        exchange(2, "Reset", kind=ExchangeKind.CALLED, verdict="Accepted"),
        exchange(
            3,
            "Authorize",
            is_good=False,
            verdict="valid, answered Blocked",
            request=request,
            answer=answer,
        ),
    ):
        csms.emit("exchanges", each)
    return csms


def empty() -> FakeEngine:
    """Nobody is connected, nothing was played."""
    return FakeEngine(
        {
            "charge_points": ChargePoints(()),
            "scenario": Scenarios(available=available()),
            "behaviour": behaviour(),
        }
    )


def crowded() -> FakeEngine:
    """A hundred charge points, a thousand exchanges, everything misbehaves."""
    csms = normal()
    points = tuple(
        SeenChargePoint(charge_point_id=f"CP{number:03}", is_connected=True, since=worlds.NOW)
        for number in range(100)
    )
    csms.publish("charge_points", ChargePoints(points))
    odd = behaviour(
        registration_status=RegistrationStatus.PENDING,
        clock_offset_s=3600.0,
        start_status=AuthorizationStatus.INVALID,
        faults={"Heartbeat": "silent", "MeterValues": "delay 5", "Authorize": "GenericError"},
    )
    csms.publish("behaviour", odd)
    for number in range(4, 1000):
        csms.emit("exchanges", exchange(number, "MeterValues"))
    return csms


def broken() -> FakeEngine:
    """Its door is shut."""
    csms = empty()
    csms.lose("the CSMS hung up")
    return csms
