"""What can be typed: commands, options and their help. Nothing is imported here that takes time."""

from __future__ import annotations

import os
import sys
from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace, RawTextHelpFormatter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cp_tui import __version__
from cp_tui.cli.explain_options import add_explain
from cp_tui.cli.fleet_options import add_fleet, with_signs
from cp_tui.cli.open_options import add_open
from cp_tui.cli.replay_options import add_replay
from cp_tui.cli.tap_options import add_tap

if TYPE_CHECKING:
    # The class has no other name.
    from argparse import _SubParsersAction

    Commands = _SubParsersAction[ArgumentParser]

DESCRIPTION = "An OCPP 1.6J charge point with a terminal of its own."
CSMS_PORT = 9016
DEMO_SECONDS = 30.0

CTL_DESCRIPTION = """\
Call one method of a charge point that runs and print its result as JSON.

  cp-tui ctl plug_in 1                          a value alone goes to the first parameter that
  cp-tui ctl swipe id_tag=TAG1                  has none; swipe waits for what comes of it
  cp-tui ctl get connectors path=1.status
  cp-tui ctl wait connectors.1.status=Charging timeout=30
  cp-tui ctl tail messages 'action:Start*'      a line per event until Ctrl-C
  cp-tui ctl subscribe variables='["link"]'     a line per update until Ctrl-C
  cp-tui ctl --csms set_behaviour faults='{"Authorize":"silent"}'   of `cp-tui csms`

A value is JSON if it parses as JSON, else text; where a text is wanted, a number is one as it is
typed. A reason goes to standard error, its rule in brackets: S 5.16 is a section of OCPP 1.6
edition 2, E its errata, J OCPP-J 1.6, JE its errata, W the security whitepaper, T a case of the
official tests, cp-tui a choice of this program.
Exit status: 0 for an answer, 1 for a refusal by the charge point or what did not happen in time,
2 for wrong use."""

CHECK_DESCRIPTION = """\
Test the way to the CSMS as the charge point would go it, a line per step: settings, address, DNS,
TCP, TLS, HTTP upgrade, subprotocol. Nothing is sent to the CSMS after that, unless --boot.
Exit status: 0 where all went well, 1 where a step failed, 2 for wrong use or settings."""

COMPLETION_DESCRIPTION = """\
Print what makes a shell complete commands, options, methods of `ctl`, themes and the
charge points that run.

  bash    eval "$(cp-tui completion bash)"            in ~/.bashrc
  zsh     eval "$(cp-tui completion zsh)"             in ~/.zshrc, after compinit
  fish    cp-tui completion fish | source             in ~/.config/fish/config.fish"""


SCENARIO_DESCRIPTION = """\
Play scenarios against a CSMS, with a charge point that is made for each, and say whether the CSMS
did what the standard wants.

  cp-tui scenario list
  cp-tui scenario run --all --url ws://127.0.0.1:9016 --id CP001
  cp-tui scenario run plug-first my.toml --url ws://127.0.0.1:9016 --id CP001 --junit out.xml

What only the CSMS can do, a [hooks] table of the file of --config has it do; `cp-tui csms` needs
none. Exit status: 0 passed, 1 failed, 2 for wrong use, 3 where something could not be said."""

COLORS = ("auto", "truecolor", "256", "16", "none")
"""How many a terminal is sent, the same as in the settings."""


def parse(arguments: Sequence[str] | None) -> Namespace:
    """Parse the command line; ends the program with status 2 where it is wrong."""
    arguments = sys.argv[1:] if arguments is None else arguments
    is_completing = "_ARGCOMPLETE" in os.environ
    # The options of a command take time, and a start needs those of one.
    parser = _build("" if is_completing else next(iter(arguments), ""))
    if is_completing:
        # The shell asks what could be typed next.
        from cp_tui.cli.completion import complete

        complete(parser)
    options, extras = parser.parse_known_args(with_signs(arguments))
    if extras and options.command == "ctl" and not any(text.startswith("-") for text in extras):
        # argparse gives up on parameters behind an option: `ctl plug_in --id A connector_id=1`.
        options.parameters += extras
    elif extras:
        parser.error(f"unrecognized arguments: {' '.join(extras)}")
    return options


