"""The official test cases of LocalAuthListManagement (OCTT, 2024-04), named by their ids."""

from __future__ import annotations

from tests.charge_point.listing import entry, send
from tests.charge_point.rig import rig
from tests.conformance.steps import TAG, set_key


def test_tc_042_1_list_version_not_supported() -> None:
    made = rig()
    set_key(made, "LocalAuthListEnabled", "false")
    assert made.request("GetLocalListVersion")[2] == {"listVersion": -1}


def test_tc_042_2_list_version_empty() -> None:
    made = rig()
    assert send(made, 1, "Full") == "Accepted"
    assert made.request("GetLocalListVersion")[2] == {"listVersion": 0}


def test_tc_043_send_list() -> None:
    made = rig()
    assert send(made, 1, "Full", [entry(TAG)]) == "Accepted"
    assert send(made, 2, "Differential", [entry("IDTAG2")]) == "Accepted"


def test_tc_043_1_send_list_not_supported() -> None:
    made = rig()
    set_key(made, "LocalAuthListEnabled", "false")
    assert send(made, 1, "Full", [entry(TAG)]) == "NotSupported"


def test_tc_043_2_send_list_version_mismatch() -> None:
    made = rig()
    for version, kind, status, stored in (
        (2, "Full", "Accepted", 2),
        (5, "Differential", "Accepted", 5),
        (4, "Differential", "VersionMismatch", 5),
    ):
        assert send(made, version, kind, [entry(TAG)]) == status
        assert made.request("GetLocalListVersion")[2] == {"listVersion": stored}


def test_tc_043_3_send_list_failed() -> None:
    made = rig()
    assert send(made, 2, "Full", [entry(TAG), entry(TAG.lower())]) == "Failed"
    assert made.request("GetLocalListVersion")[2] == {"listVersion": 0}


def test_tc_008_start_with_listed_id() -> None:
    made = rig()
    set_key(made, "LocalPreAuthorize", "true")
    set_key(made, "AuthorizationCacheEnabled", "false")
    set_key(made, "AuthorizeRemoteTxRequests", "true")
    assert made.request("GetLocalListVersion")[2] == {"listVersion": 0}
    assert send(made, 1, "Full", [entry(TAG)]) == "Accepted"
    made.act("plug_in", connector_id=1)
    assert made.statuses(1) == ["Preparing"]
    answer = made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": TAG})
    assert answer[2] == {"status": "Accepted"}
    assert "Authorize" not in made.actions()
    assert made.calls("StartTransaction")[0]["idTag"] == TAG
    assert made.statuses(1) == ["Preparing", "Charging"]


def test_tc_008_2_start_with_listed_id_at_the_reader() -> None:
    """The 2025 editions present the tag locally."""
    made = rig()
    set_key(made, "LocalPreAuthorize", "true")
    set_key(made, "AuthorizationCacheEnabled", "false")
    send(made, 1, "Full", [entry(TAG)])
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG)
    assert "Authorize" not in made.actions()
    assert made.statuses(1) == ["Preparing", "Charging"]
