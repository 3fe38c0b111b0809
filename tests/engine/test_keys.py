"""Private keys: whole or not there, for their owner alone, and in no text."""

from __future__ import annotations

import asyncio
import logging
import stat
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from msgspec import Struct

from cp_tui.certificates import keys as made_keys
from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import public_key_of, request_facts_of
from cp_tui.charge_point.effects import (
    Effect,
    ForgetKey,
    InspectFile,
    LogSecurityEvent,
    MakeCertificateRequest,
    Save,
    Table,
)
from cp_tui.charge_point.events import (
    CertificateRequestFailed,
    CertificateRequestMade,
    Event,
    FileInspected,
    PoweredOn,
    SecurityLogChanged,
)
from cp_tui.charge_point.variables import Troubles
from cp_tui.charge_point.variables.security import SecurityLogLine
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.diagnostics_archive import ArchiveSnapshot, LogPeriod, build
from cp_tui.engine.engine import Engine
from cp_tui.engine.errands import UNUSABLE, Errands
from cp_tui.engine.hub import Hub
from cp_tui.engine.keys import KEYS_FOLDER, KeyFolder
from cp_tui.engine.security_log import SecurityLog
from cp_tui.engine.troubles import TroubleKeeper
from tests.engine.fakes import CONFIG, NOON, Minds

WAIT_S = 30.0
ORDER = MakeCertificateRequest("k1", KeyKind.EC_P256, "SN-0001", "Operator")


class Bench:
    """The errands of a data folder, and what was told of them."""

    def __init__(self, folder: Path) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.hub = Hub()
        self.lines = StringIO()
        log = logging.Logger("bench", logging.DEBUG)
        log.addHandler(logging.StreamHandler(self.lines))
        self.security_log = SecurityLog(folder, self.events.put, log)
        self.errands = Errands(
            folder,
            self.security_log,
            deliver=self.events.put,
            log=log,
            troubles=TroubleKeeper(self.hub.publish, lambda: datetime.now(UTC)),
        )

    async def next(self) -> Event:
        async with asyncio.timeout(WAIT_S):
            return await self.events.get()

    async def end(self) -> None:
        await self.errands.end()
        await self.security_log.end()

    @property
    def troubles(self) -> Troubles:
        found: Troubles = self.hub.get("troubles")
        return found


async def test_a_key_is_made_kept_for_its_owner_and_forgotten(tmp_path: Path) -> None:
    """Whitepaper A02.FR.06, .13: the request is for the key that lies on the disk."""
    bench = Bench(tmp_path)
    bench.errands.start(ORDER)
    made = await bench.next()
    assert isinstance(made, CertificateRequestMade)
    file = tmp_path / KEYS_FOLDER / "k1.pem"
    assert made.public_key == public_key_of(file.read_text())
    facts = request_facts_of(made.request)
    assert (facts.common_name, facts.organization) == ("SN-0001", "Operator")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [*file.parent.iterdir()] == [file]
    assert bench.errands.readable_keys == {"k1"}
    secret = file.read_text().splitlines()[1]
    assert secret not in f"{bench.lines.getvalue()}{made!r}"

    bench.errands.start(ForgetKey("k1"))
    bench.errands.start(ForgetKey("never made"))
    async with asyncio.timeout(WAIT_S):
        while file.exists():
            await asyncio.sleep(0.001)
    assert bench.errands.readable_keys == frozenset()
    await bench.end()


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (MakeCertificateRequest("k1", KeyKind.EC_P256, "wss://csms", "Operator"), "wss://csms"),
        (MakeCertificateRequest("../k1", KeyKind.EC_P256, "SN", "Operator"), "internal error"),
    ],
)
async def test_what_no_request_can_be_made_for_leaves_nothing(
    tmp_path: Path, order: MakeCertificateRequest, text: str
) -> None:
    bench = Bench(tmp_path)
    bench.errands.start(order)
    failed = await bench.next()
    assert isinstance(failed, CertificateRequestFailed)
    assert text in failed.text
    await bench.end()
    assert [*tmp_path.rglob("*.pem"), *tmp_path.rglob("*.part")] == []


async def test_a_key_that_cannot_be_written_is_told_and_half_of_it_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cp_tui.engine.keys.os.fsync", full)
    bench = Bench(tmp_path)
    bench.errands.start(ORDER)
    failed = await bench.next()
    assert failed == CertificateRequestFailed(
        "k1", "the key cannot be stored: No space left on device"
    )
    assert [*(tmp_path / KEYS_FOLDER).iterdir()] == []
    assert bench.errands.readable_keys == frozenset()
    await bench.end()


def kept(folder: Path, *names: str) -> KeyFolder:
    """Have keys of these names in a data folder."""
    found = KeyFolder(folder)
    for name in names:
        found.make(MakeCertificateRequest(name, KeyKind.EC_P256, "SN-0001", "Operator"))
    return found


