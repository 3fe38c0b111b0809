"""Every scenario against a real engine behind a real door, in fast time, without pauses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from cp_tui.csms.behaviour import Behaviour, CertificateAnswer
from cp_tui.demo.charge_point_watch import ChargePointWatch
from cp_tui.demo.csms_variables import RunState, ScenarioRun, Scenarios
from cp_tui.demo.pacing import AT_ONCE, Pacing
from cp_tui.demo.player import Player
from cp_tui.demo.story import ROUND
from cp_tui.demo.story_profiles import RAISED_A
from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.rpc.client import Client
from tests.demo.charge_point import ID, csms_and_client
from tests.demo.fast_time import in_fast_time

TIMEOUT_S = 60


class Watched:
    """A player, and what it said last."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.said: list[Scenarios] = []
        self._news = asyncio.Event()
        player.changed = self._hear

    def _hear(self, scenarios: Scenarios) -> None:
        self.said.append(scenarios)
        self._news.set()

    @property
    def run(self) -> ScenarioRun:
        run = self.said[-1].run
        assert run is not None
        return run

    async def until(self, state: RunState, *, step: int = 0) -> ScenarioRun:
        async with asyncio.timeout(TIMEOUT_S):
            while self.said[-1].run is None or self.run.state is not state or self.run.step < step:
                self._news.clear()
                await self._news.wait()
        return self.run


@asynccontextmanager
async def watched_in(folder: Path) -> AsyncIterator[Watched]:
    async with csms_and_client(folder) as (csms, client):
        player = Player(client, csms, ID, pacing=Pacing(AT_ONCE))
        yield Watched(player)
        await player.stop()


