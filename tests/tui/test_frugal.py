"""What costs bytes and time on a line that has few: a cursor moves, and nothing else is painted."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from itertools import count

import pytest
from textual import events
from textual._compositor import Compositor, LayoutUpdate, ReflowResult
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Region, Size
from textual.scrollbar import ScrollBar
from textual.widget import Widget

from cp_tui.tui.dialogs.dialog import Dialog
from cp_tui.tui.main import COLLECTOR_THRESHOLDS, settle
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.terminal.textual_private import QuietApp
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.pane import Pane
from tests.tiers import tier
from tests.tui import worlds
from tests.tui.byte_budgets import LETTER, LETTER_WITH_CHOICE, SCENES, WORDS
from tests.tui.driving import screen
from tests.tui.test_covered import connectors_at

PAUSE_S = 5.0
"""After the last letter, in this test: it takes longer than a slow machine needs for the next."""


def facts(count: int) -> list[Fact]:
    """So many lines."""
    return [Fact("", Content(f"line {number}")) for number in range(count)]


class TwoLists(App[None]):
    """Two lists of facts with their scrollbars."""

    def compose(self) -> ComposeResult:
        yield FactLines(id="one")
        yield FactLines(id="other")


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[Widget]:
    """The scrollbars that were painted, and the panes that were filled."""
    found: list[Widget] = []
    refresh = ScrollBar.refresh

    def noted(
        self: ScrollBar,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> ScrollBar:
        found.append(self)
        return refresh(self, *regions, repaint=repaint, layout=layout, recompose=recompose)

    monkeypatch.setattr(ScrollBar, "refresh", noted)
    return found


async def test_a_list_that_grows_paints_its_own_scrollbar_alone(painted: list[Widget]) -> None:
    app = TwoLists()
    async with app.run_test(size=(40, 10)) as pilot:
        one, other = app.query_one("#one", FactLines), app.query_one("#other", FactLines)
        one.show(facts(20))
        other.show(facts(20))
        await pilot.pause()
        painted.clear()
        one.show(facts(30))
        await pilot.pause()
        assert one.vertical_scrollbar.window_virtual_size == 30
        assert set(painted) == {one.vertical_scrollbar}


async def test_a_layout_paints_no_scrollbar_that_stays_the_same(painted: list[Widget]) -> None:
    app = TwoLists()
    async with app.run_test(size=(40, 10)) as pilot:
        for each in app.query(FactLines):
            each.show(facts(20))
        await pilot.pause()
        painted.clear()
        app.screen.refresh(layout=True, repaint=False)
        await pilot.pause()
        assert painted == []


async def test_a_list_that_shrinks_is_scrolled_back(painted: list[Widget]) -> None:
    app = TwoLists()
    async with app.run_test(size=(40, 10)) as pilot:
        one = app.query_one("#one", FactLines)
        one.show(facts(30))
        await pilot.pause()
        one.scroll_to(y=25, animate=False)
        await pilot.pause()
        one.show(facts(7))
        await pilot.pause()
        assert one.scroll_offset.y == 2
        one.show(facts(2))
        await pilot.pause()
        assert (one.scroll_offset.y, one.show_vertical_scrollbar) == (0, False)


async def test_a_cursor_that_moves_fills_no_pane_but_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with screen(worlds.healthy()) as drive:
        await drive.press("tab", "tab")
        assert drive.dashboard.focused_pane is drive.dashboard.keys
        shown: list[str] = []
        for pane in drive.dashboard.panes:
            monkeypatch.setattr(pane, "show", lambda *news, name=pane.NAME: shown.append(name))
        await drive.press("j")
        assert shown == ["keys"]


SIZES = [(80, 24), (160, 50)]


@pytest.mark.parametrize("size", SIZES, ids=["small", "large"])
async def test_a_screen_that_comes_is_filled_once_and_laid_out_for_its_size_and_its_data(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled: Counter[str] = Counter()
    laid_out: Counter[str] = Counter()
    fill, reflow = Pane.show, Compositor.reflow

    def noted_fill(pane: Pane, snapshot: Snapshot, clock: Clock) -> None:
        filled[pane.NAME] += 1
        fill(pane, snapshot, clock)

    def noted_reflow(compositor: Compositor, parent: Widget, size: Size) -> ReflowResult:
        laid_out[type(parent).__name__] += 1
        return reflow(compositor, parent, size)

    monkeypatch.setattr(Pane, "show", noted_fill)
    monkeypatch.setattr(Compositor, "reflow", noted_reflow)
    async with screen(worlds.healthy(), size=size) as drive:
        assert list(drive.app._main_screens) == ["dashboard"], "nobody has wanted another"
        assert set(filled.values()) == {1}, f"the first screen: {filled}"
        for key in "23456":
            before = filled.copy()
            await drive.press(key)
            assert set((filled - before).values()) == {1}, f"screen {key}: {filled - before}"
        shown = filled.copy()
        await drive.press("1")
        assert filled == shown, "what is known to be up to date"
    screens = {name: times for name, times in laid_out.items() if name != "FrugalScreen"}
    assert set(screens.values()) == {2}, f"{screens}"


DIALOGS_MOST = {"w": 2, "s": 3, "question_mark": 2, "ctrl+p": 2, "enter": 3}
"""Keys that open one, and how often it is laid out at most: for its size, and for what is in it."""


async def test_a_dialog_comes_and_goes_with_a_picture_each_and_nothing_else_is_laid_out(
    monkeypatch: pytest.MonkeyPatch, painting: None
) -> None:
    laid_out: Counter[str] = Counter()
    painted: Counter[str] = Counter()
    reflow, paint = Compositor.reflow, Compositor.render_full_update

    def name(screen: object) -> str:
        return "dialog" if isinstance(screen, Dialog) else "what lies under it"

    def noted_reflow(compositor: Compositor, parent: Widget, size: Size) -> ReflowResult:
        laid_out[name(parent)] += 1
        return reflow(compositor, parent, size)

    def noted_paint(compositor: Compositor, simplify: bool = False) -> LayoutUpdate:
        painted[name(compositor.root)] += 1
        return paint(compositor, simplify)

    monkeypatch.setattr(Compositor, "reflow", noted_reflow)
    monkeypatch.setattr(Compositor, "render_full_update", noted_paint)
    async with screen(worlds.healthy()) as drive:
        for key, most in DIALOGS_MOST.items():
            for counter in (laid_out, painted):
                counter.clear()
            await drive.press(key)
            assert isinstance(drive.app.screen, Dialog), key
            assert painted == {"dialog": 1}, key
            assert laid_out.keys() == {"dialog"}, key
            assert laid_out["dialog"] <= most, key
            for counter in (laid_out, painted):
                counter.clear()
            await drive.press("escape")
            assert painted == {"what lies under it": 1}, key
            assert laid_out == {}, key


@pytest.fixture
def collector() -> Iterator[None]:
    """Leave the collector of garbage as it was."""
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.enable()


@pytest.mark.usefixtures("collector")
async def test_from_the_first_picture_on_garbage_is_collected_but_not_what_stays() -> None:
    gc.disable()
    frozen_before = gc.get_freeze_count()
    async with screen(worlds.healthy()) as drive:
        await settle(drive.app)
        assert gc.isenabled()
        assert gc.get_threshold() == COLLECTOR_THRESHOLDS
        assert gc.get_freeze_count() > frozen_before + 10_000


async def test_a_key_costs_no_more_than_its_budget_while_two_cars_charge(
    monkeypatch: pytest.MonkeyPatch, painting: None
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(QuietApp, "send", lambda app, text: sent.append(len(text.encode())))
    monkeypatch.setattr("cp_tui.tui.terminal.look_app.TYPING_S", PAUSE_S)
    # How long this machine takes to put a dialog together is another question.
    monkeypatch.setattr("cp_tui.tui.terminal.look_app.BETWEEN_KEYS_S", 60.0)
    async with screen(worlds.healthy()) as drive:
        soc = count()

        async def readings_go_on() -> None:
            connectors = connectors_at(drive.engine.world, 1.5 + next(soc) % 20)
            drive.engine.publish("connectors", connectors)
            await drive.settle()
            sent.clear()

        async with drive.step("a key, and a pause"):
            found: list[tuple[str, str, int, int]] = []
            for scene in tier(SCENES[::2], deep=SCENES):
                await drive.press(*scene.lead)
                for step in scene.steps:
                    await readings_go_on()
                    for key in step.keys[:-1]:
                        drive.app.post_message(events.Key(key, key))
                    await drive.press(step.keys[-1])
                    await drive.pass_time(PAUSE_S)
                    found.append((scene.name, step.what, sum(sent), step.most))
            assert [each for each in found if each[2] > each[3]] == []
            assert [each for each in found if not each[2]] == [], "every step does something"
        for word in tier(WORDS[::3], deep=WORDS):
            async with drive.step(f"{word.name}: {word.letters}"):
                await drive.press(*word.lead)
                await drive.pass_time(PAUSE_S)
                total, letter_most = 0, LETTER_WITH_CHOICE if word.has_choice else LETTER
                for letter in word.letters:
                    await readings_go_on()
                    await drive.press(letter)
                    assert 0 < sum(sent) <= letter_most, letter
                    total += sum(sent)
                sent.clear()
                await drive.pass_time(PAUSE_S)
                assert (total + sum(sent)) / len(word.letters) <= word.most
