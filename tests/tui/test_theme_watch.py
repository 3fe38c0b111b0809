"""Themes of the user: taken over while the screen is open, and never a reason to stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cp_tui.tui.app import Attachment, CpTuiApp
from cp_tui.tui.theme.watch import ThemeWatch
from tests.tui import worlds
from tests.tui.driving import Drive
from tests.tui.fake_engine import FakeEngine

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