def _build(asked: str) -> ArgumentParser:
    """Make the parser of one command, or of all where none is asked for."""
    parser = ArgumentParser(prog="cp-tui", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"cp-tui {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in [_ADD[asked]] if asked in _ADD else _ADD.values():
        add(commands)
    return parser


def _add_serve(commands: Commands) -> None:
    serve = commands.add_parser("serve", help="run the charge point, without a screen")
    _add_engine_options(serve)
    serve.add_argument("--quiet", action="store_true", help="log to the data folder only")
    serve.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="end in order when standard input closes, for programs that start it",
    )


def _add_run(commands: Commands) -> None:
    run = commands.add_parser("run", help="start a charge point and its screen")
    _add_engine_options(run)
    _add_look_options(run)


def _add_check(commands: Commands) -> None:
    check = commands.add_parser(
        "check",
        help="test the way to the CSMS, step by step",
        description=CHECK_DESCRIPTION,
        formatter_class=RawTextHelpFormatter,
    )
    _add_engine_options(check)
    check.add_argument("--boot", action="store_true", help="send a BootNotification as well")
    check.add_argument(
        "--profile",
        type=int,
        choices=range(4),
        metavar="N",
        help="connect in this security profile, 0 to 3, instead of the one in force",
    )
    check.add_argument(
        "--force", action="store_true", help="although a charge point with this id is connected"
    )


def _add_presets(commands: Commands) -> None:
    commands.add_parser("presets", help="list the kinds of charge points that --preset takes")


def _add_weathers(commands: Commands) -> None:
    weathers = commands.add_parser(
        "weathers", help="list the bad networks that --weather takes, your own among them"
    )
    _add_config_option(weathers)


def _add_attach(commands: Commands) -> None:
    attach = commands.add_parser("attach", help="the screen of a charge point that runs")
    _add_target_options(attach)
    attach.add_argument("--fleet", action="store_true", help="the screen of a fleet that runs")
    _add_config_option(attach)
    _add_look_options(attach)
    attach.add_argument("--read-only", action="store_true", help="look, but change nothing")


def _add_fleet(commands: Commands) -> None:
    fleet = add_fleet(commands)
    _add_config_option(fleet)
    _add_look_options(fleet)


def _add_open(commands: Commands) -> None:
    parser = add_open(commands)
    _add_config_option(parser)
    _add_look_options(parser)


def _add_ctl(commands: Commands) -> None:
    ctl = commands.add_parser(
        "ctl",
        help="call one method of a charge point that runs",
        description=CTL_DESCRIPTION,
        formatter_class=RawTextHelpFormatter,
        add_help=False,
    )
    ctl.add_argument(
        "-h",
        "--help",
        nargs=0,
        action=_MethodsHelp,
        help="this, and the methods; after a METHOD, all about it",
    )
    _add_target_options(ctl)
    whose = ctl.add_mutually_exclusive_group()
    whose.add_argument("--csms", action="store_true", help="ask the CSMS that runs (cp-tui csms)")
    whose.add_argument(
        "--fleet", action="store_true", help="ask the fleet that runs (cp-tui fleet)"
    )
    ctl.add_argument("method", metavar="METHOD")
    ctl.add_argument("parameters", metavar="NAME=VALUE", nargs="*")


def _add_screenshot(commands: Commands) -> None:
    screenshot = commands.add_parser(
        "screenshot", help="save what the screen of a charge point that runs shows"
    )
    _add_target_options(screenshot)
    _add_config_option(screenshot)
    _add_look_options(screenshot)
    screenshot.add_argument(
        "--size",
        type=_size,
        default=(80, 24),
        metavar="COLUMNSxLINES",
        help="of the terminal (default 80x24)",
    )
    screenshot.add_argument(
        "--screen", default="1", metavar="NAME", help="its name, or its key (default 1)"
    )
    screenshot.add_argument(
        "file", type=Path, metavar="FILE", help="a picture if it ends in .svg, text if in .txt"
    )


def _add_bundle(commands: Commands) -> None:
    bundle = commands.add_parser(
        "bundle",
        help="make one file for support: trace, logs, variables, screens; no secrets",
    )
    _add_target_options(bundle)
    bundle.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="of a charge point that does not run"
    )
    _add_config_option(bundle)
    _add_look_options(bundle)
    bundle.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="default: named by it and the time"
    )


