"""What changes between two connections, and what disks do: section 18 of the security papers.

Each has a charge point of its own, for it is left with other roots, keys or files.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cp_tui.engine.transfer_job import DOWNLOADS_FOLDER
from tests.engine.file_servers import answer, http_server
from tests.security.firmware import CONTENT, update
from tests.security.pki import CA, MANUFACTURER, Signed, hash_data, made, named, pki, signed
from tests.security.place import Place, charge_point
from tests.security.secure_csms import MANUFACTURER_ROOT, SecureCsms

pytestmark = pytest.mark.asyncio(loop_scope="module")
Harm = Callable[[Path], object]


@asynccontextmanager
async def in_profile(
    profile: int, folder: Path, *, has_root_check: bool = False
) -> AsyncIterator[Place]:
    """Have a charge point in profile 1 or 2."""
    async with (
        SecureCsms(profile, pki(), folder) as csms,
        charge_point(csms, folder, has_root_check=has_root_check) as place,
    ):
        await place.booted()
        yield place


def next_root(by: Signed) -> Signed:
    """Make a root that the one before has signed, with a key of its own."""
    fresh = made("Next root", extensions=[CA])
    return signed(named("Next root"), fresh.public_key, by, fresh.key, extensions=[CA])


async def test_the_root_of_the_connection_stays_until_another_one_stands_for_it(
    tmp_path: Path,
) -> None:
    """W M04.FR.06: here it is the certificate of the server itself that stands for it then."""
    async with in_profile(2, tmp_path) as place:
        csms, root, leaf = place.csms, pki().root, pki().server()
        data = hash_data(root, root)
        assert await csms.delete(data) == "Failed"
        csms.show(leaf)
        await place.power_cycled()
        assert await csms.install(leaf) == "Accepted"
        connections = len(csms.shown)
        assert await csms.delete(data) == "Accepted"
        assert len(csms.shown) == connections
        await place.power_cycled()
        assert place.get("link").tls.anchor == "CN=localhost,O=Operator"


async def test_the_last_root_goes_where_nothing_rests_on_it(tmp_path: Path) -> None:
    """Over ws it may go; the way up to profile 2 is then closed (W A05.FR.03)."""
    async with in_profile(1, tmp_path) as place:
        root = pki().root
        assert await place.csms.delete(hash_data(root, root)) == "Accepted"
        assert await place.csms.installed() == []
        assert await place.csms.set_key("SecurityProfile", "2") == "Rejected"


async def test_a_new_root_takes_over_when_the_server_shows_it_and_not_before(
    tmp_path: Path,
) -> None:
    """W M05: AdditionalRootCertificateCheck, with its fallback root, over connections of TLS."""
    async with in_profile(2, tmp_path, has_root_check=True) as place:
        csms, old = place.csms, pki().root
        new = next_root(old)
        assert await csms.install(made("Other", extensions=[CA])) == "Rejected"
        assert await csms.install(new) == "Accepted"

        def states() -> list[tuple[str, str]]:
            roots = place.get("security").roots
            return sorted((each.facts.common_name, str(each.state)) for each in roots)

        both = [("Next root", "active"), ("Root", "fallback")]
        assert states() == both
        # The server still shows the old one: it is connected, and both stay.
        await place.power_cycled()
        assert states() == both
        csms.show(pki().server(new))
        await place.power_cycled()
        assert states() == [("Next root", "active")]
        # And from now on the old one opens nothing.
        csms.show(pki().server(old))
        assert "not trusted" in (await place.left_out()).text


async def test_a_root_that_comes_while_the_profile_changes_counts_for_the_new_one(
    tmp_path: Path,
) -> None:
    """InstallCertificate between the answer to SecurityProfile and the connection with it."""
    other = made("Another root", extensions=[CA])
    folders = [tmp_path / name for name in ("first", "second")]
    for each in folders:
        each.mkdir()
    async with (
        SecureCsms(1, pki(), folders[0]) as first,
        SecureCsms(2, pki(), folders[1]) as second,
        charge_point(first, tmp_path, urls={2: second.url}) as place,
    ):
        second.show(pki().server(other))
        await place.booted()
        assert await first.set_key("SecurityProfile", "2") == "Accepted"
        assert await first.install(other) == "Accepted"
        await second.reconnected(1)
        await place.until(lambda: place.get("security").change is None)
        assert place.get("security").profile == 2
        assert place.get("link").tls.anchor == "CN=Another root,O=Operator"


async def test_a_server_that_does_not_ask_who_comes_in_profile_3_is_left(third: Place) -> None:
    """W A00.FR.003: whoever comes could say that it is this charge point."""
    csms = third.csms
    assert csms.context is not None
    csms.context.verify_mode = ssl.CERT_NONE
    csms.forget()
    await third.engine.call("power_cycle", {})
    await third.until(lambda: third.get("security").server_problem is not None)
    assert "did not ask" in third.get("security").server_problem.text
    assert csms.actions() == []
    csms.context.verify_mode = ssl.CERT_REQUIRED
    await third.power_cycled()
    assert third.get("security").server_problem is None


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_certificate_that_the_csms_refuses_is_named(
    third: Place, version: ssl.TLSVersion
) -> None:
    """With TLS 1.3 it says so after a handshake that looked fine (W section 10)."""
    csms = third.csms
    assert csms.context is not None
    shown = await third.power_cycled()
    assert shown.certificate is not None
    csms.context.maximum_version = version
    csms.revoke(shown.certificate.serial_number)

    def refusals() -> int:
        types = [each.type for each in third.get("security_events").entries]
        return types.count("FailedToAuthenticationAtCentralSystem")

    before = refusals()
    assert "'SN-0001'" in (await third.left_out()).text
    await third.until(lambda: refusals() == before + 1)
    csms.revoke()
    csms.context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
    await third.booted()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


HARMS: dict[str, Harm] = {
    "damaged": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "of another kind": lambda path: path.write_text(pki().root.pem),
    "gone": lambda path: path.unlink(),
    "a FIFO": _pipe,
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
async def test_a_key_that_cannot_be_used_at_start(tmp_path: Path, harm: Harm) -> None:
    """It starts, says so, and uses what is left: the certificate before, or none at all."""
    (tmp_path / "third").mkdir()
    async with (
        SecureCsms(2, pki(), tmp_path) as second,
        SecureCsms(3, pki(), tmp_path / "third") as third,
    ):
        urls = {3: third.url}
        async with charge_point(second, tmp_path, urls=urls) as place:
            await place.booted()
            before = await place.certified()
            assert await second.set_key("SecurityProfile", "3") == "Accepted"
            await third.reconnected(1)
            at_three = Place(third, place.engine, tmp_path)
            newest = await at_three.certified()
            await third.reconnected(2)
            keys = {each.facts.serial: each for each in place.get("security").certificates}
            assert len(keys) == 2
        folder = tmp_path / "data" / "keys"
        newest_key = max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        harm(newest_key)
        third.forget()
        async with charge_point(second, tmp_path, urls=urls) as place:
            assert (await third.reconnected(1)).certificate == before.certificate
            problems = {
                each.facts.serial: each.problem for each in place.get("security").certificates
            }
            serial = f"{newest.certificate.serial_number:x}"
            assert "cannot be read" in problems[serial]
        for path in folder.iterdir():
            if path.is_file():
                harm(path)
        third.forget()
        async with charge_point(second, tmp_path, urls=urls) as place:
            await place.until(lambda: place.get("link").last_error is not None)
            assert "client certificate" in place.get("link").last_error.text
            assert third.shown == []


@pytest.mark.parametrize(
    "harm",
    [lambda path: path.write_bytes(CONTENT[:-1]), lambda path: path.unlink()],
    ids=["cut off", "gone"],
)
async def test_firmware_that_is_harmed_after_it_was_verified_is_not_installed(
    tmp_path: Path, harm: Harm
) -> None:
    """The file lies on a disk that others can write to until installDateTime has come."""
    signer = made("Signer", pki().manufacturer, organization=MANUFACTURER)
    async with in_profile(1, tmp_path) as place:
        with http_server(answer(200, CONTENT)) as files:
            assert await place.csms.install(pki().manufacturer, MANUFACTURER_ROOT) == "Accepted"
            location = f"http://127.0.0.1:{files.server_address[1]}/firmware-2.0.0.bin"
            at = datetime.now(UTC) + timedelta(seconds=4)
            request = update(location, signer, installDateTime=at.isoformat())
            place.csms.forget()
            assert (await place.csms.call(request)).status == "Accepted"
            action = "SignedFirmwareStatusNotification"
            await place.csms.receive(action, status="InstallScheduled")
            (file,) = (tmp_path / "data" / DOWNLOADS_FOLDER).iterdir()
            harm(file)
            await place.csms.receive(action, status="InstallVerificationFailed")
            await place.csms.event("InvalidFirmwareSignature")
            assert place.csms.actions().count("BootNotification") == 0
            assert place.get("firmware").running is None