async def test_a_start_uses_what_can_be_read_and_says_what_cannot(tmp_path: Path) -> None:
    """A damaged key is kept for who may mend it; one that no record names goes, with all parts."""
    kept(tmp_path, "good", "damaged", "orphan")
    folder = tmp_path / KEYS_FOLDER
    secret = (folder / "damaged.pem").read_text().splitlines()[1]
    (folder / "damaged.pem").write_text(secret)
    (folder / "half.part").write_text("x")
    (folder / "good.pem").chmod(0o644)
    folder.chmod(0o755)
    bench = Bench(tmp_path)
    await bench.errands.look_at_keys(["good", '{"key_id":"damaged"}'])
    assert bench.errands.readable_keys == {"good"}
    assert {path.name for path in folder.iterdir()} == {"good.pem", "damaged.pem"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "good.pem").stat().st_mode) == 0o600
    (trouble,) = bench.troubles
    assert trouble.id == UNUSABLE
    assert trouble.text.startswith("1 private key cannot be used: damaged: the private key cannot")
    assert secret not in f"{trouble}{bench.lines.getvalue()}"
    bench.errands.start(ForgetKey("damaged"))
    async with asyncio.timeout(WAIT_S):
        while bench.troubles:
            await asyncio.sleep(0.001)
    await bench.end()


async def test_a_folder_of_keys_that_is_none_stops_no_start(tmp_path: Path) -> None:
    (tmp_path / KEYS_FOLDER).write_text("no folder")
    bench = Bench(tmp_path)
    await bench.errands.look_at_keys([])
    assert bench.errands.readable_keys == frozenset()
    assert "Private keys cannot be used: their folder: Not a directory" in str(bench.troubles)
    await bench.end()


def test_a_key_that_cannot_be_read_says_nothing_of_itself(tmp_path: Path) -> None:
    kept(tmp_path, "k1")
    secret = (tmp_path / KEYS_FOLDER / "k1.pem").read_text()
    with pytest.raises(CertificateError) as raised:
        made_keys.loaded_key(secret[:-40])
    shown: Sequence[str] = (str(raised.value), repr(raised.value))
    assert not any(secret.splitlines()[1] in text for text in shown)


class Named(Struct, frozen=True):
    """A record; its key is what matters."""

    text: str = ""


async def test_an_engine_does_what_the_mind_wants_and_knows_its_keys_at_the_next_start(
    tmp_path: Path,
) -> None:
    """The key is on the disk before the mind hears of it; a certificate keeps it there."""
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "fw.bin").write_bytes(b"firmware")
    line = SecurityLogLine(time=NOON, type="ResetOrReboot", is_critical=True, is_queued=False)

    def answer(event: Event) -> list[Effect]:
        match event:
            case PoweredOn(keys=frozenset(keys)) if not keys:
                return [ORDER, InspectFile("i1", "fw.bin"), LogSecurityEvent(line)]
            case CertificateRequestMade(key_id):
                assert KeyFolder(tmp_path).path(key_id).exists()
                return [Save(Table.CHARGE_POINT_CERTIFICATE, key_id, Named())]
        return []

    async def run(until: Callable[[Minds], bool]) -> Minds:
        minds = Minds(answer)
        engine = Engine(EngineConfig(CONFIG, "ws://127.0.0.1:1"), data_dir=tmp_path, mind=minds)
        await engine.start()
        async with asyncio.timeout(WAIT_S):
            while not until(minds):
                await asyncio.sleep(0.001)
        await engine.close()
        return minds

    kinds = {CertificateRequestMade, FileInspected, SecurityLogChanged}
    minds = await run(lambda minds: kinds <= {type(event) for event in minds.mind.events})
    inspected = next(each for each in minds.mind.events if isinstance(each, FileInspected))
    assert inspected.inspection_id == "i1"
    assert inspected.facts is not None
    assert inspected.facts.size_bytes == len(b"firmware")
    secret = KeyFolder(tmp_path).path("k1").read_text().splitlines()[1]

    kept(tmp_path, "orphan")
    minds = await run(lambda minds: bool(minds.mind.events))
    assert minds.mind.events[0] == PoweredOn(keys=frozenset({"k1"}))
    assert [path.name for path in (tmp_path / KEYS_FOLDER).iterdir()] == ["k1.pem"]

    snapshot = ArchiveSnapshot(taken_at=NOON, variables={}, streams={}, links=(), record_counts={})
    build(tmp_path / "diagnostics.zip", snapshot, tmp_path, LogPeriod())
    with zipfile.ZipFile(tmp_path / "diagnostics.zip") as archive:
        whole = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "private key without a certificate deleted" in whole
    assert secret not in whole
