"""What the CSMS of a demo publishes at its door: charge points, exchanges, scenarios, behaviour.

Frozen models that cross the door as JSON; secrets are masked before they get here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cp_tui.charge_point.codec import JsonValue, Value
from cp_tui.csms.behaviour import CertificateAnswer
from cp_tui.demo.pacing import NORMAL
from cp_tui.engine.hub import Vocabulary
from cp_tui.ocpp.datatypes import AuthorizationStatus, RegistrationStatus


class SeenChargePoint(Value, frozen=True, kw_only=True):
    """A charge point that the CSMS has seen."""

    charge_point_id: str
    is_connected: bool
    since: datetime
    """Of the connection, or of its end."""
    registration_status: RegistrationStatus | None = None
    """The answer to its newest BootNotification; None: it never booted here."""
    vendor: str = ""
    model: str = ""
    firmware_version: str = ""
    serial_number: str = ""


ChargePoints = tuple[SeenChargePoint, ...]
"""The charge points, those that are connected first."""


class ExchangeKind(StrEnum):
    """What happened between a charge point and the CSMS."""

    RECEIVED = "received"
    """A CALL of the charge point, and the answer of the CSMS."""
    CALLED = "called"
    """A CALL of the CSMS, and the answer of the charge point."""
    COMPOSED = "composed"
    """A text of a person, and what came of it."""
    CONNECTION = "connection"
    MALFORMED = "malformed"
    NOTE = "note"
    """What the CSMS did or found beside the messages: a certificate, a password, a file."""


class Exchange(Value, frozen=True, kw_only=True):
    """A request and its answer, as the CSMS saw them: the event of the stream `exchanges`."""

    at: datetime
    charge_point_id: str
    kind: ExchangeKind
    action: str = ""
    request: JsonValue = None
    answer: JsonValue = None
    """The payload of a CALLRESULT."""
    is_good: bool
    """The checks of the CSMS found nothing, and the answer is none that refuses."""
    verdict: str
    """In words: what the checks found, else what was answered."""


class RunState(StrEnum):
    """How a scenario or a step of it went."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    STOPPED = "stopped"


class ScenarioStep(Value, frozen=True, kw_only=True):
    """A step of the scenario that runs, or ran last."""

    title: str
    now: str = ""
    """What happens in it and why, for somebody who watches; empty: the title says it.

    Not true before the step is running.
    """
    brief: str = ""
    """The same where there is little room."""
    state: RunState = RunState.WAITING
    told: tuple[str, ...] = ()
    """What was seen to happen, or why it failed."""


class ScenarioRun(Value, frozen=True, kw_only=True):
    """A scenario that runs, or ran last."""

    id: str
    title: str
    state: RunState
    started_at: datetime
    finished_at: datetime | None = None
    step: int = 0
    """Which of the steps happens, or happened last or ended it, from 1 on; 0: none has yet."""
    steps: tuple[ScenarioStep, ...]


class ScenarioInfo(Value, frozen=True, kw_only=True):
    """A scenario that can be run."""

    id: str
    title: str
    about: str
    steps: tuple[str, ...]
    abouts: tuple[str, ...] = ()
    """What each step does, in a sentence."""
    briefs: tuple[str, ...] = ()
    """The same where there is little room; empty: its title has to do."""
    last: RunState | None = None
    """How its newest run went."""


class Scenarios(Value, frozen=True, kw_only=True):
    """The variable `scenario`: what can be run, and what runs."""

    available: tuple[ScenarioInfo, ...] = ()
    story: ScenarioInfo | None = None
    """What is told over and over."""
    run: ScenarioRun | None = None
    is_story_on: bool = False
    """The story of the demo is told over and over; a scenario that is run ends it."""
    is_paused: bool = False
    """What is played is held before what it does next."""
    steps_asked: int = 0
    """Steps that it still plays before it is held."""
    speed: float = NORMAL
    """Of the pauses of what is played; at 2 they are half as long."""


class DemoView(Value, frozen=True, kw_only=True):
    """The variable `demo`: what another screen has to know of it."""

    attach: str = ""
    """The command that opens one."""
    has_ended: bool = False
    """Somebody has ended it; in a moment nothing answers any more."""


class CsmsBehaviour(Value, frozen=True, kw_only=True):
    """The variable `behaviour`: how the CSMS answers."""

    registration_status: RegistrationStatus
    interval_s: int
    clock_offset_s: float
    id_tags: dict[str, AuthorizationStatus]
    unknown_id_tag: AuthorizationStatus
    start_status: AuthorizationStatus | None
    certificates: CertificateAnswer = CertificateAnswer.NORMAL
    """What comes of a request for a certificate."""
    faults: dict[str, str]
    """By action: `silent`, `delay 5` or the code of a CALLERROR."""
    is_normal: bool
    """As at the start: a correct and friendly CSMS."""


CSMS = Vocabulary(
    "CSMS",
    {
        "charge_points": ChargePoints,
        "scenario": Scenarios,
        "behaviour": CsmsBehaviour,
        "demo": DemoView,
    },
    {"exchanges": Exchange},
)
"""What there is to watch behind the door of a CSMS."""
