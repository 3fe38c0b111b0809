"""What one run is made of, all of it drawn from its seed (swarm testing).

Each run switches each kind of fault on or off, so that rare combinations come up as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from cp_tui.charge_point.config import ChargePointConfig, ConnectorConfig, CurrentKind
from cp_tui.charge_point.quirks import Quirks
from cp_tui.network.weather import FaultKind, NetworkFault, Way, Weather
from cp_tui.network.weathers import FAIR, WEATHERS
from tests.simulation.security import secure


class Trouble(StrEnum):
    """A kind of thing that can go wrong, or that somebody can do."""

    CUTS = "cuts"
    """The network goes and comes back; what is in flight is lost."""
    SILENT_CUTS = "silent cuts"
    """The charger notices a cut only later."""
    SLOW_CSMS = "slow CSMS"
    SILENT_CSMS = "silent CSMS"
    """It takes a message and never answers."""
    DEAF_CSMS = "deaf CSMS"
    """It neither takes nor answers a message."""
    LATE_CSMS = "late CSMS"
    """It answers after MessageTimeout."""
    DOUBLE_ANSWERS = "double answers"
    CALL_ERRORS = "call errors"
    BAD_ANSWERS = "bad answers"
    REGISTRATION = "registration"
    """BootNotification is answered Pending or Rejected at times."""
    REFUSED_TAGS = "refused tags"
    MALFORMED = "malformed frames"
    REQUESTS = "requests"
    CONFIGURATION = "configuration"
    PROFILES = "profiles"
    RESETS = "resets"
    POWER_CYCLES = "power cycles"
    KILLS = "kills"
    """The program dies and starts again from the store."""
    CRASH_BEFORE_COMMIT = "crash before commit"
    CRASH_BEFORE_SEND = "crash before send"
    FAULTS = "faults"
    OPERATOR_STOPS = "operator stops"
    CLOCK_JUMPS = "clock jumps"
    DEFECTS = "defects"
    """The mind raises at any point; see `fault_points`."""
    RACES = "races"
    """One thing comes right after another, before anybody has answered."""
    CALENDAR_ENDS = "calendar ends"
    """Instants and durations at the ends of the calendar, and beyond."""
    SECURITY = "security"
    """Certificates come and go, and the security profile is raised; not every one comes up."""


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that tells one run from another."""

    seed: int
    steps: int
    pace_s: float
    """Mean time between two things that somebody does."""
    connectors: tuple[ConnectorConfig, ...]
    keys: Mapping[str, str] = field(default_factory=dict)
    troubles: frozenset[Trouble] = frozenset()
    faulty: tuple[str, ...] = ()
    """The parts that fail; all of them where none is named."""
    weather: Weather = FAIR
    clock_skew_s: int = 0
    """What the clock of the CSMS is ahead of the machine's."""
    answers_late_s: float = 0
    """By how much the charge point is late on purpose."""

    def has(self, trouble: Trouble) -> bool:
        """Say whether a kind of trouble is switched on."""
        return trouble in self.troubles

    def config(self) -> ChargePointConfig:
        """Give the configuration of the charge point of this run."""
        config = ChargePointConfig(
            charge_point_id="CP001",
            url="ws://127.0.0.1/CP001",
            connectors=self.connectors,
            keys=self.keys,
            quirks=Quirks(answers_late_s=self.answers_late_s),
        )
        return secure(config) if self.has(Trouble.SECURITY) else config

    def __str__(self) -> str:
        hardware = ", ".join(
            f"{c.kind}{' fixed cable' if c.fixed_cable else ''}" for c in self.connectors
        )
        keys = " ".join(f"{key}={value}" for key, value in self.keys.items())
        return (
            f"seed={self.seed} steps={self.steps} pace={self.pace_s:g} s"
            f" skew={self.clock_skew_s} s late={self.answers_late_s:g} s"
            f"\n  connectors: {hardware}\n  keys: {keys}"
            f"\n  weather: {self.weather}"
            f"\n  troubles: {', '.join(sorted(self.troubles)) or 'none'}"
        )


