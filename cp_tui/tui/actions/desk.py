"""What an action may do with the screen: look, ask, fill a form, send a command, show something.

Actions are written against this, so that the registry knows no widget.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from textual.content import Content

from cp_tui.tui.actions.commands import CommandCall, CommandRun
from cp_tui.tui.actions.drafts import Bench, ComposeEnd, MessageDraft, SentDraft
from cp_tui.tui.actions.outcome import CommandOutcome
from cp_tui.tui.state.key_lens import KeyLens
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.copying import Copyable
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.paths import UnusableInput
from cp_tui.tui.text.words import Clock
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.line_table import CursorMove, LineTable

if TYPE_CHECKING:
    from cp_tui.tui.state.travel import Travel


class ConfirmQuestion(Struct, frozen=True, eq=False):
    """Something to be confirmed, with what will happen."""

    title: str
    facts: Sequence[Fact] | Callable[[Snapshot], Sequence[Fact]]
    """As a function they follow what happens while the question is open."""
    yes: str
    """The word on the button that does it."""
    is_dangerous: bool = True


Job = Callable[[Callable[[str], None]], Awaitable[CommandCall | CommandOutcome]]
"""Something that may take long and needs no engine; it is given a way to tell how far it is.

What comes of it is an outcome, or a call to be sent; raises `UnusableInput`.
"""


class FormField(Struct, frozen=True):
    """One input of a form."""

    name: str
    """That of the parameter, where the form is one of a command."""
    label: str = ""
    """Empty: the name in words."""
    value: str | None = ""
    """None: the newest of what was typed here before."""
    placeholder: str = ""
    recent: tuple[str, ...] = ()
    """What was typed here before, newest first; page up and page down bring it back."""
    choices: tuple[str, ...] = ()
    """The only texts that may stand here, apart from none; left and right walk over them, and
    the beginning of one is enough. None for a parameter: those of the command."""
    offered: tuple[str, ...] = ()
    """Texts that are chosen like choices; any other may be typed."""
    keep: str = ""
    """By which name what is typed is remembered, and offered again in this session."""
    is_needed: bool = False
    """It must not be empty, where no command says so."""
    unit: str = ""
    """Of what is typed; empty: that of the parameter, where it has one."""
    is_path: bool = False
    """It names a file: tab completes it."""

    def chosen(self, text: str) -> str:
        """Give the choice that a text stands for; raises `UnusableInput`."""
        wanted = text.strip().casefold()
        if self.is_needed and not wanted:
            raise UnusableInput(f"{self.label} must not be empty", self.name)
        if not self.choices:
            return text
        if not wanted:
            return ""
        exact = [each for each in self.choices if each.casefold() == wanted]
        found = exact or [each for each in self.choices if each.casefold().startswith(wanted)]
        if len(found) != 1:
            what = "several of" if found else "none of"
            raise UnusableInput(
                f"{self.label}: {text.strip()!r} is {what} {', '.join(found or self.choices)}",
                self.name,
            )
        return found[0]


class Form(Struct, frozen=True, eq=False):
    """Fields to fill, and how they become a call."""

    title: str
    fields: tuple[FormField, ...]
    submit: str
    call: CommandCall | Callable[[Mapping[str, str]], CommandCall | Job]
    """The call that gets the fields as parameters; else what makes a call or a job of the texts of
    the fields, and raises `UnusableInput`."""
    intro: tuple[Content, ...] = ()
    start: str = ""
    """The name of the field to begin in; empty: the first."""
    running: str = "running"
    """What happens while its call has no answer: `asking the CSMS`."""
    check: Callable[[Mapping[str, str]], None] = lambda _texts: None
    """Raises `UnusableInput` for texts that are wrong by other rules than those of the command."""
    is_reading: bool = False
    """Its job only finds out what to do: whoever closes the form gives it up."""
    leads_on: bool = False
    """What its job has found out is shown by what comes next, so it closes by itself."""


class Prompt(Struct, frozen=True, eq=False):
    """One line to be typed."""

    title: str
    hint: str
    """What may be typed, with examples."""
    check: Callable[[str], str | None]
    """What is wrong with a text, in words that say what is allowed."""
    is_whole: Callable[[str], bool] = lambda _text: False
    """Whether nothing that is allowed goes on from a text: it needs no enter to be judged."""
    taken_by: str = "enter takes it"
    """What brings it to an end, in words."""


class Choice(Struct, frozen=True, eq=False):
    """A line to choose from a list."""

    key: str
    title: Content
    note: Content
    """At the right: its key, or how it stands."""
    about: Content | None = None
    """Below the list while the cursor is on it."""
    group: str = ""
    also: tuple[str, ...] = ()
    """What people type for it, besides its title."""
    why_not: str = ""
    """Why it is not possible now; it can be chosen all the same, and says so then."""
    is_here: bool = False
    """It belongs to the screen that is shown."""
    names: tuple[str, ...] = ()
    """By each of these it is called for, in small letters: typed whole, nothing comes before it."""


class Frame(Protocol):
    """The screen that is shown, as far as an action needs it."""

    def zoom(self) -> bool:
        """Let the focused pane fill the terminal, or show all again; False: all have no room."""

    def next_pane(self, step: int) -> None:
        """Move the focus to another pane."""

    def begin_jump(self) -> None:
        """Show a letter on every pane; the letter moves the focus there."""

    def pause(self) -> None:
        """Let a list that follows what is new stand still, or follow again."""

    def open_filter(self, words: str | None = None) -> str | None:
        """Show the filter to type in, or with these words typed already.

        Says whose it is where that is not the pane with the focus; None: there is none.
        """

    def look_at(self, part: str) -> None:
        """Bring a part of the screen into view, by its id."""


class Desk(Protocol):
    """The screen, as far as an action needs it."""

    @property
    def snapshot(self) -> Snapshot:
        """What is known now."""

    @property
    def clock(self) -> Clock:
        """Now, and the zone of the reader."""

    @property
    def screen(self) -> str:
        """The id of the screen that is shown."""

    @property
    def frame(self) -> Frame:
        """The screen that is shown."""

    @property
    def pane(self) -> str:
        """The id of the pane that has the focus; empty where none has."""

    @property
    def filter(self) -> str:
        """What is typed into the filter of the screen that is shown."""

    def words_on(self, screen: str) -> str:
        """What is typed into the filter of a screen; nothing where it was never shown."""

    @property
    def travel(self) -> Travel:
        """The way about in the log that is looked at; where there is none, no action asks."""

    @property
    def timeline(self) -> Timeline:
        """The timeline that is shown, or was."""

    @property
    def table(self) -> LineTable | None:
        """The table that the keyboard acts on; where it acts on none, the next one."""

    @property
    def runs(self) -> Sequence[CommandRun]:
        """The commands that were asked from this screen, the oldest first."""

    @property
    def wrong_themes(self) -> Mapping[str, Sequence[str]]:
        """What is wrong in the user's theme files, by the name of the theme, with their paths."""

    def key_of(self, action_id: str) -> str:
        """The key of an action as it is printed; empty without one."""

    @property
    def copyable(self) -> Copyable | None:
        """What can be copied of where the keyboard acts; None: nothing."""

    def copy(self, text: str) -> None:
        """Send a text to the clipboard of the terminal; nobody learns whether it arrives."""

    async def command(self, call: CommandCall) -> CommandRun:
        """Send a command; its state and outcome appear in the line of activity."""

    @property
    def bundle(self) -> Callable[[Path], Awaitable[None]] | None:
        """Makes one file for support; raises `OSError`. None: this screen cannot."""

    async def ask(self, question: ConfirmQuestion) -> bool:
        """Ask once; escape is no."""

    async def fill(self, form: Form) -> None:
        """Let a form be filled; it sends its call and shows the outcome with the reason."""

    async def compose(self, bench: Bench, draft: MessageDraft) -> ComposeEnd:
        """Let a message be composed and sent; tells how the bench was left."""

    def drafts(self, bench: str) -> Sequence[SentDraft]:
        """What was sent from a bench in this session, newest first."""

    def message_id(self) -> str:
        """A message id that was not used before."""

    async def prompt(self, prompt: Prompt) -> str | None:
        """Let a line be typed; None: nobody wants to."""

    def select_connector(self, connector_id: int) -> None:
        """Put the cursor of the screens on a connector."""

    async def choose(self, title: str, choices: Sequence[Choice]) -> str | None:
        """Let one of a list be chosen."""

    def show(
        self,
        title: str,
        facts: FactSource,
        *,
        label_width: int = 9,
        step: Callable[[CursorMove], None] | None = None,
        copied: Callable[[Snapshot, Clock], Copyable | None] | None = None,
        acts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Show facts until they are put away; where they can, they `step` to their neighbours.

        `copied`: what can be copied of them, where that is more than each fact; `acts`: the
        actions that can be done with it from there, by their keys.
        """

    def tell(self, text: Content) -> None:
        """Say something in the line of activity."""

    def refuse(self, why: Content) -> None:
        """Say why something is not done, and drop the keys that were typed behind it."""

    async def go_to(self, screen: str) -> None:
        """Show another screen, by its id."""

    async def look_at_keys(self, lens: KeyLens) -> None:
        """Show the configuration keys that the lens lets through."""

    def change_zone(self) -> None:
        """Write times in the zone of the reader, or in UTC."""

    def change_bell(self) -> None:
        """Ring the terminal's bell when something becomes worse, or no more."""

    def repaint(self) -> None:
        """Send the whole picture anew."""

    def show_help(self) -> None:
        """Explain the pane with the focus, and list the keys."""

    async def show_menu(self) -> None:
        """Let an action be chosen by its name, and carry it out."""

    async def choose_theme(self) -> None:
        """Let a theme be chosen, with a preview."""

    async def quit(self) -> None:
        """Leave, after a question where it ends the charge point as well."""
