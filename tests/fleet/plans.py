"""Plans for tests: a small one, and files with mistakes in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cp_tui.fleet.plan import FleetPlan, FleetStage
from cp_tui.fleet.reading.plan_file import PlanOptions, ReadPlan, read_plan
from cp_tui.settings.problem import SettingsError

URL = "ws://csms.example/ocpp"
DRAWN_SEED = 77


def plan_of(*stages: FleetStage, seed: int = 7, **fields: Any) -> FleetPlan:
    """Give a plan with these stages."""
    stations = max((stage.stations for stage in stages), default=10)
    return FleetPlan(URL, stations, seed, stages or (FleetStage(10, 60.0, None),), **fields)


class Written:
    """A plan in a file of its own folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "plan.toml"

    def read(self, text: str | None, **options: Any) -> ReadPlan:
        """Read it with options; None: from options alone."""
        if text is not None:
            self.file.write_text(text)
            options["plan"] = self.file
        return read_plan(PlanOptions(**options), DRAWN_SEED)

    def refused(self, text: str | None, **options: Any) -> list[str]:
        """Read what must be refused; gives the lines, without the path."""
        with pytest.raises(SettingsError) as error:
            self.read(text, **options)
        return [line.replace(f"{self.file}, ", "") for line in error.value.lines]