def options_of(seed: int, steps: int = 250) -> Options:
    """Draw the options of a run."""
    random = Random(f"options {seed}")
    connectors = tuple(
        ConnectorConfig(
            kind=random.choice((CurrentKind.AC, CurrentKind.AC, CurrentKind.DC)),
            fixed_cable=random.random() < 0.4,
        )
        for _ in range(random.choice((1, 2, 2, 3)))
    )
    return Options(
        seed=seed,
        steps=steps,
        pace_s=random.choice((2.0, 20.0, 60.0, 300.0)),
        connectors=connectors,
        keys=_keys(random),
        troubles=frozenset(each for each in Trouble if random.random() < 0.4),
        weather=weather_of(random),
        clock_skew_s=random.choice((0, 0, 0, 3_600, -3_600)),
    )


def replay_words(options: Options) -> str:
    """Say how a life is lived again, where it is one of those that are drawn as a whole."""
    seed, steps = options.seed, options.steps
    if options != options_of(seed, steps):
        return "again: the same test"
    seeds = f"SIMULATION_SEEDS={seed}:{seed + 1} SIMULATION_STEPS={steps}"
    return f"again: {seeds} pytest tests/simulation/test_simulation.py -k loses_nothing"


def weather_of(random: Random) -> Weather:
    """Draw a weather: a fair one, one that has a name, or some faults together."""
    kind = random.choice(("fair", "named", "made"))
    if kind == "fair":
        return FAIR
    if kind == "named":
        return random.choice(tuple(WEATHERS.values()))
    faults = tuple(_fault(random) for _ in range(random.randint(1, 3)))
    return Weather(name="made", about="", faults=faults)


def _fault(random: Random) -> NetworkFault:
    """Draw a fault that leaves the life some frames that come through."""
    lasts_s = random.choice((1.0, 20.0, 200.0))
    is_drawn = random.random() < 0.5
    return NetworkFault(
        kind=random.choice(tuple(FaultKind)),
        probability=random.choice((0.05, 0.3)) if is_drawn else 1.0,
        shortest_s=lasts_s if is_drawn else 0.0,
        direction=random.choice((None, *Way)),
        begins_s=random.uniform(0.0, 60.0),
        every_s=None if is_drawn else lasts_s * 5,
        lasts_s=None if is_drawn else lasts_s,
        latency_s=random.choice((0.0, 1.0, 20.0)),
        jitter_s=random.choice((0.1, 5.0, 60.0)),
        bytes_per_s=random.choice((20.0, 500.0)),
    )


def _keys(random: Random) -> dict[str, str]:
    def flag() -> str:
        return random.choice(("true", "false"))

    return {
        "AllowOfflineTxForUnknownId": flag(),
        "AuthorizationCacheEnabled": flag(),
        "AuthorizeRemoteTxRequests": flag(),
        "BootOnReconnect": random.choice(("true", "false", "false")),
        "StopTransactionOnFault": random.choice(("true", "false")),
        "ClockAlignedDataInterval": random.choice(("0", "0", "300", "900")),
        "ConnectionTimeOut": random.choice(("30", "60", "300")),
        "HeartbeatInterval": random.choice(("60", "600", "3600")),
        "LocalAuthorizeOffline": flag(),
        "LocalPreAuthorize": flag(),
        "MaxEnergyOnInvalidId": random.choice(("0", "0", "500")),
        "MessageTimeout": random.choice(("10", "30", "60")),
        "MeterValueSampleInterval": random.choice(("0", "60", "300", "900")),
        "MinimumStatusDuration": random.choice(("0", "0", "5")),
        "StopTransactionOnEVSideDisconnect": flag(),
        "StopTransactionOnInvalidId": flag(),
        "StopTxnAlignedData": random.choice(("", "Energy.Active.Import.Register")),
        "StopTxnSampledData": random.choice(("", "Energy.Active.Import.Register,Voltage")),
        "TransactionMessageAttempts": random.choice(("1", "3", "5")),
        "TransactionMessageRetryInterval": random.choice(("0", "10", "60")),
        "WaitingMeterValuesMax": random.choice(("20", "10000")),
        "WebSocketPingInterval": random.choice(("0", "60", "60")),
    }
