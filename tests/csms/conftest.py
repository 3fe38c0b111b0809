"""What the tests of the CSMS share."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.security import CsmsSecurity
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


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with certificates, made once; it is copied and never changed."""
    folder = tmp_path_factory.mktemp("csms")
    CsmsSecurity(folder, datetime.now(UTC))
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    """A folder with certificates, of the test's own."""
    shutil.copytree(made_once, tmp_path / "csms")
    return tmp_path / "csms"
