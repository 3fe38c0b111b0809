"""Smart charging over a whole engine without a CSMS: profiles, schedules, measured power."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule, ProfileSource
from cp_tui.charge_point.variables import Measurements, Profiles
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.engine import Engine
from cp_tui.engine.errors import CommandError
from tests.charge_point.smart_charging.builders import TX_DEFAULT, profile

NOBODY = "ws://127.0.0.1:9"


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Engine]:
    config = EngineConfig(ChargePointConfig(charge_point_id="CP001", url=""), url=NOBODY)
    engine = Engine(config, data_dir=folder)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


def ten_amperes() -> dict[str, JsonValue]:
    return {"connector_id": 1, "profile": profile(TX_DEFAULT, (0, 10)).to_payload()}


def installed(engine: Engine) -> Profiles:
    profiles: Profiles = engine.get("profiles")
    return profiles


async def test_a_profile_is_installed_survives_the_engine_and_is_cleared(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        answer = await engine.call("install_charging_profile", ten_amperes())
        assert answer.result == {"status": "Accepted", "remarks": [], "replaced": []}
        assert answer.reason is not None
        assert answer.reason.text == "profile #1 is installed on connector 1"
    async with running(tmp_path) as engine:
        (entry,) = installed(engine)
        assert entry.source is ProfileSource.OPERATOR
        assert entry.standing.active_on == (1,)
        answer = await engine.call("clear_charging_profile", {"profile_id": 1})
        assert answer.result == {"status": "Accepted", "removed": [1]}
        assert installed(engine) == ()
        answer = await engine.call("clear_charging_profile", {})
        assert answer.result == {"status": "Unknown", "removed": []}


async def test_a_refusal_is_a_result_with_its_reason(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        params: dict[str, JsonValue] = {"connector_id": 1, "profile": {"chargingProfileId": "x"}}
        answer = await engine.call("install_charging_profile", params)
        assert answer.result == {"status": "Rejected"}
        assert answer.reason is not None
        assert "is missing (FormationViolation)" in answer.reason.text


async def test_observers_may_measure_but_not_install(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        for method, params in (
            ("install_charging_profile", ten_amperes()),
            ("clear_charging_profile", {}),
        ):
            with pytest.raises(CommandError, match="an observer may not use"):
                await engine.call(method, params, read_only=True)
        answer = await engine.call("get_measurements", {"connector_id": 1}, read_only=True)
        assert isinstance(answer.result, Measurements)
        assert {each.power_w for each in answer.result.points} == {0}


async def test_windows_in_the_future_are_answered_and_nonsense_is_refused(tmp_path: Path) -> None:
    tomorrow = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    async with running(tmp_path) as engine:
        await engine.call("install_charging_profile", ten_amperes())
        params: dict[str, JsonValue] = {"connector_id": 1, "duration_s": 3600}
        answer = await engine.call(
            "get_composite_schedule", {**params, "start": tomorrow.isoformat()}
        )
        assert isinstance(answer.result, CompositeSchedule)
        assert answer.result.start == tomorrow
        for wrong, words in (
            ({"connector_id": 3}, "connector 3 does not exist; there are 0 to 2"),
            ({"start": "9999-12-31T23:59:59Z"}, "is more than 10 years away"),
            ({"start": "0001-01-01T00:00:00Z"}, "is more than 10 years away"),
            ({"start": "soon"}, "start = 'soon': must be a date and time"),
            ({"duration_s": -1}, "duration_s = -1: input should be greater than or equal to 1"),
            ({"duration_s": 10**9}, "duration_s = 1000000000: input should be less than"),
            ({"unit": "kW"}, "unit = 'kW': input should be 'A' or 'W'"),
        ):
            with pytest.raises(CommandError) as caught:
                await engine.call("get_composite_schedule", params | wrong)
            assert words in caught.value.message
        with pytest.raises(CommandError, match="connector 3 does not exist"):
            await engine.call("get_measurements", {"connector_id": 3})
