"""trafilatura's own command, piped into declutter's, as the page shows it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import declutter

PIPE = "trafilatura --json < page.html | declutter clean --format jsonl --field text"
PAGE = """<!doctype html>
<html lang="en"><head><title>Ferry limps home after engine-room flood</title><meta name="author" content="Tilda Marsh"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Ferry limps home after engine-room flood</h1>
<p>The ferry returned to Port Ansel shortly before midnight on Monday, its pumps still running and its passengers on deck.</p>
<p>Sign up for our newsletter today and get the stories that matter in your inbox each morning.</p>
<p>Nobody was hurt, the harbour master said. Investigators will look at a valve that was changed during the winter refit.</p>
<p>The company, which runs two other boats between the islands, said that it would carry on with a reduced timetable until Friday.</p>
</article></body></html>
"""


def run(shell, folder):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", shell], cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_the_records_of_trafilatura_are_cleaned_and_stay_what_they_were(tmp_path):
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    before = json.loads(run("trafilatura --json < page.html", tmp_path))
    (line,) = run(PIPE, tmp_path).splitlines()
    after = json.loads(line)

    assert "newsletter" in before["text"], "trafilatura left it in"
    assert "newsletter" not in after["text"]
    assert after["text"] == declutter.clean(before["text"])
    assert list(after) == list(before)
    assert after | {"text": None} == before | {"text": None}


def test_the_page_shows_this_pipe():
    assert f"\n{PIPE}\n" in (Path(declutter.__file__).parent / "integrations" / "README.md").read_text(encoding="utf-8")
