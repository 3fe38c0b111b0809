"""Root certificates: each row of InstallCertificate, DeleteCertificate and the list (W M03-M05)."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from cp_tui.certificates.authority import Validity
from cp_tui.certificates.described import facts_of
from cp_tui.certificates.hash_data import hash_data_of
from cp_tui.charge_point.config import SecurityConfig
from cp_tui.charge_point.effects import SetCredentials, Table
from cp_tui.charge_point.events import DeleteRootCertificate, InstallRootCertificate
from cp_tui.charge_point.variables import RootState, RootUse
from cp_tui.ocpp.security_enumerations import HashAlgorithm
from tests.certificates.making import make, with_bytes
from tests.charge_point.rig import T0, Rig, rig
from tests.charge_point.securing import (
    DAY,
    DECADE,
    certify,
    events,
    in_profile_3,
    install,
    logged,
    reason_of,
    root,
    secured,
    server,
    successor,
)

ROOT = RootUse.CSMS
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
CHECKED = SecurityConfig(root_check=True)


def ids(made: Rig, use: str = ROOT) -> dict[str, Any]:
    """Ask what is installed."""
    payload = {"certificateType": use}
    answer: dict[str, Any] = made.request("GetInstalledCertificateIds", payload)[2]
    return answer


def hashes_of(pem: str, algorithm: str = "SHA256") -> dict[str, str]:
    """Name a certificate as the CSMS does."""
    found = hash_data_of(pem, (root().certificate,), HashAlgorithm(algorithm))
    assert found is not None
    return {
        "hashAlgorithm": found.algorithm,
        "issuerNameHash": found.issuer_name_hash,
        "issuerKeyHash": found.issuer_key_hash,
        "serialNumber": found.serial,
    }


def delete(made: Rig, data: dict[str, str]) -> str:
    """Delete a certificate; give the status."""
    status: str = made.request("DeleteCertificate", {"certificateHashData": data})[2]["status"]
    return status


def states(made: Rig) -> dict[str, RootState]:
    """Give how far each root counts, by its common name."""
    return {r.facts.common_name: r.state for r in made.variables["security"].roots}


def test_nothing_is_installed_at_first_m03() -> None:
    assert ids(rig()) == {"status": "NotFound"}


def test_what_is_installed_is_listed_by_its_hashes_m03() -> None:
    made = rig()
    assert install(made, root().certificate) == "Accepted"
    expected = [hashes_of(root().certificate)]
    assert ids(made) == {"status": "Accepted", "certificateHashData": expected}
    assert ids(made, RootUse.MANUFACTURER) == {"status": "NotFound"}
    made.power_cycle()
    assert ids(made)["certificateHashData"] == expected


def test_one_that_is_there_already_is_accepted_and_nothing_changes_m05() -> None:
    made = rig()
    install(made, root().certificate)
    made.effects.clear()
    assert install(made, root().certificate.replace("\n", "\r\n")) == "Accepted"
    assert len(made.store[Table.ROOT_CERTIFICATE]) == 1
    assert not any(isinstance(effect, SetCredentials) for effect in made.effects)


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("", "not_pem"),
        ("no certificate", "not_pem"),
        (root().certificate[:200], "not_pem"),
        (root().certificate * 2, "several"),
        (root().certificate + root().key, "private_key"),
        (make("Old", end=T0 - DAY, begin=T0 - 9 * DAY).pem, "expired"),
        (make("Soon", begin=T0 + DAY, end=T0 + 9 * DAY).pem, "not_yet_valid"),
        (
            make("Weak", begin=DECADE.begin, key=ec.generate_private_key(ec.SECP192R1())).pem,
            "weak_key",
        ),
    ],
    ids=["empty", "words", "cut off", "two", "with its key", "expired", "not yet", "weak"],
)
def test_what_is_no_good_is_rejected_with_the_check_and_an_event_m05(text: str, check: str) -> None:
    made, _ = secured(1)
    made.forget_sent()
    assert install(made, text) == "Rejected"
    reason = reason_of(made, "InstallCertificate")
    assert reason.values["check"] == check
    assert Table.ROOT_CERTIFICATE not in made.store
    assert events(made) == ["InvalidCentralSystemCertificate"]
    assert made.calls("SecurityEventNotification")[0]["techInfo"].startswith(f"{check}: ")


def test_a_bad_root_of_the_manufacturer_is_rejected_without_that_event_m05() -> None:
    made, _ = secured(1)
    made.forget_sent()
    assert install(made, "no certificate", RootUse.MANUFACTURER) == "Rejected"
    assert events(made) == []


def test_a_type_that_there_is_not_is_an_error_m05() -> None:
    payload = {"certificateType": "V2GRootCertificate", "certificate": root().certificate}
    assert rig().request("InstallCertificate", payload)[0] == 4


def test_the_store_is_full_at_certificate_store_max_length_m05() -> None:
    made = rig(security=SecurityConfig(roots_max=2))
    install(made, root().certificate)
    install(made, root("Maker").certificate, RootUse.MANUFACTURER)
    assert install(made, root("One more").certificate) == "Rejected"
    reason = reason_of(made, "InstallCertificate")
    assert (reason.values["count"], reason.values["limit"]) == ("2", "2")
    assert reason.values["key"] == "CertificateStoreMaxLength"


def test_the_certificate_of_the_server_itself_may_be_a_root_m05() -> None:
    made = rig()
    assert install(made, server().certificate) == "Accepted"
    assert ids(made) == {"status": "NotFound"}
    install(made, root().certificate)
    assert len(ids(made)["certificateHashData"]) == 2


def test_what_is_installed_is_told_in_the_log_and_to_the_link() -> None:
    made, _ = secured(1, 2)
    install(made, root().certificate)
    assert made.credentials is not None
    assert made.credentials.roots is None
    assert logged(made)[-1] == "ReconfigurationOfSecurityParameters"
    made, _ = in_profile_3()
    install(made, root("Second").certificate)
    assert made.credentials is not None
    assert made.credentials.roots == (root().certificate, root("Second").certificate)


def test_with_the_check_a_new_root_has_to_be_signed_by_the_present_one_m05() -> None:
    made = rig(security=CHECKED)
    assert install(made, root().certificate) == "Accepted"
    assert install(made, root("Stranger").certificate) == "Rejected"
    assert reason_of(made, "InstallCertificate").values["check"] == "wrong_signer"
    assert install(made, successor().certificate) == "Accepted"
    assert states(made) == {"CSMS Root": RootState.FALLBACK, "New Root": RootState.ACTIVE}
    key = {"key": ["AdditionalRootCertificateCheck"]}
    assert made.request("GetConfiguration", key)[2]["configurationKey"][0]["value"] == "true"


def test_with_the_check_a_successor_is_not_counted_and_there_is_one_fallback_m05() -> None:
    made = rig(security=SecurityConfig(root_check=True, roots_max=2))
    install(made, root().certificate)
    install(made, root("Maker").certificate, RootUse.MANUFACTURER)
    assert install(made, successor().certificate) == "Accepted"
    third = successor().authority("Third Root", DECADE)
    assert install(made, third.certificate) == "Accepted"
    csms = {r.facts.common_name for r in made.variables["security"].roots if r.use is RootUse.CSMS}
    assert csms == {"New Root", "Third Root"}


def test_a_successor_is_named_also_after_the_one_that_signed_it_has_gone_w6() -> None:
    made, csms = in_profile_3(security=CHECKED)
    named = hashes_of(successor().certificate)
    assert install(made, successor().certificate) == "Accepted"
    csms.chain = (successor().server(["csms.example"], DECADE).certificate,)
    made.cut()
    made.reconnect()
    assert states(made) == {"New Root": RootState.ACTIVE}
    made.power_cycle()
    assert ids(made)["certificateHashData"] == [named]


def test_one_that_came_before_its_issuer_is_named_after_that_has_gone_w6() -> None:
    made, _ = secured(1)
    assert install(made, successor().certificate) == "Accepted"
    assert "cannot be named" in reason_of(made, "InstallCertificate").text
    assert ids(made) == {"status": "NotFound"}
    reason = reason_of(made, "GetInstalledCertificateIds")
    assert reason.text.startswith("1 CentralSystemRootCertificate installed, and none is listed")
    assert install(made, root().certificate) == "Accepted"
    assert delete(made, hashes_of(root().certificate)) == "Accepted"
    assert ids(made)["certificateHashData"] == [hashes_of(successor().certificate)]


def test_a_second_successor_waits_for_the_first_one_to_stand_for_the_csms_m05() -> None:
    made, csms = in_profile_3(security=CHECKED)
    assert install(made, successor().certificate) == "Accepted"
    third = successor().authority("Third Root", DECADE).certificate
    assert install(made, third) == "Rejected"
    assert reason_of(made, "InstallCertificate").id == "store.fallback_in_use"
    assert states(made) == {"CSMS Root": RootState.FALLBACK, "New Root": RootState.ACTIVE}
    csms.chain = (successor().server(["csms.example"], DECADE).certificate,)
    made.cut()
    made.reconnect()
    assert install(made, third) == "Accepted"
    reason = reason_of(made, "InstallCertificate").text
    assert "'New Root', which has signed it, is kept as a fallback" in reason


def test_a_root_that_the_present_connection_does_not_lead_to_may_go_m04() -> None:
    made, csms = in_profile_3()
    csms.chain = (server(of="Stranger").certificate,)
    made.cut()
    made.reconnect()
    assert delete(made, hashes_of(root().certificate)) == "Accepted"


def test_a_root_that_was_changed_after_it_was_signed_is_rejected_m05() -> None:
    made, _ = secured(1)
    assert install(made, changed(root("Damaged").certificate)) == "Rejected"
    assert reason_of(made, "InstallCertificate").values["check"] == "signature"
    assert events(made) == ["InvalidCentralSystemCertificate"]
    assert Table.ROOT_CERTIFICATE not in made.store


def test_a_new_root_of_the_same_name_may_be_signed_by_the_one_before_m05() -> None:
    made = rig(security=CHECKED)
    assert install(made, root().certificate) == "Accepted"
    assert install(made, root().authority("CSMS Root", DECADE).certificate) == "Accepted"


def test_the_fallback_goes_once_the_new_root_alone_stands_for_the_server_m05() -> None:
    made, csms = in_profile_3(security=CHECKED)
    assert install(made, successor().certificate) == "Accepted"
    made.cut()
    made.reconnect()
    assert states(made)["CSMS Root"] is RootState.FALLBACK
    csms.chain = (successor().server(["csms.example"], DECADE).certificate,)
    made.cut()
    made.reconnect()
    assert states(made) == {"New Root": RootState.ACTIVE}
    assert made.credentials is not None
    assert made.credentials.roots == (successor().certificate,)
    made.power_cycle()
    assert states(made) == {"New Root": RootState.ACTIVE}


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
def test_what_is_named_by_its_hashes_is_deleted_m04(algorithm: str) -> None:
    made = rig()
    install(made, root().certificate)
    data = hashes_of(root().certificate, algorithm)
    data = {name: text.upper() for name, text in data.items()}
    assert delete(made, data) == "Accepted"
    assert ids(made) == {"status": "NotFound"}
    assert delete(made, data) == "NotFound"
    assert reason_of(made, "DeleteCertificate").rule == "W M04"


def test_over_ws_the_last_root_may_go_m04() -> None:
    made, _ = secured(1)
    install(made, root().certificate)
    assert delete(made, hashes_of(root().certificate)) == "Accepted"


def test_the_root_of_the_present_connection_stays_m04_fr_06() -> None:
    made, _ = in_profile_3()
    assert delete(made, hashes_of(root().certificate)) == "Failed"
    assert reason_of(made, "DeleteCertificate").rule == "W M04.FR.06"
    install(made, root("Stranger").certificate)
    assert delete(made, hashes_of(root().certificate)) == "Failed"


def test_a_root_that_has_to_stay_says_so_before_it_is_deleted_m04_fr_06() -> None:
    made, csms = in_profile_3()
    install(made, root("Stranger").certificate)
    kept, other = made.variables["security"].roots
    assert kept.why_kept.startswith("'CSMS Root' is the root of the present connection")
    assert not other.why_kept
    install(made, server().certificate)
    assert not any(each.why_kept for each in made.variables["security"].roots)
    csms.chain = ()
    made.cut()
    assert not any(each.why_kept for each in made.variables["security"].roots)


def test_it_goes_where_another_root_stands_for_the_server_as_well_m04() -> None:
    made, _ = in_profile_3()
    install(made, server().certificate)
    assert delete(made, hashes_of(root().certificate)) == "Accepted"
    assert made.credentials is not None
    assert made.credentials.roots == (server().certificate,)


def test_where_the_chain_is_not_known_one_root_has_to_stay_m04() -> None:
    made, csms = in_profile_3()
    csms.chain = ()
    made.cut()
    made.reconnect()
    assert delete(made, hashes_of(root().certificate)) == "Failed"
    install(made, root("Second").certificate)
    assert delete(made, hashes_of(root().certificate)) == "Accepted"


def test_the_certificate_of_the_charge_point_cannot_be_deleted_m04() -> None:
    made, _ = in_profile_3()
    assert made.credentials is not None
    assert made.credentials.certificate is not None
    assert delete(made, hashes_of(made.credentials.certificate.chain[0])) == "Failed"
    assert reason_of(made, "DeleteCertificate").id == "store.own_certificate"


def test_nor_can_one_of_several_that_it_has_m04() -> None:
    made, _ = in_profile_3()
    certify(made)
    assert made.credentials is not None
    assert made.credentials.certificate is not None
    assert len(made.variables["security"].certificates) == 2
    assert delete(made, hashes_of(made.credentials.certificate.chain[0])) == "Failed"


def test_what_names_neither_a_root_nor_one_of_its_own_is_not_found_m04() -> None:
    made, _ = in_profile_3()
    assert delete(made, hashes_of(root("Stranger").certificate)) == "NotFound"


def changed(pem: str) -> str:
    """Give a certificate with one bit of its signature turned."""
    content = bytearray(x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER))
    content[-3] ^= 1
    return f"{BEGIN}\n{b64encode(content).decode()}\n{END}\n"


def begun_in_year_0() -> str:
    """Give a certificate that can be loaded, and whose dates cannot be read."""
    begin = datetime(2060, 1, 1, tzinfo=UTC)
    made = make("Old", begin=begin, end=begin + DAY)
    return with_bytes(made, b"20600101000000Z", b"00000101000000Z")


def test_a_root_whose_dates_cannot_be_read_is_left_out() -> None:
    made = rig(security=SecurityConfig(csms_roots=begun_in_year_0() + root().certificate))
    assert ids(made)["certificateHashData"] == [hashes_of(root().certificate)]
    assert install(made, begun_in_year_0()) == "Rejected"
    assert reason_of(made, "InstallCertificate").values["check"] == "unreadable"


def test_roots_of_the_settings_count_until_they_are_deleted() -> None:
    broken = root().certificate.replace("MII", "???")
    text = f"# ours\n{root().certificate}\n{broken}\n{root('Second').certificate}"
    config = SecurityConfig(csms_roots=text, manufacturer_roots=root("Maker").certificate)
    made = rig(security=config)
    assert len(ids(made)["certificateHashData"]) == 2
    assert len(ids(made, RootUse.MANUFACTURER)["certificateHashData"]) == 1
    assert delete(made, hashes_of(root().certificate)) == "Accepted"
    made.power_cycle()
    assert ids(made)["certificateHashData"] == [hashes_of(root("Second").certificate)]
    assert install(made, root().certificate) == "Accepted"
    assert len(ids(made)["certificateHashData"]) == 2


def test_a_root_of_the_settings_becomes_a_fallback_and_goes_with_its_file() -> None:
    config = SecurityConfig(csms_roots=root().certificate, root_check=True)
    made = rig(security=config)
    install(made, successor().certificate)
    assert states(made) == {"CSMS Root": RootState.FALLBACK, "New Root": RootState.ACTIVE}
    made.config = replace(made.config, security=SecurityConfig())
    again = Rig(made.config, store=made.store)
    again.power_on()
    assert states(again) == {"New Root": RootState.ACTIVE}


def test_the_operator_installs_and_deletes_by_the_same_rules() -> None:
    made = rig()
    pem = root().certificate
    install_it = made.command(lambda request: InstallRootCertificate(request, ROOT, pem))
    assert install_it.result is True
    (shown,) = made.variables["security"].roots
    assert (shown.origin, shown.hash_data.serial) == ("operator", facts_of(pem).serial)
    fingerprint = shown.facts.fingerprint
    assert made.charger.mind.certificate(fingerprint) == pem
    assert made.charger.mind.certificate("00" * 32) is None
    gone = made.command(lambda request: DeleteRootCertificate(request, fingerprint))
    assert gone.result is True
    made.start_command(lambda request: DeleteRootCertificate(request, fingerprint))
    made.start_command(lambda request: InstallRootCertificate(request, ROOT, "rubbish"))
    unknown, refused = made.refusals.values()
    assert unknown.id == "store.unknown_fingerprint"
    assert refused.values["check"] == "not_pem"


def test_what_the_server_shows_is_published_with_the_root_that_stands_for_it() -> None:
    made, _ = in_profile_3()
    view = made.variables["security"]
    assert [each.common_name for each in view.server] == ["csms.example"]
    assert [r.is_in_use for r in view.roots] == [True]
    assert made.charger.mind.certificate(view.server[0].fingerprint) == server().certificate
    made.cut()
    view = made.variables["security"]
    assert view.server == ()
    assert [each.common_name for each in view.shown] == ["csms.example"], "what it showed last"
    assert made.charger.mind.certificate(view.shown[0].fingerprint) == server().certificate
    assert [r.is_in_use for r in view.roots] == [False]


def test_what_cannot_be_read_of_what_the_server_shows_is_left_out() -> None:
    made, csms = in_profile_3()
    csms.chain = (server().certificate, "rubbish")
    made.cut()
    made.reconnect()
    assert [each.common_name for each in made.variables["security"].server] == ["csms.example"]
    assert made.charger.mind.certificate("00" * 32) is None


@pytest.mark.parametrize(
    ("security", "with_system"),
    [
        (SecurityConfig(), True),
        (SecurityConfig(root_check=True), False),
        (SecurityConfig(csms_roots=root("Second").certificate), False),
    ],
)
def test_without_a_file_the_roots_of_the_system_count_beside_the_installed_ones(
    security: SecurityConfig, with_system: bool
) -> None:
    made, csms = secured(2, keys={"SecurityProfile": "2"}, security=security)
    csms.chain = (server().certificate,)
    assert made.credentials is not None
    assert (made.credentials.roots, made.credentials.with_system) == (None, False)
    made.command(lambda request: InstallRootCertificate(request, ROOT, root().certificate))
    assert root().certificate in (made.credentials.roots or ())
    assert made.credentials.with_system == with_system


def test_a_certificate_that_ends_while_it_is_installed_stays_listed() -> None:
    made = rig()
    short = make("Short", begin=DECADE.begin, end=T0 + DAY)
    assert install(made, short.pem) == "Accepted"
    made.after(3 * 86_400)
    assert len(ids(made)["certificateHashData"]) == 1
    assert Validity(T0, T0 + DAY).end < made.now
