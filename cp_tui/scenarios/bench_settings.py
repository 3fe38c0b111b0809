"""What a run of scenarios is told: the charge point, the tags of the CSMS, and its hooks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel, Field, ValidationError

from cp_tui.engine.config import EngineConfig
from cp_tui.network.written_table import WrittenTable
from cp_tui.ocpp.action import SPEC
from cp_tui.rpc.paths import csms_socket, is_answering
from cp_tui.scenarios.hooks import NO_MESSAGES, CommandHook, CsmsHooks, Hooks, HttpHook, OwnHooks
from cp_tui.scenarios.matching import OF_THE_CSMS
from cp_tui.scenarios.plan import Plan, WrittenText
from cp_tui.scenarios.python_scenario import PYTHON_CONNECTORS, PythonPlan
from cp_tui.settings.build import ServeSettings, build
from cp_tui.settings.keys import canonical_layer
from cp_tui.settings.lines import Location
from cp_tui.settings.load import every_field, read_file, refuse, with_preset
from cp_tui.settings.problem import SettingsError, Sources, holds, serve_option, unknown

SERIAL = "SCENARIO-1"
"""In the certificates of a charge point that is given no serial number."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


_HOOK_KINDS: Mapping[str, type[BaseModel]] = {"CommandHook": CommandHook, "HttpHook": HttpHook}


class _Tables(WrittenTable):
    """What the file says beside the settings of a charge point."""

    hooks: dict[str, CommandHook | HttpHook] | Literal["cp-tui csms"] | None = None
    """How the CSMS is had do something, by action."""
    tags: dict[str, str] = Field(default={})
    """Tags as the CSMS knows them, by what scenarios call them."""
    values: dict[str, str] = Field(default={})
    """What only the CSMS has, such as `firmware_url`: what hooks are given for it."""


class BenchSettings(Struct, frozen=True):
    """All that the runner is told."""

    sources: Sources
    words: Mapping[str, str]
    """Tags and values of the CSMS, by what scenarios call them in braces."""
    hooks: Hooks

    def check_hooks(self, plans: Sequence[Plan | PythonPlan]) -> None:
        """Raise `SettingsError` for a hook that no scenario could ask for: a slip in its name."""
        if isinstance(self.hooks, OwnHooks):
            asked = {name for plan in plans if isinstance(plan, Plan) for name in plan.hooks}
            known = {*SPEC, *NO_MESSAGES, *asked}
            _refuse_others(self.sources, "hooks", self.hooks.names, known)

    def charge_point(self, plan: Plan | PythonPlan | None = None) -> EngineConfig:
        """Make the charge point of a scenario; raises `SettingsError`.

        What is wrong with a scenario is told with its file and line, all else with its name.
        """
        own = canonical_layer({} if plan is None else _tables_of(plan), self.sources.file)
        sources, where = self.sources.under(own), ""
        if isinstance(plan, Plan):
            sources = replace(sources, option_of=partial(_source_of, plan.written, own))
            where = f"{plan.name}: "
        try:
            sources = with_preset(sources)
        except SettingsError as error:
            if isinstance(plan, Plan) and plan.preset:
                where = f"{plan.written.at(('preset',))}: "
            raise SettingsError(*(f"{where}{line}" for line in error.lines)) from None
        settings, problems = every_field(sources.merged())
        who, security = settings.charge_point, settings.security
        if not (security.serial or who.charge_box_serial_number):
            serial = who.charge_point_serial_number or SERIAL
            security = security.model_copy(update={"serial": serial})
            settings = settings.model_copy(update={"security": security})
        built = build(settings, sources.file_path, sources.preset_about)
        if isinstance(built, ServeSettings) and not problems:
            return built.engine
        problems += built if isinstance(built, list) else []
        told = [where + sources.explain(each) for each in problems if not holds(own, each.location)]
        refuse(sources, [each for each in problems if holds(own, each.location)], told)


