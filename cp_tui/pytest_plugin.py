"""What an installed cp-tui gives to every suite of pytest: charge points and a small CSMS.

A suite that uses none of it pays nothing: only pytest is imported here, all else where a fixture is
used. The fixtures need no plug-in for asyncio. Where there is one that runs the test, they live in
its loop; an `async def` test that nobody else would run is run here.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cp_tui.csms.central_system import CentralSystem
    from cp_tui.library.for_tests import Chargers, VirtualChargers

MADE = pytest.StashKey[Any]()
"""Where a test keeps what the fixtures made for it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the URL of the CSMS under test."""
    parser.getgroup("cp-tui").addoption(
        "--cp-tui-url",
        metavar="URL",
        help="endpoint of the CSMS under test, such as ws://127.0.0.1:9000/ocpp: where the"
        " fixture 'charger' connects unless the test says it; see docs/testing-a-backend.md",
    )


@pytest.fixture
def charger(request: pytest.FixtureRequest) -> Chargers:
    """Make charge points that are accepted by the CSMS: `cp = await charger(url, id="CP1")`.

    They are those of `cp_tui.Charger`, and are ended with the test. The URL may come from
    `--cp-tui-url` or the fixture `central_system`.
    """
    made: Chargers = _fixtures(request).chargers
    return made


@pytest.fixture
def virtual_charger(request: pytest.FixtureRequest) -> VirtualChargers:
    """Make charge points in virtual time, for a test without asyncio: `virtual_charger(seed=7)`.

    They are those of `cp_tui.VirtualCharger`.
    """
    made: VirtualChargers = _fixtures(request).virtual_chargers
    return made


@pytest.fixture
def central_system(request: pytest.FixtureRequest) -> CentralSystem:
    """Give a small CSMS that listens while the test runs: `central_system.url`."""
    csms: CentralSystem = _fixtures(request).central_system()
    return csms


def _fixtures(request: pytest.FixtureRequest) -> Any:
    from cp_tui.library.for_tests import Fixtures

    node = request.node
    if MADE not in node.stash:
        node.stash[MADE] = Fixtures(request.config.getoption("--cp-tui-url"))
    return node.stash[MADE]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let what the fixtures made live and end in the loop of the test."""
    test = getattr(item, "obj", None)
    if MADE in item.stash and inspect.iscoroutinefunction(test):
        item.obj = item.stash[MADE].around(test)  # type: ignore[attr-defined]
    return (yield)


@pytest.hookimpl
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object | None:
    """Run an `async def` test with our fixtures that nobody else runs."""
    if MADE not in pyfuncitem.stash or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    import asyncio

    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the frames of a failed test with their reasons, and keep them in a file."""
    report = yield
    if report.when == "call" and report.failed and MADE in item.stash:
        cache = getattr(item.config, "cache", None)
        folder = None if cache is None else cache.mkdir("cp-tui")
        report.sections += item.stash[MADE].sections(item.nodeid, folder)
    return report
