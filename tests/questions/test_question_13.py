"""Why does TLS fail? One key, `8`: which certificate, which rule, both values, what to check."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.demo.fast_time import in_fast_time
from tests.engine.tls_servers import OVER, YEAR, Pki
from tests.questions.certificates import charge_point, root_file, secure_csms
from tests.questions.place import TIME, place
from tests.questions.test_ten_minutes_later import Hours


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@in_fast_time
async def test_which_certificate_breaks_which_rule_is_told_with_what_to_check(pki: Pki) -> None:
    good = pki.middle.server(["localhost"], YEAR)
    situations = {
        "expired": (
            pki.middle.server(["localhost"], OVER),
            rf"TLS: the server certificate expired on {OVER.end:%Y-%m-%d %H:%M}Z; here it is \d",
            "the CSMS needs a new certificate; or the clock of this machine is wrong",
            f"× localhost: expired {OVER.end:%Y-%m-%d}",
        ),
        "wrong name": (
            pki.middle.server(["csms.example"], YEAR),
            "TLS: the server certificate is not for localhost, but for csms.example",
            "use the name in the certificate in csms.url",
            "× csms.example: not trusted",
        ),
        "unknown root": (
            pki.stranger.server(["localhost"], YEAR),
            "'localhost' was issued by 'Stranger', which is not installed",
            "install the root of the CSMS",
            "× localhost: its issuer is not installed",
        ),
        "missing intermediate": (
            replace(good, issuers=()),
            "'localhost' was issued by 'Sub CA', which is not installed",
            "or have it send the certificates between",
            "× localhost: its issuer is not installed",
        ),
    }
    where = root_file(pki)
    clock = Hours()
    async with (
        secure_csms(pki) as csms,
        place(csms.url, charge_point(2), ca_file=where, now=clock.now) as here,
    ):
        await here.reads("All well")
        await csms.csms.connection.close()
        await here.reads(f"try 1 at {TIME}")
        for name, (shown, fails, hint, line) in situations.items():
            csms.shows(shown)
            words = ("profile 2 · TLS fails", line, f"Fails .*{fails}", hint)
            await here.after("n 8", *words)
            if name == "expired":
                await clock.go_by(here)
                await here.reads(*words)
            await here.after("1", "Connectors")
        csms.shows(good)
        csms.wants_certificates(wants=True)
        await here.after("n 8", "wants a client certificate", "speaks security profile 3")
        csms.wants_certificates(wants=False)
        await here.after("n", "CSMS certificate localhost until", "Trusted Root until")
        await here.after("1", "All well: Accepted")
