"""Charge points in security profiles 1 to 3; each serves the tests of a module that ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from tests.security.pki import pki
from tests.security.place import Place, charge_point
from tests.security.secure_csms import SecureCsms


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def first() -> AsyncIterator[Place]:
    """A charge point in profile 1."""
    async for place in _place(1):
        yield place


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def second() -> AsyncIterator[Place]:
    """A charge point in profile 2."""
    async for place in _place(2):
        yield place


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def third() -> AsyncIterator[Place]:
    """A charge point in profile 3, with a certificate that was delivered in profile 2."""
    with TemporaryDirectory(prefix="cp-tui-security-") as name:
        folder = Path(name)
        (folder / "third").mkdir()
        async with (
            SecureCsms(2, pki(), folder) as before,
            SecureCsms(3, pki(), folder / "third") as csms,
            charge_point(before, folder, urls={3: csms.url}) as place,
        ):
            await place.booted()
            await place.certified()
            assert await before.set_key("SecurityProfile", "3") == "Accepted"
            await csms.reconnected(1)
            yield Place(csms, place.engine, folder)


async def _place(profile: int) -> AsyncIterator[Place]:
    with TemporaryDirectory(prefix="cp-tui-security-") as name:
        async with (
            SecureCsms(profile, pki(), Path(name)) as csms,
            charge_point(csms, Path(name)) as place,
        ):
            await place.booted()
            yield place


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Place:
    """The charge point whose fixture a test names by its parameter; nothing was said yet."""
    found: Place = request.getfixturevalue(request.param)
    found.csms.forget()
    return found