async def seen(is_so: Callable[[], bool]) -> None:
    """Look often: what is on its way over a socket takes none of the fast time."""
    for _ in range(1_000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it was not seen")


async def finished(watched: Watched, scenario_id: str) -> ScenarioRun:
    assert await watched.player.run(scenario_id)
    async with asyncio.timeout(TIMEOUT_S):
        while watched.run.finished_at is None:
            await asyncio.sleep(0.01)
    return watched.run


@in_fast_time
async def test_scenarios_of_security_pass_at_the_pace_at_which_they_are_watched(
    tmp_path: Path,
) -> None:
    """What the CSMS does by itself has happened before the step that tells of it begins."""
    async with csms_and_client(tmp_path) as (csms, client):
        watched = Watched(Player(client, csms, ID, pacing=Pacing()))
        for scenario_id in ("renewal", "signed_firmware", "forged_firmware", "security_log"):
            run = await finished(watched, scenario_id)
            assert run.state is RunState.PASSED, run


@in_fast_time
async def test_a_check_that_fails_names_its_step_and_its_reason(tmp_path: Path) -> None:
    async with csms_and_client(tmp_path) as (csms, client):
        watched = Watched(Player(client, csms, ID, pacing=Pacing(AT_ONCE), deadline_s=2))
        csms.behaviour = Behaviour(id_tags={})
        run = await finished(watched, "refused_tag")
    assert run.state is RunState.FAILED
    states = [step.state for step in run.steps]
    assert states == [RunState.PASSED, RunState.PASSED, RunState.FAILED, RunState.WAITING]
    assert run.steps[2].told[-1].startswith("The charge point does not show this: why tag BLOCKED")


@in_fast_time
async def test_a_step_that_fails_says_what_to_check(tmp_path: Path) -> None:
    async with csms_and_client(tmp_path) as (csms, client):
        watched = Watched(Player(client, csms, ID, pacing=Pacing(AT_ONCE)))
        csms.behaviour = Behaviour(certificates=CertificateAnswer.WRONG_CHAIN)
        run = await finished(watched, "renewal")
    assert (run.state, run.step) == (RunState.FAILED, 4)
    why = run.steps[3].told[-1]
    assert why.startswith(
        "CertificateSigned was answered Rejected, expected Accepted: unknown_root"
    )
    assert why.endswith(
        "Check on screen 8 why the certificate was refused, and how the CSMS answers (e)."
    )


@in_fast_time
async def test_a_scenario_that_is_stopped_offline_gives_the_network_back(tmp_path: Path) -> None:
    async with csms_and_client(tmp_path) as (csms, client):
        watched = Watched(Player(client, csms, ID, pacing=Pacing(AT_ONCE)))
        assert await watched.player.run("offline")
        await watched.until(RunState.RUNNING, step=4)
        assert await watched.player.stop()
        assert watched.run.state is RunState.STOPPED
        assert not await watched.player.stop()
        answer = await client.call("set_network", up=True)
        assert answer.result is False


@in_fast_time
async def test_a_story_that_is_stopped_offline_gives_the_network_back(tmp_path: Path) -> None:
    async with csms_and_client(tmp_path) as (csms, client):
        watched = Watched(Player(client, csms, ID, pacing=Pacing(AT_ONCE)))
        assert await watched.player.play_story()
        await watched.until(RunState.RUNNING, step=17)
        assert await watched.player.stop()
        answer = await client.call("set_network", up=True)
        assert answer.result is False


@in_fast_time
async def test_a_story_is_played_step_by_step(tmp_path: Path) -> None:
    async with csms_and_client(tmp_path) as (csms, client):
        watched = Watched(Player(client, csms, ID))
        assert await watched.player.play_story()
        await watched.until(RunState.RUNNING, step=1)
        assert watched.player.pause()
        await asyncio.sleep(60)
        assert watched.run.step == 1
        for step, keys in ((2, 1), (4, 2)):
            for _key in range(keys):
                assert watched.player.step()
            assert watched.said[-1].steps_asked == keys
            await watched.until(RunState.RUNNING, step=step)
            await asyncio.sleep(60)
            assert watched.run.step == step
            assert watched.said[-1].steps_asked == 0
            assert watched.run.steps[step - 1].told, "it has been played"
        assert watched.player.resume()
        await watched.until(RunState.RUNNING, step=5)
        assert await watched.player.stop()


@in_fast_time
async def test_a_step_is_told_when_it_happens_and_not_before_however_long_it_is_held(
    tmp_path: Path,
) -> None:
    async with csms_and_client(tmp_path) as (csms, client):
        watched = Watched(Player(client, csms, ID))
        eye = await Client.connect(tmp_path / "s" / "door")
        view = ChargePointWatch(eye)
        following = asyncio.create_task(view.follow())

        def facts() -> dict[int, bool]:
            connector, link = view.connector(1), view.link
            limit = connector.limit if connector else None
            return {
                3: len(view.profiles or ()) == 2,
                4: connector is not None and connector.status is ChargePointStatus.PREPARING,
                10: limit is not None and limit.limit_a == RAISED_A,
                16: link is not None and not link.network_up,
                18: link is not None and link.network_up,
            }

        def has_told(step: int) -> bool:
            return watched.run.steps[step - 1].told != ()

        def is_so(step: int) -> bool:
            return facts()[step]

        assert await watched.player.play_story()
        for step in facts():
            await watched.until(RunState.RUNNING, step=step - 1)
            await seen(partial(has_told, step - 1))
            await asyncio.sleep(ROUND.steps[step - 2].hold_s + 0.5)
            assert watched.player.pause()
            # The limit rises by itself, and soon.
            await asyncio.sleep(1 if step == 10 else 60)
            assert watched.run.step == step - 1, ROUND.steps[step - 1].title
            assert watched.run.steps[step - 1].state is RunState.WAITING
            assert not is_so(step), "it has not happened yet"
            assert watched.player.resume()

            await watched.until(RunState.RUNNING, step=step)
            assert watched.player.pause()
            await seen(partial(is_so, step))
            assert watched.player.resume()
        assert await watched.player.stop()
        await eye.close()
        await following


@in_fast_time
async def test_a_scenario_interrupts_the_story_which_can_be_taken_up_again(tmp_path: Path) -> None:
    async with watched_in(tmp_path) as watched:
        assert await watched.player.play_story()
        assert not await watched.player.play_story()
        await watched.until(RunState.RUNNING, step=2)
        assert watched.said[-1].is_story_on
        run = await finished(watched, "refused_tag")
        assert run.state is RunState.PASSED
        assert not watched.said[-1].is_story_on
        assert await watched.player.play_story()
        assert watched.run.id == "story"


@in_fast_time
async def test_there_is_no_scenario_of_another_name(tmp_path: Path) -> None:
    async with watched_in(tmp_path) as watched:
        assert not await watched.player.run("nonsense")
