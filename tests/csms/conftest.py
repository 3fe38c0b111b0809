"""What the tests of the CSMS share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cp_tui.csms.central_system import CentralSystem
from tests.csms.made_once import certificates, copied_to
from tests.csms.raw_charge_point import RawChargePoint, raw_charge_point


@pytest.fixture
async def csms() -> AsyncIterator[CentralSystem]:
    """A CSMS that listens on a free port of loopback."""
    async with CentralSystem() as central_system:
        yield central_system


@pytest.fixture
async def charge_point(csms: CentralSystem) -> AsyncIterator[RawChargePoint]:
    """CP001, connected and silent."""
    async with raw_charge_point(csms.url) as raw:
        yield raw


@pytest.fixture
def made_once() -> Path:
    """A folder with certificates, which no test may change."""
    return certificates()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with certificates, of the test's own."""
    return copied_to(tmp_path / "csms")
