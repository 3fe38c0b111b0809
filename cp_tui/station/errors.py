"""The one way in which the station says no: an act that is impossible in the physical world."""

from __future__ import annotations


class StationError(Exception):
    """An impossible act, in one sentence for the operator."""
