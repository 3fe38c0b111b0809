"""The installed program in security profile 3, against a CSMS that we did not write (W A02)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography import x509

from cp_tui.ocpp.printable import is_clean
from tests.end_to_end.processes import Serve, cp_tui, serving
from tests.security.pki import CA, DAY, NOW, OPERATOR, SERIAL, Signed, for_request, made, pki
from tests.security.secure_csms import PASSWORD, SecureCsms

ID = "CP 1"


def settings(
    folder: Path, urls: Mapping[int, str] | None = None, **security: object
) -> tuple[str, ...]:
    """Write the settings of a charge point, with the URLs of profiles; give its options."""
    root, file = folder / "root.pem", folder / "cp-tui.toml"
    root.write_text(pki().root.pem)
    named = {f"url_profile_{profile}": f'"{url}"' for profile, url in (urls or {}).items()}
    lines = (
        *("[csms]", 'ca_file = "root.pem"'),
        *("[security]", f'serial = "{SERIAL}"'),
        *(f"{name} = {value}" for name, value in (named | security).items()),
        *("[keys]", f'AuthorizationKey = "{PASSWORD.decode()}"', f'CpoName = "{OPERATOR}"'),
    )
    file.write_text("\n".join(lines))
    return (f"--config={file}",)


def csms_for(folder: Path, profile: int) -> SecureCsms:
    """Make a CSMS for a profile."""
    place = folder / f"profile-{profile}"
    place.mkdir()
    return SecureCsms(profile, pki(), place, identity=ID)


async def is_let_in(csms: SecureCsms, certificate: Signed, key: Path) -> bool:
    """Make a handshake as somebody does who has a certificate and its key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pki().root.pem)
    # A refusal is heard within the handshake then, not at the first read after it.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with NamedTemporaryFile("w") as chain:
        chain.write(certificate.pem)
        chain.flush()
        context.load_cert_chain(chain.name, key)
    try:
        _, writer = await asyncio.open_connection("localhost", csms.port, ssl=context)
    except OSError:
        return False
    writer.close()
    return True


async def with_certificate(serve: Serve, second: SecureCsms) -> Signed:
    """Bring a charge point up to profile 3, as its CSMS does; give its certificate."""
    await second.receive("StatusNotification", connectorId=2)
    csr = await second.request()
    certificate = for_request(csr, pki().root)
    assert certificate.certificate.subject.rfc4514_string() == f"CN={SERIAL},O={OPERATOR}"
    assert await second.deliver(certificate) == "Accepted"
    assert await second.set_key("SecurityProfile", "3") == "Accepted"
    return certificate


async def test_profile_3_from_the_request_to_the_end_of_the_old_certificate(folder: Path) -> None:
    """W A02, A05: what is refused in the end is the certificate that was replaced."""
    async with csms_for(folder, 2) as second, csms_for(folder, 3) as third:
        options = settings(folder, {3: third.url})
        async with serving(folder, second.url, *options) as serve:
            old = await with_certificate(serve, second)
            assert (await third.reconnected(1)).certificate == old.certificate
            (old_key,) = (folder / "data" / "keys").iterdir()
            csr = await third.request()
            assert x509.load_pem_x509_csr(csr.encode()).public_key() != old.public_key
            new = for_request(csr, pki().root)
            assert await is_let_in(third, old, old_key)
            assert await third.deliver(new) == "Accepted"
            assert (await third.reconnected(2)).certificate == new.certificate
            third.revoke(old.certificate.serial_number)
            assert not await is_let_in(third, old, old_key)
            await serve.end()

        target = (f"--url={second.url}", f"--id={ID}", f"--data-dir={folder / 'data'}")
        done = await cp_tui("check", *target, *options)
        assert done.status == 0, done
        assert "the server asked for the certificate of the charge point: it was shown" in done.out
        assert "3 would come up with TLS 1.3 until" in done.out
        third.forget()
        async with serving(folder, second.url, *options) as serve:
            assert (await third.reconnected(1)).certificate == new.certificate
            await third.receive("BootNotification")
            assert (await serve.ctl("get", "variable=security")).result["profile"] == 3


async def test_no_byte_of_a_certificate_reaches_the_terminal_as_it_is(folder: Path) -> None:
    """Names of the server and its root would move a cursor, ring, and turn letters round."""
    raw = "\x1b[31m\x07\u202e\x9b2J"
    root = made(f"Root{raw}", organization=f"Operator{raw}", extensions=[CA])
    async with csms_for(folder, 2) as second:
        second.show(pki().server(root))
        options = settings(folder)
        (folder / "root.pem").write_text(root.pem)
        target = (f"--url={second.url}", f"--id={ID}", f"--data-dir={folder / 'data'}", *options)
        done = await cp_tui("check", *target)
        assert done.status == 0, done
        async with serving(folder, second.url, *options) as serve:
            await second.receive("StatusNotification", connectorId=2)
            shown = await serve.ctl("get", "variable=security")
            assert shown.result["server"][0]["issuer"].startswith("CN=Root")
            assert await second.install(made(f"Over{raw}", end=NOW - DAY)) == "Rejected"
            events = await serve.ctl("get", "variable=security_events")
            await serve.end()
        logs = [path.read_text() for path in (folder / "data").glob("*.log")]
        for text in (done.out, done.err, shown.out, events.out, *logs):
            assert all(map(is_clean, text.splitlines())), text
        assert "Root" in done.out
        assert any("Over" in text for text in logs)
