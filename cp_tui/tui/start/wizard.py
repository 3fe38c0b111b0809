"""The very first screen: asks where the CSMS is and who the charge point is, and tests the answer.

How the answers are tested and saved it is told; it starts nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
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

SAVED = "saved"

INTRO = (
    "There are no settings yet. Two answers are enough to begin: the URL of the CSMS, and the id by"
    " which it knows this charge point. The test connects and hangs up again, without a boot."
)

VERDICT_STYLES = {
    CheckVerdict.OK: "bold $text-success",
    CheckVerdict.NOTE: "bold $text-warning",
    CheckVerdict.FAILED: "bold $text-error",
    CheckVerdict.WAITS: "$text-muted",
}


NONE_YET = Answers("", "")

Test = Callable[[Answers, Callable[[StepResult], None]], Awaitable[bool]]
"""Test the connection, step by step; raises `Unusable`."""
Save = Callable[[Answers], None]
"""Write the settings; blocks, and raises `Unusable`."""

FIELDS = (
    ("url", "CSMS URL", "wss://csms.example.com/ocpp, without the id"),
    ("id", "Id", "of the charge point, as the CSMS knows it"),
    ("ca_file", "CA file", "optional: PEM file with the root of the CSMS"),
    ("authorization_key", "Key", "optional: AuthorizationKey, 16 to 40 characters"),
)


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
    #keys { width: 1fr; color: $text-muted; }
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
        self._waiting: Fact | None = None
        """The step that is under way, shown last."""
        self._state = FactLines(label_width=11, id="state")

    def compose(self) -> ComposeResult:
        """Questions above, what came of the test below."""
        yield Label(Content("cp-tui: the first start"), id="title")
        yield Label(Content(INTRO), id="intro")
        with Vertical(id="fields"):
            for name, label, placeholder in FIELDS:
                with Horizontal(classes="field"):
                    yield Label(Content(label))
                    is_secret = name == "authorization_key"
                    yield LineInput(
                        getattr(self._given, name),
                        placeholder=placeholder,
                        is_secret=is_secret,
                        id=name,
                    )
        yield self._state
        with Horizontal(id="buttons"):
            yield Button(Content("Quit"), id="quit", action="app.leave", compact=True)
            yield Button(Content("Test the connection"), id="test", action="app.test", compact=True)
            yield Button(
                Content("Save and start"),
                id="save",
                variant="primary",
                action="app.save",
                compact=True,
            )
        keys = "tab: next · enter: test · ctrl+s: save and start · escape: quit"
        yield Label(Content(keys), id="keys")

    def on_mount(self) -> None:
        """Begin with the first answer that is missing."""
        self._say([Fact("Settings", safe_text(f"will be in {self._file}"))])
        entries = list(self.query(Input))
        next((entry for entry in entries if not entry.value), entries[0]).focus()

    def tell(self, text: Content) -> None:
        """Say something below the questions."""
        self._say([*self._facts, Fact("", text)])

    @property
    def answers(self) -> Answers:
        """What stands in the fields."""
        texts = {name: self.query_one(f"#{name}", Input).value for name, _, _ in FIELDS}
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
            self.tell(Content.styled("Put it right and test again, or save anyway.", "bold"))

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

    def _say(self, facts: list[Fact]) -> None:
        self._facts = facts
        self._state.show(facts)
        self._state.scroll_end(animate=False)


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
