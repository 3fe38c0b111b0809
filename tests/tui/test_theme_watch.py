"""Themes of the user: taken over while the screen is open, and never a reason to stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cp_tui.tui.app import Attachment, CpTuiApp
from cp_tui.tui.frame.said import SAID_S
from cp_tui.tui.preferences import Look
from cp_tui.tui.start.screenshot import take_picture
from cp_tui.tui.text.paths import words_first
from cp_tui.tui.theme.watch import ThemeWatch
from tests.tui import worlds
from tests.tui.driving import Drive
from tests.tui.fake_engine import FakeEngine
from tests.tui.quiet import let_time_pass

GREEN = 'primary = "#00ff00"\nbackground = "#001100"\n'
RED = 'primary = "#ff0000"\nbackground = "#110000"  # longer\n'


@asynccontextmanager
async def screen_with(folder: Path, theme: str) -> AsyncIterator[Drive]:
    """A screen that knows the themes of a folder."""
    engine = FakeEngine(worlds.healthy())
    app = CpTuiApp(
        Attachment(engine.connect), now=lambda: worlds.NOW, theme=theme, theme_folders=[folder]
    )
    async with app.run_test(size=(80, 24)) as pilot:
        drive = Drive(app, pilot, engine)
        await drive.settle()
        yield drive


def ground(drive: Drive) -> str:
    """The colour behind most cells of the terminal, as it is painted."""
    colours: Counter[str] = Counter()
    for strip in drive.strips():
        for segment in strip:
            assert segment.style is not None
            assert segment.style.bgcolor is not None
            red, green, _blue = segment.style.bgcolor.get_truecolor()
            name = "red" if red > green else "green" if green > red else "grey"
            colours[name] += segment.cell_length
    return colours.most_common(1)[0][0]


async def test_a_changed_theme_is_shown_while_it_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GREEN)
    async with screen_with(tmp_path, "mine") as drive:
        assert ground(drive) == "green"
        (tmp_path / "mine.toml").write_text(RED)
        await drive.app.look_at_themes()
        await drive.settle()
        assert ground(drive) == "red"


async def test_a_screen_that_is_not_shown_follows_a_file_that_changes_to_and_fro(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.toml").write_text(GREEN)
    async with screen_with(tmp_path, "mine") as drive:
        grounds: list[str] = []
        for key, text in (("1", RED), ("2", GREEN), ("1", RED), ("2", RED)):
            await drive.press(key)
            grounds.append(ground(drive))
            (tmp_path / "mine.toml").write_text(text)
            await drive.app.look_at_themes()
            await drive.settle()
            grounds.append(ground(drive))
        assert grounds == ["green", "red", "red", "green", "green", "red", "red", "red"]


async def test_a_broken_theme_is_reported_with_its_line_and_the_old_one_stays(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.toml").write_text(GREEN)
    async with screen_with(tmp_path, "mine") as drive:
        (tmp_path / "mine.toml").write_text(GREEN + 'error = "nocolour"\n')
        await drive.app.look_at_themes()
        await drive.settle()
        assert "theme not taken" in drive.text()
        assert ground(drive) == "green"


async def test_a_file_that_breaks_behind_a_dialog_is_told_there_or_when_it_has_gone(
    tmp_path: Path,
) -> None:
    """At 80x24 the whole reason; where the folder takes the room of a line, only its name."""
    folder = tmp_path / "a-folder-with-a-name-that-is-as-long-as-a-line"
    folder.mkdir()
    mine = folder / "mine.toml"
    mine.write_text(GREEN)
    reason = "colors-256.primary must be a number from 16 to 255, not 999"
    whole = f"{mine}, line 4: {reason}"
    async with screen_with(folder, "cp-dark") as drive:

        async def becomes(text: str) -> None:
            mine.write_text(text)
            await drive.app.look_at_themes()
            await drive.settle()

        drive.app.action_operate("screen.theme")
        await drive.settle()
        assert not drive.shows("not taken")
        await becomes(GREEN + "[colors-256]\nprimary = 999\n")
        assert drive.shows(f"theme not taken: {reason} · mine.toml, line 4")
        await drive.press(*"mine")
        assert drive.shows(f"not as its file says: {reason} · mine.toml, line 4")
        await drive.press("enter")
        assert drive.shows(reason)
        assert drive.app.theme == "mine"
        drive.app.action_operate("screen.log")
        await drive.settle()
        assert "".join(whole.split()) in "".join(drive.text().replace("│", "").split())
        await becomes(GREEN)
        assert not drive.app.wrong_themes
        await becomes(GREEN + 'primary = "blurg"\n')
        # A name twice: no TOML any more.
        let_time_pass(SAID_S)
        await drive.settle()
        await drive.press("escape")
        assert drive.shows("Cannot overwrite a value", "mine.toml")
        let_time_pass(SAID_S)
        await drive.settle()
        drive.app.action_operate("screen.theme")
        await drive.settle()
        await becomes(RED)
        assert not drive.shows("Cannot overwrite")


def test_a_file_is_wrong_under_the_name_that_its_theme_had_until_it_is_right_or_gone(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.toml").write_text('name = "mine"\n' + GREEN)
    (tmp_path / "b.toml").write_text("primary = \n")
    watch = ThemeWatch([tmp_path])
    watch.first()
    assert watch.wrong.keys() == {"b"}
    (tmp_path / "a.toml").write_text("primary = \n")
    watch.changed()
    assert watch.wrong.keys() == {"mine", "b"}
    (tmp_path / "b.toml").unlink()
    (tmp_path / "a.toml").write_text('name = "mine"\n' + RED)
    watch.changed()
    assert watch.wrong == {}


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("some/themes/mine.toml, line 5: is no: colour", "is no: colour · mine.toml, line 5"),
        ("out/a.json: its folder is not there", "its folder is not there · a.json"),
        ("a.json: no such file", "a.json: no such file"),
        ("your themes are not read: no answer: some/themes", None),
    ],
)
def test_a_path_gives_way_to_what_is_wrong(problem: str, words: str | None) -> None:
    assert words_first(problem) == (words or problem)


async def test_a_theme_that_was_put_right_is_told_and_the_complaint_goes(tmp_path: Path) -> None:
    async with screen_with(tmp_path, "cp-dark") as drive:
        for text in (GREEN + 'error = "nocolour"\n', RED):
            (tmp_path / "mine.toml").write_text(text)
            await drive.app.look_at_themes()
            await drive.settle()
        assert drive.shows("theme mine was read again")


async def test_a_new_theme_can_be_chosen_at_once(tmp_path: Path) -> None:
    async with screen_with(tmp_path, "cp-dark") as drive:
        (tmp_path / "mine.toml").write_text(GREEN)
        await drive.app.look_at_themes()
        assert "mine" in drive.app.available_themes
        assert drive.app.theme == "cp-dark"


def test_a_file_is_read_once_per_change(tmp_path: Path) -> None:
    watch = ThemeWatch([tmp_path])
    assert watch.changed() == ([], [])
    (tmp_path / "mine.toml").write_text(GREEN)
    themes, problems = watch.changed()
    assert [theme.name for theme in themes] == ["mine"]
    assert problems == []
    assert watch.changed() == ([], [])
    (tmp_path / "mine.toml").write_text("primary = \n")
    themes, problems = watch.changed()
    assert themes == []
    assert "line 1" in problems[0]
    (tmp_path / "mine.toml").unlink()
    assert watch.changed() == ([], [])


def test_a_problem_names_the_line_of_its_key(tmp_path: Path) -> None:
    watch = ThemeWatch([tmp_path])
    path = tmp_path / "mine.toml"
    path.write_text(GREEN + '\n[variables]\nborder = "nocolour"\n')
    assert watch.changed()[1] == [f"{path}, line 5: variables.border is not a colour: 'nocolour'"]


async def test_a_picture_tells_of_a_theme_file_that_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cp_tui.tui.main.user_themes", lambda: tmp_path)
    monkeypatch.setattr("cp_tui.tui.start.screenshot.SETTLE_S", 0.0)
    (tmp_path / "mine.toml").write_text("primary = 5\n")
    told: list[str] = []
    picture = await take_picture(
        FakeEngine(worlds.healthy()).connect,
        Look(theme="mine"),
        screen="1",
        size=(80, 24),
        is_text=True,
        warn=told.append,
    )
    assert "CP001" in picture
    (first, *_) = told
    assert first == f"{tmp_path / 'mine.toml'}, line 1: primary is not a colour: 5"
