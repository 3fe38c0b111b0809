"""The shape of a plan in TOML, and of the options that say the same.

Each field reads like a line of the manual. How the tables fit together is not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from cp_tui.charge_point.command_fields import Seed
from cp_tui.fleet import quantities
from cp_tui.fleet.id_pattern import check_id_pattern
from cp_tui.fleet.limits import LIMITS_MAX, NO_LIMITS, read_limit
from cp_tui.fleet.misbehaviour import Kind
from cp_tui.fleet.plan import STATIONS_MAX, StormKind
from cp_tui.network.written_table import WrittenTable
from cp_tui.settings.model import EndpointUrl

Read = TypeVar("Read")
TABLES_MAX = 1_000
"""Stages, storms and kinds of a plan."""
TAGS_MAX = 1_000_000
DIGITS = 20
"""Text with as many is no number of anything here."""
PER_HOUR_MAX = 3_600.0
HOURS = 24
Tables = Annotated[dict[str, Any], Field(repr=False)]
"""As in `cp-tui.toml`; it may hold AuthorizationKey, which no representation may show."""


def _from_text(read: Callable[[str], Read], *, takes_numbers: bool = False) -> BeforeValidator:
    """Read a text, and a number as if it were written; what is wrong is told in our words."""

    def validate(value: object) -> Read:
        if takes_numbers and isinstance(value, int | float) and not isinstance(value, bool):
            value = f"{value:.9f}"
        elif not isinstance(value, str):
            # Nothing that the reader takes, so that it says what is allowed.
            value = ""
        try:
            return read(value)
        except ValueError as error:
            raise PydanticCustomError("text", "{text}", {"text": str(error)}) from None

    return BeforeValidator(validate)


def _as_it_is(check: Callable[[str], object]) -> AfterValidator:
    """Check a text that is read again later."""

    def validate(text: str) -> str:
        try:
            check(text)
        except ValueError as error:
            raise PydanticCustomError("text", "{text}", {"text": str(error)}) from None
        return text

    return AfterValidator(validate)


def _check_limit(text: str) -> None:
    if text.strip() != NO_LIMITS:
        read_limit(text)


def _told_as(kind: str) -> WithJsonSchema:
    """Say for the reference how it is written."""
    return WithJsonSchema({"type": kind})


DurationS = Annotated[float, _from_text(quantities.duration_s), _told_as("time")]
ShareOf = Annotated[float, _from_text(quantities.share, takes_numbers=True), _told_as("share")]
SpreadText = Annotated[str, _as_it_is(quantities.Spread), _told_as("rate, time or `storm`")]
DurationRange = Annotated[
    tuple[float, float], _from_text(quantities.duration_range), _told_as("time or range of times")
]
EnergyRange = Annotated[
    tuple[float, float],
    _from_text(quantities.energy_range_wh, takes_numbers=True),
    _told_as("kWh or range of kWh"),
]
BackoffText = Annotated[
    tuple[float, float], _from_text(quantities.backoff), _told_as("time, or time+time")
]


def _some_time(seconds: float) -> float:
    if not seconds:
        raise PydanticCustomError("text", "must be a time above 0, such as 60s or 5m")
    return seconds


def _every_hour(value: object) -> object:
    """One number is meant for every hour of the day; as text it comes from an option."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = float(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (value,) * HOURS
    if isinstance(value, list | tuple) and len(value) == HOURS:
        return value
    raise PydanticCustomError("per_hour", "must be a number, or a list of 24")


def _possible(per_hour: tuple[float, ...]) -> tuple[float, ...]:
    """Check all hours in one go: one number that is wrong is one mistake."""
    # Also refuses what is no number.
    if not all(0 <= each <= PER_HOUR_MAX for each in per_hour):
        text = f"must be from 0 to {PER_HOUR_MAX:g} sessions an hour"
        raise PydanticCustomError("per_hour", "{text}", {"text": text})
    return per_hour


def _tags(value: object) -> object:
    """Take a number, or the path of a file; a number as text is one too, as options have it."""
    is_number = isinstance(value, str) and value.lstrip("-").isdecimal()
    number = int(value) if isinstance(value, str) and is_number and len(value) < DIGITS else value
    if isinstance(number, str) and number:
        return Path(number)
    if isinstance(number, Path) or (type(number) is int and 1 <= number <= TAGS_MAX):
        return number
    text = f"must be a number of tags from 1 to {TAGS_MAX}, or the path of a file"
    raise PydanticCustomError("tags", "{text}", {"text": text})


