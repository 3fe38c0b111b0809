"""Limits: how they are written, and what comes of them."""

from __future__ import annotations

import re

import pytest

from cp_tui.fleet.limits import limits_of, read_limit, verdict


@pytest.mark.parametrize(
    ("text", "figure", "bound", "written"),
    [
        ("lost>0", "lost", 0.0, "lost>0"),
        (" failures > 0.1% ", "failures", 0.001, "failures>0.1%"),
        ("failures>0.02", "failures", 0.02, "failures>2%"),
        ("StopTransaction.failures>1%", "StopTransaction.failures", 0.01, None),
        ("BootNotification.p95>2s", "BootNotification.p95", 2.0, None),
        ("StopTransaction.age.p99>1m30s", "StopTransaction.age.p99", 90.0, None),
        ("recovery>1m", "recovery", 60.0, None),
        ("lag>100ms", "lag.p99", 0.1, "lag.p99>100ms"),
        ("connect.max>1.5s", "connect.max", 1.5, None),
        ("cpu>80%", "cpu", 0.8, None),
    ],
)
def test_a_limit_is_read_and_written(
    text: str, figure: str, bound: float, written: str | None
) -> None:
    limit = read_limit(text)
    assert limit.figure == figure
    assert limit.bound == pytest.approx(bound)
    assert limit.text == (written or text)
    assert read_limit(limit.text) == limit


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lost", "must be FIGURE>BOUND, such as"),
        ("lost<1", "must be FIGURE>BOUND, such as"),
        ("lost>none", "the bound must be a number"),
        ("lost>1%", "the bound must be a number"),
        ("failures>x", "the bound must be a share such as 0.1%"),
        ("connect.p99>2", "the bound must be a time such as"),
        ("BootNotificaton.p95>2s", 'no figure "BootNotificaton"; did you mean "BootNotification"?'),
        ("BootNotification.p42>2s", "BootNotification.p42: say which, such as"),
        ("BootNotification.age>2s", "BootNotification.age: only MeterValues, StartTransaction"),
        (
            "StartTransaction.age.p42>2s",
            "StartTransaction.age.p42: say which, such as StartTransaction.age",
        ),
        ("cpu.p99>1%", "cpu.p99: cpu is one figure"),
        ("lost.p99>0", "lost.p99: lost is one figure"),
        ("RemoteStartTransaction.p95>2s", 'no figure "RemoteStartTransaction"'),
        ("lag.p95>1s", "lag.p95: say which, such as lag.p99; there are p50, p99, max"),
        ("connect.age.p95>2s", "connect.age.p95: say which, such as connect.p99"),
    ],
)
def test_what_is_no_limit_is_refused_with_what_is_allowed(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)) as error:
        read_limit(text)
    assert str(error.value).startswith(told)


def test_limits_stand_beside_the_default_ones_until_none_takes_them_away() -> None:
    def texts(*given: str) -> list[str]:
        return [limit.text for limit in limits_of(given)]

    assert texts() == ["lost>0", "doubled>0", "unaccepted>0"]
    assert texts("lag>1s", "lost>3") == ["lost>3", "doubled>0", "unaccepted>0", "lag.p99>1s"]
    assert texts("lag>1s", "none", "cpu>50%") == ["cpu>50%"]
    assert texts("none") == []


def test_a_verdict_has_the_figure_and_the_limit_in_words() -> None:
    limit = read_limit("BootNotification.p95>2s")
    found = [verdict(limit, {limit.figure: each}.get) for each in (2.0, 2.001)]
    assert [(each.is_held, each.words) for each in found] == [
        (True, "BootNotification.p95 is not above 2s: it is 2s"),
        (False, "BootNotification.p95 is above 2s: it is 2.001s"),
    ]
    none: dict[str, float] = {}
    nothing = verdict(limit, none.get)
    assert (nothing.is_held, nothing.words) == (False, "BootNotification.p95: nothing was measured")
    assert verdict(limit, none.get, is_over=False).is_held, "it may still be"
    assert verdict(read_limit("back>5s"), none.get).is_held, "no line was lost"
    lost = verdict(read_limit("lost>0"), {"lost": 3}.get)
    assert lost.words == (
        "lost is above 0: it is 3 (transactions that the CSMS has not acknowledged in full)"
    )
    share = verdict(read_limit("failures>0.1%"), {"failures": 0.0125}.get)
    assert share.words == "failures is above 0.1%: it is 1.25%"
