"""What the CSMS of a demo can be told to do about security, chosen from a list."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from textual.content import Content

from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk
from cp_tui.tui.csms.actions import csms_action, to_csms
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning

CSMS, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"


class CsmsOrder(Struct, frozen=True):
    """One thing that can be ordered."""

    title: str
    message: str
    """What is sent to the charge point; empty: nothing."""
    about: str
    call: CommandCall
    warning: str = ""
    """What it may come to; it is asked about first."""


ORDERS: Mapping[str, CsmsOrder] = {
    "certificate": CsmsOrder(
        "Ask for a request for a certificate",
        "ExtendedTriggerMessage",
        "the charge point makes a new key; what it asks for is issued as the CSMS behaves.",
        to_csms("ask_for_certificate"),
    ),
    "csms-root": CsmsOrder(
        "Install the root of the CSMS",
        "InstallCertificate",
        "its servers and the certificates of its charge points lead to it.",
        to_csms("install_root", {"use": CSMS}),
    ),
    "manufacturer-root": CsmsOrder(
        "Install the root for firmware",
        "InstallCertificate",
        "signed firmware of this CSMS leads to it.",
        to_csms("install_root", {"use": MANUFACTURER}),
    ),
    "roots": CsmsOrder(
        "List the installed roots",
        "GetInstalledCertificateIds",
        "both kinds; those of this CSMS are named, with the days that are left.",
        to_csms("list_roots"),
    ),
    "no-csms-root": CsmsOrder(
        "Delete the root of the CSMS",
        "DeleteCertificate",
        "refused where the connection rests on it.",
        to_csms("delete_root", {"use": CSMS}),
    ),
    "no-manufacturer-root": CsmsOrder(
        "Delete the root for firmware",
        "DeleteCertificate",
        "signed firmware is refused from then on.",
        to_csms("delete_root", {"use": MANUFACTURER}),
    ),
    "good": CsmsOrder(
        "Update with signed firmware",
        "SignedUpdateFirmware",
        "it boots with it, as soon as nobody charges.",
        to_csms("update_signed_firmware", {"signing": "good"}),
    ),
    "forged": CsmsOrder(
        "Offer forged firmware",
        "SignedUpdateFirmware",
        "the signature is that of another file: fetched, checked, refused.",
        to_csms("update_signed_firmware", {"signing": "forged"}),
    ),
    "foreign": CsmsOrder(
        "Offer firmware of a foreign signer",
        "SignedUpdateFirmware",
        "no root stands for its certificate: refused at once.",
        to_csms("update_signed_firmware", {"signing": "foreign"}),
    ),
    "security-log": CsmsOrder(
        "Ask for the security log",
        "GetLog",
        "it is delivered to the CSMS; what is in it is told among the exchanges.",
        to_csms("get_log", {"log_type": "SecurityLog"}),
    ),
    "diagnostics-log": CsmsOrder(
        "Ask for the diagnostics",
        "GetLog",
        "the same archive as by GetDiagnostics.",
        to_csms("get_log", {"log_type": "DiagnosticsLog"}),
    ),
    "password": CsmsOrder(
        "Give a new password",
        "ChangeConfiguration",
        "AuthorizationKey, drawn by chance and shown nowhere; the old one counts no more.",
        to_csms("change_password"),
    ),
    **{
        f"profile-{profile}": CsmsOrder(
            f"Raise the security profile to {profile}",
            "ChangeConfiguration",
            about,
            to_csms("raise_security_profile", {"profile": profile}),
        )
        for profile, about in (
            (1, "needs a password there."),
            (2, "needs a password and the root of the CSMS there."),
            (3, "Needs the root of the CSMS and a certificate there."),
        )
    },
    "revoke": CsmsOrder(
        "Revoke its certificates",
        "",
        "The CSMS takes them no more: in profile 3 the next connection is refused.",
        to_csms("revoke_certificates"),
        "in profile 3 it cannot connect again before it is lowered by hand",
    ),
}


@csms_action(
    "csms.order",
    "Certificates, firmware and logs of the CSMS",
    means=Meaning.INSTALL,
    short="Secure",
    pane="csms-actions",
)
async def order(desk: Desk) -> None:
    """Roots, certificates, signed firmware, logs, password, profile: what the CSMS has to send."""
    choices = [
        Choice(
            key,
            Content(each.title),
            Content(""),
            Content(f"{each.message}: {each.about}" if each.message else each.about),
        )
        for key, each in ORDERS.items()
    ]
    chosen = await desk.choose("What shall the CSMS do?", choices)
    if chosen is None:
        return
    found = ORDERS[chosen]
    if found.warning:
        facts = (Fact("Then", Content(found.about)), Fact("", Content(found.warning)))
        if not await desk.ask(ConfirmQuestion(f"{found.title}?", facts, "Do it")):
            return
    await desk.command(found.call)