def _add_demo(commands: Commands) -> None:
    demo = commands.add_parser("demo", help="a charge point, a CSMS and a story; needs no network")
    _add_config_option(demo)
    _add_look_options(demo)
    demo.add_argument(
        "--seconds",
        type=_seconds,
        metavar="N",
        help="without a terminal: how long the story may take (default "
        f"{DEMO_SECONDS:g}); with --record: how long it is (default: a round of the story)",
    )
    demo.add_argument(
        "--pace",
        type=_pace,
        default=1.0,
        metavar="N",
        help="how fast the story is told, from 0.25 to 8 (default 1)",
    )
    _add_weather_options(demo)
    _add_profile_option(demo, "in which charge point and CSMS meet")
    _add_preset_option(demo, "; the story breaks off where that does otherwise")
    demo.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="record the screen as an asciicast (version 2); needs no terminal",
    )
    demo.add_argument(
        "--size",
        type=_size,
        default=(80, 24),
        metavar="COLUMNSxLINES",
        help="of what is recorded (default 80x24)",
    )


_CSMS_FAULTS = (
    ("--reject-tag", "TAG", "answer Invalid to this idTag"),
    ("--silent", "ACTION", "never answer it; * is all that a charge point sends"),
    ("--delay", "ACTION=SECONDS", "answer it so much later"),
    ("--error", "ACTION=CODE", "answer it with a CALLERROR, such as InternalError"),
)
"""Options of `csms` about what it does wrong on purpose."""


def _add_csms(commands: Commands) -> None:
    csms = commands.add_parser("csms", help="run the small CSMS alone, on loopback")
    csms.add_argument(
        "--port",
        type=_port,
        default=CSMS_PORT,
        metavar="N",
        help="0 takes a free one (default %(default)s)",
    )
    _add_profile_option(csms, "of its charge points")
    csms.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="where passwords and certificates are kept (default: in your data folder)",
    )
    csms.add_argument(
        "--new-certificates",
        action="store_true",
        help="make passwords and certificates anew, whatever is there",
    )
    csms.add_argument("--socket", type=Path, metavar="PATH", help="the door for ctl --csms")
    csms.add_argument(
        "--pending",
        type=_seconds,
        metavar="SECONDS",
        help="how long BootNotification is answered Pending, from the start on",
    )
    for option, metavar, what in _CSMS_FAULTS:
        csms.add_argument(
            option, action="append", default=[], metavar=metavar, help=f"{what}; may be repeated"
        )


def _add_scenario(commands: Commands) -> None:
    scenario = commands.add_parser(
        "scenario",
        help="play scenarios against a CSMS, with a verdict each",
        description=SCENARIO_DESCRIPTION,
        formatter_class=RawTextHelpFormatter,
    )
    what = scenario.add_subparsers(dest="what", metavar="list|run", required=True)
    listed = what.add_parser("list", help="name the scenarios that come with cp-tui")
    listed.add_argument("--json", action="store_true", help="as JSON, with what each needs")
    run = what.add_parser("run", help="play scenarios")
    run.add_argument("names", metavar="NAME|FILE", nargs="*", help="or .toml or .py files")
    run.add_argument("--all", action="store_true", help="all that come with cp-tui")
    run.add_argument("--url", metavar="URL", help="of the CSMS, ws:// or wss://, without the id")
    run.add_argument("--id", metavar="ID", help="charge point id, the last part of the URL")
    run.add_argument(
        "--config", type=Path, metavar="FILE", help="settings of the charge point, hooks and tags"
    )
    run.add_argument("--junit", type=Path, metavar="FILE", help="write the verdicts for a forge")
    run.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    run.add_argument("--seed", type=int, default=1, metavar="N", help="of all chance (default 1)")
    run.add_argument(
        "--ask", action="store_true", help="say what to press at the CSMS where there is no hook"
    )


def _add_completion(commands: Commands) -> None:
    completion = commands.add_parser(
        "completion",
        help="print what makes a shell complete the commands of cp-tui",
        description=COMPLETION_DESCRIPTION,
        formatter_class=RawTextHelpFormatter,
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))


