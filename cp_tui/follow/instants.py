"""Instants of a log: one without times has none."""

from __future__ import annotations

from datetime import datetime

from cp_tui.ocpp.calendar import FIRST


def told_at(at: datetime) -> datetime | None:
    """Give an instant of the log; None where it tells no times, and all stands at the first."""
    return at if at > FIRST else None
