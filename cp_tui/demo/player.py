"""Plays the story of the demo or one scenario at a time, and says how far it is.

It knows the engine by its door and the CSMS as an object; who watches hears of every change.

Both may be used by people while it plays. A story that finds something else than it left breaks
off, says at which check, and begins again after a pause with putting everything in order
(`preparation`); a scenario breaks off and stays where it is, so that one can look. What is played
next ends what plays now, and what is ended never leaves the charge point without its network,
unless somebody else has pulled the cable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from msgspec import Struct, field

from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo.csms_variables import RunState, ScenarioInfo, ScenarioRun, Scenarios, ScenarioStep
from cp_tui.demo.pacing import Pacing
from cp_tui.demo.scenario import Scenario, play
from cp_tui.demo.scenarios import SCENARIOS
from cp_tui.demo.step_context import DEADLINE_S, StoryFailed
from cp_tui.demo.story import ROUND, on_stage, run_story
from cp_tui.rpc.client import EngineConnection

RETRY_PAUSE_S = 10.0
"""The pause after a story that broke off, before it begins again."""
AGAIN = f"The story begins again in {RETRY_PAUSE_S:.0f} s."
TOLD_MAX = 20
"""How many lines are kept of one step."""


class _Progress(Struct):
    """How far a scenario is."""

    scenario: Scenario
    started_at: datetime
    state: RunState = RunState.RUNNING
    finished_at: datetime | None = None
    at: int = -1
    told: dict[int, list[str]] = field(default_factory=dict)

    def tell(self, line: str) -> None:
        lines = self.told.setdefault(max(self.at, 0), [])
        if len(lines) < TOLD_MAX:
            lines.append(line)

    def run(self) -> ScenarioRun:
        steps = tuple(
            ScenarioStep(
                title=step.title,
                now=step.now,
                brief=step.brief,
                state=self._state_of(index),
                told=tuple(self.told.get(index, ())),
            )
            for index, step in enumerate(self.scenario.steps)
        )
        return ScenarioRun(
            id=self.scenario.id,
            title=self.scenario.title,
            state=self.state,
            started_at=self.started_at,
            finished_at=self.finished_at,
            step=self.at + 1,
            steps=steps,
        )

    def _state_of(self, index: int) -> RunState:
        if index < self.at:
            return RunState.PASSED
        return self.state if index == self.at else RunState.WAITING


class Player:
    """Plays the story or a scenario against one engine and one CSMS, one at a time."""

    def __init__(
        self,
        client: EngineConnection,
        csms: CentralSystem,
        charge_point_id: str,
        *,
        pacing: Pacing | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self.changed: Callable[[Scenarios], None] = lambda scenarios: None
        """Hears of every change; whoever publishes sets it."""
        self._client = client
        self._csms = csms
        self._charge_point_id = charge_point_id
        self._pacing = pacing or Pacing()
        self._deadline_s = deadline_s
        self._last: dict[str, RunState] = {}
        self._progress: _Progress | None = None
        self._is_story_on = False
        self._playing: asyncio.Task[None] | None = None

    @property
    def scenarios(self) -> Scenarios:
        """What can be run, and what runs or ran last."""
        return Scenarios(
            available=tuple(map(self._info, SCENARIOS)),
            story=self._info(ROUND),
            run=None if self._progress is None else self._progress.run(),
            is_story_on=self._is_story_on,
            is_paused=self._pacing.is_paused,
            steps_asked=self._pacing.steps_asked,
            speed=self._pacing.speed,
        )

    def _info(self, scenario: Scenario) -> ScenarioInfo:
        return ScenarioInfo(
            id=scenario.id,
            title=scenario.title,
            about=scenario.about,
            steps=tuple(step.title for step in scenario.steps),
            abouts=tuple(step.now for step in scenario.steps),
            briefs=tuple(step.brief for step in scenario.steps),
            last=self._last.get(scenario.id),
        )

    @property
    def _is_playing(self) -> bool:
        return self._playing is not None and not self._playing.done()

    def pause(self) -> bool:
        """Hold what is played before what it does next; False if nothing is, or it is held."""
        if not self._is_playing or self._pacing.is_paused:
            return False
        self._pacing.pause()
        self._publish()
        return True

    def resume(self) -> bool:
        """Let go on what is held; False if nothing is."""
        if not self._is_playing or not self._pacing.is_paused:
            return False
        self._pacing.resume()
        self._publish()
        return True

    def step(self) -> bool:
        """Let one step more be played, and hold it after that; False if nothing is played."""
        if not self._is_playing:
            return False
        self._pacing.step()
        self._publish()
        return True

    def set_speed(self, speed: float) -> bool:
        """Change how long the pauses are; False if they are so already."""
        if speed == self._pacing.speed:
            return False
        self._pacing.set_speed(speed)
        self._publish()
        return True

    async def play_story(self) -> bool:
        """Tell the story over and over; False if it is told already."""
        if self._is_story_on:
            return False
        await self._clear()
        self._is_story_on = True
        self._begin(ROUND)
        self._playing = asyncio.create_task(self._tell_on())
        return True

    async def run(self, scenario_id: str) -> bool:
        """Run a scenario once, whatever runs now; False where there is none of this name."""
        scenario = next((each for each in SCENARIOS if each.id == scenario_id), None)
        if scenario is None:
            return False
        await self._clear()
        self._begin(scenario)
        self._playing = asyncio.create_task(self._run(scenario))
        return True

    async def stop(self) -> bool:
        """Stop what runs; False if nothing does."""
        if not self._is_playing:
            return False
        await self._clear()
        self._publish()
        return True

    async def _tell_on(self) -> None:
        while True:
            # Whoever plays with the charge point breaks its story; then it starts anew.
            try:
                await run_story(
                    self._client,
                    self._csms,
                    self._charge_point_id,
                    self._tell,
                    pacing=self._pacing,
                    loop=True,
                    deadline_s=self._deadline_s,
                    began=self._story_is_at,
                )
            except StoryFailed as failure:
                self._end(RunState.FAILED, f"{failure} {AGAIN}")
            await asyncio.sleep(RETRY_PAUSE_S)

    async def _run(self, scenario: Scenario) -> None:
        try:
            async with on_stage(
                self._client,
                self._csms,
                self._charge_point_id,
                self._tell,
                pacing=self._pacing,
                deadline_s=self._deadline_s,
            ) as context:
                await play(scenario, context, self._is_at)
        except StoryFailed as failure:
            self._end(RunState.FAILED, str(failure))
        else:
            self._end(RunState.PASSED)

    async def _clear(self) -> None:
        """Stop what runs; what comes next is not held."""
        playing, self._playing = self._playing, None
        self._is_story_on = False
        self._pacing.resume()
        if playing is None:
            return
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing
        if self._progress is not None and self._progress.state is RunState.RUNNING:
            self._end(RunState.STOPPED)

    def _begin(self, scenario: Scenario) -> None:
        self._progress = _Progress(scenario, self._csms.now())
        self._publish()

    def _story_is_at(self, step: int) -> None:
        if step == 0:
            self._begin(ROUND)
        self._is_at(step)

    def _is_at(self, step: int) -> None:
        assert self._progress is not None
        self._progress.at = step
        self._publish()

    def _tell(self, line: str) -> None:
        assert self._progress is not None
        self._progress.tell(line)
        self._publish()

    def _end(self, state: RunState, why: str = "") -> None:
        progress = self._progress
        assert progress is not None
        progress.state = state
        progress.finished_at = self._csms.now()
        if state is RunState.PASSED:
            progress.at = len(progress.scenario.steps)
        if why:
            progress.tell(why)
        self._last[progress.scenario.id] = state
        self._publish()

    def _publish(self) -> None:
        self.changed(self.scenarios)