def _tables_of(plan: Plan | PythonPlan) -> dict[str, Any]:
    """Give what a scenario says of the charge point, as tables of the settings."""
    if isinstance(plan, PythonPlan):
        return {"station": {"connectors": PYTHON_CONNECTORS}}
    weathers = {
        name: table.model_dump(mode="json", exclude_unset=True)
        for name, table in plan.weathers.items()
    }
    return {
        "station": {"connectors": plan.connectors},
        "keys": dict(plan.keys),
        "charge_point": {"preset": plan.preset} if plan.preset else {},
        "network": {"weathers": weathers},
    }


def _source_of(written: WrittenText, own: Mapping[str, Any], location: Location) -> str:
    """Name where a value is written: in the scenario, or as an option."""
    if not holds(own, location):
        return serve_option(location)
    match location:
        case ("station" | "charge_point" | "network", *in_head):
            return written.at(tuple(in_head))
    return written.at(location)


def _refuse_others(
    sources: Sources, table: str, names: Iterable[str], known: Collection[str]
) -> None:
    written = WrittenText(str(sources.file_path), sources.file_text)
    wrong = [
        f"{written.at((table, name))}: {unknown(name, known)}"
        for name in names
        if name not in known
    ]
    if wrong:
        raise SettingsError(*wrong)


def read(file: Path | None, url: str | None, charge_point_id: str | None) -> BenchSettings:
    """Read all of it; raises `SettingsError` with a line for each mistake."""
    place, text, content = Path("cp-tui.toml"), "", dict[str, Any]()
    if file is not None:
        place, text, content = read_file(file)
    own: dict[str, Any] = {
        name: content.pop(name) for name in ("hooks", "tags", "values") if name in content
    }
    try:
        tables = _Tables.model_validate(own)
    except ValidationError as error:
        raise SettingsError(*_lines(error, WrittenText(str(place), text), own)) from None
    options: dict[str, Any] = {}
    if url is not None:
        options["csms"] = {"url": url}
    if charge_point_id is not None:
        options["charge_point"] = {"id": charge_point_id}
    sources = Sources(options, {}, canonical_layer(content, {}), place, text)
    _refuse_others(
        sources, "values", tables.values, {each.replace(" ", "_") for each in OF_THE_CSMS}
    )
    given = {name.replace("_", " "): value for name, value in tables.values.items()}
    words = {**tables.tags, **given}
    without_hooks = BenchSettings(sources, words, OwnHooks({}))
    config = without_hooks.charge_point()
    return BenchSettings(sources, words, _hooks(tables, config))


def _hooks(tables: _Tables, config: EngineConfig) -> Hooks:
    """Take those of the file, and of `cp-tui csms` where the URL is that of one."""
    where = urlsplit(config.url)
    door = csms_socket(where.port or 0)
    ours: Hooks | None = None
    if where.hostname in LOOPBACK and where.port and is_answering(door):
        ours = CsmsHooks(door, config.charge_point.charge_point_id)
    if isinstance(tables.hooks, dict):
        return OwnHooks(tables.hooks, ours)
    if ours is None and tables.hooks is not None:
        raise SettingsError(f"hooks: no `cp-tui csms` answers at {door}")
    return ours or OwnHooks({})


def _lines(error: ValidationError, written: WrittenText, own: Mapping[str, Any]) -> list[str]:
    told = []
    hooks = own.get("hooks")
    for each in error.errors():
        parts = [str(part) for part in each["loc"]]
        kind = next((part for part in parts if part in _HOOK_KINDS), None)
        # The names of the kinds that were tried are no part of the place, and of several kinds only
        # the one that is meant has something to say.
        names = tuple(p for p in parts if p != kind and not p.startswith(("dict[", "literal[")))
        if isinstance(hooks, dict) and len(names) > 1 and kind is not None:
            table = hooks[names[1]]
            if kind != (
                "HttpHook" if isinstance(table, dict) and "url" in table else "CommandHook"
            ):
                continue
        elif isinstance(hooks, dict) and parts[-1].startswith("literal["):
            continue
        words = each["msg"].lower()
        if each["type"] == "extra_forbidden" and kind is not None:
            words = unknown(names[-1], _HOOK_KINDS[kind].model_fields)
        told.append(f"{written.at(names)}: {words}")
    return list(dict.fromkeys(told))
