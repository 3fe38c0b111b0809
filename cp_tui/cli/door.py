"""Whose door `ctl` asks, and where it is."""

from __future__ import annotations

from argparse import Namespace
from enum import StrEnum
from pathlib import Path

from cp_tui.rpc.paths import find_csms, find_engine, find_fleet


class Door(StrEnum):
    """Who stands behind a door."""

    CHARGE_POINT = "charge point"
    CSMS = "CSMS"
    FLEET = "fleet"

    @property
    def option(self) -> str:
        """What is typed for it, with the blank behind it."""
        return {Door.CHARGE_POINT: "", Door.CSMS: "--csms ", Door.FLEET: "--fleet "}[self]


def door_of(options: Namespace) -> Door:
    """Say whose door the options mean."""
    if options.csms:
        return Door.CSMS
    return Door.FLEET if options.fleet else Door.CHARGE_POINT


def socket_of(options: Namespace) -> Path:
    """Give the socket that the options mean; raises `SocketPathError`."""
    match door_of(options):
        case Door.CSMS:
            return find_csms(options.socket)
        case Door.FLEET:
            return find_fleet(options.socket, options.id)
        case Door.CHARGE_POINT:
            return find_engine(options.socket, options.id)
