"""The scenarios that can be run against the charge point of the demo, one by one."""

from __future__ import annotations

from cp_tui.demo import (
    firmware_steps as signed,
    profile_steps as profiles,
    scenario_steps as more,
    security_steps as secure,
    story_steps,
)
from cp_tui.demo.scenario import Scenario, Step
from cp_tui.demo.story import DEFAULT, LOWERED, RAISED, SUPPLY

PREPARE = Step(
    "Prepare: connected, free, no limits",
    more.prepare,
    "Cars leave, errors are cleared, and every charging profile is removed",
)
PLUG_IN = Step(
    "Plug in at connector 1",
    story_steps.plug_in,
    "A car is plugged in at connector 1: Preparing; nothing flows before a tag is accepted",
)
FIRST_CAR = (
    PLUG_IN,
    Step(
        "Start with a tag",
        story_steps.start_with_a_tag,
        "A tag is swiped that the CSMS accepts: a transaction starts, and power flows",
    ),
)
STOP_FIRST = Step(
    "Stop with the tag, unplug",
    story_steps.stop_with_the_tag,
    "The same tag ends the transaction with reason Local, and the car leaves: Available",
)
STOP_SECOND = Step(
    "Stop remotely, unplug",
    story_steps.stop_remotely,
    "RemoteStopTransaction ends the one at connector 2 with reason Remote, and its car leaves",
)
STATION_PROFILES = Step(
    "Set the profiles of the charge point",
    story_steps.set_station_profiles,
    f"ChargePointMaxProfile allows the charge point {SUPPLY}, TxDefaultProfile each car {DEFAULT}",
)
CLEAR_PROFILES = Step(
    "Clear the profiles",
    more.lift_the_limits,
    "ClearChargingProfile removes them all: only the hardware limits then",
)

TRUST_MANUFACTURER = Step(
    "Trust the manufacturer",
    signed.trust_the_manufacturer,
    "InstallCertificate brings the root that stands for signed firmware",
    check="on screen 8 how many roots are installed, and CertificateStoreMaxLength",
)
TAKE_BACK = Step(
    "Take back what was installed",
    secure.take_back,
    "DeleteCertificate removes the root again, if it was not there before",
    check="on screen 8 what the connection rests on: its root stays",
)


