"""URL and credentials (OCPP-J 1.6 sections 3.1.1 and 6.2, whitepaper A00)."""

from __future__ import annotations

import pytest

from cp_tui.engine.endpoint import EndpointError, basic_authorization, endpoint


@pytest.mark.parametrize(
    ("url", "identity", "uri"),
    [
        ("ws://h/ocpp", "CP001", "ws://h/ocpp/CP001"),
        ("ws://h", "CP001", "ws://h/CP001"),
        ("ws://h/ocpp///", "CP001", "ws://h/ocpp/CP001"),
        ("ws://h/ocpp", "RDAM 123", "ws://h/ocpp/RDAM%20123"),
        ("ws://h/ocpp", "a/b?c#d", "ws://h/ocpp/a%2Fb%3Fc%23d"),
        ("ws://h/ocpp", "A-z.9_~", "ws://h/ocpp/A-z.9_~"),
        ("ws://h/ocpp", "Säule", "ws://h/ocpp/S%C3%A4ule"),
        ("wss://h:8443/a/?k=v", "CP001", "wss://h:8443/a/CP001?k=v"),
        ("ws://[::1]:9000/", "CP001", "ws://[::1]:9000/CP001"),
    ],
)
def test_the_id_is_appended_to_the_path_percent_encoded(url: str, identity: str, uri: str) -> None:
    assert endpoint(url, identity).uri == uri


def test_host_port_and_security_follow_from_the_url() -> None:
    assert (endpoint("ws://h/", "x").port, endpoint("wss://h/", "x").port) == (80, 443)
    assert endpoint("wss://[::1]:9/", "x").host == "::1"
    assert endpoint("wss://h/", "x").is_secure


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://h/", "must start with ws:// or wss://, not http://"),
        ("h/ocpp", "must start with ws:// or wss://"),
        ("ws:///ocpp", "names no host"),
        ("ws://h:99999/", "not a URL"),
        ("ws://h/#x", "fragment"),
        ("ws://user:secret@h/", "AuthorizationKey"),
    ],
)
def test_a_wrong_url_is_refused_in_words_without_quoting_secrets(url: str, problem: str) -> None:
    with pytest.raises(EndpointError, match=problem) as caught:
        endpoint(url, "CP001")
    assert "secret" not in str(caught.value)


def test_an_empty_id_is_refused() -> None:
    with pytest.raises(EndpointError, match="empty"):
        endpoint("ws://h/", "")


def test_the_header_of_the_whitepapers_example() -> None:
    """OCPP-J 1.6 section 6.2.2: identity AL1000, key 0001020304050607FFFF..."""
    key = bytes.fromhex("0001020304050607" + "FF" * 12)
    assert basic_authorization("AL1000", key) == "Basic QUwxMDAwOgABAgMEBQYH////////////////"


def test_an_id_with_a_colon_cannot_be_a_user() -> None:
    with pytest.raises(EndpointError, match="colon"):
        basic_authorization("CP:1", b"x")
