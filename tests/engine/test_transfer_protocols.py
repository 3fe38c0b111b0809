"""TLS and FTP: with a server of an independent make, and certificates good and bad."""

from __future__ import annotations

import ftplib
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cp_tui.certificates.authority import Validity, new_root
from cp_tui.charge_point.effects import Download, ServerTrust
from cp_tui.charge_point.variables import TransferFault
from cp_tui.engine.transfer_ftp import refused
from tests.engine.certificates import Authority, authority, needs_openssl
from tests.engine.file_servers import (
    PASSWORD,
    USER,
    answer,
    ftp_server,
    http_server,
)
from tests.engine.transfer_bench import FIRMWARE, bench

NOW, DAY = datetime.now(UTC), timedelta(days=1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@needs_openssl
async def test_https_verifies_with_the_configured_root(tmp_path: Path, root: Authority) -> None:
    tls = root.server("files", "IP:127.0.0.1")
    with http_server(answer(200, FIRMWARE), tls) as server:
        async with bench(tmp_path, ca_file=root.certificate) as on:
            fetched = await on.download(f"https://127.0.0.1:{server.server_port}/fw.bin", "t1")
            delivered = await on.upload(f"https://127.0.0.1:{server.server_port}/in", "t2")
    assert fetched.ok, fetched.text
    assert delivered.ok, delivered.text


@needs_openssl
async def test_https_refuses_a_server_of_another_root(tmp_path: Path, root: Authority) -> None:
    tls = root.server("stranger", "IP:127.0.0.1")
    with http_server(answer(200, FIRMWARE), tls) as server:
        async with bench(tmp_path) as on:
            event = await on.download(f"https://127.0.0.1:{server.server_port}/fw.bin")
    assert "is not trusted" in event.text
    assert server.seen == []


@needs_openssl
async def test_https_verifies_with_the_roots_that_the_mind_names(
    tmp_path: Path, root: Authority
) -> None:
    """Those that the CSMS has installed, beside or in place of the file of the settings."""
    tls = root.server("installed", "IP:127.0.0.1")
    other = new_root("Another", "Example", Validity(NOW - DAY, NOW + DAY)).certificate
    with http_server(answer(200, FIRMWARE), tls) as server:
        async with bench(tmp_path) as on:
            url = f"https://127.0.0.1:{server.server_port}/fw.bin"
            trusts = {"t1": (other, root.certificate.read_text()), "t2": (other,)}
            for name, roots in trusts.items():
                on.transfers.start(Download(name, url, ServerTrust(roots, with_system=True)))
            good, bad = [await on.end_of(name) for name in trusts]
    assert good.ok, good.text
    assert "is not trusted" in bad.text


async def test_what_the_server_does_not_do_is_told_apart(tmp_path: Path) -> None:
    """LogStatusNotification has a status for each (W 6.19)."""
    faults = {
        400: TransferFault.BAD_MESSAGE,
        401: TransferFault.PERMISSION_DENIED,
        405: TransferFault.NOT_SUPPORTED_OPERATION,
        404: TransferFault.OTHER,
    }
    statuses = iter(faults)
    found = {}
    with http_server(lambda handler: answer(next(statuses))(handler)) as server:
        async with bench(tmp_path) as on:
            for status in faults:
                event = await on.upload(f"http://127.0.0.1:{server.server_port}/in", f"t{status}")
                found[status] = event.fault
            elsewhere = await on.upload("gopher://127.0.0.1/in", "scheme")
    assert found == faults
    assert elsewhere.fault is TransferFault.NOT_SUPPORTED_OPERATION


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("500 Syntax error", TransferFault.BAD_MESSAGE),
        ("502 Command not implemented", TransferFault.NOT_SUPPORTED_OPERATION),
        ("530 Login incorrect", TransferFault.PERMISSION_DENIED),
        ("553 File name not allowed", TransferFault.PERMISSION_DENIED),
        ("550 Not enough privileges.", TransferFault.PERMISSION_DENIED),
        ("550 Permission denied", TransferFault.PERMISSION_DENIED),
        ("550 No such file or directory", TransferFault.OTHER),
        ("552 Quota exceeded", TransferFault.OTHER),
    ],
)
def test_what_an_ftp_server_does_not_do_is_told_apart(reply: str, fault: TransferFault) -> None:
    error = refused(ftplib.error_perm(reply), "files.example:21")
    assert error.fault is fault
    assert reply[4:] not in str(error)