SECOND_CAR = Step(
    "Plug in at connector 2",
    story_steps.plug_in_second,
    "A car is plugged in at connector 2: Preparing",
)
REMOTE_START = "RemoteStartTransaction starts connector 2: its driver has no tag"


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "boot",
        "Boot and profiles",
        "A soft reset and its boot; ChargePointMaxProfile and TxDefaultProfile take effect.",
        (
            PREPARE,
            Step(
                "Reset softly, hear it boot",
                more.boot_anew,
                "Reset Soft: the charge point boots, says who it is, and how each connector is",
            ),
            Step(
                "Monitor two keys",
                story_steps.monitor_keys,
                "Two configuration keys are watched: what changes them shows under Monitors",
            ),
            STATION_PROFILES,
            CLEAR_PROFILES,
        ),
    ),
    Scenario(
        "first_car",
        "First car",
        "Cable, tag, transaction, and the same tag to stop it.",
        (PREPARE, *FIRST_CAR, STOP_FIRST),
    ),
    Scenario(
        "refused_tag",
        "A tag is refused",
        "The CSMS blocks the tag; no transaction starts, and the screen says why.",
        (
            PREPARE,
            PLUG_IN,
            Step(
                "Show a blocked tag",
                story_steps.refuse_a_tag,
                "The CSMS answers Authorize with Blocked: nothing starts, and connector 1 says why",
            ),
            Step("Unplug", story_steps.plug_out, "The car leaves: connector 1 is Available"),
        ),
    ),
    Scenario(
        "limits",
        "Limits",
        "A TxProfile lowers the limit for a time; power and composite schedule follow.",
        (
            PREPARE,
            Step(
                "Sample each second",
                more.sample_often,
                "MeterValues come each second, with power, so that a new limit is seen at once",
            ),
            *FIRST_CAR,
            Step(
                "Lower the limit",
                story_steps.lower_the_limit,
                f"A TxProfile allows connector 1 {LOWERED} for a while, and power follows",
            ),
            Step(
                "Ask for the composite schedule",
                more.ask_for_the_composite_schedule,
                "GetCompositeSchedule is answered: its first limit is the one in force",
            ),
            Step(
                "See the limit rise",
                story_steps.see_the_limit_rise,
                f"The next period of the profile allows {RAISED}, and power follows",
            ),
            CLEAR_PROFILES,
            STOP_FIRST,
            Step("Sample each minute", more.sample_rarely, "MeterValues come each minute again"),
        ),
    ),
    Scenario(
        "sharing",
        "Second car and sharing",
        "Two cars want more than the depot has; they share it.",
        (
            PREPARE,
            STATION_PROFILES,
            *FIRST_CAR,
            SECOND_CAR,
            Step("Start the second remotely", story_steps.start_remotely, REMOTE_START),
            Step(
                "See them share the supply",
                story_steps.share_the_supply,
                f"Both want more than {SUPPLY}: what each takes adds up to no more than that",
            ),
            STOP_FIRST,
            STOP_SECOND,
            CLEAR_PROFILES,
        ),
    ),
    Scenario(
        "remote",
        "Remote start and stop",
        "The CSMS starts and stops a transaction; one that does not run cannot be stopped.",
        (
            PREPARE,
            SECOND_CAR,
            Step("Start remotely", story_steps.start_remotely, REMOTE_START),
            Step(
                "Stop an unknown transaction",
                more.stop_an_unknown_transaction,
                "RemoteStopTransaction of one that does not run is Rejected; the other goes on",
            ),
            STOP_SECOND,
        ),
    ),
    Scenario(
        "offline",
        "Offline, with a queue",
        "A whole transaction without network; it is delivered when the network is back.",
        (
            PREPARE,
            Step(
                "Let unknown tags charge offline",
                more.allow_unknown_tags,
                f"The CSMS sets {more.OFFLINE_UNKNOWN} to true",
            ),
            Step(
                "Pull the network cable",
                more.pull_the_network,
                "The connection breaks: what the CSMS has to know waits in the queue from now on",
            ),
            Step(
                "Charge offline",
                more.charge_offline,
                "A transaction starts and ends without the CSMS, and its messages wait",
            ),
            Step(
                "Plug it in: the queue is delivered",
                more.deliver_the_queue,
                "All that waited arrives in order, with the times at which it happened",
            ),
            Step(
                "Forbid unknown tags again",
                more.forbid_unknown_tags,
                f"The CSMS sets {more.OFFLINE_UNKNOWN} to false, as before",
            ),
        ),
    ),
    Scenario(
        "hard_reset",
        "Hard reset",
        "A reset in the middle of a transaction: it ends with reason HardReset.",
        (
            PREPARE,
            *FIRST_CAR,
            Step(
                "Reset Hard",
                more.reset_hard,
                "It boots in the middle of charging: the transaction ends with reason HardReset",
            ),
            Step("Unplug", more.unplug_after_the_reset, "The car leaves: connector 1 is Available"),
        ),
    ),
    Scenario(
        "firmware",
        "Firmware update",
        "The charge point fetches a file from the CSMS, installs it and boots with it.",
        (
            PREPARE,
            Step(
                "Update the firmware",
                more.update_firmware,
                "UpdateFirmware: each stage is told to the CSMS, and the boot names the version",
            ),
        ),
    ),
    Scenario(
        "reservation",
        "Reservation",
        "A connector is kept for one tag; another is refused; a reservation is cancelled.",
        (
            PREPARE,
            Step(
                "Reserve connector 1",
                more.reserve,
                "ReserveNow keeps connector 1 for one tag: Reserved",
            ),
            Step(
                "Another tag is refused",
                more.refuse_another_tag,
                "A tag is swiped that it is not kept for: refused, and the reservation stands",
            ),
            Step(
                "The right tag charges",
                more.use_the_reservation,
                "The tag that it is kept for starts: StartTransaction names the reservation",
            ),
            Step(
                "Stop it, unplug",
                more.stop_the_reserved,
                "RemoteStopTransaction ends it with reason Remote, and the car leaves",
            ),
            Step(
                "Reserve again, and cancel",
                more.cancel_a_reservation,
                "Connector 1 is reserved once more, and CancelReservation frees it",
            ),
        ),
    ),
    Scenario(
        "signed_firmware",
        "Signed firmware",
        "Firmware that the manufacturer has signed is fetched, verified and installed.",
        (
            PREPARE,
            TRUST_MANUFACTURER,
            Step(
                "Update with good firmware",
                signed.install_good_firmware,
                "SignedUpdateFirmware: certificate first, then the signature over the whole file",
                check="on screen 6 the firmware, with its error, and whether somebody charges",
            ),
            TAKE_BACK,
        ),
    ),
    Scenario(
        "forged_firmware",
        "Forged firmware",
        "A signature over another file, and a certificate of nobody: neither is installed.",
        (
            PREPARE,
            TRUST_MANUFACTURER,
            Step(
                "A forged file is refused",
                signed.refuse_forged_firmware,
                "The signature is that of another file: it is fetched, checked, and not installed",
                check="on screen 6 the firmware: whether it was fetched, and its signature checked",
            ),
            Step(
                "A foreign signer is refused",
                signed.refuse_foreign_firmware,
                "No root stands for the signing certificate: refused before anything is fetched",
                check="on screen 8 which roots of manufacturers are installed",
            ),
            TAKE_BACK,
        ),
    ),
    Scenario(
        "security_log",
        "Security log",
        "Something happens, and the log that the CSMS asks for has it.",
        (
            PREPARE,
            Step(
                "Ask for the security log",
                signed.ask_for_the_security_log,
                "GetLog: the file comes to the CSMS, and each stage is told with its request",
                check="on screen 6 the log upload, and the file server of the CSMS",
            ),
        ),
    ),
    Scenario(
        "renewal",
        "Certificate renewal",
        "The charge point makes a new key, the CSMS issues a certificate for it.",
        (
            PREPARE,
            Step(
                "Trust the CSMS",
                secure.trust_the_csms,
                "InstallCertificate brings the root of the CSMS, which its certificates lead to",
                check="on screen 8 the roots, and AdditionalRootCertificateCheck",
            ),
            Step(
                "Ask for a request",
                secure.ask_for_a_certificate,
                "ExtendedTriggerMessage: a new key is made, and SignCertificate sent for it",
                check="on screen 8 CpoName and the serial number: nothing is asked for without",
            ),
            Step(
                "Issue the certificate",
                secure.sign_the_request,
                "CertificateSigned: dates, key, names and root are checked, and it is taken",
                check="on screen 8 why the certificate was refused, and how the CSMS answers (e)",
            ),
            Step(
                "See it in use",
                secure.connect_with_it,
                "In profile 3 it connects anew with it; below, it keeps it for then",
                check="on screen 8 which certificate is in use, and why the connection fails",
            ),
            TAKE_BACK,
        ),
    ),
    Scenario(
        "profile_upgrade",
        "Security profile upgrade",
        "The profile is raised to 2, then to 3, which does not come up: 2 is in force again.",
        (
            PREPARE,
            Step(
                "Give it password and root",
                profiles.give_credentials,
                "Without AuthorizationKey and root certificate, profile 2 would be refused",
                check="on screen 8 the password and the roots",
            ),
            Step(
                "Raise the profile to 2",
                profiles.raise_the_profile,
                "SecurityProfile = 2: it closes the connection, and comes back with TLS",
                check="on screen 8 the link: URL, root and password of profile 2",
            ),
            Step(
                "Give it a certificate",
                profiles.give_a_certificate,
                "Without a certificate of its own, profile 3 would be refused",
                check="on screen 8 why the certificate was refused, and how the CSMS answers (e)",
            ),
            Step(
                "Raise it to 3, which fails",
                profiles.see_it_fall_back,
                "Nobody listens for profile 3: after some attempts it goes back to 2, which works",
                check="on screen 8 the profile, the attempts left, and security.profile_tries",
            ),
            Step(
                "Lower it as before",
                profiles.lower_the_profile,
                "By hand at the charge point, for OCPP only raises it; what was installed goes",
                check="on screen 8 the profile, and on 1 why the connection fails",
            ),
        ),
    ),
)
"""In the order of the list."""