class FleetTable(WrittenTable):
    """How many charge points there are, where, and how they come."""

    url: EndpointUrl | None = None
    """Of the CSMS, `ws://` or `wss://`; the id of each charge point is appended."""
    stations: Annotated[int, Field(ge=1, le=STATIONS_MAX)] | None = None
    """How many charge points; default: 100, or what the largest stage has."""
    id: Annotated[str, _as_it_is(check_id_pattern)] = "CP{:05d}"
    """Their ids; the braces are the number, with so many digits."""
    first: Annotated[int, Field(ge=0, le=10**12)] = 1
    """Number of the first: so that several fleets go side by side."""
    seed: Seed | None = None
    """What all chance comes from; default: one is drawn, and shown."""
    ramp: SpreadText | None = None
    """How they get their power: `10/s`, `60s` for all, or `storm` for all at once; default: `60s`.
    """
    duration: Annotated[DurationS, AfterValidator(_some_time)] | None = Field(
        default=None, alias="for"
    )
    """How long all of them run; default: until Ctrl-C, and `60s` where nobody is at a terminal."""
    connecting: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Handshakes at once; who waits for its turn is not timed, and one that has no answer after 3 s
    does not count."""
    backoff: BackoffText = (3.0, 10.0)
    """How long one waits before it connects again: `3s+10s` is 3 s and up to 10 s more, drawn; the
    first part doubles with each attempt in vain, up to 24 s; default: `3s+10s`."""
    password_file: Path | None = None
    """A line `id,password` for each; the password is its AuthorizationKey."""
    source_addresses: Annotated[tuple[str, ...], Field(max_length=TABLES_MAX)] = ()
    """Own addresses to connect from, in turns: one has ports for some 28,000 connections."""
    store: Path | None = None
    """One file for what all charge points keep, as `serve` keeps it; who starts again with it finds
    everything. Default: in memory, and gone with the run."""
    compress: bool = False
    """Offer permessage-deflate, which takes 40 KiB more for each charge point."""


class SessionsTable(WrittenTable):
    """How people charge, at each connector."""

    per_hour: Annotated[
        tuple[float, ...],
        BeforeValidator(_every_hour),
        AfterValidator(_possible),
        _told_as("number, or 24 of them"),
    ] = (1.0,) * HOURS
    """Sessions that begin at a connector within an hour: one number, or one for each hour of the
    day (UTC); 0: nobody comes; default: 1. The next one can plug in after the length of a session
    and some 10 s, or twice that length where that is less."""
    length: DurationRange = (1_200.0, 3_600.0)
    """How long one is at most, drawn evenly; default: `20m..60m`."""
    energy_kwh: EnergyRange = (5_000.0, 40_000.0)
    """How much one takes at most, in kWh, drawn evenly; default: `5..40`."""
    tags: Annotated[int | Path, BeforeValidator(_tags), _told_as("number or path")] = 100
    """How many made-up tags there are, `TAG00001` and so on, or a file with one on each line;
    default: 100."""
    remote_share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    """Share of the sessions that wait for RemoteStartTransaction instead of swiping."""


class StageTable(WrittenTable):
    """A part of the run; the next one begins when it has had its time."""

    stations: Annotated[int, Field(ge=0, le=STATIONS_MAX)]
    """How many charge points have power at its end: fewer than before, and the last ones lose it.
    """
    over: SpreadText = "60s"
    """How that is reached: a time, a rate such as `10/s`, or `storm` for all at once; default:
    `60s`."""
    hold: DurationS = 0.0
    """How long it stays so after that; default: not at all."""


class StormTable(WrittenTable):
    """Something that happens to many charge points at once."""

    at: DurationS
    """When, since the run began."""
    kind: StormKind
    """`network`: the cable is out; `power`: boot again; `reconnect`: close and open again."""
    share: ShareOf = 1.0
    """Of the charge points that have power then; default: all of them."""
    down: DurationS | None = None
    """How long power or network is away; default: `20s`."""
    backoff: BackoffText | None = None
    """How long they wait before they connect again: `3s+10s` is 3 s and up to 10 s more, drawn;
    `0s` is the worst case. Default: as charge points do, longer with each attempt."""


class MisbehaveTable(WrittenTable):
    """Charge points that do something wrong; each does one thing."""

    kind: Kind
    """What they do: see the table of misbehaviour."""
    share: ShareOf
    """Of all charge points."""


class ChargePointTables(WrittenTable):
    """What a charge point is: tables as in `cp-tui.toml`, checked as those."""

    charge_point: Tables = Field(default={})
    station: Tables = Field(default={})
    quirks: Tables = Field(default={})
    keys: Tables = Field(default={})
    custom_keys: Tables = Field(default={})
    security: Tables = Field(default={})


OF_A_CHARGE_POINT = tuple(ChargePointTables.model_fields)


class KindTable(ChargePointTables):
    """Charge points that differ from the others: tables as in `cp-tui.toml`, over those of all."""

    share: ShareOf
    """Of all charge points."""


class LimitsTable(WrittenTable):
    """When the run has failed."""

    fail_if: Annotated[
        tuple[Annotated[str, _as_it_is(_check_limit)], ...], Field(max_length=LIMITS_MAX)
    ] = ()
    """Limits beside `lost>0`, `doubled>0` and `unaccepted>0`; `none` takes away what was before."""
    settle: DurationS = 30.0
    """How long is waited at the end for what is not acknowledged yet; default: `30s`."""
    strict_load: bool = False
    """Whether the run has failed where the fleet itself was at its limit."""


class PlanTables(ChargePointTables):
    """A whole plan."""

    fleet: FleetTable = Field(default_factory=FleetTable)
    csms: Tables = Field(default={})
    """`ca_file` and `check_hostname`, as in `cp-tui.toml`."""
    kind: Annotated[tuple[KindTable, ...], Field(max_length=TABLES_MAX)] = ()
    sessions: SessionsTable = Field(default_factory=SessionsTable)
    stage: Annotated[tuple[StageTable, ...], Field(max_length=TABLES_MAX)] = ()
    storm: Annotated[tuple[StormTable, ...], Field(max_length=TABLES_MAX)] = ()
    misbehave: Annotated[tuple[MisbehaveTable, ...], Field(max_length=len(Kind))] = ()
    limits: LimitsTable = Field(default_factory=LimitsTable)
