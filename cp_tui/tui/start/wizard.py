"""The very first screen: asks where the CSMS is and who the charge point is, and tests the answer.

How the answers are tested and saved it is told; it starts nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Button, Input, Label

from cp_tui.engine.connection_check import CheckVerdict, StepResult
from cp_tui.engine.disk import on_disk
from cp_tui.settings.first_file import Answers, Unusable
from cp_tui.tui.preferences import LayoutState, Look, terminal_of, theme_for
from cp_tui.tui.terminal.line_input import LineInput
from cp_tui.tui.terminal.look_app import LookApp
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.theme.colors import ALL_COLORS, TerminalColors
from cp_tui.tui.theme.themes import user_themes
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.size_classes import LEAST, is_too_small, size_needed

SAVED = "saved"

INTRO = (
    "There are no settings yet. Two answers are enough to begin: the URL of the CSMS, and the id by"
    " which it knows this charge point. The test connects and hangs up again, without a boot."
)
SHORT_INTRO = "No settings yet. URL and id are enough to begin; the test boots nothing."

LOW, TIGHT, SLIM = 20, 14, 64
"""Lines below which what explains is shorter, and gives way; columns below which words do."""

KEYS = (
    "tab: next · enter: test · ctrl+s: save and start · escape: quit",
    "tab next · enter test · ^s save and start · esc quits",
    "enter test · ^s save · esc quits",
    "enter test ^s save esc quits",
)
"""The same in fewer and fewer words."""

VERDICT_STYLES = {
    CheckVerdict.OK: "bold $text-success",
    CheckVerdict.NOTE: "bold $text-warning",
    CheckVerdict.FAILED: "bold $text-error",
    CheckVerdict.WAITS: "$text-muted",
}


FAILED = CheckVerdict.FAILED.value

NONE_YET = Answers("", "")

Test = Callable[[Answers, Callable[[StepResult], None]], Awaitable[bool]]
"""Test the connection, step by step; raises `Unusable`."""
Save = Callable[[Answers], None]
"""Write the settings; blocks, and raises `Unusable`."""


class Question(NamedTuple):
    """A field, and what stands in it while it is empty."""

    name: str
    label: str
    example: str
    short_example: str


FIELDS = (
    Question("url", "CSMS URL", "wss://csms.example.com/ocpp, without the id", "wss://HOST/PATH"),
    Question("id", "Id", "of the charge point, as the CSMS knows it", "as the CSMS has it"),
    Question(
        "ca_file", "CA file", "optional: PEM file with the root of the CSMS", "optional PEM file"
    ),
    Question(
        "authorization_key",
        "Key",
        "optional: AuthorizationKey, 16 to 40 characters",
        "optional, 16 to 40",
    ),
)

BUTTONS = (
    ("quit", "Quit", "Quit"),
    ("test", "Test the connection", "Test"),
    ("save", "Save and start", "Save"),
)
"""Each with its word, and a shorter one."""


class FirstRunApp(LookApp):
    """Four questions, a test, and a file."""

    CSS = (
        LookApp.CSS
        + """
    Screen { padding: 0 1; }
    #title { width: 1fr; text-style: bold; color: $text-accent; }
    #intro { width: 1fr; margin: 1 0; }
    #fields { height: auto; }
    .field { height: 1; }
    .field Label { width: 10; color: $text-muted; }
    Input { width: 1fr; background: $boost; }
    Input:focus { background: $panel; }
    #state { height: 1fr; margin: 1 0; }
    #buttons { height: auto; align-horizontal: right; }
    Button { margin-left: 2; }
    #keys { width: 1fr; height: 1; color: $text-muted; }
    #too-small { display: none; width: 1fr; text-style: bold; color: $text-warning; }
    .-low #intro, .-low #state { margin: 1 0 0 0; }
    .-tight #intro, .-tight #buttons { display: none; }
    .-tight #state { margin: 0; }
    .-tightest #title { display: none; }
    .-slim Button { min-width: 8; }
    .-none { padding: 0; }
    .-none > * { display: none; }
    .-none > #too-small { display: block; }
    """
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Quit", show=False, id="first.quit"),
        Meaning.SAVE.bound("save", "Save and start", "first.save"),
        Binding("ctrl+q", "leave", "Quit", show=False, priority=True, id="first.leave"),
    ]

    def __init__(
        self,
        test: Test,
        save: Save,
        file: Path,
        *,
        given: Answers = NONE_YET,
        theme: str,
        theme_folders: Sequence[Path] = (),
        colors: TerminalColors = ALL_COLORS,
        is_ascii: bool = False,
    ) -> None:
        super().__init__(theme=theme, theme_folders=theme_folders, colors=colors, is_ascii=is_ascii)
        self._test = test
        self._save = save
        self._file = file
        self._given = given
        self._facts: list[Fact] = []
        self._first: int | None = None
        """The fact that is to be seen before others."""
        self._room = Size()
        self._waiting: Fact | None = None
        """The step that is under way, shown last."""
        self._state = FactLines(label_width=11, id="state")

    def compose(self) -> ComposeResult:
        """Questions above, what came of the test below."""
        yield Label(Content("cp-tui: the first start"), id="title")
        yield Label(Content(INTRO), id="intro")
        with Vertical(id="fields"):
            for each in FIELDS:
                with Horizontal(classes="field"):
                    yield Label(Content(each.label))
                    yield LineInput(
                        getattr(self._given, each.name),
                        placeholder=each.example,
                        is_secret=each.name == "authorization_key",
                        id=each.name,
                    )
        yield self._state
        with Horizontal(id="buttons"):
            for name, word, _short in BUTTONS:
                yield Button(
                    Content(word),
                    id=name,
                    variant="primary" if name == "save" else "default",
                    action="app.leave" if name == "quit" else f"app.{name}",
                    compact=True,
                )
        yield Label(Content(KEYS[0]), id="keys")
        yield Label("", id="too-small")

    def on_resize(self, event: events.Resize) -> None:
        """Say more or less, as there is room: what is typed and what came of a test come first."""
        self._room = event.size
        width, height = self._room
        is_slim = width < SLIM
        for name, is_so in (
            ("-low", height < LOW),
            ("-tight", height < TIGHT),
            ("-tightest", height < LEAST.height + 2),
            ("-slim", is_slim),
            ("-none", is_too_small(self._room)),
        ):
            self.screen.set_class(is_so, name)
        keys = next((each for each in KEYS if len(each) <= width - 2), KEYS[-1])
        self._show("intro", Content(SHORT_INTRO if height < LOW else INTRO))
        self._show("keys", Content(keys))
        self._show("too-small", size_needed(self._room, "esc", width))
        for each in FIELDS:
            entry = self.query_one(f"#{each.name}", Input)
            entry.placeholder = each.short_example if is_slim else each.example
        for name, word, short in BUTTONS:
            self.query_one(f"#{name}", Button).label = Content(short if is_slim else word)
        self._say(self._facts, self._first)
        if is_too_small(self._room):
            # No key acts on what cannot be seen.
            self.screen.set_focus(None)
        elif self.focused is None:
            self._begin()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where nothing can be seen, one can only leave."""
        return action == "leave" or not is_too_small(self._room)

    def _show(self, name: str, words: Content) -> None:
        self.query_one(f"#{name}", Label).update(words)

    def on_mount(self) -> None:
        """Begin with the first answer that is missing."""
        self._say([Fact("Settings", safe_text(f"will be in {self._file}"))])
        self._begin()

    def _begin(self) -> None:
        entries = list(self.query(Input))
        next((entry for entry in entries if not entry.value), entries[0]).focus()

    def tell(self, text: Content) -> None:
        """Say something below the questions."""
        self._say([*self._facts, Fact("", text)])

    @property
    def answers(self) -> Answers:
        """What stands in the fields."""
        names = [each.name for each in FIELDS]
        texts = {name: self.query_one(f"#{name}", Input).value for name in names}
        key = texts.pop("authorization_key")
        return Answers(
            **{name: text.strip() for name, text in texts.items()}, authorization_key=key
        )

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_test()

    def action_test(self) -> None:
        """Test the connection; a test that runs still is given up."""
        self._say([])
        for entry in self.query("#url, #id").results(Input):
            if not entry.value.strip():
                # The test will say that it is missing; whoever pressed enter is on the way there.
                entry.focus()
                break
        self.run_worker(self._run_test(self.answers), group="test", exclusive=True)

    def action_save(self) -> None:
        """Write the file and start, whatever the test said: the network may come later."""
        self.workers.cancel_group(self, "test")
        self.run_worker(self._run_save(self.answers), group="save", exclusive=True)

    def action_leave(self) -> None:
        """Leave without a file."""
        self.exit(None)

    async def _run_test(self, answers: Answers) -> None:
        try:
            is_well = await self._test(answers, self._step)
        except Unusable as error:
            self._say([Fact("", safe_text(f"{error}", "bold $text-error"))])
            return
        if is_well:
            self.tell(Content.styled("All went well; save and start.", "bold $text-success"))
            self.query_one("#save", Button).focus()
        else:
            # Where not all of it can be seen, why it failed.
            failed = (at for at, fact in enumerate(self._facts) if FAILED in fact.text.plain)
            words = Content.styled("Put it right and test again, or save anyway.", "bold")
            self._say([*self._facts, Fact("", words)], next(failed, None))

    async def _run_save(self, answers: Answers) -> None:
        def tell(words: str) -> None:
            self.tell(safe_text(words, "$text-warning"))

        try:
            await on_disk(partial(self._save, answers), f"writing {self._file}", tell)
        except (Unusable, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            self._say([Fact("", safe_text(f"{why}", "bold $text-error"))])
        else:
            self.exit(SAVED)

    def _step(self, result: StepResult) -> None:
        verdict = Content.styled(result.verdict, VERDICT_STYLES[result.verdict])
        took = "" if result.took_ms is None else f"  {result.took_ms / 1000:.3f} s"
        text = Content.assemble(verdict, "  ", safe_text(result.text + took))
        hints = [Fact(" ", safe_text(result.hint))] if result.hint else []
        told = [fact for fact in self._facts if fact is not self._waiting]
        shown = Fact(result.step, text)
        self._waiting = shown if result.verdict is CheckVerdict.WAITS else None
        self._say([*told, shown, *hints])

    def _say(self, facts: list[Fact], first: int | None = None) -> None:
        """Show them to their end, or from the `first` on that is to be seen."""
        self._facts, self._first = facts, first
        self._state.show(facts)
        if first is None:
            self._state.scroll_end(animate=False, immediate=True)
        else:
            self._state.begin_with(first)


def make_first_run(
    test: Test,
    save: Save,
    file: Path,
    look: Look,
    environment: Mapping[str, str],
    given: Answers = NONE_YET,
) -> FirstRunApp:
    """Make the screen for this terminal; what it saves goes into the file."""
    terminal = terminal_of(environment, look.colors)
    return FirstRunApp(
        test,
        save,
        file,
        given=given,
        theme=theme_for(look, LayoutState(), terminal, environment),
        theme_folders=[user_themes()],
        colors=terminal.colors,
        is_ascii=look.is_ascii or not terminal.has_unicode,
    )
