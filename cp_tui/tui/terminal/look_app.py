"""What every app of ours has in common: our themes, and lines that the terminal can show."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

from textual import events
from textual.content import Content
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome, NoColor
from textual.geometry import Offset, Region
from textual.theme import Theme
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

from cp_tui.engine.disk import TOLD_S, on_disk_without_loop
from cp_tui.engine.thread import in_daemon_thread
from cp_tui.ocpp.plural import count
from cp_tui.tui.terminal.key_gate import KeyGate, Swept
from cp_tui.tui.terminal.key_parser import KeyParser
from cp_tui.tui.terminal.line_input import LineInput
from cp_tui.tui.terminal.textual_private import QuietApp, parse_with
from cp_tui.tui.text.paths import words_first
from cp_tui.tui.text.safe_text import drawn_lines, safe_text
from cp_tui.tui.theme.colors import ALL_COLORS, Colors, TerminalColors
from cp_tui.tui.theme.line_filters import AsciiOnly, NoColors, few_colors
from cp_tui.tui.theme.themes import FileTheme, our_themes, variable_defaults
from cp_tui.tui.theme.watch import LOOK_INTERVAL_S, ThemeWatch

THEMES_S = 2.0
"""For the user's themes before the start; what comes later is taken over later."""

BETWEEN_KEYS_S = 0.2
"""So often is shown what happens between keys that came together."""
TYPING_S = 0.3
"""After a letter more of them are awaited for so long: people type six in a second, or three."""
LETTERS_MAX = 12
"""So many letters without a pause, and what comes of them is shown all the same."""


