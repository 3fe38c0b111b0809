"""What the actions on configuration keys do, written against the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from textual.content import Content

from cp_tui.charge_point.variables import ConfigurationEntry
from cp_tui.engine.disk import on_disk
from cp_tui.ocpp.configuration_key import KeySpec, KeyType
from cp_tui.ocpp.plural import count
from cp_tui.tui.actions.command_form import filled, names_in
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Desk, Form, FormField, Job
from cp_tui.tui.actions.outcome import CommandOutcome, finished
from cp_tui.tui.actions.saving import save
from cp_tui.tui.configuration.file import UnusableFile, differences, read, to_csv, to_json
from cp_tui.tui.state.key_lens import KeyLens, SavedConfiguration
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.paths import where_paths_start
from cp_tui.tui.text.safe_text import drawn, safe_text

KEY_PANES = frozenset({"keys", "configuration"})
"""The panes whose cursor is on a key."""


async def get_configuration_key(desk: Desk) -> None:
    """Fill names, ask, and show the table."""

    def call(values: Mapping[str, str]) -> CommandCall | str:
        return filled(CommandCall("get_configuration_key"), values)

    field = FormField("keys", "Keys", placeholder="names with a space between; empty: all")
    await desk.fill(Form("Read configuration keys", (field,), "Read", call))


async def set_custom_configuration_key(desk: Desk) -> None:
    """Fill key and value, check the value by the rules of the key, set, and show the answer.

    On a key that cannot be set here, say why not and who can.
    """
    entry = _selected(desk)
    if entry is not None and (why := why_not_settable(entry)):
        desk.show(drawn(entry.key), lambda _snapshot, _clock: why)
        return

    def call(values: Mapping[str, str]) -> CommandCall | str:
        key, value = values["key"].strip(), values["value"]
        return wrong(desk.snapshot, key, value) or CommandCall(
            "set_custom_configuration_key", {"key": key, "value": value}
        )

    custom = tuple(e.key for e in desk.snapshot.configuration if e.is_custom)
    first = entry.key if entry else next(iter(custom), "")
    current = desk.snapshot.entry(first)
    fields = (
        FormField("key", "Key", value=first, recent=custom, placeholder="name of a custom key"),
        FormField(
            "value",
            "Value",
            value=(current.value or "") if current else "",
            recent=_choices(current),
        ),
    )
    intro = (_about(current),) if current is not None else ()
    start = "value" if entry is not None else ""
    await desk.fill(Form("Set a custom configuration key", fields, "Set", call, intro, start))


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
    if not key:
        return "the key must not be empty"
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
    """What up and down bring into the field of the value."""
    if entry is None or not entry.is_custom:
        return ()
    return ("true", "false") if entry.type == KeyType.BOOLEAN else entry.choices


async def monitor(desk: Desk) -> None:
    """Mark or unmark the key under the cursor; without a cursor ask for names."""
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
        await monitor_names(desk)


async def monitor_names(desk: Desk) -> None:
    """Fill names, and monitor them."""

    def call(values: Mapping[str, str]) -> CommandCall | str:
        if not names_in(values["keys"]):
            return "name at least one key"
        return filled(CommandCall("monitor_configuration_keys"), values)

    placeholder = "names with a space between"
    field = FormField("keys", "Keys", value=desk.snapshot.key or "", placeholder=placeholder)
    await desk.fill(Form("Monitor configuration keys", (field,), "Monitor", call))


async def toggle_changed(desk: Desk) -> None:
    """Show only the keys that differ from their default, or all again."""
    lens = desk.snapshot.lens
    desk.look_at_keys(KeyLens(is_changed_only=not lens.is_changed_only))


async def show_all(desk: Desk) -> None:
    """Show every key again."""
    desk.look_at_keys(KeyLens())


async def compare(desk: Desk) -> None:
    """Fill in the path of a saved configuration, and show what differs from it."""
    found: list[SavedConfiguration] = []

    def look(values: Mapping[str, str]) -> Job | str:
        if not values["path"]:
            return "the path must not be empty"
        path = Path(values["path"])

        async def job(tell: Callable[[str], None]) -> CommandOutcome | str:
            try:
                saved = await on_disk(partial(read, path), f"reading {path}", tell)
            except UnusableFile as error:
                return drawn(f"{error}")
            except OSError as error:
                return drawn(f"{path}: {error.strerror}")
            desk.remember("configuration_path", values["path"])
            found.append(saved)
            number = len(differences(desk.snapshot.configuration, saved))
            differ = f"{count(number, 'key')} differ{'s' * (number == 1)}"
            return finished(differ if number else "all the same", saved.name)

        return job

    recent = desk.remembered("configuration_path")
    field = FormField(
        "path", "File", value=next(iter(recent), ""), recent=recent, placeholder="*.json or *.csv"
    )
    intro = (
        Content("An export of cp-tui, or GetConfiguration.conf as JSON. Secrets are not compared."),
        safe_text(where_paths_start()),
    )
    title = "Compare the configuration with a file"
    await desk.fill(Form(title, (field,), "Compare", look, intro, is_reading=True))
    if found:
        desk.look_at_keys(KeyLens(saved=found[-1]))


async def export(desk: Desk) -> None:
    """Fill in a path, and write every key there."""

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
