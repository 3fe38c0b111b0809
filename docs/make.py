"""Make the papers and pictures that are made from the code: `python docs/make.py`.

With `papers` behind it the pictures, which take a minute, are left as they are. That all of it is
current is held by tests/test_papers.py.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def papers() -> Mapping[str, str]:
    """Give every paper that is made, by its path."""
    # Imported here, as a script finds its neighbours only once `main` has said where they are.
    from docs.reference import reference

    return {"docs/reference.md": reference()}


def main(arguments: list[str]) -> int:
    """Write what has changed."""
    sys.path.insert(0, str(ROOT))
    for name, text in papers().items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"{name}: written")
    if "papers" in arguments:
        return 0
    return subprocess.run([sys.executable, str(ROOT / "screenshots" / "make.py")]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
