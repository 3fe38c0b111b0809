"""The table of Actions."""

from __future__ import annotations

from collections import Counter

from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.ocpp.feature_profile import FeatureProfile


def test_each_of_the_39_actions_has_its_messages() -> None:
    assert len(Action) == 39
    assert set(SPEC) == set(Action)
    for action, spec in SPEC.items():
        assert spec.action is action
        assert spec.request.__name__ == f"{action}Request"
        assert spec.response.__name__ == f"{action}Response"


def test_actions_are_split_over_the_profiles_as_the_standard_says() -> None:
    """S 3.3, E 3.2."""
    assert Counter(spec.feature_profile for spec in SPEC.values()) == {
        FeatureProfile.CORE: 16,
        FeatureProfile.FIRMWARE_MANAGEMENT: 4,
        FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT: 2,
        FeatureProfile.RESERVATION: 2,
        FeatureProfile.SMART_CHARGING: 3,
        FeatureProfile.REMOTE_TRIGGER: 1,
        FeatureProfile.SECURITY: 11,
    }


def test_the_charge_point_sends_fifteen_actions_of_its_own() -> None:
    """S 4, W 5; DataTransfer goes both ways."""
    directions = Counter(spec.direction for spec in SPEC.values())
    assert directions == {
        RequestDirection.TO_CSMS: 13,
        RequestDirection.TO_CHARGE_POINT: 25,
        RequestDirection.BOTH: 1,
    }
    assert SPEC[Action.DATA_TRANSFER].direction is RequestDirection.BOTH
    assert SPEC[Action.SIGN_CERTIFICATE].direction is RequestDirection.TO_CSMS
