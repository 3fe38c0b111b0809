"""Reads a plan from its file and the options, which win; each mistake becomes one line.

A line names the file with the line in it, or the option, the key, and what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.engine.tls import with_roots
from cp_tui.fleet.charge_points import FleetChargePoints
from cp_tui.fleet.limits import NO_LIMITS, read_limit
from cp_tui.fleet.plan import FleetPlan, FleetStage, FleetStorm, SessionPlan, StormKind
from cp_tui.fleet.quantities import Spread
from cp_tui.fleet.reading.plan_checks import problems_of
from cp_tui.fleet.reading.plan_lists import read_passwords, read_tags
from cp_tui.fleet.reading.plan_tables import OF_A_CHARGE_POINT, PlanTables
from cp_tui.ocpp.discreet import Discreet
from cp_tui.settings.build import ServeSettings, build
from cp_tui.settings.keys import canonical_layer
from cp_tui.settings.lines import Location
from cp_tui.settings.load import every_field, every_field_of, read_file, refuse, with_preset
from cp_tui.settings.problem import Problem, SettingsError, Sources, holds, merge

STATIONS = 100
"""How many charge points there are where nobody says it."""
RAMP = "60s"
UNATTENDED_S = 60.0
"""How long a run is where nobody says it, and nobody is there to end it."""
DOWN_S = 20.0
_TAKEN_FOR_ALL = {"csms": {"url": "ws://any.example"}, "charge_point": {"id": "any"}}
"""In the place of what each charge point has of its own."""
_OPTIONS: Mapping[Location, str] = {
    ("fleet", "password_file"): "--password-file",
    ("fleet", "source_addresses"): "--source-address",
    ("station", "connectors"): "--connectors",
    ("charge_point", "preset"): "--preset",
    ("csms", "ca_file"): "--ca-file",
    ("sessions", "per_hour"): "--sessions",
    ("sessions", "length"): "--session-length",
    ("sessions", "energy_kwh"): "--energy",
    ("limits", "strict_load"): "--strict-load",
    ("keys", "AuthorizationKey"): "--password or --set AuthorizationKey",
}


class PlanOptions(Discreet, frozen=True):
    """What the command line says; None, or nothing, is not given."""

    HIDDEN = frozenset({"keys", "password"})

    plan: Path | None = None
    tables: Mapping[str, Mapping[str, Any]] = {}
    """Values as they would stand in the plan, by table and name."""
    # Either may be, or hold, AuthorizationKey, which no representation may show.
    keys: tuple[str, ...] = ()
    """`KEY=VALUE`, as given with `--set`."""
    password: str | None = None
    storms: tuple[str, ...] = ()
    """`KIND@TIME,share=...,down=...,backoff=...`."""
    misbehave: tuple[str, ...] = ()
    """`KIND=SHARE`."""
    fail_if: tuple[str, ...] = ()
    is_attended: bool = False
    """Whether somebody is there to end the run."""


class ReadPlan(Struct, frozen=True):
    """A plan, and what its charge points are."""

    plan: FleetPlan
    config_of: Callable[[int], ChargePointConfig]
    """By the index of the charge point, from 0 on."""
    files: Mapping[str, Path]
    """What the plan reads, or keeps its charge points in, by the option or the key that names
    it."""


def read_plan(options: PlanOptions, drawn_seed: int) -> ReadPlan:
    """Read, merge and check everything; raises `SettingsError` with a line for each mistake.

    `drawn_seed` is the seed where none is given. Raises `EngineStartError` for a file with roots
    that cannot be read.
    """
    path, text, file = Path("plan"), "", dict[str, Any]()
    if options.plan is not None:
        try:
            path, text, file = read_file(options.plan)
        except SettingsError as error:
            raise SettingsError(*(f"--plan {line}" for line in error.lines)) from None
    layer, wrong = _layer_of(options)
    fleet = layer.get("fleet", {})
    if fleet.keys() & {"stations", "ramp", "for"}:
        # Who says how many there are and how long means one stage of his own.
        file = {name: table for name, table in file.items() if name != "stage"}
    sources = Sources(
        options=canonical_layer(layer, file),
        environment={},
        file=canonical_layer(file, file),
        file_path=path,
        file_text=text,
        option_of=_option,
    )
    tables, problems = every_field_of(PlanTables, sources.merged(), _fields_at)
    plan = _plan_of(tables, options, path, drawn_seed)
    problems += [each for each in problems_of(tables, plan) if not _only_follows(each, problems)]
    configs, of_configs = _configs(tables, sources)
    problems += of_configs
    passwords, tags, wrong_lists = _lists(tables, plan, path, layer)
    if problems or wrong or wrong_lists or not configs:
        refuse(sources, problems, [*wrong, *wrong_lists])
    plan = replace(plan, sessions=replace(plan.sessions, tags=tags))
    shares = [kind.share for kind in tables.kind]
    of_kinds = [with_roots(settings.engine) for settings in configs]
    ca_file = configs[0].engine.ca_file
    plan = replace(
        plan,
        ca_file=None if ca_file is None else str(ca_file),
        check_hostname=configs[0].engine.check_hostname,
    )
    kinds = list(zip(of_kinds[1:], shares, strict=True))
    files = _files(tables, options, path, ca_file)
    return ReadPlan(plan, FleetChargePoints(plan, of_kinds[0], kinds, passwords), files)


def _files(
    tables: PlanTables, options: PlanOptions, path: Path, ca_file: Path | None
) -> Mapping[str, Path]:
    """Name every file that the plan rests on."""
    tags = tables.sessions.tags
    found = {
        ("fleet", "store"): tables.fleet.store,
        ("fleet", "password_file"): tables.fleet.password_file,
        ("sessions", "tags"): tags if isinstance(tags, Path) else None,
        ("csms", "ca_file"): ca_file,
    }
    named = {}
    for (table, name), file in found.items():
        if file is not None:
            is_option = name in options.tables.get(table, {})
            flag = _option((table, name)) if is_option else f"{name} of the plan"
            named[flag] = _beside(path, file)
    return named if options.plan is None else {"--plan": path, **named}


def _only_follows(problem: Problem, known: Sequence[Problem]) -> bool:
    """Whether a mistake may be gone with one that was found before."""
    lists = {each.location[0] for each in known if each.location[0] != "fleet"}
    leans_on = {problem.location[0], *(("stage",) if problem.location[0] == "storm" else ())}
    return bool(leans_on & lists) or problem.location in {each.location for each in known}


def _plan_of(tables: PlanTables, options: PlanOptions, path: Path, drawn_seed: int) -> FleetPlan:
    fleet, sessions, limits = tables.fleet, tables.sessions, tables.limits
    largest = max((stage.stations for stage in tables.stage), default=STATIONS)
    stations = largest if fleet.stations is None else fleet.stations
    return FleetPlan(
        url=fleet.url or "",
        stations=stations,
        seed=drawn_seed if fleet.seed is None else fleet.seed,
        stages=_stages(tables, stations, is_attended=options.is_attended),
        id_pattern=fleet.id,
        first=fleet.first,
        sessions=SessionPlan(
            per_hour=sessions.per_hour,
            length_s=sessions.length,
            energy_wh=sessions.energy_kwh,
            remote_share=sessions.remote_share,
        ),
        storms=_storms(tables),
        misbehave=tuple((each.kind.value, each.share) for each in tables.misbehave),
        fail_if=(*limits.fail_if, *options.fail_if),
        settle_s=limits.settle,
        backoff=fleet.backoff,
        connecting=fleet.connecting,
        source_addresses=tuple(fleet.source_addresses),
        is_compressed=fleet.compress,
        is_strict_load=limits.strict_load,
        store=None if fleet.store is None else str(_beside(path, fleet.store)),
    )


def _stages(tables: PlanTables, stations: int, *, is_attended: bool) -> tuple[FleetStage, ...]:
    if not tables.stage:
        over_s = Spread(tables.fleet.ramp or RAMP).seconds(stations)
        hold_s = tables.fleet.duration
        if hold_s is None and not is_attended:
            hold_s = UNATTENDED_S
        return (FleetStage(stations, over_s, hold_s),)
    stages, before = [], 0
    for stage in tables.stage:
        over_s = Spread(stage.over).seconds(abs(stage.stations - before))
        stages.append(FleetStage(stage.stations, over_s, stage.hold))
        before = stage.stations
    return tuple(stages)


def _storms(tables: PlanTables) -> tuple[FleetStorm, ...]:
    storms = []
    for storm in tables.storm:
        wait_s, random_s = storm.backoff or (None, 0.0)
        down_s = 0.0 if storm.kind is StormKind.RECONNECT else storm.down
        down_s = DOWN_S if down_s is None else down_s
        storms.append(FleetStorm(storm.at, storm.kind, storm.share, down_s, wait_s, random_s))
    return tuple(sorted(storms, key=lambda storm: storm.at_s))


def _configs(tables: PlanTables, sources: Sources) -> tuple[list[ServeSettings], list[Problem]]:
    """Build what all are, then each kind; or say what is wrong with them."""
    of_all = {name: getattr(tables, name) for name in ("csms", *OF_A_CHARGE_POINT)}
    problems = [
        Problem((table, name), f"belongs under [fleet]: {name}")
        for table, name in (("csms", "url"), ("charge_point", "id"))
        if name in of_all[table]
    ]
    built: list[ServeSettings] = []
    for number in range(-1, len(tables.kind)):
        own = {} if number < 0 else tables.kind[number].model_dump(exclude={"share"})
        merged = merge(merge(of_all, canonical_layer(own, of_all)), _TAKEN_FOR_ALL)
        found = _built(merged, sources)
        if isinstance(found, ServeSettings):
            built.append(found)
            continue
        for problem in found:
            at = problem.location
            if number < 0:
                problems.append(problem)
            elif holds(own, at) or not holds(of_all, at):
                problems.append(replace(problem, location=("kind", number, *at)))
    return ([] if problems else built), problems


def _built(merged: Mapping[str, Any], sources: Sources) -> ServeSettings | list[Problem]:
    layer = with_preset(replace(sources, options={}, environment={}, file=merged))
    settings, problems = every_field(layer.merged())
    built = build(settings, sources.file_path, layer.preset_about)
    if isinstance(built, ServeSettings):
        return problems or built
    known = {problem.location for problem in problems}
    return [*problems, *(problem for problem in built if problem.location not in known)]


def _lists(
    tables: PlanTables, plan: FleetPlan, path: Path, layer: Mapping[str, Mapping[str, Any]]
) -> tuple[Mapping[str, str] | None, tuple[str, ...], list[str]]:
    """Read passwords and tags, or say what is wrong with their files, by the option if one named
    them."""
    passwords: Mapping[str, str] | None = None
    wrong: list[str] = []
    if tables.fleet.password_file is not None:
        passwords, wrong = read_passwords(_beside(path, tables.fleet.password_file), plan)
        if "password_file" in layer.get("fleet", {}):
            wrong = [f"--password-file {line}" for line in wrong]
    if isinstance(tables.sessions.tags, int):
        return passwords, tuple(f"TAG{n + 1:05d}" for n in range(tables.sessions.tags)), wrong
    tags, wrong_tags = read_tags(_beside(path, tables.sessions.tags))
    if "tags" in layer.get("sessions", {}):
        wrong_tags = [f"--tags {line}" for line in wrong_tags]
    return passwords, tags, [*wrong, *wrong_tags]


def _beside(plan: Path, file: Path) -> Path:
    """Take a path as seen from the plan, wherever the command is given."""
    return plan.expanduser().parent / file.expanduser()


def _layer_of(options: PlanOptions) -> tuple[dict[str, Any], list[str]]:
    """Give the options as tables, and say what is wrong with those that are none."""
    layer: dict[str, Any] = {name: dict(table) for name, table in options.tables.items() if table}
    wrong: list[str] = []
    for text in options.fail_if:
        try:
            if text.strip() != NO_LIMITS:
                read_limit(text)
        except ValueError as error:
            wrong.append(f"--fail-if: {error}")
    if options.storms:
        layer["storm"] = [_storm_table(text, wrong) for text in options.storms]
    if options.misbehave:
        pairs = [text.partition("=") for text in options.misbehave]
        layer["misbehave"] = [{"kind": kind, "share": share} for kind, _, share in pairs]
    keys = {}
    for setting in options.keys:
        name, separator, value = setting.partition("=")
        if separator and name:
            keys[name] = value
        else:
            # Not repeated: it may be the value of AuthorizationKey.
            wrong.append("--set: must be KEY=VALUE")
    if options.password is not None:
        keys["AuthorizationKey"] = options.password
    if keys:
        layer["keys"] = keys
    return layer, wrong


def _storm_table(text: str, wrong: list[str]) -> dict[str, str]:
    """Read `KIND@TIME,share=...`; what is no such text is told in `wrong`."""
    head, *further = text.split(",")
    kind, at, when = head.partition("@")
    pairs = [each.partition("=") for each in further]
    if not at or any(not separator for _, separator, _ in pairs):
        wrong.append("--storm: must be KIND@TIME, such as network@8m,share=0.5,down=20s")
        return {"kind": StormKind.RECONNECT, "at": "0s"}
    return {"kind": kind, "at": when} | {name.strip(): value for name, _, value in pairs}


def _option(location: Location) -> str:
    """Name the option that says a value."""
    match location:
        case ("storm" | "misbehave" as name, int(number), *further):
            return ": ".join([f"--{name} (number {number + 1})", *map(str, further)])
        case ("keys", str(key)) if key != "AuthorizationKey":
            return f"--set {key}"
    named = _OPTIONS.get(location[:2])
    return named or f"--{location[min(1, len(location) - 1)]}".replace("_", "-")


def _fields_at(location: Location) -> Sequence[str]:
    """Name the keys of the table at a place of the plan."""
    table: Any = PlanTables
    for part in location:
        if isinstance(part, str):
            table = _within(table, part)
    return [field.alias or name for name, field in table.model_fields.items()]


def _within(table: type[BaseModel], name: str) -> Any:
    """Give the model of a table, or of each in a list of them."""
    kind = table.model_fields[name].annotation
    return next(iter(get_args(kind)), kind)
