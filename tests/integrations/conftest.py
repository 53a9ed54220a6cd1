"""What the tests of all hosts share: texts with unmistakable clutter, and the page whose examples run as written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import declutter

_PAGE = Path(declutter.__file__).parent / "integrations" / "README.md"
_EXAMPLE = re.compile(
    r"^## (?P<host>[^\n]+)\n(?:(?!^## ).)*?^```python\n(?P<code>.*?)^```\n(?:\s*^```text\n(?P<shown>.*?)^```$)?", re.M | re.S
)

CLUTTERED = """\
Ferry limps home after engine-room flood

The ferry returned to Port Ansel shortly before midnight on Monday, its pumps still running and its passengers on deck.

Sign up for our newsletter today.

Nobody was hurt, the harbour master said. Investigators will look at a valve that was changed during the winter refit.

Share on Facebook"""


@pytest.fixture(scope="session")
def cluttered():
    """An article with a newsletter line and a share button in it."""
    return CLUTTERED


@pytest.fixture(scope="session")
def article(cluttered):
    """What `declutter.clean` makes of it, which is not the same."""
    cleaned = declutter.clean(cluttered)
    assert "newsletter" not in cleaned
    assert "Nobody was hurt" in cleaned
    return cleaned


@pytest.fixture
def run_example(tmp_path):
    """Run a host's example as it stands on the page, in a folder as the page has it; returns what it printed, and what the page shows."""
    page = _PAGE.read_text(encoding="utf-8")
    (tmp_path / "ferry.txt").write_text(re.search(r"^```text\n(.*?)^```$", page, re.M | re.S)[1], encoding="utf-8")

    def run(host):
        found = {match["host"]: match for match in _EXAMPLE.finditer(page)}
        script = tmp_path / "example.py"
        script.write_text(found[host]["code"], encoding="utf-8")
        done = subprocess.run([sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip(), (found[host]["shown"] or "").strip()

    return run
