"""Certificates for tests, made with the openssl command."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="the openssl command makes the certificates"
)


@dataclass(frozen=True, slots=True)
class Authority:
    """A root certificate and its key."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """The root, PEM."""
        return self.folder / "root.pem"

    @property
    def key(self) -> Path:
        """Its key, PEM."""
        return self.folder / "root.key"

    def server(self, name: str, subject_alternative_name: str, *, days: int = 30) -> ssl.SSLContext:
        """Issue a server certificate, with negative days an expired one, for a TLS server."""
        folder = self.folder
        request = folder / f"{name}.csr"
        certificate = folder / f"{name}.pem"
        key = folder / f"{name}.key"
        extensions = folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={subject_alternative_name}\n")
        openssl(
            f"req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {key} "
            f"-out {request} -subj /O=Example/CN={name}"
        )
        openssl(
            f"x509 -req -in {request} -CA {self.certificate} -CAkey {self.key} -CAcreateserial "
            f"-days {days} -extfile {extensions} -out {certificate}"
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context


def authority(folder: Path) -> Authority:
    """Make a root certificate."""
    made = Authority(folder)
    openssl(
        f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {made.key} "
        f"-out {made.certificate} -days 30 -subj /O=Example/CN=Root "
        "-addext keyUsage=critical,keyCertSign"
    )
    return made


def openssl(arguments: str) -> None:
    """Run the openssl command."""
    subprocess.run(["openssl", *arguments.split()], check=True, capture_output=True, timeout=30)
