"""The installed program in security profile 3, against a CSMS that we did not write (W A02)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography import x509

from tests.end_to_end.processes import Serve, cp_tui, serving
from tests.security.pki import OPERATOR, SERIAL, Signed, for_request, pki
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


async def is_let_in(csms: SecureCsms, certificate: Signed, key: Path) -> bool:
    """Make a handshake as somebody does who has a certificate and its key."""
    context = ssl.create_default_context(cadata=pki().root.pem)
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
    folders = [folder / name for name in ("second", "third")]
    for each in folders:
        each.mkdir()
    async with (
        SecureCsms(2, pki(), folders[0], identity=ID) as second,
        SecureCsms(3, pki(), folders[1], identity=ID) as third,
    ):
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
