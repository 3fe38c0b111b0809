"""What the rules of one subject are to those who run them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from cp_tui.explain.finding import Finding
from cp_tui.explain.known import Known
from cp_tui.ocpp.action import Action
from cp_tui.traces.record import Record

EVERY_ACTION = frozenset(Action)


class Family:
    """Rules of one subject over the records of one charge point."""

    ACTIONS: ClassVar[frozenset[Action]] = EVERY_ACTION
    """Their CALLs and answers concern it; what is of no action of OCPP 1.6, or the
    first after the log broke off, concerns all."""

    @property
    def is_waiting(self) -> bool:
        """Whether every record concerns it now, as one may end a wait; only `take` changes it."""
        return False

    @abstractmethod
    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        """Judge a record by what was known before it."""

    def at_end(self, known: Known) -> Iterable[Finding]:
        """Judge what was still open when the log ended."""
        return ()