_ADD: Mapping[str, Callable[[Commands], None]] = {
    "serve": _add_serve,
    "run": _add_run,
    "check": _add_check,
    "attach": _add_attach,
    "ctl": _add_ctl,
    "screenshot": _add_screenshot,
    "bundle": _add_bundle,
    "demo": _add_demo,
    "csms": _add_csms,
    "fleet": _add_fleet,
    "tap": add_tap,
    "scenario": _add_scenario,
    "explain": add_explain,
    "open": _add_open,
    "replay": add_replay,
    "presets": _add_presets,
    "weathers": _add_weathers,
    "completion": _add_completion,
}


def _add_engine_options(parser: ArgumentParser) -> None:
    """Add what overrides `cp-tui.toml`."""
    _add_config_option(parser)
    parser.add_argument("--url", metavar="URL", help="of the CSMS, ws:// or wss://, without the id")
    parser.add_argument("--id", metavar="ID", help="charge point id, the last part of the URL")
    parser.add_argument("--connectors", type=int, metavar="N", help="number of connectors")
    _add_preset_option(parser)
    parser.add_argument(
        "--set",
        dest="keys",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="first value of a configuration key; may be repeated",
    )
    _add_weather_options(parser)
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where the state is kept")
    parser.add_argument("--socket", type=Path, metavar="PATH", help="the door for attach and ctl")


def _add_weather_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--weather", metavar="NAME", help="how bad the network is made (cp-tui weathers)"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="of its chance (default: one is drawn, and shown)"
    )


def _add_config_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="instead of the user's cp-tui.toml"
    )


def _add_preset_option(parser: ArgumentParser, and_then: str = "") -> None:
    what = "a kind of charge point (cp-tui presets), or its file"
    parser.add_argument("--preset", metavar="NAME", help=f"{what}{and_then}")


def _add_profile_option(parser: ArgumentParser, of_what: str) -> None:
    parser.add_argument(
        "--profile",
        type=int,
        choices=range(4),
        default=0,
        metavar="N",
        help=f"security profile {of_what}, 0 to 3 (default 0): 1 password, 2 TLS and password, "
        "3 TLS and certificate",
    )


def _add_look_options(parser: ArgumentParser) -> None:
    """Add what overrides `[screen]` in `cp-tui.toml`."""
    parser.add_argument("--theme", metavar="NAME", help="colours of the screen")
    parser.add_argument("--colors", choices=COLORS, help="how many the terminal is sent")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII alone")


def _add_target_options(parser: ArgumentParser) -> None:
    """Add what names an engine that runs; without either it is the only one."""
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--socket", type=Path, metavar="PATH", help="its socket")
    target.add_argument("--id", metavar="ID", help="its charge point id")


class _MethodsHelp(Action):
    """Prints the help of a method, or that of `ctl` with all methods; their table takes time."""

    def __call__(
        self,
        parser: ArgumentParser,
        namespace: Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        from cp_tui.cli.ctl import methods_help
        from cp_tui.cli.door import door_of

        method = getattr(namespace, "method", None)
        text, status = methods_help(method, door_of(namespace))
        if status:
            parser.error(text)
        print(text if method else f"{parser.format_help()}\nmethods:\n{text}")
        parser.exit()


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86_400:
        raise ArgumentTypeError(f"must be a number of seconds up to 86400, not {text!r}")
    return seconds


def _pace(text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = 0.0
    if not 0.25 <= pace <= 8:
        raise ArgumentTypeError(f"must be a number from 0.25 to 8, not {text!r}")
    return pace


def _size(text: str) -> tuple[int, int]:
    columns, _, lines = text.partition("x")
    if not (columns.isdecimal() and lines.isdecimal()):
        raise ArgumentTypeError(f"must be COLUMNSxLINES such as 80x24, not {text!r}")
    if not (20 <= int(columns) <= 500 and 10 <= int(lines) <= 200):
        raise ArgumentTypeError(f"must be from 20x10 to 500x200, not {text}")
    return int(columns), int(lines)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise ArgumentTypeError(f"must be a port from 0 to 65535, not {text!r}")
    return int(text)
