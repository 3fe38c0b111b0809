"""The options of the fleet on Locust, as they come from its command line or from its page."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

import pytest

from cp_tui.fleet.locust_options import LoadOptions, OptionsError, add_options, read_options


def parsed(*arguments: str) -> Namespace:
    """Parse a command line."""
    parser = ArgumentParser()
    add_options(parser)
    return parser.parse_args(arguments)


def test_what_is_not_given_has_its_usual_value_and_stays_text_for_the_page() -> None:
    given = parsed()
    assert {type(each) for each in vars(given).values()} == {str}
    options = read_options(given)
    assert options == read_options(Namespace()) == LoadOptions()


def test_all_that_is_given_is_read() -> None:
    options = read_options(
        parsed(
            *("--id-prefix", "DEPOT-", "--seed", "7", "--settle", "1m", "--connecting", "5"),
            *("--fail-if", "none, BootNotification.p95>2s, lost>3", "--ca-file", "ca.pem"),
            *("--ledger", "l.csv", "--billed", "b.csv", "--plan", "p.toml", "--report", "r.html"),
        )
    )
    assert (options.id_prefix, options.seed, options.settle_s, options.connecting) == (
        *("DEPOT-", 7),
        *(60.0, 5),
    )
    assert options.fail_if == ("none", "BootNotification.p95>2s", "lost>3")
    files = (options.ca_file, options.ledger, options.billed, options.plan, options.report)
    assert [f"{each}" for each in files] == ["ca.pem", "l.csv", "b.csv", "p.toml", "r.html"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("settle", "soon", "--settle: must be a time"),
        ("seed", "-1", "--seed: must be a whole number from 0"),
        ("connecting", "0", "--connecting: must be a whole number from 1"),
        ("fail-if", "lost>0, speed>3", "--fail-if: "),
        ("report", "r.pdf", "--report: must end in .json"),
        ("id-prefix", "a\x1b[2J", "--id-prefix: "),
    ],
)
def test_a_mistake_is_refused_at_the_command_line_and_in_the_form(
    name: str, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parsed(f"--{name}={text}")
    assert f"--{name}" in capsys.readouterr().err
    form = Namespace(**{name.replace("-", "_"): text, "settle": "5"})
    with pytest.raises(OptionsError) as refused:
        read_options(form)
    assert any(line.startswith(words) for line in refused.value.lines)
    assert any(line.startswith("--settle") for line in refused.value.lines)
