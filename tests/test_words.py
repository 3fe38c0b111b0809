"""What is said to people follows rules that can be checked: one word per thing, plurals, no jargon.

Read are the string constants of the program (docstrings left out), and the papers for its users.
What is allowed in spite of a rule stands beside it, with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from cp_tui.tui.registry import EVERY_ACTION
from cp_tui.tui.widgets.pane import Pane
from tests.sources import ROOT, parsed, python_files, shown

GAP = "{}"
"""Stands for a value in an f-string."""


@dataclass(frozen=True, slots=True)
class Said:
    """One text of the program."""

    place: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What no text may hold."""

    pattern: re.Pattern[str]
    why: str
    allowed: dict[str, str] = field(default_factory=dict)
    """Module, or the text that is meant -> why it may stand there."""
    is_for_sentences: bool = False
    """A single word is a name inside the program, and may be what it is."""

    def breaks(self, said: Said) -> bool:
        """Say whether a text breaks it; a part that is allowed does not count."""
        if said.place in self.allowed or not self.pattern.search(said.text):
            return False
        if self.is_for_sentences and " " not in said.text.strip():
            return False
        allowed = [
            range(found.start(), found.end())
            for part in self.allowed
            for found in re.finditer(re.escape(part), said.text)
        ]
        return any(
            not any(match.start() in span for span in allowed)
            for match in self.pattern.finditer(said.text)
        )


SETTINGS_SECTION = "[station] is the section of the settings file, which people have written"

STYLE = re.compile(r"\{ [\w-]+: ")
"""The style sheet of a widget."""

COUNTED = (
    "attempts|bytes|changes|characters|connectors|days|elements|entries|errors|events|fields|flaws"
    "|frames|hours|items|keys|lines|messages|minutes|periods|phases|profiles|records|requests"
    "|seconds|tables|tags|times|transactions|tries|vehicles|years"
)

