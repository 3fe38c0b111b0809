"""What the subject of a charge point's certificate has to be (W A00.FR.404, 405, 511).

Light: imported without the library that reads certificates.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from cp_tui.certificates.certificate_error import CertificateCheck, CertificateError, quoted
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import is_clean

NAME_MAX = 64
"""Longest common name and organization, in bytes of UTF-8; X.520 means characters."""
_HOST = re.compile(r"(?:[a-z0-9_*-]{1,63}\.)+[a-z]{2,63}\.?(?:[:/].*)?|localhost(?:[:/].*)?", re.I)


def check_common_name(name: str) -> None:
    """Refuse a serial number that could be the name of a server: its certificate would be one."""
    _check_name(CertificateCheck.COMMON_NAME, "the serial number of the charge point", name)
    if kind := _server_name(name):
        raise CertificateError(
            CertificateCheck.COMMON_NAME,
            f"the common name {quoted(name)} looks like {kind}; it has to be a serial number",
        )


def check_organization(name: str) -> None:
    """Refuse the name of an operator that no certificate can hold."""
    _check_name(CertificateCheck.ORGANIZATION, "the organization (CpoName)", name)


def _check_name(check: CertificateCheck, what: str, name: str) -> None:
    if not name.strip():
        raise CertificateError(check, f"{what} is not set")
    if not is_clean(name):
        raise CertificateError(check, f"{what} has characters that do not show: {quoted(name)}")
    if (length := len(name.encode())) > NAME_MAX:
        raise CertificateError(
            check, f"{what} has {count(length, 'byte')}; at most {NAME_MAX} are possible"
        )


def _server_name(name: str) -> str | None:
    """Say what a server could be called so; None: none could."""
    if "://" in name:
        return "a URL"
    if _HOST.fullmatch(name):
        return "the name of a host"
    if _is_address(name) or _is_address(re.sub(r"[:/].*", "", name)):
        return "an IP address"
    return None


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True
