"""Make the papers and pictures that are made from the code: `python docs/make.py`.

With `papers` behind it the pictures, which take two minutes, are left as they are. That all of it
is current is held by tests/test_papers.py and tests/tui/test_pictures.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAP = "docs/ARCHITECTURE.md"
LOAD = "docs/load-testing.md"
SCENARIOS = "docs/scenarios.md"
TRACES = "docs/spec/traces.md"


def papers() -> Mapping[str, Callable[[], str]]:
    """Give what makes each paper, by the path of the paper."""
    # Imported here, as a script finds its neighbours only once `main` has said where they are.
    from docs.keys import keys
    from docs.library import library_module
    from docs.presets import presets_page
    from docs.reference import reference

    return {
        "docs/keys.md": keys,
        "docs/presets.md": presets_page,
        "docs/reference.md": reference,
        "cp_tui/library/async_commands.py": lambda: library_module(is_async=True),
        "cp_tui/library/commands.py": lambda: library_module(is_async=False),
        MAP: lambda: with_maps((ROOT / MAP).read_text("utf-8")),
        TRACES: lambda: with_findings((ROOT / TRACES).read_text("utf-8")),
        LOAD: lambda: with_load((ROOT / LOAD).read_text("utf-8")),
        SCENARIOS: lambda: with_scenarios((ROOT / SCENARIOS).read_text("utf-8")),
    }


def with_maps(text: str) -> str:
    """Draw the rooms of the house anew, wherever a paper shows them."""
    from tests.rooms import drawn

    return re.sub(
        r"(<!-- map of ([\w.]+) -->\n```\n).*?(?=^```$)",
        lambda found: found[1] + drawn(found[2]),
        text,
        flags=re.DOTALL | re.MULTILINE,
    )


def with_load(text: str) -> str:
    """Put the screen, the locustfile and the options of Locust anew where a paper shows them."""
    from cp_tui.fleet.locust_options import OPTIONS

    example = (ROOT / "cp_tui/fleet/locust/example.py").read_text("utf-8")
    table = "| Option | Usual | What it says |\n|---|---|---|\n"
    for each in OPTIONS:
        usual = f"`{each.usual}`" if each.usual else ""
        table += f"| `--{each.name}` | {usual} | {each.words} |\n"
    seen = "test_fleet_screen/test_each_state_looks_as_it_did[size0][storm].txt"
    picture = (ROOT / "tests/tui/__snapshots__" / seen).read_text("utf-8")
    for name, end, made in (
        ("screen", "```\n", f"```text\n{picture}"),
        ("locustfile", "```\n", f"```python\n{example}"),
        ("options", "\n", table),
    ):
        head, mark, rest = text.partition(f"<!-- {name} -->\n")
        _, _, tail = rest.partition(f"\n{end}")
        text = f"{head}{mark}{made}{end}{tail}"
    return text


def with_scenarios(text: str) -> str:
    """List the scenarios that come with cp-tui anew, at the end of their paper."""
    from cp_tui.scenarios.reading import built_in

    head, mark, _ = text.partition("<!-- scenarios -->\n")
    lines, group = [], ""
    for plan in built_in():
        if plan.group != group:
            group = plan.group
            lines += [
                f"\n### {group}\n",
                "| Name | The CSMS | Cases | Hooks |",
                "|---|---|---|---|",
            ]
        cells = (f"`{plan.name}`", plan.about, ", ".join(plan.cases), ", ".join(plan.hooks))
        lines.append(f"| {' | '.join(cells)} |")
    return head + mark + "\n".join(lines) + "\n"


def with_findings(text: str) -> str:
    """List anew what can be found in a log, and the numbers of the rules."""
    from cp_tui.explain.catalogue import CATALOGUE
    from cp_tui.explain.limits import rows

    head, mark, _ = text.partition("<!-- findings -->\n")
    lines = [
        "\n## Findings",
        "",
        "| Id | Severity | At fault | Section | |",
        "|---|---|---|---|---|",
    ]
    for entry in CATALOGUE.values():
        cells = (f"`{entry.id}`", entry.severity, entry.at_fault, entry.section, entry.title)
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "## Numbers", "", "| Name | |", "|---|---|"]
    lines += [f"| `{name}` | {number:g} |" for name, number in rows()]
    return head + mark + "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write what has changed."""
    sys.path.insert(0, str(ROOT))
    for name, made in papers().items():
        path, text = ROOT / name, made()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"{name}: written")
    if "papers" in arguments:
        return 0
    from docs.face import PAPER, face

    PAPER.write_text(face(PAPER.read_text(encoding="utf-8")), encoding="utf-8")
    return subprocess.run([sys.executable, str(ROOT / "screenshots" / "make.py")]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
