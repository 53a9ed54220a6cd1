"""The text with what goes marked in it: nothing is lost, and nothing reaches the terminal that could do harm there."""

import re

import pytest

import declutter

TEXT = """\

The bakers of Lower Wick put down their peels on Monday and walked out into the rain.

Share on Facebook
“We bake at four in the morning and the ovens are cold until six,” said Jon Périn, who has done it for thirty years.


Back to top
"""
REASON = re.compile(r"  \([a-z_]+ \d\.\d\d[^)]*\)$")


@pytest.fixture
def diff(run_command, tmp_path):
    """The lines that the command prints for a text."""

    def diff(text, *options):
        path = tmp_path / "story.txt"
        path.write_bytes(text.encode())
        done = run_command("diff", *options, path)
        assert not done.code
        return done.out.decode().split("\n")[:-1]

    return diff


def test_kept_lines_are_plain_and_removed_ones_are_marked_with_kind_and_reason(diff):
    printed = diff(TEXT)
    kept = [line[2:] for line in printed if line.startswith("  ")]

    assert kept == [line for line in declutter.clean(TEXT).splitlines() if line]
    removed = [line for line in printed if line.startswith("- ")]
    assert [REASON.sub("", line) for line in removed] == ["- Share on Facebook", "- Back to top"]
    assert all(REASON.search(line) for line in removed)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_stand_where_they_stood(diff, end):
    printed = diff(TEXT.replace("\n", end))

    assert [not line for line in printed] == [not line for line in TEXT.splitlines()]


def test_spans_stand_in_their_line(diff):
    line = (
        "The yard that did the work says that it followed the plans; the line says that it asked for other plans. [embed_video id='8812']"
    )
    text = TEXT + line + "\n"
    assert any(verdict.spans for verdict in declutter.judge(text)), "else this test shows nothing"

    marked = next(printed for printed in diff(text) if "[-" in printed)
    assert re.sub(r"\[-(.*?)-\]\(embed [^)]*\)", r"\1", marked)[2:] == line


def test_colours_are_for_terminals_and_for_who_asks(diff, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b" not in "".join(diff(TEXT))
    monkeypatch.setenv("FORCE_COLOR", "1")
    red = diff(TEXT)
    assert [line.startswith("\x1b[31m- ") for line in red if "- " in line[:8]] == [True, True]
    assert not any("\x1b" in line for line in red if line.startswith("  "))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in "".join(diff(TEXT))


def test_control_characters_do_not_reach_the_terminal(diff):
    printed = "".join(diff("\x1b[2JThe ovens at Lower Wick were\x9b31m cold again at dawn.\n\x07Share on Facebook\x1b]0;x\x07\n"))

    assert not set(printed) & {"\x1b", "\x07", "\x9b"}
    assert "Share on Facebook" in printed


def test_characters_that_join_letters_stay(diff):
    line = "این خبر را دیروز روزنامه‌ها نوشتند و مردم خواندند."

    assert line in "\n".join(diff(line + "\n"))
