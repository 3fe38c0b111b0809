"""The table `[screen]`: what it sets, and what is said about a mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cp_tui.cli.look import ScreenOptions, load_look
from cp_tui.settings.problem import SettingsError
from cp_tui.tui.preferences import Look
from tests.settings.conftest import BASE, Read


def look_of(file: Path, text: str, **options: object) -> Look:
    file.write_text(text)
    return load_look(ScreenOptions(config=file, **options))  # type: ignore[arg-type]


def test_everything_can_be_set(file: Path) -> None:
    look = look_of(
        file,
        """
        [screen]
        theme = "night"
        colors = 256
        ascii = true
        updates_per_second = 1
        [screen.keymap]
        "screen.zoom" = ["f7", "f9"]
        screen.jump = "f8"
        "screen.theme" = "ctrl+t"
        "screen.log" = []
        """,
    )
    assert look == Look(
        theme="night",
        colors="256",
        is_ascii=True,
        flush_interval_s=1.0,
        keymap={
            "screen.zoom": ["f7", "f9"],
            "screen.jump": ["f8"],
            "screen.theme": ["ctrl+t"],
            "screen.log": [],
        },
    )


def test_without_a_file_nothing_is_set() -> None:
    assert load_look(ScreenOptions()) == Look()


def test_an_option_beats_the_environment_and_that_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[screen]\ntheme = "night"\n'
    monkeypatch.setenv("CP_TUI_SCREEN__THEME", "mono")
    assert look_of(file, text).theme == "mono"
    assert look_of(file, text, theme="cp-light").theme == "cp-light"


def test_to_attach_nothing_else_of_the_file_has_to_be_right(file: Path) -> None:
    assert look_of(file, '[csms]\nurl = 3\n[screen]\ntheme = "night"\n').theme == "night"


def test_an_engine_takes_a_file_with_a_screen_in_it(read: Read) -> None:
    assert read(BASE + '[screen]\ntheme = "night"\n').charge_point_id == "CP 1"


def test_a_theme_of_the_user_can_be_named_even_while_it_is_broken(
    file: Path, tmp_path: Path
) -> None:
    themes = tmp_path / "config" / "cp-tui" / "themes"
    themes.mkdir(parents=True)
    (themes / "mine.toml").write_text("primary = nonsense\n")
    assert look_of(file, '[screen]\ntheme = "mine"\n').theme == "mine"


def test_every_mistake_of_the_screen_is_named_in_one_go(file: Path) -> None:
    text = (
        '[screen]\ntheme = "nope"\nascii = 3\n[screen.keymap]\n"screen.zom" = "f7"\n'
        '"screen.log" = "f8"\n"screen.jump" = "f8"\n'
    )
    with pytest.raises(SettingsError) as refused:
        look_of(file, text, theme="no")
    named = [line.split("toml, ")[-1].split(": ")[:2] for line in refused.value.lines]
    assert sorted(named) == [
        ["--theme", "no"],
        ["line 2", "screen.theme"],
        ["line 3", "screen.ascii"],
        ["line 5", "screen.keymap.screen.zom"],
        ["line 6", "screen.keymap.screen.log"],
        ["line 7", "screen.keymap.screen.jump"],
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('them = "night"', 'line 2: screen.them: unknown key; did you mean "theme"?'),
        ('theme = "nigth"', 'line 2: screen.theme: unknown theme; did you mean "night"?'),
        ('theme = "?"', "line 2: screen.theme: unknown theme; allowed: cp-dark, cp-light, "),
        ("ascii = 3", "line 2: screen.ascii: must be true or false"),
        ("colors = 255", "line 2: screen.colors: must be 'auto', 'truecolor', '256', '16'"),
        ("updates_per_second = 0", "line 2: screen.updates_per_second: must be greater than"),
        (
            '[screen.keymap]\n"screen.zom" = "f7"',
            'line 3: screen.keymap.screen.zom: unknown action; did you mean "screen.zoom"?',
        ),
        (
            '[screen.keymap]\nscreen.zoom = "s"',
            "line 3: screen.keymap.screen.zoom: s is the key of both screen.zoom and"
            " charge_point.stop",
        ),
        (
            '[screen.keymap]\n"screen.log" = "f7"\n"screen.zoom" = "f7"',
            "line 3: screen.keymap.screen.log: f7 is the key of both screen.log and screen.zoom",
        ),
        (
            '[screen.keymap]\n"screen.zoom" = "j"',
            "line 3: screen.keymap.screen.zoom: j is taken: ",
        ),
        (
            '[screen.keymap]\n"screen.zoom" = "f77"',
            "line 3: screen.keymap.screen.zoom: 'f77' is no key; allowed: a character",
        ),
        ('[screen.keymap]\n"screen.zoom" = 3', "line 3: screen.keymap.screen.zoom"),
        ("[screen.keymap]\nscreen = 3", "line 3: screen.keymap.screen"),
        ("keymap = 3", "line 2: screen.keymap: must be a table"),
    ],
)
def test_a_mistake_is_one_line_with_line_key_and_what_is_allowed(
    file: Path, text: str, expected: str
) -> None:
    with pytest.raises(SettingsError) as error:
        look_of(file, f"[screen]\n{text}\n")
    assert str(error.value).startswith(f"{file}, {expected}")
    assert not any("\n" in line for line in error.value.lines)


def test_two_actions_can_change_places(file: Path) -> None:
    text = '[screen.keymap]\n"charge_point.stop" = "z"\n"screen.zoom" = "s"\n'
    assert look_of(file, text).keymap == {"charge_point.stop": ["z"], "screen.zoom": ["s"]}


def test_a_wrong_option_names_itself(file: Path) -> None:
    with pytest.raises(SettingsError, match="--theme: nigth: unknown theme"):
        look_of(file, "", theme="nigth")
