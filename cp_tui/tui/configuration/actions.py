"""The actions on configuration keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from textual.content import Content

from cp_tui.charge_point.variables import ConfigurationEntry
from cp_tui.engine.disk import on_disk
from cp_tui.ocpp.configuration_key import KeySpec, KeyType
from cp_tui.ocpp.plural import count
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Desk, Form, FormField, Job
from cp_tui.tui.actions.outcome import CommandOutcome, finished
from cp_tui.tui.actions.saving import path_field, save
from cp_tui.tui.configuration.file import differences, read, to_csv, to_json
from cp_tui.tui.state.key_lens import KeyLens, SavedConfiguration
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.paths import UnusableInput, where_paths_start
from cp_tui.tui.text.safe_text import drawn, safe_text

key_action = partial(action, screens="configuration,dashboard", when=conditions.change)
"""What the actions on one key share."""
list_action = partial(
    action, screens="configuration", pane="configuration", when=conditions.with_keys
)
"""What the actions on the list of keys share."""

KEY_PANES = frozenset({"keys", "configuration"})
"""The panes whose cursor is on a key."""


@key_action("configuration.get", "Read configuration keys", means=Meaning.READ_KEYS, short="Read")
async def get_keys(desk: Desk) -> None:
    """Ask the charge point for some or all keys, as GetConfiguration answers them."""
    field = FormField("keys", placeholder="names with a space between; empty: all")
    call = CommandCall("get_configuration_key")
    await desk.fill(Form("Read configuration keys", (field,), "Read", call))


@key_action(
    "configuration.set",
    "Set a custom configuration key",
    means=Meaning.EDIT,
    short="Edit",
    pane="keys",
)
async def set_key(desk: Desk) -> None:
    """Give a custom key a new value; standard keys belong to the CSMS."""
    entry = _selected(desk)
    if entry is not None and (why := why_not_settable(entry)):
        desk.show(drawn(entry.key), lambda _snapshot, _clock: why)
        return
    custom = tuple(e.key for e in desk.snapshot.configuration if e.is_custom)
    first = entry.key if entry else next(iter(custom), "")
    current = desk.snapshot.entry(first)
    value = (current.value or "") if current else ""

    def check(values: Mapping[str, str]) -> None:
        key = values["key"].strip()
        if why := wrong(desk.snapshot, key, values["value"]):
            raise UnusableInput(why, "key" if desk.snapshot.entry(key) is None else "value")

    form = Form(
        "Set a custom configuration key",
        (
            FormField("key", value=first, recent=custom, placeholder="name of a custom key"),
            FormField("value", value=value, offered=_choices(current)),
        ),
        "Set",
        CommandCall("set_custom_configuration_key"),
        (_about(current),) if current is not None else (),
        start="value" if entry is not None else "",
        check=check,
    )
    await desk.fill(form)


def why_not_settable(entry: ConfigurationEntry) -> list[Fact]:
    """Why a key cannot be set from here, and who can set it; empty where it can."""
    if entry.is_custom and not entry.read_only:
        return []
    name = drawn(entry.key)
    if entry.is_custom:
        why = f"{name} is read only: the settings declare it so."
        then = "Change it under [custom_keys] in cp-tui.toml; it holds after the next start."
    elif entry.read_only:
        why = f"{name} is a standard key that only describes the charge point; nobody sets it."
        then = "It follows from the hardware and the settings in cp-tui.toml."
    else:
        why = f"{name} is a standard key: only the CSMS changes it, with ChangeConfiguration."
        then = "Ask the operator of the CSMS; in the demo, screen 7 can send it."
    return [
        Fact("Not here", Content.styled(why, "bold")),
        Fact("Instead", Content(then)),
        Fact("Now", safe_text(entry.value if entry.value is not None else "(not shown)")),
    ]


def wrong(snapshot: Snapshot, key: str, value: str) -> str | None:
    """Why a value cannot be set, in words; None where nothing is known against it.

    A standard key is not held back: the charge point answers Rejected, with its reason.
    """
    entry = snapshot.entry(key)
    if entry is None:
        custom = ", ".join(e.key for e in snapshot.configuration if e.is_custom) or "none"
        return (
            f"there is no key {drawn(key)}; custom keys: {drawn(custom)}. A new one is declared "
            "under [custom_keys] in cp-tui.toml, and is there after the next start"
        )
    kind = next((each for each in KeyType if each == entry.type), None)
    if not entry.is_custom or kind is None:
        return None
    spec = KeySpec(
        entry.key,
        kind,
        minimum=entry.minimum,
        maximum=entry.maximum,
        choices=entry.choices,
    )
    try:
        spec.check(value)
    except ValueError as error:
        return drawn(f"{error}")
    return None


def _about(entry: ConfigurationEntry) -> Content:
    if not entry.is_custom:
        text = "A standard key: only the CSMS can change it; this is Rejected."
        return Content.styled(text, "$text-warning")
    allowed = f"must be {entry.constraint}" if entry.constraint else entry.type
    return safe_text(" · ".join(filter(None, (allowed, entry.unit or ""))), "$text-muted")


def _choices(entry: ConfigurationEntry | None) -> tuple[str, ...]:
    """What is offered in the field of the value; for another key other values hold."""
    if entry is None or not entry.is_custom:
        return ()
    return ("true", "false") if entry.type == KeyType.BOOLEAN else entry.choices


@key_action(
    "configuration.monitor",
    "Monitor keys, or stop monitoring the selected one",
    means=Meaning.MONITOR,
    short="Monitor",
    pane="keys",
)
async def monitor(desk: Desk) -> None:
    """On a key: mark or unmark it. Elsewhere: type the names of the keys."""
    snapshot, entry = desk.snapshot, _selected(desk)
    if desk.pane == "monitors" and snapshot.monitored_key:
        await desk.command(
            CommandCall("unmonitor_configuration_keys", {"keys": [snapshot.monitored_key]})
        )
    elif entry is not None:
        method = (
            "unmonitor_configuration_keys" if entry.is_monitored else "monitor_configuration_keys"
        )
        await desk.command(CommandCall(method, {"keys": [entry.key]}))
    else:
        await monitor_names.run(desk)


@action("configuration.monitor_names", "Monitor configuration keys by name", when=conditions.change)
async def monitor_names(desk: Desk) -> None:
    """Type the names of the keys to monitor; they are added to those monitored already."""
    placeholder = "names with a space between"
    field = FormField("keys", value=desk.snapshot.key or "", placeholder=placeholder)
    call = CommandCall("monitor_configuration_keys")
    await desk.fill(Form("Monitor configuration keys", (field,), "Monitor", call))


@list_action(
    "configuration.changed",
    "Only changed configuration keys, or all",
    means=Meaning.ONLY,
    short="Changed",
)
async def toggle_changed(desk: Desk) -> None:
    """Show only the keys that somebody gave another value than their default."""
    lens = desk.snapshot.lens
    await desk.look_at_keys(KeyLens(is_changed_only=not lens.is_changed_only))


@action("configuration.all", "Show every configuration key again", when=conditions.with_lens)
async def show_all(desk: Desk) -> None:
    """Leave the comparison, and the choice of changed keys; escape does the same."""
    await desk.look_at_keys(KeyLens())


@list_action(
    "configuration.compare",
    "Compare the configuration with a file",
    means=Meaning.FILE,
    short="Compare",
)
async def compare(desk: Desk) -> None:
    """Show only the keys that differ from an export, or from an answer to GetConfiguration."""
    found: list[SavedConfiguration] = []

    def look(values: Mapping[str, str]) -> Job:
        path = Path(values["path"])

        async def job(tell: Callable[[str], None]) -> CommandOutcome:
            try:
                saved = await on_disk(partial(read, path), f"reading {path}", tell)
            except OSError as error:
                raise UnusableInput(f"{path}: {error.strerror}") from None
            found.append(saved)
            number = len(differences(desk.snapshot.configuration, saved))
            differ = f"{count(number, 'key')} differ{'s' * (number == 1)}"
            return finished(differ if number else "all the same", saved.name)

        return job

    field = path_field("configuration_path", "*.json or *.csv")
    intro = (
        Content("An export of cp-tui, or GetConfiguration.conf as JSON. Secrets are not compared."),
        safe_text(where_paths_start()),
    )
    title = "Compare the configuration with a file"
    await desk.fill(Form(title, (field,), "Compare", look, intro, is_reading=True))
    if found:
        await desk.look_at_keys(KeyLens(saved=found[-1]))


@list_action(
    "configuration.export", "Export the configuration", means=Meaning.EXPORT, short="Export"
)
async def export(desk: Desk) -> None:
    """Write every key to a file, secrets left out: CSV where its name ends so, else JSON."""

    def pieces(path: Path) -> list[str]:
        entries = desk.snapshot.configuration
        if path.suffix.casefold() == ".csv":
            return [to_csv(entries)]
        return [to_json(entries, desk.snapshot.identity, desk.clock)]

    title, hint = "Export the configuration", "*.csv for a spreadsheet"
    await save(desk, title, "configuration", "json", pieces, hint)


def _selected(desk: Desk) -> ConfigurationEntry | None:
    """The key under the cursor, where a pane of keys is what the keyboard acts on."""
    is_meant = desk.pane in KEY_PANES or desk.screen == "configuration"
    return desk.snapshot.entry(desk.snapshot.key) if is_meant else None
