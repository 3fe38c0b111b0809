"""Plays scenarios one after the other against a CSMS, each with a fresh charge point."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue

from cp_tui.charge_point.variables import Direction
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.errors import CannotBegin
from cp_tui.engine.told_frames import told
from cp_tui.ocpp.action import Action
from cp_tui.rpc.json_path import Condition
from cp_tui.scenarios.matching import TAGS
from cp_tui.scenarios.needs import lacking
from cp_tui.scenarios.plan import SCENARIO_S_MAX, WITHIN_S, AnyStep, Plan
from cp_tui.scenarios.player_charger import PlayerCharger
from cp_tui.scenarios.python_scenario import PythonPlan, play_python
from cp_tui.scenarios.steps import Stage, Surroundings, play, skipped_for
from cp_tui.scenarios.verdict import ScenarioOutcome, StepEnded, StepOutcome, Verdict

FRAMES_TOLD = 8
ACCEPTED = Condition("registration", "status", "=", "Accepted")
MakeConfig = Callable[[Plan | PythonPlan], EngineConfig]
"""Makes the charge point of a scenario; raises `SettingsError`."""


class NeverAccepted(Exception):
    """The CSMS has not accepted the charge point."""


class Runner:
    """Plays scenarios; what it needs is the same for all of them."""

    def __init__(
        self,
        make: MakeConfig,
        around: Surroundings,
        *,
        seed: int = 1,
        words: Mapping[str, str] | None = None,
        accept_s: float = 15.0,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """`accept_s` is how long the CSMS has to accept the charge point, in seconds.

        `words` are what the CSMS calls tags and the like, where it is not as `cp-tui csms`;
        `clock` is that of the machine, unless told otherwise.
        """
        self._clock = clock
        self._make = make
        self._around = around
        self._seed = seed
        self._words = {**TAGS, **(words or {})}
        self._accept_s = accept_s

    async def run_all(
        self,
        plans: Sequence[Plan | PythonPlan],
        tell: Callable[[ScenarioOutcome], None] = lambda _: None,
    ) -> tuple[ScenarioOutcome, ...]:
        """Play all, and tell each as soon as it is over."""
        outcomes = []
        never = ""
        for plan in plans:
            if never:
                outcome = self._untried(plan, Verdict.INCONCLUSIVE, never)
            else:
                outcome, never = await self._run(plan)
            outcomes.append(outcome)
            tell(outcome)
        return tuple(outcomes)

    def _untried(self, plan: Plan | PythonPlan, verdict: Verdict, why: str) -> ScenarioOutcome:
        return ScenarioOutcome(name=plan.name, verdict=verdict, reason=why, seed=self._seed)

    async def _run(self, plan: Plan | PythonPlan) -> tuple[ScenarioOutcome, str]:
        """Play one; gives why no other has to be tried, too."""
        why = ""
        if isinstance(plan, Plan):
            why = lacking(plan, self._make(plan).charge_point) or skipped_for(plan, self._around)
        if why:
            return self._untried(plan, Verdict.SKIPPED, why), ""
        begun = time.monotonic()
        steps: list[StepOutcome] = []
        frames: tuple[str, ...] = ()
        never, reason, verdict = "", "", Verdict.PASSED
        try:
            async with AsyncExitStack() as stack:
                stack.push_async_callback(self._around.hooks.end)
                stage = await self._stage(plan, stack)
                try:
                    await self._begin(plan, stage)
                    async with asyncio.timeout(SCENARIO_S_MAX):
                        await self._play(plan, stage, steps)
                except (StepEnded, NeverAccepted):
                    frames = (*told(stage.charger.messages[-FRAMES_TOLD:]),)
                    raise
        except NeverAccepted as error:
            verdict, reason, never = Verdict.INCONCLUSIVE, str(error), str(error)
        except StepEnded as error:
            verdict, reason = error.verdict, error.seen
        except CannotBegin as error:
            verdict, reason = Verdict.INCONCLUSIVE, "; ".join(error.lines)
        except TimeoutError:
            verdict, reason = Verdict.INCONCLUSIVE, "it took too long as a whole"
        outcome = ScenarioOutcome(
            name=plan.name,
            verdict=verdict,
            reason=reason,
            steps=tuple(steps),
            frames=frames,
            took_s=time.monotonic() - begun,
            seed=self._seed,
        )
        return outcome, never

    async def _stage(self, plan: Plan | PythonPlan, stack: AsyncExitStack) -> Stage:
        """Switch the charge point of a scenario on."""
        config = self._make(plan)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cp-tui-scenario-")))
        ahead_s, within_s = (plan.clock, plan.within_s) if isinstance(plan, Plan) else (0, WITHIN_S)
        charger = PlayerCharger(config, folder, self._seed, ahead_s=ahead_s, clock=self._clock)
        await charger.start()
        stack.push_async_callback(charger.close)
        known: dict[str, JsonValue] = {"id": config.charge_point.charge_point_id}
        known.update(self._words)
        return Stage(
            within=within_s, charger=charger, around=self._around, known=known, seed=self._seed
        )

    async def _begin(self, plan: Plan | PythonPlan, stage: Stage) -> None:
        charger = stage.charger
        if isinstance(plan, Plan) and plan.begins == "offline":
            await charger.call("set_network", {"up": False})
            return
        loop = asyncio.get_running_loop()
        late_s = charger.quirks.answers_late_s
        wrong = await charger.until((ACCEPTED,), loop.time() + self._accept_s + late_s)
        if wrong:
            link = charger.get("link")
            error = link.get("last_error") if isinstance(link, dict) else None
            text = f" ({error['text']})" if isinstance(error, dict) else ""
            raise NeverAccepted(
                f"the CSMS has not accepted the charge point within {self._accept_s:g} s{text}"
            )
        # What it says of its connectors after that belongs to no step. A CSMS that leaves it
        # without an answer is found by the steps.
        connectors = charger.get("connectors")
        assert isinstance(connectors, list)
        told = len(connectors) - charger.quirks.no_connector_0

        def is_told() -> bool | None:
            sent = stage.calls(Direction.OUT, Action.STATUS_NOTIFICATION, 0)
            return len([n for n in sent if stage.answer_to(n)]) >= told or None

        await charger.message(is_told, loop.time() + stage.within + late_s * len(connectors))

    async def _play(self, plan: Plan | PythonPlan, stage: Stage, steps: list[StepOutcome]) -> None:
        if isinstance(plan, PythonPlan):
            await play_python(plan, stage)
            return

        def note(step: AnyStep, verdict: Verdict, seen: str = "", took_s: float = 0.0) -> None:
            section = step.section or plan.section
            steps.append(StepOutcome(step.words, verdict, section, seen, took_s))

        for number, step in enumerate(plan.step):
            begun = time.monotonic()
            try:
                await play(step, stage)
            except StepEnded as ended:
                note(step, ended.verdict, ended.seen, time.monotonic() - begun)
                for each in plan.step[number + 1 :]:
                    note(each, Verdict.SKIPPED, "a step before it did not pass")
                raise
            note(step, Verdict.PASSED, took_s=time.monotonic() - begun)
