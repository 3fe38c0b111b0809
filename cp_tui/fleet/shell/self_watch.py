"""How the fleet itself fares: how late its timers are, how much it takes of core and memory."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

from cp_tui.fleet.measures import Histogram
from cp_tui.fleet.result import FleetFigures
from cp_tui.fleet.shell.machine import resident_kib


class SelfWatch:
    """Measures this process while a fleet runs."""

    def __init__(self, loop_time: Callable[[], float]) -> None:
        self._loop_time = loop_time
        self._began_s = self._looked_s = loop_time()
        self._cpu_began_s = self._cpu_looked_s = process_time()
        self.lag = Histogram()
        """How late deadlines were carried out."""
        self._lag_max_s = 0.0
        """Since `look`."""
        self._memory_kib = 0

    def late(self, seconds: float) -> None:
        """Note how late a deadline of a charge point was carried out."""
        self.lag.add(seconds)
        self._lag_max_s = max(self._lag_max_s, seconds)

    def look(self) -> tuple[float, float, int]:
        """Give the longest lag and the share of a core since the last look, and the memory now."""
        now_s, cpu_s = self._loop_time(), process_time()
        passed_s = now_s - self._looked_s
        share = (cpu_s - self._cpu_looked_s) / passed_s if passed_s > 0 else 0.0
        lag_s, self._lag_max_s = self._lag_max_s, 0.0
        self._looked_s, self._cpu_looked_s = now_s, cpu_s
        memory_kib = resident_kib()
        self._memory_kib = max(self._memory_kib, memory_kib)
        return lag_s, share, memory_kib

    def figures(self) -> FleetFigures:
        """Give what has been measured since the start."""
        elapsed_s = self._loop_time() - self._began_s
        cpu_s = process_time() - self._cpu_began_s
        return FleetFigures(
            lag_p50_s=self.lag.quantile(0.5),
            lag_p99_s=self.lag.quantile(0.99),
            lag_max_s=self.lag.quantile(1.0),
            cpu_share=cpu_s / elapsed_s if elapsed_s > 0 else 0.0,
            memory_kib=self._memory_kib,
            elapsed_s=elapsed_s,
        )
