"""`kill -9` at each step of what changes keys, certificates, profiles and firmware.

The program is the installed one, and dies where a power cut would hurt: between a key and the
certificate for it, between an answer and what it promised. After each death it has to connect.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from cp_tui.engine.keys import KEYS_FOLDER, PART_SUFFIX
from cp_tui.engine.security_log import SECURITY_LOG_FILE
from cp_tui.engine.store import DATABASE_FILE
from cp_tui.rpc.client import Client, ConnectionLost
from tests.end_to_end.dying import DIED, dies_at
from tests.end_to_end.processes import Serve, serving
from tests.end_to_end.programs import start_with_pipes
from tests.end_to_end.test_security import ID, csms_for, settings, with_certificate
from tests.engine.file_servers import answer, http_server
from tests.security.firmware import CONTENT, update
from tests.security.pki import MANUFACTURER, made, pki
from tests.security.secure_csms import SecureCsms
from tests.tiers import tier

STRIDE = tier(12, deep=1)
"""A plain run dies at one of so many steps."""
HAS_STUMBLES = tier(False, deep=True)
STUMBLE_S = 2.0
STEPS_MIN, STEPS_MAX = 10, 200
LIFE_S = 30.0
WAIT_S = 30.0

Doing = Callable[["Life"], Awaitable[None]]


class Life:
    """A program that runs until it has done what is wanted, or has died of it."""

    def __init__(self, serve: Serve, client: Client) -> None:
        self.serve = serve
        self._client = client

    async def get(self, variable: str) -> Any:
        """Give a variable."""
        return (await self._client.call("get", variable=variable)).result

    async def until(self, variable: str, is_so: Callable[[Any], bool]) -> None:
        """Wait until a variable says something."""
        async with asyncio.timeout(WAIT_S):
            while not is_so(await self.get(variable)):
                await asyncio.sleep(0.02)

    async def call(self, method: str, **parameters: Any) -> None:
        """Carry out a command."""
        await self._client.call(method, **parameters)

    async def delivered(self) -> None:
        """Wait until no security event waits for the CSMS."""
        await self.until("security_events", lambda value: value["waiting"] == 0)

    async def ends(self, doing: Awaitable[None]) -> str:
        """Have something done; says before which step the program died, empty: it did not."""
        work = asyncio.ensure_future(doing)
        ending = asyncio.ensure_future(self.serve.process.wait())
        await asyncio.wait({work, ending}, timeout=LIFE_S, return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            ending.cancel()
            with suppress(ConnectionLost):
                await work
                return ""
            await self.serve.process.wait()
        work.cancel()
        await asyncio.wait({work})
        errors = await self.serve.stderr()
        assert self.serve.process.returncode == -SIGKILL, errors
        # The end takes a moment, in which other threads may get as far.
        line = next(each for each in errors.splitlines() if each.startswith(DIED))
        return line.removeprefix(DIED).strip()


class Lives:
    """The lives of one charge point, each of which ends some steps later than the one before."""

    def __init__(
        self, folder: Path, csms: Sequence[SecureCsms], options: Sequence[str], after: str
    ) -> None:
        """The first of those CSMS is that of `csms.url`; steps count after this message."""
        self.folder = folder
        self.count = 0
        self._csms = csms
        self._options = options
        self._after = after

    @asynccontextmanager
    async def one(self, step: int = STEPS_MAX) -> AsyncIterator[Life]:
        """Have a life that ends at this step."""
        for each in self._csms:
            each.forget()
        environment = dies_at(step, self._after)
        url = self._csms[0].url
        async with serving(self.folder, url, *self._options, environment=environment) as serve:
            self.count += 1
            client = await Client.connect(serve.socket)
            try:
                yield Life(serve, client)
            finally:
                await client.close()
        (self.folder / "door").unlink(missing_ok=True)

    async def stumble(self, step: int) -> None:
        """Die once more, at this step of the start that goes on with what was interrupted."""
        process = await start_with_pipes(
            *("serve", f"--url={self._csms[0].url}", f"--id={ID}"),
            *(f"--socket={self.folder / 'door'}", f"--data-dir={self.folder / 'data'}"),
            *self._options,
            environment=dies_at(step),
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(STUMBLE_S):
                await process.wait()
        process.kill()
        await process.communicate()
        (self.folder / "door").unlink(missing_ok=True)

    async def each(self, connected: Doing, doing: Doing) -> None:
        """Live until there is nothing left to die of.

        `connected` looks at what the death before has left.
        """
        for step in range(1, STEPS_MAX, STRIDE):
            if HAS_STUMBLES and step > 1:
                await self.stumble(step)
            async with self.one(step) as life:
                await connected(life)
                died = await life.ends(doing(life))
            check_pairs(self.folder)
            if not died:
                break
        assert not died, "it never got through"
        assert step > STEPS_MIN, "what happens is not counted any more"

    def check_events(self) -> None:
        """None is lost: what the log says is queued has come, and each boot (W A04.FR.02)."""
        lines = (self.folder / "data" / SECURITY_LOG_FILE).read_text().splitlines()
        logged = [json.loads(line) for line in lines]
        queued = {(each["type"], _instant(each["time"])) for each in logged if each["is_queued"]}
        events = [event for csms in self._csms for event in csms.events]
        came = {(each["type"], _instant(each["timestamp"])) for each in events}
        assert queued <= came
        boots = [time for kind, time in came if kind in ("StartupOfTheDevice", "ResetOrReboot")]
        assert len(boots) >= self.count


def _instant(text: str) -> str:
    """Give a time to the millisecond, which is what goes over the wire."""
    seconds, _, fraction = text.rstrip("Z").partition(".")
    return f"{seconds}.{fraction[:3]:0<3}"


def records(folder: Path, table: str) -> dict[str, Any]:
    """Read what is stored, as somebody does who opens the file."""
    with closing(sqlite3.connect(folder / "data" / DATABASE_FILE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        query = "SELECT key, value FROM record WHERE kind = ?"
        return {key: json.loads(value) for key, value in database.execute(query, (table,))}


def check_pairs(folder: Path) -> None:
    """Each certificate has its key, whole; and so has the request that is pending."""
    keys = {}
    for path in (folder / "data" / KEYS_FOLDER).glob("*.pem"):
        keys[path.stem] = load_pem_private_key(path.read_bytes(), None).public_key()
    for key_id, record in records(folder, "charge_point_certificate").items():
        leaf = x509.load_pem_x509_certificate(record["chain"][0].encode())
        assert leaf.public_key() == keys[key_id]
    pending = records(folder, "state").get("pending_certificate_request")
    if pending is not None:
        request = x509.load_pem_x509_csr(pending["request"].encode())
        assert request.public_key() == keys[pending["key_id"]]


def check_nothing_half(folder: Path) -> None:
    """After a start there is no key without its certificate or request, and no part of a file."""
    names = {path.name for path in (folder / "data" / KEYS_FOLDER).iterdir()}
    assert not any(name.endswith(PART_SUFFIX) for name in names)
    needed = set(records(folder, "charge_point_certificate"))
    if pending := records(folder, "state").get("pending_certificate_request"):
        needed.add(pending["key_id"])
    assert names == {f"{key_id}.pem" for key_id in needed}


async def test_a_renewal_that_is_killed_leaves_a_whole_pair_at_each_step(folder: Path) -> None:
    """W A02: what was answered with Accepted is what the next connection is made with."""
    async with csms_for(folder, 2) as second, csms_for(folder, 3) as third:
        options = settings(folder, {3: third.url})
        lives = Lives(folder, (second, third), options, "ExtendedTriggerMessage")
        async with lives.one() as life:
            await with_certificate(life.serve, second)
            await third.reconnected(1)
        third.signs = True

        async def connected(life: Life) -> None:
            shown = (await third.reconnected(1)).certificate
            assert shown is not None
            assert shown.serial_number >= max(third.taken, default=0)
            await third.receive("StatusNotification", connectorId=2)
            check_nothing_half(folder)

        async def renew(life: Life) -> None:
            await third.request()
            shown = (await third.reconnected(2)).certificate
            assert shown is not None
            assert shown.serial_number in third.taken

        await lives.each(connected, renew)
        async with lives.one() as life:
            await third.reconnected(1)
            await life.delivered()
        lives.check_events()


@pytest.mark.parametrize("comes_up", [True, False])
async def test_a_profile_upgrade_that_is_killed_connects_after_each_step(
    folder: Path, comes_up: bool
) -> None:
    """W A05: with what was accepted where that comes up, else with what was there before."""
    is_accepted = False
    async with csms_for(folder, 1) as first, csms_for(folder, 2) as second:
        options = settings(folder, {2: second.url}, profile_tries=2)
        options = (*options, "--set=SecurityProfile=1")
        lives = Lives(folder, (first, second), options, "ChangeConfiguration")
        if not comes_up:
            second.password = b"another password"

        async def settled(life: Life) -> int:
            await life.until("link", lambda link: bool(link["phase"] == "open"))
            await life.until("security", lambda value: value["change"] is None)
            return int((await life.get("security"))["profile"])

        async def connected(life: Life) -> None:
            profile = await settled(life)
            if is_accepted:
                assert profile == (2 if comes_up else 1)
            await (first, second)[profile - 1].receive("StatusNotification", connectorId=2)
            if profile == 2:
                first.forget()
                await life.call("set_security_profile", profile=1)
                await first.reconnected(1)
                assert await settled(life) == 1
            second.forget()

        async def upgrade(life: Life) -> None:
            nonlocal is_accepted
            is_accepted = False
            is_accepted = await first.set_key("SecurityProfile", "2") == "Accepted"
            first.forget()
            await (second if comes_up else first).reconnected(1)
            await settled(life)

        await lives.each(connected, upgrade)
        async with lives.one() as life:
            await settled(life)
            await life.delivered()
        lives.check_events()


async def test_a_signed_firmware_that_is_killed_is_installed_all_the_same(folder: Path) -> None:
    """W L01: an update that was accepted goes on after each death, and is told to its end."""
    (folder / "maker.pem").write_text(pki().manufacturer.pem)
    signer = made("Signer", pki().manufacturer, organization=MANUFACTURER)
    options = settings(folder, manufacturer_roots='"maker.pem"')
    accepted: set[int] = set()
    asked = 0
    with http_server(answer(200, CONTENT)) as files:
        location = f"http://127.0.0.1:{files.server_address[1]}/firmware-2.0.0.bin"
        async with csms_for(folder, 1) as first:
            options = (*options, "--set=SecurityProfile=1")
            lives = Lives(folder, (first,), options, "SignedUpdateFirmware")

            async def installed(number: int) -> None:
                action = "SignedFirmwareStatusNotification"
                told = (action, {"status": "Installed", "requestId": number})
                await first.until(lambda: told in first.ever)

            async def connected(life: Life) -> None:
                await first.receive("StatusNotification", connectorId=2)
                if asked in accepted:
                    await installed(asked)
                await life.until("firmware", lambda value: value["state"] in ("idle", "installed"))

            async def install(life: Life) -> None:
                nonlocal asked
                asked += 1
                request = update(location, signer, request_id=asked)
                if (await first.call(request)).status == "Accepted":
                    accepted.add(asked)
                await installed(asked)

            await lives.each(connected, install)
            async with lives.one() as life:
                await first.receive("StatusNotification", connectorId=2)
                await life.delivered()
    lives.check_events()
    done = [each for each in first.events if each["type"] == "FirmwareUpdated"]
    assert len(done) >= len(accepted)
