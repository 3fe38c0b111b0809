"""People, operator, CSMS and fate: what happens next in a run, drawn by its options."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from cp_tui.charge_point.events import Restart, Stop, Swipe, TransferData
from tests.simulation import requests, security
from tests.simulation.csms import TAGS
from tests.simulation.options import Trouble

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

ERRORS = ("GroundFailure", "EVCommunicationError", "HighTemperature", "OtherError", "WeakSignal")

Act = Callable[["Simulation", Random], str]


def act(world: Simulation) -> None:
    """Let somebody do something."""
    choices = [(weight, do) for trouble, weight, do in ACTS if _is_on(world, trouble)]
    weights = [weight for weight, _ in choices]
    (_, do) = world.random.choices(choices, weights)[0]
    world.note(do(world, world.random))


def _is_on(world: Simulation, trouble: Trouble | None) -> bool:
    return trouble is None or world.options.has(trouble)


def _connector(world: Simulation, random: Random) -> int:
    return random.randrange(len(world.options.connectors)) + 1


def _at_connector(method: str, world: Simulation, random: Random) -> str:
    connector_id = _connector(world, random)
    world.act(method, connector_id=connector_id)
    return f"{method} {connector_id}"


def _swipe(world: Simulation, random: Random) -> str:
    tag = random.choice(TAGS)
    connector_id = random.choice((None, _connector(world, random)))
    world.command(lambda request: Swipe(request, tag, connector_id, wait=True))
    return f"swipe {tag} at {connector_id}"


def _set_vehicle(world: Simulation, random: Random) -> str:
    connector_id, soc = _connector(world, random), random.choice((5.0, 50.0, 99.5, 100.0))
    world.act("set_vehicle", connector_id=connector_id, soc_percent=soc)
    return f"set_vehicle {connector_id} {soc} %"


def _raise_error(world: Simulation, random: Random) -> str:
    connector_id = random.choice((0, _connector(world, random), _connector(world, random)))
    code = random.choice(ERRORS)
    world.act("raise_error", connector_id=connector_id, error_code=code)
    return f"raise_error {connector_id} {code}"


def _clear_error(world: Simulation, random: Random) -> str:
    connector_id = random.choice((0, _connector(world, random)))
    world.act("clear_error", connector_id=connector_id)
    return f"clear_error {connector_id}"


def _press_emergency_stop(world: Simulation, random: Random) -> str:
    world.act("press_emergency_stop")
    return "press_emergency_stop"


def _jam_lock(world: Simulation, random: Random) -> str:
    connector_id, is_jammed = _connector(world, random), random.random() < 0.5
    world.act("jam_lock", connector_id=connector_id, jammed=is_jammed)
    return f"jam_lock {connector_id} {is_jammed}"


def _stop(world: Simulation, random: Random) -> str:
    world.command(Stop)
    return "operator: stop"


def _restart(world: Simulation, random: Random) -> str:
    world.command(Restart)
    return "operator: restart"


def _transfer(world: Simulation, random: Random) -> str:
    world.command(lambda number: TransferData(number, "com.example", data="x"))
    return "operator: data_transfer"


def _power_cycle(world: Simulation, random: Random) -> str:
    world.power_cycle()
    return "power cycle"


def _kill(world: Simulation, random: Random) -> str:
    world.kill()
    return "kill"


def _cut(world: Simulation, random: Random) -> str:
    is_silent = world.options.has(Trouble.SILENT_CUTS) and random.random() < 0.5
    world.network.is_up = random.random() < 0.5
    world.network.cut(random.uniform(0.0, 200.0) if is_silent else 0.0)
    return f"cut, network up: {world.network.is_up}"


def _mend(world: Simulation, random: Random) -> str:
    world.network.is_up = True
    return "network up"


def _ask(kinds: list[requests.Kind], world: Simulation, random: Random) -> str:
    return world.csms.act(kinds)


RACERS: tuple[Act, ...] = (
    partial(_at_connector, "plug_in"),
    partial(_at_connector, "plug_out"),
    partial(_at_connector, "press_stop"),
    _swipe,
    _raise_error,
    _clear_error,
    _press_emergency_stop,
    partial(_ask, [requests.change_availability]),
    partial(_ask, [requests.remote_start]),
    partial(_ask, [requests.remote_stop]),
    partial(_ask, [requests.unlock]),
    partial(_ask, [requests.reset]),
    partial(_ask, [requests.reserve]),
    _cut,
    _stop,
    _power_cycle,
)


def _race(world: Simulation, random: Random) -> str:
    """A tag is shown, and before the CSMS has said what it thinks of it, more happens."""
    said = [_swipe(world, random)]
    for _ in range(random.randint(1, 3)):
        world.after(random.choice((0.0, 0.01, 0.3)))
        said.append(random.choice(RACERS)(world, random))
    return "race: " + ", ".join(said)


def _malformed(world: Simulation, random: Random) -> str:
    return world.csms.send_raw(random.choice(requests.MALFORMED))


def _let_in(world: Simulation, random: Random) -> str:
    return world.door.change_its_mind()


ACTS: tuple[tuple[Trouble | None, float, Act], ...] = (
    (None, 3.0, partial(_at_connector, "plug_in")),
    (None, 2.0, partial(_at_connector, "plug_out")),
    (None, 4.0, _swipe),
    (None, 0.5, partial(_at_connector, "suspend_ev")),
    (None, 0.5, partial(_at_connector, "resume_ev")),
    (None, 0.3, _set_vehicle),
    (None, 0.3, _transfer),
    (None, 0.3, partial(_at_connector, "press_stop")),
    (Trouble.FAULTS, 0.6, _raise_error),
    (Trouble.FAULTS, 0.2, _press_emergency_stop),
    (Trouble.FAULTS, 1.0, _clear_error),
    (Trouble.FAULTS, 0.5, _jam_lock),
    (Trouble.OPERATOR_STOPS, 0.4, _stop),
    (Trouble.OPERATOR_STOPS, 0.8, _restart),
    (Trouble.POWER_CYCLES, 0.4, _power_cycle),
    (Trouble.KILLS, 0.4, _kill),
    (Trouble.CUTS, 1.0, _cut),
    (Trouble.CUTS, 1.0, _mend),
    (Trouble.REQUESTS, 4.0, partial(_ask, requests.REQUESTS)),
    (Trouble.CONFIGURATION, 1.5, partial(_ask, [requests.change_configuration])),
    (Trouble.PROFILES, 2.0, partial(_ask, requests.PROFILES)),
    (Trouble.RESETS, 0.3, partial(_ask, [requests.reset])),
    (Trouble.MALFORMED, 1.0, _malformed),
    (Trouble.CALENDAR_ENDS, 3.0, partial(_ask, requests.CALENDAR_ENDS)),
    (Trouble.RACES, 3.0, _race),
    (Trouble.SECURITY, 8.0, partial(_ask, security.REQUESTS)),
    (Trouble.SECURITY, 1.0, _let_in),
)
"""What may happen, the trouble that switches it on, and how often it comes up."""
