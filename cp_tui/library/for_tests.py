"""What the fixtures of pytest are made of: charge points that end with their test, and a record."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import wraps
from pathlib import Path
from typing import Any

from cp_tui.charge_point.codec import encode
from cp_tui.csms.central_system import CentralSystem
from cp_tui.engine.told_frames import told
from cp_tui.library.charger import CONNECT_TIMEOUT_S, LiveCharger
from cp_tui.library.looks import Looks
from cp_tui.library.virtual_charger import VirtualCharger
from cp_tui.library.wait_failed import seen

FRAMES_SHOWN = 40
"""How many of the last frames the report of a failed test shows; its file has all."""
NAME_MAX = 120

AsyncTest = Callable[..., Awaitable[object]]


class Chargers:
    """Makes the charge points of one test, and ends them with it."""

    def __init__(self, fixtures: Fixtures) -> None:
        self._fixtures = fixtures

    async def __call__(
        self,
        url: str | None = None,
        id: str = "CP1",
        *,
        timeout_s: float | None = CONNECT_TIMEOUT_S,
        **options: Any,
    ) -> LiveCharger:
        """Start a charge point and wait until the CSMS has accepted it; raises `WaitFailed`.

        With `timeout_s=None` nothing is waited for. `options` are those of `cp_tui.Charger`.
        """
        charger = LiveCharger(url or self._fixtures.url, id, **options)
        await self._fixtures.keep(charger)
        if timeout_s is not None:
            await charger.connected(timeout_s=timeout_s)
        return charger


class VirtualChargers:
    """Makes the charge points in virtual time of one test."""

    def __init__(self, fixtures: Fixtures) -> None:
        self._fixtures = fixtures

    def __call__(self, **options: Any) -> VirtualCharger:
        """Switch a charge point on; `options` are those of `cp_tui.VirtualCharger`."""
        charger = VirtualCharger(**options)
        self._fixtures.note(f"{charger.id}, seed {charger.seed}", charger)
        return charger


class Fixtures:
    """What the fixtures made for one test."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._csms: CentralSystem | None = None
        self._living: AsyncExitStack | None = None
        self._made: list[tuple[str, Looks]] = []
        self._found: list[tuple[str, str]] = []
        """What the charge points looked like when the test ended: title and text."""
        self.chargers = Chargers(self)
        self.virtual_chargers = VirtualChargers(self)

    @property
    def url(self) -> str:
        """Where charge points connect unless the test says it."""
        if self._csms is not None:
            return self._csms.url
        if self._url is None:
            raise ValueError("no CSMS: give its URL to 'charger', or --cp-tui-url to pytest")
        return self._url

    def central_system(self) -> CentralSystem:
        """Give the small CSMS of the test; it listens as soon as the test runs."""
        self._csms = self._csms or CentralSystem()
        return self._csms

    async def keep(self, charger: LiveCharger) -> None:
        """Start a charge point, and end it with the test."""
        if self._living is None:
            raise RuntimeError("'charger' is for tests that are 'async def'")
        self.note(charger.id, charger)
        await self._living.enter_async_context(charger)

    def note(self, name: str, charger: Looks) -> None:
        """Have the report of a failure tell about a charge point."""
        self._made.append((name, charger))

    def around(self, test: AsyncTest) -> AsyncTest:
        """Give the test within the life of what the fixtures made."""

        @wraps(test)
        async def living(*args: Any, **kwargs: Any) -> object:
            async with AsyncExitStack() as self._living:
                if self._csms is not None:
                    await self._living.enter_async_context(self._csms)
                try:
                    return await test(*args, **kwargs)
                except BaseException:
                    self._found = [(name, _present(each)) for name, each in self._made]
                    raise

        return living

    def sections(self, test: str, folder: Path | None) -> list[tuple[str, str]]:
        """Give what the report of a failed test shows of each charge point; keeps all its frames.

        They go into the folder, a line of JSON for each, or into a temporary one without it.
        """
        present = dict(self._found)
        sections = []
        for name, charger in self._made:
            place = folder or Path(tempfile.mkdtemp(prefix="cp-tui-"))
            file = place / f"{re.sub(r'[^A-Za-z0-9]+', '-', f'{test} {name}')[-NAME_MAX:]}.jsonl"
            file.write_bytes(b"".join(encode(each) + b"\n" for each in charger.messages))
            frames = "\n".join(told(charger.messages.all[-FRAMES_SHOWN:]))
            if isinstance(charger, VirtualCharger):
                present[name] = _present(charger)
            text = f"{present.get(name, '')}frames:\n{frames}\nall frames: {file}"
            sections.append((f"charge point {name}", text))
        return sections


def _present(charger: Looks) -> str:
    """Tell what a charge point is like now, if it runs."""
    try:
        return "".join(f"{line}\n" for line in seen(charger))
    except Exception as error:
        return f"{error}\n"
