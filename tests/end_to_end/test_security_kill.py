"""`kill -9` at each step of what changes keys, certificates, profiles and firmware.

The program is the installed one, and dies where a power cut would hurt: between a key and the
certificate for it, between an answer and what it promised. After each death it has to connect.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from pathlib import Path
from signal import SIGKILL
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from cp_tui.engine.store import DATABASE_FILE
from tests.end_to_end.dying import DIED, dies_at
from tests.end_to_end.processes import Serve, serving
from tests.end_to_end.test_security import ID, settings, with_certificate
from tests.security.pki import pki
from tests.security.secure_csms import SecureCsms
from tests.tiers import tier

STRIDE = tier(1, deep=1)
STEPS_MAX = 200
LIFE_S = 20.0


async def live(serve: Serve, wanted: Coroutine[Any, Any, None]) -> str:
    """Have something done, until it is or the program has died; says before what it died."""
    doing = asyncio.create_task(wanted)
    ending = asyncio.create_task(serve.process.wait())
    await asyncio.wait({doing, ending}, timeout=LIFE_S, return_when=asyncio.FIRST_COMPLETED)
    if not ending.done():
        ending.cancel()
        await doing
        return ""
    doing.cancel()
    await asyncio.wait({doing})
    assert serve.process.returncode == -SIGKILL, await serve.stderr()
    serve.socket.unlink(missing_ok=True)
    lines = (await serve.stderr()).splitlines()
    # The end takes a moment, in which other threads may get as far.
    return next(each for each in lines if each.startswith(DIED)).removeprefix(DIED).strip()


def records(folder: Path, table: str) -> dict[str, Any]:
    """Read what is stored, as somebody does who opens the file."""
    with closing(sqlite3.connect(folder / "data" / DATABASE_FILE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        query = "SELECT key, value FROM record WHERE kind = ?"
        return {key: json.loads(value) for key, value in database.execute(query, (table,))}


def check_pairs(folder: Path) -> None:
    """Each certificate has its key, whole; and so has the request that is pending."""
    keys = {}
    for path in (folder / "data" / "keys").glob("*.pem"):
        keys[path.stem] = load_pem_private_key(path.read_bytes(), None).public_key()
    certificates = records(folder, "charge_point_certificate")
    assert certificates
    for key_id, record in certificates.items():
        leaf = x509.load_pem_x509_certificate(record["chain"][0].encode())
        assert leaf.public_key() == keys[key_id]
    pending = records(folder, "state").get("pending_certificate_request")
    if pending is not None:
        request = x509.load_pem_x509_csr(pending["request"].encode())
        assert request.public_key() == keys[pending["key_id"]]


async def test_a_renewal_that_is_killed_at_any_step(folder: Path) -> None:
    folders = [folder / name for name in ("second", "third")]
    for each in folders:
        each.mkdir()
    async with (
        SecureCsms(2, pki(), folders[0], identity=ID) as second,
        SecureCsms(3, pki(), folders[1], identity=ID) as third,
    ):
        options = settings(folder, third)
        async with serving(folder, second.url, *options) as serve:
            await with_certificate(serve, second)
            await third.reconnected(1)
        third.signs = True

        async def renewed() -> None:
            await third.request()
            shown = (await third.reconnected(2)).certificate
            assert shown.serial_number in third.taken

        deaths = []
        for step in range(1, STEPS_MAX, STRIDE):
            third.forget()
            environment = dies_at(step, "ExtendedTriggerMessage")
            async with serving(folder, second.url, *options, environment=environment) as serve:
                shown = (await third.reconnected(1)).certificate
                await third.receive("StatusNotification", connectorId=2)
                if third.taken:
                    assert shown.serial_number >= third.taken[-1]
                died = await live(serve, renewed())
            print(step, died)
            deaths.append(died)
            check_pairs(folder)
            if not died:
                break
        assert not died
