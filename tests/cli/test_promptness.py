"""What is prepared after the boot, and that an end does not wait for it."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ConfigDict

from cp_tui.cli import promptness
from cp_tui.cli.promptness import stay_prompt


class Late(BaseModel):
    """A model that nobody has used yet."""

    model_config = ConfigDict(defer_build=True)

    __module__ = "cp_tui.late"
    number: int


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds, switch_s = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(switch_s)
    gc.unfreeze()


async def test_models_are_built_and_the_collector_is_set_before_anybody_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(promptness, "BOOT_S", 0.0)
    monkeypatch.setattr(promptness, "PAUSE_S", 0.0)
    assert not Late.__pydantic_complete__
    end = asyncio.Event()
    staying = asyncio.create_task(stay_prompt(end))
    async with asyncio.timeout(30):
        while gc.get_threshold() != promptness.COLLECTOR_THRESHOLDS:
            await asyncio.sleep(0.01)
    assert Late.__pydantic_complete__
    assert not [*promptness._models_to_build(BaseModel)]
    assert sys.getswitchinterval() == pytest.approx(promptness.SWITCH_S)
    assert not staying.done()
    end.set()
    async with asyncio.timeout(30):
        await staying


async def test_an_end_that_comes_at_once_waits_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(promptness, "BOOT_S", 3_600.0)
    end = asyncio.Event()
    end.set()
    async with asyncio.timeout(30):
        await stay_prompt(end)
    assert gc.get_threshold() != promptness.COLLECTOR_THRESHOLDS


async def test_what_cannot_be_made_ready_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(promptness, "BOOT_S", 0.0)
    monkeypatch.setattr(promptness, "late_commands", lambda: [1])
    end = asyncio.Event()
    staying = asyncio.create_task(stay_prompt(end))
    async with asyncio.timeout(30):
        while gc.get_threshold() != promptness.COLLECTOR_THRESHOLDS:
            await asyncio.sleep(0.01)
    assert not staying.done()
    assert "while getting ready" in caplog.text
    end.set()
    await staying
