"""Messages of the CSMS as people are shown them: certificates by what is in them, not as PEM."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.ocpp.plural import count

if TYPE_CHECKING:
    from pydantic import JsonValue

_PEM = "-----BEGIN "
_REQUEST = "REQUEST-----"
CHAIN_MAX = 20_000


def shown(value: JsonValue, at: datetime) -> JsonValue:
    """Give a payload with words in place of PEM; itself where there is none."""
    if isinstance(value, str):
        return pem_words(value, at) if _PEM in value else value
    if isinstance(value, list):
        return [shown(each, at) for each in value]
    if isinstance(value, dict):
        return {name: shown(each, at) for name, each in value.items()}
    return value


def pem_words(pem: str, at: datetime) -> str:
    """Say what is in a PEM, or why it cannot be read."""
    # What reads certificates takes time and memory, and most payloads have none.
    from cp_tui.certificates.described import facts_of
    from cp_tui.certificates.keys import request_facts_of
    from cp_tui.certificates.pem import read_chain

    try:
        if _REQUEST in pem:
            asked = request_facts_of(pem)
            return f"(request for CN={asked.common_name}, O={asked.organization}, {asked.key})"
        found = [facts_of(each) for each in read_chain(pem, CHAIN_MAX)]
    except CertificateError as error:
        return f"({count(len(pem), 'character')} of PEM: {error.text})"
    words = [f"{each.subject}, serial number {each.serial}, {each.left(at)}" for each in found]
    return f"(certificate {'; then '.join(words)})"
