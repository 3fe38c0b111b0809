"""The tables `[keys]` and `[custom_keys]`: names, values and types of configuration keys.

A name counts without regard to case, as everywhere in OCPP. That makes sources hard to merge: the
file may say `HeartbeatInterval`, the environment gives capitals only, and an option is as it was
typed. So each source is first spelt as the standard, or for custom keys as the file, and merged
then. Two spellings within one source stay apart, for that is a mistake to be named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cp_tui.charge_point.config import FEATURE_PROFILES, CustomKey
from cp_tui.charge_point.described import check_described
from cp_tui.ocpp.configuration_key import KEYS, find
from cp_tui.ocpp.key_spec import Access, KeySpec, KeyType
from cp_tui.ocpp.plural import count
from cp_tui.settings.model import CustomKeySettings, Settings
from cp_tui.settings.problem import Problem, unknown


def canonical_layer(layer: Mapping[str, Any], file: Mapping[str, Any]) -> dict[str, Any]:
    """Spell the keys of one source as the standard or the file does, so that sources can be merged.

    A value under `[keys]` for a custom key of the file belongs to that key.
    """
    result = dict(layer)
    keys, custom_keys = layer.get("keys"), layer.get("custom_keys")
    own = file.get("custom_keys")
    names: list[str] = list(own) if isinstance(own, dict) else []
    spelling = {name.casefold(): name for name in names}
    tables: dict[str, Any] = {}
    if isinstance(custom_keys, dict):
        for name, value in custom_keys.items():
            table = value if isinstance(value, dict) else {"value": value}
            # Two spellings of one name in the file itself stay apart, to be complained about.
            tables[name if name in names else spelling.get(name.casefold()) or name] = table
        result["custom_keys"] = tables
    if isinstance(keys, dict):
        standard = {}
        for name, value in keys.items():
            spec = find(name)
            custom = spelling.get(str(name).casefold())
            if spec is None and custom is not None:
                tables[custom] = tables.get(custom, {}) | {"value": value}
                result["custom_keys"] = tables
            else:
                standard[name if spec is None or spec.name in keys else spec.name] = value
        result["keys"] = standard
    return result


def check_keys(settings: Settings) -> tuple[dict[str, str], list[Problem]]:
    """Check the first values of keys, and those that describe the charge point.

    Returns them in their canonical text, by the name that the standard gives them.
    """
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in settings.keys.items():
        spec = find(name)
        if spec is None:
            known = [*(key.name for key in KEYS), *settings.custom_keys]
            text = unknown(name, known, else_hint="a key of your own belongs under [custom_keys]")
            problems.append(Problem(("keys", name), text))
        elif spec.name in values:
            problems.append(Problem(("keys", name), "twice, in different spelling"))
        else:
            try:
                check = check_described if spec.is_read_only else KeySpec.check
                values[spec.name] = check(spec, value)
            except ValueError as error:
                problems.append(Problem(("keys", name), _without_name(spec, str(error))))
    return values, problems + _too_long(values)


def _too_long(values: Mapping[str, str]) -> list[Problem]:
    """Name the lists that hold more items than their `...MaxLength` says."""
    problems = []
    # All of them are there where nothing is said.
    profiles = {"SupportedFeatureProfiles": ",".join(FEATURE_PROFILES)}
    for name, value in (profiles | dict(values)).items():
        spec = find(name)
        items_max = values.get((spec and spec.max_length_key) or "")
        number = len(value.split(",")) if value else 0
        if items_max is not None and number > int(items_max):
            text = f"must be at least {number}: {name} has {count(number, 'item')}"
            problems.append(Problem(("keys", f"{name}MaxLength"), text))
    return problems


def check_custom_keys(settings: Settings) -> tuple[tuple[CustomKey, ...], list[Problem]]:
    """Check the operator's own keys, their types and their values."""
    custom_keys: dict[str, CustomKey] = {}
    problems: list[Problem] = []
    for name, table in settings.custom_keys.items():
        location = ("custom_keys", name)
        if find(name) is not None:
            problems.append(Problem(location, "a standard key of that name belongs under [keys]"))
        elif name.casefold() in custom_keys:
            problems.append(Problem(location, "twice, in different spelling"))
        else:
            try:
                custom_keys[name.casefold()] = _custom_key(name, table)
            except ValueError as error:
                problems.append(Problem(location, str(error)))
    return tuple(custom_keys.values()), problems


def _custom_key(name: str, table: CustomKeySettings) -> CustomKey:
    spec = KeySpec(
        name,
        table.type,
        Access.READ_ONLY if table.read_only else Access.READ_WRITE,
        unit=table.unit,
        minimum=table.min,
        maximum=table.max,
        choices=tuple(table.choices),
        is_reboot_required=table.reboot_required,
    )
    try:
        return CustomKey(spec, spec.check(_first_value(table)))
    except ValueError as error:
        raise ValueError(_without_name(spec, str(error))) from None


def _first_value(table: CustomKeySettings) -> str:
    """Without a value, take the plainest one that the type allows."""
    if table.value is not None:
        return table.value
    match table.type:
        case KeyType.BOOLEAN:
            return "false"
        case KeyType.INTEGER:
            return str(table.min or 0)
        case KeyType.STRING if table.choices:
            return table.choices[0]
        case _:
            return ""


def _without_name(spec: KeySpec, text: str) -> str:
    """The line names the key already."""
    return text.removeprefix(spec.name).removeprefix(":").lstrip()
