"""A charge point in a security profile, and the CSMS that it is connected to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cp_tui.charge_point.config import ChargePointConfig, SecurityConfig
from cp_tui.charge_point.variables import LinkError
from cp_tui.engine.backoff import BackoffSettings
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.engine import Engine
from cp_tui.engine.link import LinkSettings
from cp_tui.engine.timeouts import Timeouts
from tests.security.pki import OPERATOR, SERIAL, Signed, for_request, pki
from tests.security.secure_csms import IDENTITY, PASSWORD, SecureCsms, Shown

WAIT_S = 30.0
LINK = LinkSettings(
    connect=Timeouts(tls_s=5.0),
    backoff=BackoffSettings(wait_minimum_s=0.02, random_range_s=0.0, doublings=0),
)
CONNECTORS = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Both sides, and where the charge point keeps its data."""

    csms: SecureCsms
    engine: Engine
    folder: Path

    async def booted(self, boots: int = 1) -> None:
        """Wait until the charge point has booted so often, and has told all statuses."""
        await self.csms.receive("BootNotification", boots)
        for connector_id in range(CONNECTORS + 1):
            await self.csms.receive("StatusNotification", boots, connectorId=connector_id)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until the charge point shows something."""
        async with asyncio.timeout(WAIT_S):
            while not is_so():
                await asyncio.sleep(0.01)

    def get(self, variable: str) -> Any:
        """Give a variable of the charge point."""
        return self.engine.get(variable)

    async def certified(self) -> Signed:
        """Have the charge point ask for a certificate, and deliver one (the official state)."""
        certificate = for_request(await self.csms.request(), pki().root)
        assert await self.csms.deliver(certificate) == "Accepted"
        return certificate

    async def power_cycled(self) -> Shown:
        """Cut the power, switch it on, and wait for the boot; gives what was shown with it."""
        self.csms.forget()
        await self.engine.call("power_cycle", {})
        shown = await self.csms.reconnected(1)
        await self.booted()
        return shown

    async def left_out(self) -> LinkError:
        """Cut the power, switch it on, and see that no connection is made; gives why not."""
        self.csms.forget()
        before = self.get("link").last_error
        await self.engine.call("power_cycle", {})
        await self.until(lambda: self.get("link").last_error not in (None, before))
        assert self.csms.shown == []
        error: LinkError = self.get("link").last_error
        return error


@asynccontextmanager
async def charge_point(
    csms: SecureCsms,
    folder: Path,
    *,
    urls: Mapping[int, str] | None = None,
    keys: Mapping[str, str] | None = None,
    has_root_check: bool = False,
) -> AsyncIterator[Place]:
    """Have a charge point that connects to a CSMS, and trusts its root."""
    root = folder / "root.pem"
    root.write_text(pki().root.pem)
    config = ChargePointConfig(
        IDENTITY,
        "",
        charge_box_serial_number=SERIAL,
        keys={"AuthorizationKey": PASSWORD.decode(), "CpoName": OPERATOR, **(keys or {})},
        security=SecurityConfig(
            urls={profile: f"{url}/{IDENTITY}" for profile, url in (urls or {}).items()},
            root_check=has_root_check,
        ),
    )
    engine = Engine(
        EngineConfig(config, csms.url, root),
        data_dir=folder / "data",
        link_settings=LINK,
    )
    await engine.start()
    try:
        yield Place(csms, engine, folder)
    finally:
        await engine.close()
