"""When do certificates end? Who changed the profile, and what if it does not come up? `8`."""

from __future__ import annotations

import pytest

from tests.demo.fast_time import in_fast_time
from tests.engine.tls_servers import YEAR, Pki
from tests.questions.certificates import SERIAL, charge_point, root_file, secure_csms
from tests.questions.place import TIME, place
from tests.questions.test_ten_minutes_later import Hours


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@in_fast_time
async def test_ours_and_theirs_by_date_and_a_profile_that_does_not_come_up(pki: Pki) -> None:
    until = f"until {YEAR.end:%Y-%m-%d} · 36[45] days left"
    clock = Hours()
    async with secure_csms(pki) as csms:
        csms.csms.now = clock.now
        config = charge_point(2)
        where = root_file(pki)
        async with place(csms.url, config, ca_file=where, now=clock.now) as here:
            await here.reads("All well")
            await here.act("request_certificate")
            for is_later in (False, True):
                if is_later:
                    await clock.go_by(here)
                    await here.after("1", "All well")
                await here.after(
                    "8",
                    f"CSMS certificate localhost {until} · first of 3",
                    f"Own certificate {SERIAL} {until}",
                    f"Trusted Root {until}",
                    "Profile 2: TLS and a password Set by the settings",
                    "If not a new one has 2 attempts; then the one before is in force again",
                )
            # A CSMS without profile 3 lets in whoever comes: that connection is ended.
            to_3 = {"key": "SecurityProfile", "value": "3"}
            answer = await csms.csms.ask("ChangeConfiguration", to_3)
            assert answer == {"status": "Accepted"}
            await here.reads(
                "Link profile 3 is tried: 1 try left, then 2",
                f"Set by the CSMS · {TIME}",
                f"Change profile 3 wanted by the CSMS {TIME}; profile 3 is tried now, 1 ",
                "If not profile 2 is in force again, and is tried",
                "the CSMS did not ask for the certificate of the charge point",
            )
            await here.after("1 a", "Security profile 3 is tried: 1 attempt left, then it is 2")
            await here.after("escape", "× SecurityProfile is 3, and the CSMS.* · try 1 in")
            await clock.go_by(here)
            await here.reads(
                "SecurityProfile 3 did not come up in 2 attempts, so 2 is in .* · 8 shows it"
            )
            await here.after(
                "8",
                "Link profile 2 · TLS 1.3",
                f"Set by the charge point itself: what had been set .* · .*{TIME}",
                "Last SecurityProfile 3 did not come up in 2 attempts, so 2 is in force again",
                f"CSMS certificate localhost {until}",
            )
