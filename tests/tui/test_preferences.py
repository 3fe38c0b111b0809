"""What a screen remembers, and that nothing in its file can keep it from starting."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from cp_tui.tui.app import Attachment, CpTuiApp
from cp_tui.tui.main import make_app
from cp_tui.tui.preferences import (
    SCREENS_MAX,
    LayoutState,
    Look,
    Terminal,
    read_state,
    terminal_of,
    write_state,
)
from cp_tui.tui.theme.colors import Colors
from tests.tui import worlds
from tests.tui.driving import Drive
from tests.tui.fake_engine import FakeEngine

WHOSE = "/run/cp-tui/CP001.sock"
XTERM = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}


def app_after(
    state: LayoutState, environment: dict[str, str], look: Look | None = None
) -> CpTuiApp:
    engine = FakeEngine(worlds.healthy())
    return make_app(Attachment(engine.connect, whose=WHOSE), look or Look(), state, environment)


def test_a_state_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "screen.json"
    state = LayoutState(theme="night", screens={WHOSE: "schedule"}, is_utc=True)
    assert read_state(path) == (LayoutState(), None)
    assert write_state(path, state) is None
    assert read_state(path) == (state, None)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["screen.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"theme": 3}', "\0" * 20, "[" * 20_000])
def test_a_broken_file_is_ignored_with_a_word(tmp_path: Path, text: str) -> None:
    path = tmp_path / "screen.json"
    path.write_text(text)
    state, problem = read_state(path)
    assert state == LayoutState()
    assert problem is not None
    assert "not a state of the screen" in problem


def test_what_a_newer_version_wrote_is_kept_as_far_as_it_is_known(tmp_path: Path) -> None:
    path = tmp_path / "screen.json"
    path.write_text('{"theme": "night", "further": [1]}')
    assert read_state(path) == (LayoutState(theme="night"), None)


def test_a_folder_that_cannot_be_written_is_told_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert write_state(tmp_path / "file" / "screen.json", LayoutState()) is not None


async def test_screen_zone_and_theme_are_remembered() -> None:
    app = app_after(LayoutState(screens={WHOSE: "schedule"}, is_utc=True, theme="night"), XTERM)
    async with app.run_test(size=(80, 24)) as pilot:
        drive = Drive(app, pilot, FakeEngine(worlds.healthy()))
        await drive.settle()
        assert (app.main.NAME, app.theme) == ("schedule", "night")
        assert app.layout_state == LayoutState(
            screens={WHOSE: "schedule"}, is_utc=True, theme="night"
        )
        await drive.press("1", "t")
        app.choose_theme("cp-light")
        assert app.layout_state == LayoutState(
            screens={WHOSE: "dashboard"}, is_utc=False, theme="cp-light"
        )


@pytest.mark.parametrize("name", ["messages", "configuration"])
async def test_a_key_pressed_too_early_never_lands_in_a_filter_that_is_hidden(name: str) -> None:
    app = app_after(LayoutState(screens={WHOSE: name}), XTERM)
    async with app.run_test(size=(80, 24)) as pilot:
        drive = Drive(app, pilot, FakeEngine(worlds.healthy()))
        await drive.settle()
        await drive.press("slash", "x", "escape")
        assert not app.screen.query(Input)
        await drive.press("1")
        assert app.main.NAME == "dashboard"


async def test_a_theme_that_is_only_looked_at_is_not_remembered() -> None:
    app = app_after(LayoutState(), XTERM)
    async with app.run_test(size=(80, 24)) as pilot:
        drive = Drive(app, pilot, FakeEngine(worlds.healthy()))
        await drive.settle()
        app.action_operate("screen.theme")
        await drive.settle()
        await drive.press("down", "down", "escape")
        assert app.layout_state.theme is None
        assert app.theme == "cp-dark"


@pytest.mark.parametrize("screen", ["gone", "", "../x"])
async def test_a_screen_that_is_not_there_any_more_is_the_dashboard(screen: str) -> None:
    assert app_after(LayoutState(screens={WHOSE: screen}), XTERM).main.NAME == "dashboard"


@pytest.mark.parametrize(
    ("environment", "look", "theme"),
    [
        (XTERM, Look(), "night"),
        (XTERM, Look(theme="cp-light"), "cp-light"),
        (XTERM | {"TERM": "linux"}, Look(), "ansi-16"),
        (XTERM | {"TERM": "linux"}, Look(theme="cp-light"), "cp-light"),
        (XTERM | {"NO_COLOR": "1"}, Look(theme="cp-light"), "mono"),
        (XTERM | {"NO_COLOR": "1"}, Look(colors="256"), "night"),
        (XTERM, Look(colors="16"), "ansi-16"),
        (XTERM, Look(colors="none"), "mono"),
        (XTERM | {"TEXTUAL_THEME": "nord"}, Look(), "nord"),
    ],
)
def test_what_is_asked_for_beats_what_is_remembered_and_the_terminal_beats_both(
    environment: dict[str, str], look: Look, theme: str
) -> None:
    assert app_after(LayoutState(theme="night"), environment, look).theme == theme


@pytest.mark.parametrize(
    ("environment", "has_unicode"),
    [
        ({}, True),
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "de_DE.utf8"}, True),
        ({"LANG": "C"}, False),
        ({"LANG": "de_DE"}, False),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C", "LC_CTYPE": "de_DE.UTF-8"}, True),
    ],
)
def test_the_locale_says_whether_the_terminal_speaks_utf_8(
    environment: dict[str, str], has_unicode: bool
) -> None:
    assert terminal_of(environment, is_utf8_assumed=False).has_unicode is has_unicode


def test_what_python_writes_into_the_environment_is_no_locale() -> None:
    coerced = {"LANG": "C", "LC_CTYPE": "C.UTF-8"}
    assert not terminal_of(coerced, is_utf8_assumed=True).has_unicode
    assert terminal_of(coerced, is_utf8_assumed=False).has_unicode
    linux = terminal_of({"TERM": "linux"}, is_utf8_assumed=False)
    assert linux == Terminal(linux.colors, has_fine_blocks=False)
    assert linux.colors.colors is Colors.SIXTEEN


@pytest.mark.parametrize(("may_stop", "opened"), [(None, "schedule"), (lambda: True, "dashboard")])
def test_only_a_screen_that_started_nothing_opens_where_it_was_left(
    may_stop: Callable[[], bool] | None, opened: str
) -> None:
    engine = FakeEngine(worlds.healthy())
    attachment = Attachment(engine.connect, may_stop=may_stop, whose=WHOSE)
    app = make_app(attachment, Look(), LayoutState(screens={WHOSE: "schedule"}), XTERM)
    shown = app.main.NAME
    assert shown == opened


def test_the_screen_is_remembered_for_each_charge_point_and_the_oldest_is_forgotten() -> None:
    state = LayoutState().left("A", "schedule").left("B", "messages").left("", "queue")
    assert state.screens == {"A": "schedule", "B": "messages"}
    for number in range(SCREENS_MAX - 1):
        state = state.left(f"{number}", "dashboard")
    assert len(state.screens) == SCREENS_MAX
    assert "A" not in state.screens
    assert state.screens["B"] == "messages"