RULES = {
    "one name for the charge point": Rule(
        re.compile(
            r"\b(engines?|chargers?|charge ?box(es)?|stations?|EVSEs?|CPs?)\b(?![-.]|:\w)", re.I
        ),
        "it is the charge point, as OCPP calls it",
        {
            "on-board charger": "that of the vehicle",
            "charge box serial number": "the field chargeBoxSerialNumber of the standard",
            "cp-tui": "the program",
            "cp-dark": "a theme",
            "cp-tui-demo-": "a folder",
            "cp_tui/charger/charger.py": "the name of a record in the store",
            "cp_tui/engine/engine.py": "the name of a task, for who debugs it",
            "cp_tui/explain/finding.py": "a word of `explain --json`, for programs",
            "cp_tui/scenarios/bench_settings.py": SETTINGS_SECTION,
            "cp_tui/__init__.py": "the names of classes",
            "'charger'": "a fixture, to be typed",
            "cp_tui/cli/explain.py": "the names of JSON that programs read",
            "cp_tui/traces/formats/csv_rows.py": "names of columns in tables of others",
            "csms-to-cp": "a word of Open OCPP Trace",
            "cp_tui/cli/replay.py": "a word to be typed",
            "cp_tui/cli/replay_options.py": "a word to be typed",
            "cp_tui/cli/tap.py": "the name of a field, as explain --json has it",
            "CP{:05d}": "ids as they are made, to be typed",
            "cp_tui/cli/fleet_options.py": "options and keys of a plan, to be typed",
            "cp_tui/fleet/billed.py": "names of columns in tables of others",
            "cp_tui/fleet/reading/plan_checks.py": "names of tables and keys, to be typed",
            "cp_tui/fleet/reading/plan_file.py": "names of tables and keys, to be typed",
            "cp_tui/fleet/reading/plan_tables.py": "names of tables and keys, to be typed",
            "cp_tui/fleet/locust/charging_station.py": SETTINGS_SECTION,
            "cp_tui/fleet/locust_options.py": "how ids begin, unless somebody says otherwise",
            "cp_tui/fleet/locust/switchboard.py": "a field, for the interpreter",
            "cp_tui/library/tables.py": SETTINGS_SECTION,
            "cp_tui/settings/build.py": SETTINGS_SECTION,
            "cp_tui/settings/load.py": SETTINGS_SECTION,
            "cp_tui/settings/problem.py": SETTINGS_SECTION,
            "cp_tui/tui/dashboard/panes.py": "part of the snapshot, by its name",
            "cp_tui/tui/maintenance/panes.py": "part of the snapshot, by its name",
            "cp_tui/tui/messages/panes.py": "part of the snapshot, by its name",
            "cp_tui/tui/security/panes.py": "part of the snapshot, by its name",
            "cp_tui/tui/frame/main_screen.py": "part of the snapshot, by its name",
            "cp_tui/tui/state/store.py": "part of the snapshot, by its name",
            "cp_tui/tui/dashboard/alarm.py": "part of the snapshot, by its name",
        },
    ),
    "one name for the CSMS": Rule(
        re.compile(r"\b(back-?ends?|back office|central systems?|cloud)\b", re.I),
        "it is the CSMS",
        {
            "cp_tui/tui/actions/synonyms.py": "what people type for it, never shown",
            "testing-a-backend.md": "a paper, as people look for it",
        },
    ),
    "one name for the connector": Rule(
        re.compile(r"\b(outlets?|plug sockets?)\b", re.I),
        "it is the connector",
        {"cp_tui/ocpp/enumerations.py": "a location of a measurement, as the standard spells it"},
    ),
    "no plural in brackets": Rule(re.compile(r"\w\((s|es|ies)\)"), "say one or many: plural.count"),
    "numbers of things": Rule(
        re.compile(rf"{re.escape(GAP)} (more |waiting |damaged )?({COUNTED})\b"),
        "one of them would read wrongly: plural.count, or {n:noun} in a reason",
        {
            "at most {} ": "a bound, never one",
            "up to {} ": "a bound, never one",
            "more than {} ": "a bound, never one",
            "larger than {} ": "a bound, never one",
            "longer than {} ": "a bound, never one",
            "has {} elements": "a frame has three at least",
            "is 1 to {} characters": "a bound, never one",
            "{} messages wait already": "a bound, never one",
            "{} composed messages wait": "a bound, never one",
            "{} frames wait to be sent": "a bound, never one",
            "(cut: {} bytes)": "it was too long",
            "({} characters, not shown)": "it was too long",
            "{} bytes are too long": "it is",
            "{} bytes; at most": "it was too long",
            "({} bytes) sent to the terminal's clipboard; many": "too many for some terminals",
            "{} bytes, at most": "it was too long",
            "has {} bytes": "it was too long",
            "a batch of {} requests": "too many",
            "{} bytes (hex)": "sixteen at least",
            "{} characters (text)": "sixteen at least",
            "with a key of {} bytes": "sixteen at least",
            "x {}/{} phases": "of three",
            "{} connectors together": "two at least",
            "{} keys are more than": "too many",
            "{} messages wait to be sent": "two at least, see the step",
            "({} lines are missing here)": "a template, which cannot count",
            "-{} days": "SQL",
            "{} years": "two at least",
        },
    ),
    "no word twice": Rule(
        re.compile(r"\b([a-z]{2,})(?:: | )\1\b", re.I),
        "it stammers",
    ),
    "no names of methods": Rule(
        re.compile(r"(?<![`.\w])[a-z]+(?:_[a-z]+)+\b(?![`.=])"),
        "say what was done, and not how it is called inside",
        {
            "cp_tui/cli/demo_process.py": "the settings file of the demo",
            "cp_tui/cli/ctl_watch.py": "the help of `ctl` shows what is to be typed",
            "cp_tui/cli/parser.py": "the help of `ctl` shows what is to be typed",
            "cp_tui/engine/store.py": "SQL",
            "cp_tui/network/reading.py": "keys of a table, to be typed",
            "cp_tui/explain/catalogue_text.py": "the ids of findings, as programs look for them",
            "[custom_keys]": "a section of the settings file, to be typed",
            "[charge_point]": "a section of the settings file, to be typed",
            "ca_file = {}": "a line of the settings file",
        },
        is_for_sentences=True,
    ),
}
"""Every rule for single texts, by its name."""


FOR_MAKERS = ("ARCHITECTURE.md", "CONTRIBUTING.md")
"""They speak of the code, with the names that it has there."""


@cache
def texts() -> tuple[Said, ...]:
    """Give every text of the program that a person may see."""
    return tuple(said for path in python_files("cp_tui") for said in texts_of(path))


