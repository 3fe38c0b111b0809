"""What a run of scenarios is told: the charge point, the tags of the CSMS, and its hooks."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cp_tui.engine.config import EngineConfig
from cp_tui.ocpp.action import SPEC
from cp_tui.rpc.paths import csms_socket, is_answering
from cp_tui.scenarios.hooks import NO_MESSAGES, CommandHook, CsmsHooks, Hooks, HttpHook, OwnHooks
from cp_tui.scenarios.matching import OF_THE_CSMS
from cp_tui.scenarios.plan import Plan
from cp_tui.scenarios.python_scenario import PythonPlan
from cp_tui.settings.build import ServeSettings, build
from cp_tui.settings.keys import canonical_layer
from cp_tui.settings.lines import line_of
from cp_tui.settings.load import every_field, refuse, with_preset
from cp_tui.settings.problem import SettingsError, Sources, unknown

SERIAL = "SCENARIO-1"
"""In the certificates of a charge point that is given no serial number."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


_HOOK_KINDS: Mapping[str, type[BaseModel]] = {"CommandHook": CommandHook, "HttpHook": HttpHook}


class _Tables(BaseModel):
    """What the file says beside the settings of a charge point."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

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
        """Make the charge point of a scenario; raises `SettingsError`."""
        own: dict[str, Any] = {}
        if plan is not None:
            own = {
                "station": {"connectors": plan.connectors},
                "keys": dict(plan.keys),
                "charge_point": {"preset": plan.preset} if plan.preset else {},
                "network": {"weathers": _weathers(plan)},
            }
        sources = self.sources.under(canonical_layer(own, self.sources.file))
        try:
            sources = with_preset(sources)
            settings, problems = every_field(sources.merged())
            who, security = settings.charge_point, settings.security
            if not (security.serial or who.charge_box_serial_number):
                serial = who.charge_point_serial_number or SERIAL
                security = security.model_copy(update={"serial": serial})
                settings = settings.model_copy(update={"security": security})
            built = build(settings, sources.file_path, sources.preset_about)
            if isinstance(built, ServeSettings) and not problems:
                return built.engine
            refuse(sources, [*problems, *(built if isinstance(built, list) else [])])
        except SettingsError as error:
            where = "" if plan is None else f"{plan.name}: "
            lines = [f"{where}{line}".replace("--set ", "keys.") for line in error.lines]
            raise SettingsError(*lines) from None


def _refuse_others(
    sources: Sources, table: str, names: Iterable[str], known: Collection[str]
) -> None:
    wrong = [
        f"{sources.file_path}, line {line_of(sources.file_text, (table, name))}: {table}.{name}: "
        f"{unknown(name, known)}"
        for name in names
        if name not in known
    ]
    if wrong:
        raise SettingsError(*wrong)


def _weathers(plan: Plan | PythonPlan) -> dict[str, Any]:
    own = plan.weathers.items() if isinstance(plan, Plan) else ()
    return {name: table.model_dump(mode="json", exclude_unset=True) for name, table in own}


def read(file: Path | None, url: str | None, charge_point_id: str | None) -> BenchSettings:
    """Read all of it; raises `SettingsError` with a line for each mistake."""
    text, content = "", {}
    if file is not None:
        try:
            text = file.read_text("utf-8")
            content = tomllib.loads(text)
        except OSError as error:
            raise SettingsError(f"{file}: {error.strerror}") from None
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{file}: not TOML: {error}") from None
        except UnicodeDecodeError:
            raise SettingsError(f"{file}: not UTF-8 text") from None
    place = file or Path("cp-tui.toml")
    own: dict[str, Any] = {
        name: content.pop(name) for name in ("hooks", "tags", "values") if name in content
    }
    try:
        tables = _Tables.model_validate(own)
    except ValidationError as error:
        raise SettingsError(*_lines(error, place, text, own)) from None
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
    """Take those of the file, else those of `cp-tui csms` where the URL is that of one."""
    if isinstance(tables.hooks, dict):
        return OwnHooks(tables.hooks)
    where = urlsplit(config.url)
    door = csms_socket(where.port or 0)
    if where.hostname in LOOPBACK and where.port and is_answering(door):
        return CsmsHooks(door, config.charge_point.charge_point_id)
    if tables.hooks is not None:
        raise SettingsError(f"hooks: no `cp-tui csms` answers at {door}")
    return OwnHooks({})


def _lines(error: ValidationError, place: Path, text: str, own: Mapping[str, Any]) -> list[str]:
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
        line = line_of(text, names)
        where = f"{place}, line {line}" if line else f"{place}"
        words = each["msg"].lower()
        if each["type"] == "extra_forbidden" and kind is not None:
            words = unknown(names[-1], _HOOK_KINDS[kind].model_fields)
        told.append(f"{where}: {'.'.join(names)}: {words}")
    return list(dict.fromkeys(told))
