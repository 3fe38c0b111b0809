"""Whether a charge point can play a scenario: else it is skipped, and with which reason. Pure."""

from __future__ import annotations

from cp_tui.charge_point.config import FEATURE_PROFILES, ChargePointConfig
from cp_tui.charge_point.station_keys import station_keys
from cp_tui.ocpp.action import SPEC
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.scenarios.plan import Plan

NOT = "not "
"""Before the name of a habit of `[quirks]`, which the charge point must not have."""


def lacking(plan: Plan, charge_point: ChargePointConfig) -> str:
    """Say what a charge point has not that a scenario needs; empty: it has all."""
    for action in plan.asked:
        if action in charge_point.unsupported:
            return f"the charge point does not support {action}"
    asked = (SPEC[action].feature_profile for action in plan.asked)
    named = (FeatureProfile(name) for name in plan.needs if name in FEATURE_PROFILES)
    for profile in (*asked, *named):
        if not charge_point.has(profile):
            return f"the charge point has no feature profile {profile}"
    keys = station_keys(charge_point).specs
    for name in (*plan.needs, *plan.keys):
        without, _, habit = name.partition(NOT)
        if not without:
            if getattr(charge_point.quirks, habit):
                return f"the charge point has the habit {charge_point.quirks.told_of(habit)}"
        elif name not in FEATURE_PROFILES and name.lower() not in keys:
            return f"the charge point has no configuration key {name}"
    return ""