async def test_a_missing_ca_file_is_an_ordinary_failure(tmp_path: Path) -> None:
    async with bench(tmp_path, ca_file=tmp_path / "missing.pem") as on:
        event = await on.download("https://127.0.0.1/x")
    assert "csms.ca_file" in event.text


async def test_files_go_both_ways_over_ftp(tmp_path: Path) -> None:
    remote = tmp_path / "remote"
    (remote / "in").mkdir(parents=True)
    (remote / "fw-2.0.0.bin").write_bytes(FIRMWARE)
    data = tmp_path / "data"
    data.mkdir()
    with ftp_server(remote) as port:
        async with bench(data) as on:
            base = f"ftp://{USER}:{PASSWORD}@127.0.0.1:{port}"
            fetched = await on.download(f"{base}/fw-2.0.0.bin", "t1")
            delivered = await on.upload(f"{base}/in", "t2")
            missing = await on.download(f"{base}/no.bin", "t3")
            stranger = await on.download(f"ftp://{USER}:wrong@127.0.0.1:{port}/fw-2.0.0.bin", "t4")
            folder = await on.upload(f"{base}/nowhere/", "t5")
    assert fetched.ok, fetched.text
    assert (data / "downloads" / "fw-2.0.0.bin").read_bytes() == FIRMWARE
    assert delivered.ok, delivered.text
    assert zipfile.is_zipfile(remote / "in" / "diagnostics.zip")
    assert "(FTP 550)" in missing.text
    assert "refuses the login (FTP 530)" in stranger.text
    assert stranger.fault is TransferFault.PERMISSION_DENIED
    assert "(FTP 550)" in folder.text
    assert on.files == ["fw-2.0.0.bin"]


async def test_a_large_file_is_refused_over_ftp(tmp_path: Path) -> None:
    remote = tmp_path / "remote"
    remote.mkdir()
    with (remote / "big.bin").open("wb") as file:
        file.truncate(2 * 1024**3)
    data = tmp_path / "data"
    data.mkdir()
    with ftp_server(remote) as port:
        async with bench(data) as on:
            event = await on.download(f"ftp://{USER}:{PASSWORD}@127.0.0.1:{port}/big.bin")
    assert event.text == "the file is larger than 1,000,000 bytes"
    assert on.files == []


async def test_a_line_break_in_an_ftp_path_reaches_no_server(tmp_path: Path) -> None:
    remote = tmp_path / "remote"
    remote.mkdir()
    with ftp_server(remote) as port:
        async with bench(tmp_path) as on:
            base = f"ftp://{USER}:{PASSWORD}@127.0.0.1:{port}"
            event = await on.download(f"{base}/x%0d%0aDELE%20y")
    assert event.text == "the location holds what FTP cannot say"


@needs_openssl
async def test_files_go_both_ways_over_ftps(tmp_path: Path, root: Authority) -> None:
    root.server("ftps", "IP:127.0.0.1")
    combined = tmp_path / "server.pem"
    combined.write_text(
        (root.folder / "ftps.pem").read_text() + (root.folder / "ftps.key").read_text()
    )
    remote = tmp_path / "remote"
    remote.mkdir()
    (remote / "fw-2.0.0.bin").write_bytes(FIRMWARE)
    with ftp_server(remote, certificate=combined) as port:
        base = f"ftps://{USER}:{PASSWORD}@127.0.0.1:{port}"
        async with bench(tmp_path, ca_file=root.certificate) as on:
            fetched = await on.download(f"{base}/fw-2.0.0.bin", "t1")
            delivered = await on.upload(base, "t2")
        async with bench(tmp_path) as on:
            stranger = await on.upload(base, "t3")
    assert fetched.ok, fetched.text
    assert delivered.ok, delivered.text
    assert zipfile.is_zipfile(remote / "diagnostics.zip")
    assert "is not trusted" in stranger.text
