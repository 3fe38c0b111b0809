"""What is known of the CSMS of a demo.

Where no CSMS was started with the screen, there is nothing to know.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from cp_tui.demo.csms_variables import (
    CsmsBehaviour,
    DemoView,
    Exchange,
    RunState,
    ScenarioInfo,
    Scenarios,
    SeenChargePoint,
)
from cp_tui.engine.hub import EventHappened, Update, VariableChanged

EXCHANGES_MAX = 500
"""More than a person scrolls through."""


class CsmsState(Struct, frozen=True):
    """What the CSMS said last."""

    is_ours: bool = False
    """The screen was started together with a CSMS."""
    is_here: bool = False
    """Its door is open."""
    charge_points: tuple[SeenChargePoint, ...] = ()
    scenarios: Scenarios = field(default_factory=Scenarios)
    behaviour: CsmsBehaviour | None = None
    demo: DemoView = field(default_factory=DemoView)
    exchanges: tuple[Exchange, ...] = ()
    """Newest last."""
    first: int = 0
    """The number of the first exchange that is kept."""

    @property
    def is_playing(self) -> bool:
        """Whether the story or a scenario is told now, though it may be paused."""
        run = self.scenarios.run
        return self.scenarios.is_story_on or (run is not None and run.state is RunState.RUNNING)

    def scenario(self, scenario_id: str | None) -> ScenarioInfo | None:
        """The scenario of this name, if there is one."""
        return next((s for s in self.scenarios.available if s.id == scenario_id), None)

    def exchange(self, number: int) -> Exchange | None:
        """The exchange of this number, if it is kept."""
        index = number - self.first
        return self.exchanges[index] if 0 <= index < len(self.exchanges) else None

    def told(self, updates: Iterable[Update]) -> CsmsState:
        """The state after these updates."""
        state = self
        fresh: list[Exchange] = []
        for update in updates:
            match update:
                case VariableChanged("charge_points", charge_points):
                    state = replace(state, charge_points=charge_points)
                case VariableChanged("scenario", scenarios):
                    state = replace(state, scenarios=scenarios)
                case VariableChanged("behaviour", behaviour):
                    state = replace(state, behaviour=behaviour)
                case VariableChanged("demo", demo):
                    state = replace(state, demo=demo)
                case EventHappened(event=Exchange() as exchange):
                    fresh.append(exchange)
        if not fresh:
            return state
        everything = (*state.exchanges, *fresh)
        kept = everything[-EXCHANGES_MAX:]
        return replace(state, exchanges=kept, first=state.first + len(everything) - len(kept))
