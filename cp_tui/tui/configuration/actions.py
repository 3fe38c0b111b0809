"""The part of the registry that is about configuration keys."""

from __future__ import annotations

from cp_tui.tui.actions import conditions as possible
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.configuration import operations as do

KEYS_SHOWN = frozenset({"dashboard", "configuration"})
"""The screens with the configuration keys."""

CONFIGURATION = frozenset({"configuration"})

_K = Group.CONFIGURATION

CONFIGURATION_ACTIONS: tuple[ScreenAction, ...] = (
    ScreenAction(
        "configuration.get",
        "Read configuration keys",
        "Ask the charge point for some or all keys, as GetConfiguration answers them.",
        _K,
        do.get_configuration_key,
        ("c",),
        short="Config",
        screens=KEYS_SHOWN,
        why_not=possible.change,
    ),
    ScreenAction(
        "configuration.set",
        "Set a custom configuration key",
        "Give a custom key a new value; standard keys belong to the CSMS.",
        _K,
        do.set_custom_configuration_key,
        ("e",),
        short="Edit",
        pane="keys",
        screens=KEYS_SHOWN,
        why_not=possible.change,
    ),
    ScreenAction(
        "configuration.monitor",
        "Monitor keys, or stop monitoring the selected one",
        "On a key: mark or unmark it. Elsewhere: type the names of the keys.",
        _K,
        do.monitor,
        ("m",),
        short="Monitor",
        pane="keys",
        screens=KEYS_SHOWN,
        why_not=possible.change,
    ),
    ScreenAction(
        "configuration.monitor_names",
        "Monitor configuration keys by name",
        "Type the names of the keys to monitor; they are added to those monitored already.",
        _K,
        do.monitor_names,
        why_not=possible.change,
    ),
    ScreenAction(
        "configuration.changed",
        "Only changed configuration keys, or all",
        "Show only the keys that somebody gave another value than their default.",
        _K,
        do.toggle_changed,
        ("v",),
        short="Changed",
        pane="configuration",
        screens=CONFIGURATION,
        why_not=possible.with_keys,
    ),
    ScreenAction(
        "configuration.compare",
        "Compare the configuration with a file",
        "Show only the keys that differ from an export, or from an answer to GetConfiguration.",
        _K,
        do.compare,
        ("C",),
        short="Compare",
        pane="configuration",
        screens=CONFIGURATION,
        why_not=possible.with_keys,
    ),
    ScreenAction(
        "configuration.export",
        "Export the configuration",
        "Write every key to a file, secrets left out: CSV where its name ends so, else JSON.",
        _K,
        do.export,
        ("E",),
        short="Export",
        pane="configuration",
        screens=CONFIGURATION,
        why_not=possible.with_keys,
    ),
    ScreenAction(
        "configuration.all",
        "Show every configuration key again",
        "Leave the comparison, and the choice of changed keys; escape does the same.",
        _K,
        do.show_all,
        why_not=possible.with_lens,
    ),
)
"""In the order of the palette."""