class LookApp(QuietApp):
    """An app in our look: nothing moves by itself, and themes may change while it runs."""

    TITLE = "cp-tui"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    LoadingIndicator { display: none; }
    Toast { display: none; }
    """

    def __init__(
        self,
        *,
        theme: str,
        theme_folders: Sequence[Path],
        colors: TerminalColors = ALL_COLORS,
        is_ascii: bool,
    ) -> None:
        super().__init__()
        self.terminal_colors = colors
        """What the terminal shows, and who says so."""
        self.no_color = colors.colors is Colors.NONE
        self._few_colors = few_colors(colors.colors)
        self.animation_level = "none"
        self.gate = KeyGate(self, self._let_through, self._dropped, self.send_changes)
        """Where keys wait until what was done before them is done."""
        self._sending: Timer | None = None
        """While pictures between keys are held back."""
        self._typing: Timer | None = None
        """While more letters are awaited."""
        self._letters = 0
        """That came one upon the other."""
        self._typed_into: Widget | None = None
        """Where they went; None: somebody does something else meanwhile."""
        self._typed_at = Offset()
        """On the screen: where all has moved, all is shown."""
        self._lines_of_enter: frozenset[int] = frozenset()
        """Where what enter would take stood with each letter: the mark goes from line to line."""
        themes, problems = our_themes()
        self.problems: list[str] = list(problems)
        """What was wrong before the start, to be said on the screen."""
        self._ascii_filters = [AsciiOnly()] if is_ascii else []
        self._theme_watch = ThemeWatch(theme_folders)
        self._is_looking = False
        """At the user's themes, which may hang."""
        for found in [*themes, *self._themes_of_user()]:
            self.register_theme(found)
        if theme in self.available_themes:
            self.theme = theme

    def register_theme(self, theme: Theme) -> None:
        """Know a theme, in the colours that it has for this terminal."""
        if isinstance(theme, FileTheme):
            theme = theme.shown_in(self.terminal_colors.colors)
        super().register_theme(theme)

    def _themes_of_user(self) -> list[FileTheme]:
        """The user's themes, unless their disk hangs: then they come later, or never."""
        if not self._theme_watch.folders:
            return []
        try:
            themes, problems = on_disk_without_loop(
                self._theme_watch.first, "reading themes", limit_s=THEMES_S
            )
        except OSError as error:
            themes, problems = [], [f"your themes are not read: {error.strerror}: {self._place()}"]
            # The look that hangs keeps the old one for itself.
            self._theme_watch = ThemeWatch(self._theme_watch.folders)
        self.problems += problems
        return themes

    def _place(self) -> str:
        return ", ".join(map(str, self._theme_watch.folders))

    def get_driver_class(self) -> type[Driver]:
        """The driver for this terminal, with our parser."""
        driver = super().get_driver_class()
        parse_with(KeyParser, driver)
        return driver

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours that only cp-tui has."""
        return variable_defaults(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What becomes of every line before it is sent."""
        # Textual's own filters for NO_COLOR send colours all the same, if only grey ones; and they
        # are there whatever was asked for.
        theirs = (f for f in super().get_line_filters() if not isinstance(f, Monochrome | NoColor))
        colors = [NoColors()] if self.no_color else [*theirs, *self._few_colors]
        return [*colors, *self._ascii_filters]

    async def on_event(self, event: events.Event) -> None:
        """Let input wait for its turn; clean what is pasted: Textual's inputs paint it as it is."""
        if isinstance(event, events.Paste):
            event.text = drawn_lines(event.text)
        if isinstance(event, events.Resize):
            # Of another size, or of the same after a while in which others have written to it.
            self.sent.forget()
            if event.size == self.size:
                self.send_changes()
        if not self.gate.takes(event):
            await super().on_event(event)

    async def _let_through(self, together: Sequence[events.Event]) -> None:
        event = together[0]
        self._note_typing(event)
        if len(together) > 1:
            keys = (each for each in together if isinstance(each, events.Key))
            event = events.Paste("".join(each.character or "" for each in keys))
        elif isinstance(event, events.Paste) and isinstance(self.focused, Input):
            # It would take the first line and drop the others without a word.
            event.text = " ".join(event.text.split("\n")).strip()
        await super().on_event(event)

    def send_changes(self) -> None:
        """Send what looks different now; between keys that came together only now and then.

        What stands there until the next of them, or while an action is on its way from one dialog
        to another, nobody wants to see, and it would cost the line as much as what comes of it. Nor
        what lies under a dialog that is there and not painted yet.
        """
        if self.gate.is_settled and self.painted in [*self.screen_stack[-1:], None]:
            if self._sending is not None:
                self._sending.stop()
            self._send_between()
        elif self._sending is None:
            self._sending = self.set_timer(BETWEEN_KEYS_S, self._send_between)

    def _send_between(self) -> None:
        self._sending = None
        super().send_changes()

    def _note_typing(self, event: events.Event) -> None:
        """Know whether somebody types into a field, and shall go on before the rest is shown."""
        is_taken_out = isinstance(event, events.Key) and event.key == "backspace"
        is_typed = self.gate.is_letter(event) or is_taken_out
        field = self.focused if is_typed and isinstance(self.focused, Input | TextArea) else None
        self._letters = self._letters + 1 if field is not None else 0
        if field is None or self._letters % LETTERS_MAX == 0:
            self._typed_into, self._lines_of_enter = None, frozenset()
        else:
            self._typed_into, self._typed_at = field, field.region.offset
            self._lines_of_enter |= _lines_of_enter(field)
        if self._typing is not None:
            # Else it would send what lies between a list and what is chosen of it.
            self._typing.stop()
        if self._typing is not None or self._typed_into is not None:
            self._typing = self.set_timer(TYPING_S, self._typing_paused)

    def _typing_paused(self) -> None:
        self._typing = self._typed_into = None
        self._letters, self._lines_of_enter = 0, frozenset()
        self.send_changes()

    def lines_held(self) -> Set[int]:
        """While somebody types, all lines but those of the field, and a few that must not wait.

        What a list, a filter or a check makes of each letter would cost ten times as much as the
        letter, and nobody reads it before the word is there. It is all done at once: only to be
        seen has it time, and any other key acts on what was typed. So what enter would take of a
        list is seen at once; and an alarm waits for no word to be finished.
        """
        field = self._typed_into
        if field is None or field is not self.focused or field.region.offset != self._typed_at:
            return frozenset()
        shown = _lines(field.region) | self._lines_of_enter | _lines_of_enter(field)
        return frozenset(range(self.size.height)) - shown - self.lines_of_alarms()

    def lines_of_alarms(self) -> Set[int]:
        """Where is said what is wrong: these lines wait for nothing."""
        return frozenset()

    def action_repaint(self) -> None:
        """Send the whole picture anew, whatever the terminal shows."""
        self.sent.forget()
        self.send_changes()

    def _dropped(self, number: int) -> None:
        self.warn(f"{count(number, 'key')} dropped: the screen was busy")

    def on_line_input_full(self, message: LineInput.Full) -> None:
        """Say that it was not taken; an enter behind it would send a text with a hole in it."""
        self.gate.forget_text()
        self.warn(f"not taken: a field holds {count(message.most, 'character')} at most")

    def warn(self, words: str) -> None:
        """Say what became of keys, where whoever pressed them looks."""
        self.tell(Content.styled(words, "$text-warning"))

    async def on_swept(self, message: Swept) -> None:
        """What the keys before did is done, as far as the way of this message goes."""
        await self.gate.swept(message)

    @abstractmethod
    def tell(self, text: Content) -> None:
        """Say something without holding anybody up."""

    def watch_themes(self) -> None:
        """From now on take over what changes in the user's themes; a broken file changes nothing.

        Nothing else here runs while nothing happens; this sends nothing, and asks the disk alone.
        """
        self.set_interval(LOOK_INTERVAL_S, self._look_soon)

    def _look_soon(self) -> None:
        # Not in the app's own task: it would hear no key until the disk answers.
        if not self._is_looking:
            # Not a coroutine: at the end of the app one that was never begun is complained of.
            self.run_worker(self.look_at_themes, name="themes", group="themes")  # type: ignore[arg-type]

    async def look_at_themes(self) -> None:
        """Take over what has changed in the user's themes since the last look."""
        self._is_looking, wrong = True, self.wrong_themes
        telling = self.set_timer(TOLD_S, self._tell_of_hanging)
        try:
            # Without a limit: a look that hangs is one thread, and another would hang as well.
            themes, problems = await in_daemon_thread(self._theme_watch.changed)
        finally:
            telling.stop()
            self._is_looking = False
        for theme in themes:
            self.register_theme(theme)
            self.tell_late(safe_text(f"theme {theme.name} was read again"))
            if theme.name == self.theme:
                self.refresh_css(animate=False)
        if themes or self.wrong_themes != wrong:
            self.themes_changed()
        for problem in problems:
            words = words_first(problem)
            self.tell_late(*warnings(f"theme not taken: {words}", words))

    @property
    def wrong_themes(self) -> Mapping[str, Sequence[str]]:
        """What is wrong in the user's files, by the name of the theme, with their paths."""
        return self._theme_watch.wrong

    def themes_changed(self) -> None:
        """A theme of the user was read again, is new, or is no longer as its file says."""

    def tell_late(self, *lines: Content) -> None:
        """Say something that may come at any time, as soon as it can be read; see `tell`."""
        self.tell(lines[0])

    def _tell_of_hanging(self) -> None:
        text = f"your themes: the disk does not answer; still reading {self._place()}"
        self.tell(safe_text(text, "$text-warning"))


def _lines(region: Region | None) -> frozenset[int]:
    return frozenset() if region is None else frozenset(range(region.y, region.bottom))


def _lines_of_enter(field: Widget) -> frozenset[int]:
    return _lines(field.taken_from()) if isinstance(field, LineInput) else frozenset()


def warnings(*lines: str) -> list[Content]:
    """The same in shorter ways behind the first, with anything that a file may hold."""
    return [safe_text(line, "$text-warning") for line in lines]
