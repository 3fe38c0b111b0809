"""Sends local lists, for the tests of everything that uses one."""

from __future__ import annotations

from typing import Any

from tests.charge_point.rig import Rig


def entry(tag: str, status: str = "Accepted", **info: str) -> dict[str, Any]:
    return {"idTag": tag, "idTagInfo": {"status": status, **info}}


def send(made: Rig, version: int, kind: str, entries: list[dict[str, Any]] | None = None) -> str:
    payload: dict[str, Any] = {"listVersion": version, "updateType": kind}
    if entries is not None:
        payload["localAuthorizationList"] = entries
    status = made.request("SendLocalList", payload)[2]["status"]
    assert isinstance(status, str)
    return status