def texts_of(path: Path) -> Iterator[Said]:
    """Give the texts of a module: constants, f-strings with a gap for each value, and helps."""
    nodes = [*ast.walk(parsed(path))]
    seen: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            seen.add(id(node.value))  # A docstring.
        if isinstance(node, ast.Constant) and STYLE.search(str(node.value)):
            seen.add(id(node))
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            seen |= {id(value) for value in node.values}
            parts = [str(v.value) if isinstance(v, ast.Constant) else GAP for v in node.values]
            yield Said(shown(path), node.lineno, _with_gaps("".join(parts)))
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in seen:
            yield Said(shown(path), node.lineno, _with_gaps(node.value))
        if isinstance(node, ast.AsyncFunctionDef) and any(map(_is_action, node.decorator_list)):
            yield Said(shown(path), node.lineno, ast.get_docstring(node) or "")


def _is_action(decorator: ast.expr) -> bool:
    """Say whether a function is an action: its docstring is its help."""
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("action")


def _with_gaps(text: str) -> str:
    """Let the values of a template be gaps, as those of an f-string."""
    return re.sub(r"\{\w+\}", GAP, text)


def papers() -> Iterator[Said]:
    """Give the lines of the papers for users, without what is code in them."""
    docs = (path for path in sorted((ROOT / "docs").rglob("*.md")) if path.name not in FOR_MAKERS)
    for path in (ROOT / "README.md", ROOT / "CHANGELOG.md", *docs):
        is_code = False
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            is_code ^= line.startswith("```")
            if not is_code:
                yield Said(shown(path), number, re.sub(r"`[^`]*`", "", line))


def broken(rule: Rule, said: Iterator[Said] | tuple[Said, ...]) -> list[str]:
    """Give the places where a rule is broken."""
    return [f"{each.place}:{each.line}: {each.text}" for each in said if rule.breaks(each)]


@pytest.mark.parametrize("name", [name for name in RULES if name.startswith("one name")])
def test_the_papers_for_users_keep_the_rule(name: str) -> None:
    assert broken(RULES[name], papers()) == [], RULES[name].why


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one name for the charge point", "no engine answers at {}"),
        ("one name for the charge point", "the charger boots"),
        ("one name for the CSMS", "no backend needed"),
        ("one name for the connector", "the outlet is free"),
        ("no plural in brackets", "{} message(s) wait"),
        ("numbers of things", "{} messages wait"),
        ("numbers of things", "and {} more tags"),
        ("no word twice", "check: check the port"),
        ("no names of methods", "nothing came of plug_in here"),
    ],
)
def test_a_text_that_breaks_the_rule_is_found(name: str, text: str) -> None:
    assert broken(RULES[name], (Said("cp_tui/planted.py", 1, text),)) != []


def test_the_texts_of_a_module_are_its_strings_without_docstrings() -> None:
    planted = ROOT / "cp_tui" / "cli" / "output.py"
    found = [said.text for said in texts_of(planted)]
    assert "cp-tui: {}" in found
    assert not any("one line about what went wrong" in text for text in found)


def test_the_help_of_every_action_is_a_text() -> None:
    said = {" ".join(each.text.partition("\n\n")[0].split()) for each in texts()}
    assert [action.id for action in EVERY_ACTION if action.help not in said] == []


def panes(of: type[Pane] = Pane) -> Iterator[type[Pane]]:
    """Give every kind of pane."""
    for each in of.__subclasses__():
        yield each
        yield from panes(each)


def test_the_help_of_every_pane_is_whole_sentences() -> None:
    """The dialog breaks them; a line that is broken by hand is broken twice on a small screen."""
    said = [text for pane in panes() for text in pane.HELP_SENTENCES]
    assert len(said) > 50
    assert [text for text in said if not text.endswith((".", "?"))] == []


def test_nothing_is_allowed_that_nobody_says() -> None:
    """An exception that is not needed any more would hide the next mistake."""
    places = {said.place for said in texts()}
    everything = "\n".join(said.text for said in texts())
    idle = [
        part
        for rule in RULES.values()
        for part in rule.allowed
        if part not in places and part not in everything
    ]
    assert idle == []


@pytest.mark.parametrize("name", RULES)
def test_every_text_of_the_program_keeps_the_rule(name: str) -> None:
    assert broken(RULES[name], texts()) == [], RULES[name].why
