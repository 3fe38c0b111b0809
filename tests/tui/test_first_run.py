"""The first screen: two answers, a test step by step, and a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual.pilot import Pilot

from cp_tui.engine.connection_check import CheckStep, CheckVerdict, StepResult
from cp_tui.settings.first_file import Answers, Unusable
from cp_tui.tui.start.wizard import NONE_YET, SAVED, FirstRunApp

URL, ID, KEY = "ws://csms.example/ocpp", "CP 1", "a key of 18 signs."


@dataclass
class World:
    """What the screen is told, and what it asked for."""

    results: list[StepResult] = field(default_factory=list)
    is_well: bool = True
    unusable: str = ""
    tested: list[Answers] = field(default_factory=list)
    saved: list[Answers] = field(default_factory=list)

    async def test(self, answers: Answers, tell: Callable[[StepResult], None]) -> bool:
        self.tested.append(answers)
        if self.unusable:
            raise Unusable(self.unusable)
        for result in self.results:
            tell(result)
        return self.is_well

    def save(self, answers: Answers) -> None:
        if self.unusable:
            raise Unusable(self.unusable)
        self.saved.append(answers)


@asynccontextmanager
async def first_screen(
    world: World, given: Answers = NONE_YET
) -> AsyncIterator[tuple[FirstRunApp, Pilot[str]]]:
    file = Path("/etc/cp-tui.toml")
    app = FirstRunApp(world.test, world.save, file, given=given, theme="cp-dark")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield app, pilot


def text_of(app: FirstRunApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def fill(pilot: Pilot[str], *texts: str) -> None:
    for number, text in enumerate(texts):
        if number:
            await pilot.press("tab")
        await pilot.press(*("space" if sign == " " else sign for sign in text))


async def until_saved(app: FirstRunApp, pilot: Pilot[str]) -> None:
    """Wait for the thread that writes the file."""
    async with asyncio.timeout(30):
        while app.return_value != SAVED:
            await pilot.pause(0.005)


async def test_a_test_is_shown_step_by_step_with_what_to_check() -> None:
    world = World(
        [
            StepResult(CheckStep.DNS, CheckVerdict.OK, "192.0.2.1", took_ms=12.4),
            StepResult(
                CheckStep.TCP, CheckVerdict.FAILED, "connection \x1b[31mrefused", "check the port"
            ),
        ],
        is_well=False,
    )
    async with first_screen(world) as (app, pilot):
        await fill(pilot, URL, ID)
        await pilot.press("enter")
        await pilot.pause()
        assert world.tested == [Answers(URL, ID, "", "")]
        text = text_of(app)
        assert "DNS         ok  192.0.2.1  0.012 s" in text
        assert "TCP         FAILED  connection ␛[31mrefused" in text
        assert "check the port" in text
        assert "test again, or save anyway" in text
        assert world.saved == []


async def test_what_is_waited_for_is_shown_until_it_is_known() -> None:
    waits = StepResult(
        CheckStep.DNS, CheckVerdict.WAITS, "until a name server knows h, 10 s at most"
    )
    begun = StepResult(CheckStep.TCP, CheckVerdict.WAITS, "until h port 80 accepts, 10 s at most")
    world = World(
        [waits, StepResult(CheckStep.DNS, CheckVerdict.OK, "192.0.2.1"), begun], is_well=False
    )
    async with first_screen(world) as (app, pilot):
        await fill(pilot, URL, ID)
        await pilot.press("enter")
        await pilot.pause()
        text = text_of(app)
        assert "DNS         ok  192.0.2.1" in text
        assert "a name server knows" not in text
        assert "TCP         ...  until h port 80 accepts, 10 s at most" in text


async def test_after_a_good_test_enter_saves_and_starts() -> None:
    world = World([StepResult(CheckStep.SUBPROTOCOL, CheckVerdict.OK, "ocpp1.6")])
    async with first_screen(world) as (app, pilot):
        await fill(pilot, f" {URL} ", ID)
        await pilot.press("enter")
        await pilot.pause()
        assert "All went well" in text_of(app)
        await pilot.press("enter")
        await until_saved(app, pilot)
        assert world.saved == [Answers(URL, ID, "", "")]


async def test_without_a_network_it_can_be_saved_all_the_same() -> None:
    world = World(is_well=False)
    async with first_screen(world) as (app, pilot):
        await fill(pilot, URL, ID, "/roots.pem", KEY)
        assert KEY not in text_of(app)
        await pilot.press("ctrl+s")
        await until_saved(app, pilot)
        assert world.saved == [Answers(URL, ID, "/roots.pem", KEY)]


async def test_answers_that_cannot_be_used_are_refused_and_the_screen_stays() -> None:
    world = World(unusable="the URL of the CSMS is missing")
    async with first_screen(world) as (app, pilot):
        await pilot.press("enter")
        await pilot.pause()
        assert "the URL of the CSMS is missing" in text_of(app)
        world.unusable = "so is its id"
        await pilot.press("ctrl+s")
        async with asyncio.timeout(30):
            while "so is its id" not in text_of(app):
                await pilot.pause(0.005)
        assert app.return_value is None
        assert app.is_running


async def test_enter_leads_to_the_answer_that_is_missing() -> None:
    world = World(unusable="the charge point id is missing")
    async with first_screen(world) as (app, pilot):
        await fill(pilot, URL)
        await pilot.press("enter", "A", "7")
        await pilot.pause()
        assert app.answers == Answers(URL, "A7", "", "")


async def test_escape_leaves_without_a_file() -> None:
    world = World()
    async with first_screen(world) as (app, pilot):
        await fill(pilot, URL, ID)
        await pilot.press("escape")
        await pilot.pause()
        assert app.return_value is None
        assert world.saved == []


async def test_what_the_options_say_is_filled_in_and_the_rest_is_asked() -> None:
    world = World()
    async with first_screen(world, Answers("", ID)) as (app, pilot):
        await fill(pilot, URL)
        await pilot.press("ctrl+s")
        await until_saved(app, pilot)
        assert world.saved == [Answers(URL, ID)]


async def test_in_a_small_terminal_every_field_and_why_a_test_failed_are_seen() -> None:
    refused = StepResult(CheckStep.TCP, CheckVerdict.FAILED, "connection refused", "check the port")
    steps = [StepResult(CheckStep.DNS, CheckVerdict.OK, f"192.0.2.{n}") for n in range(9)]
    not_tried = StepResult(CheckStep.TLS, CheckVerdict.NOTE, "not tried")
    world = World([*steps, refused, not_tried], is_well=False)
    async with first_screen(world) as (app, pilot):
        await fill(pilot, URL, ID)
        for width, height in ((80, 24), (60, 15), (40, 10), (30, 8)):
            await pilot.resize_terminal(width, height)
            await pilot.press("enter")
            await pilot.pause()
            text = text_of(app).lower()
            shown = ("csms url", "id", "ca file", "key", "tcp", "failed", "test", "save")
            assert [words for words in shown if words not in text] == [], text
            assert max(map(len, text.splitlines())) <= width
        await pilot.resize_terminal(20, 5)
        await pilot.press("x", "ctrl+s", "enter")
        await pilot.pause()
        assert "needs 30x8, is 20x5" in text_of(app)
        assert (world.saved, len(world.tested), app.answers.id) == ([], 4, ID)
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        assert app.focused is not None
