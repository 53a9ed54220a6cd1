"""Review: every answer is in its file before the next question is asked, and nobody but the page itself can write."""

import http.client
import json
import threading
import time

import pytest

from declutter import samples
from declutter.articles import Judged
from declutter.kinds import KINDS
from declutter.review.desk import Desk
from declutter.review.queue import Question, queue
from declutter.verdict import Span, Verdict

NASTY = [
    "\ttab first",
    "two\ttabs\there",
    "[[ad|not a mark]]",
    r"\[[ a mark written out",
    "]] [[",
    "trailing  ",
    "\u2028sep\x85arated\x0c",
    "\ufeffmark",
]


def verdict(text, start=0, *, kind="body", keep=True, score=0.9, spans=()):
    return Verdict(text, start, start + len(text), kind, keep, score, kind, score, f"reads like {kind}", spans)


def article(*lines, name="one", site="wick.test", end="\n"):
    """An article of (text, kind, keep, score)."""
    text, verdicts = "", []
    for words, kind, keep, score in lines:
        verdicts.append(verdict(words, len(text), kind=kind, keep=keep, score=score))
        text += words + end
    return Judged(name, site, text, tuple(verdicts))


def story(site="wick.test", mark=""):
    return article(
        (f"Bakers strike{mark}", "headline", True, 0.97),
        (f"Share{mark}", "share", False, 0.02),
        (f"The ovens were cold at dawn{mark}.", "body", True, 0.57),
        (f"A mill was sold{mark}", "related", False, 0.3),
        (f"Give to the newsroom{mark}", "donation", False, 0.45),
        (f"Support us{mark}", "donation", False, 0.1),
        site=site,
    )


def saved(folder):
    """The labels in the folder, by text."""
    return {line.text: line.kind for path in samples.find([folder]) for line in samples.read(path).lines}


# the queue


def test_the_most_doubtful_lines_come_first_and_sure_ones_last():
    assert [question.line for question in queue([story()])] == [4, 2, 3, 5, 0, 1]


def test_no_site_and_no_kind_crowds_out_the_others():
    many = [story("big.test", f" {number}") for number in range(20)]
    first = queue([*many, story("small.test", " !")])[:8]

    assert {question.article == 20 for question in first} == {True, False}
    assert len({many[0].verdicts[question.line].kind for question in first}) >= 3


def test_what_a_site_tells_again_and_again_is_asked_once():
    assert len(queue([story(), story(mark="2"), story()])) == 12
    assert len(queue([story(), story("pond.test")])) == 12


# the desk


def test_an_answer_is_in_its_file_and_all_else_is_left_open(tmp_path):
    desk = Desk([story()], tmp_path)
    question = desk.next()
    desk.answer(question, [question.line], "promo")

    labels = saved(tmp_path)
    assert labels.pop("Give to the newsroom") == "promo"
    assert set(labels.values()) == {None}
    assert [path.suffix for path in tmp_path.iterdir()] == [".tsv"]
    assert desk.next() != question


def test_a_review_goes_on_where_it_ended(tmp_path):
    first = Desk([story(), story("pond.test", " 2")], tmp_path)
    asked = []
    for _ in range(5):
        asked.append(first.next())
        first.answer(asked[-1], [asked[-1].line], "promo")
    again = Desk([story(), story("pond.test", " 2")], tmp_path)

    assert again.answered == 5
    rest = []
    while (question := again.next()) is not None:
        rest.append(question)
        again.answer(question, [question.line], "body")
    assert not set(rest) & set(asked)
    assert len(rest) == 7
    assert list(saved(tmp_path).values()).count("promo") == 5


def test_enter_says_that_a_line_is_right_with_its_spans(tmp_path):
    text = "The line asked for other plans. [embed id=1]"
    judged = Judged("a", "", text, (verdict(text, spans=(Span(31, 44, "embed", 0.1, ""),)),))
    desk = Desk([judged], tmp_path)
    desk.answer(Question(0, 0), [0], None)
    [path] = tmp_path.iterdir()
    assert "body\tThe line asked for other plans.[[embed| [embed id=1]]]\n" in path.read_text(encoding="utf-8")

    desk.answer(Question(0, 0), [0], "body")
    assert samples.read(path).lines[0].spans == ()


def test_a_whole_block_is_one_answer_and_one_undo(tmp_path):
    desk = Desk([story()], tmp_path)
    desk.answer(Question(0, 3), [3, 4, 5], "promo")
    assert desk.answered == 3
    assert desk.undo() == Question(0, 3)

    assert desk.answered == 0
    assert list(tmp_path.iterdir()) == [], "a file without any label teaches nothing"
    assert desk.undo() is None


def test_undo_restores_the_answer_before(tmp_path):
    desk = Desk([story()], tmp_path)
    desk.answer(Question(0, 4), [4], "promo")
    desk.answer(Question(0, 4), [4], "donation")
    desk.undo()

    assert saved(tmp_path)["Give to the newsroom"] == "promo"


def test_skipped_lines_are_asked_again_when_there_is_no_other(tmp_path):
    desk = Desk([story()], tmp_path)
    first = desk.next()
    desk.skip(first)
    asked = []
    while desk.answered < 5:
        question = desk.next()
        asked.append(question)
        desk.answer(question, [question.line], None)

    assert first not in asked
    assert desk.next() == first


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_is_read_back_as_it_was(tmp_path, end):
    judged = article(*[(text, "body", True, 0.5) for text in NASTY], end=end)
    desk = Desk([judged], tmp_path)
    for at in range(len(NASTY)):
        desk.answer(Question(0, at), [at], "ad")

    [path] = tmp_path.iterdir()
    assert [(line.text, line.kind) for line in samples.read(path).lines] == [(text, "ad") for text in NASTY]
    assert Desk([judged], tmp_path).answered == len(NASTY)


def test_blank_lines_stay_where_they_are(tmp_path):
    text = "\n\nOne.\n\nTwo.\nThree.\n"
    lines = [verdict(words, text.index(words)) for words in ("One.", "Two.", "Three.")]
    Desk([Judged("a", "", text, tuple(lines))], tmp_path).answer(Question(0, 0), [0], "body")

    [path] = tmp_path.iterdir()
    assert samples.read(path).text == text.removesuffix("\n")


@pytest.mark.parametrize("site", ["../../etc/passwd", "/abs", "", "a" * 500, "con\nsite: other", "..", "\u202eevil"])
def test_no_site_leads_out_of_the_folder(tmp_path, site):
    folder = tmp_path / "mine"
    Desk([story(site)], folder).answer(Question(0, 0), [0], "body")

    assert [path.parent for path in tmp_path.rglob("*.tsv")] == [folder]
    [path] = samples.find([folder])
    assert samples.read(path).site == " ".join(site.split())


@pytest.mark.parametrize(("lines", "kind"), [([0], "advert"), ([9], "ad"), ([], "ad"), ([-1], "ad"), ([0, 99], "ad")])
def test_what_is_no_answer_changes_nothing(tmp_path, lines, kind):
    desk = Desk([story()], tmp_path)
    with pytest.raises((ValueError, IndexError)):
        desk.answer(Question(0, 0), lines, kind)

    assert desk.answered == 0
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_cannot_be_written_is_not_given(tmp_path):
    folder = tmp_path / "mine"
    desk = Desk([story()], folder)
    folder.write_text("in the way", encoding="utf-8")
    with pytest.raises(OSError, match="mine"):
        desk.answer(Question(0, 0), [0], "ad")

    assert desk.answered == 0
    assert desk.view(Question(0, 0))["lines"][0]["answer"] is None


def test_a_saved_file_that_was_damaged_is_not_written_over(tmp_path):
    Desk([story()], tmp_path).answer(Question(0, 0), [0], "headline")
    [path] = tmp_path.iterdir()
    path.write_text(path.read_text(encoding="utf-8").replace("Bakers", "Millers"), encoding="utf-8")
    with pytest.raises(samples.SampleError, match="move it away"):
        Desk([story()], tmp_path)


# the server


flask = pytest.importorskip("flask", reason="needs the extra 'review'")
pytest.importorskip("waitress", reason="needs the extra 'review'")


class Idle:
    """A retraining that never starts."""

    def start(self):
        pass

    def view(self):
        return {"state": "idle"}


@pytest.fixture
def site(tmp_path):
    """A server in a thread of this process, and a way to ask it."""
    from declutter.review import server

    desk = Desk([story()], tmp_path / "mine")
    address = []
    opened = threading.Event()
    threading.Thread(
        target=server.serve, args=(desk, Idle()), kwargs={"port": 0, "ready": lambda url: (address.append(url), opened.set())}, daemon=True
    ).start()
    assert opened.wait(20)
    return Site(address[0], tmp_path)


class Site:
    """What asks a server, with headers that a browser on the page would send, unless told otherwise."""

    def __init__(self, address, folder):
        _, _, self.host, self.token, _ = address.split("/")
        self.folder = folder

    def ask(self, path, body=None, *, method=None, token=None, **headers):
        given = {"Host": self.host}
        if body is not None:
            given |= {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(self.host, timeout=20)
        connection.putrequest(
            method or ("GET" if body is None else "POST"), f"/{self.token if token is None else token}/{path}", skip_host=True
        )
        for name, value in given.items():
            if value is not None:
                connection.putheader(name, value)
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, content


ANSWER = {"article": 0, "line": 4, "lines": [4], "kind": "promo"}


def test_the_page_asks_and_saves(site):
    response, page = site.ask("")
    assert response.status == 200
    assert b"What" in page or b"review" in page
    asked = json.loads(site.ask("question")[1])
    assert (asked["article"], asked["line"], asked["answered"]) == (0, 4, 0)
    after = json.loads(site.ask("answer", ANSWER)[1])
    assert after["answered"] == 1
    assert saved(site.folder)["Give to the newsroom"] == "promo"
    assert json.loads(site.ask("undo", {})[1])["line"] == 4
    assert json.loads(site.ask("skip", {"article": 0, "line": 4})[1])["line"] == 2


def test_every_kind_has_a_key_of_its_own():
    from declutter.review.server import KEYS

    assert set(KEYS) == set(KINDS)
    assert len(set(KEYS.values())) == len(KINDS)
    assert not set(KEYS.values()) & {"u", "z"}


@pytest.mark.parametrize("file", ["", "review.js", "review.css", "palette.css", "question"])
def test_all_that_is_sent_is_locked_down(site, file):
    response, _ = site.ask(file)

    assert response.status == 200
    policy = response.getheader("Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.getheader("Referrer-Policy") == "no-referrer"
    assert response.getheader("X-Content-Type-Options") == "nosniff"
    assert response.getheader("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.test"},
        {"Host": None},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "localhost.evil.test:80"},
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": None},
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"token": ""},
        {"token": "wrong"},
        {"token": "%C3%A9"},
    ],
    ids=str,
)
def test_nobody_else_may_write(site, headers):
    response, _ = site.ask("answer", ANSWER, **headers)

    assert response.status in (400, 403, 404)
    assert not list(site.folder.rglob("*.tsv"))


@pytest.mark.parametrize("headers", [{"Host": "evil.test"}, {"token": "wrong"}, {"token": ""}])
@pytest.mark.parametrize("path", ["", "question", "review.js", "retrain"])
def test_nobody_else_may_read(site, path, headers):
    response, content = site.ask(path, **headers)

    assert response.status in (403, 404)
    assert b"ovens" not in content


@pytest.mark.parametrize(
    "path", ["../mine/", "..%2fserver.py", "server.py", "%2e%2e/%2e%2e/etc/passwd", "review.js/..", "//etc/passwd", "desk.py%00.css"]
)
def test_no_path_leads_to_another_file(site, path):
    response, content = site.ask(path)

    assert response.status in (308, 400, 404)
    assert b"import" not in content
    assert b"root:" not in content


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        [],
        {},
        ANSWER | {"kind": "advert"},
        ANSWER | {"kind": 3},
        ANSWER | {"lines": "4"},
        ANSWER | {"lines": [True]},
        ANSWER | {"lines": [400]},
        ANSWER | {"lines": []},
        ANSWER | {"article": 7},
        ANSWER | {"article": -1},
        ANSWER | {"line": "../x"},
        b"[" * 50_000,
        b" " * 200_000,
    ],
    ids=lambda body: str(body)[:30],
)
def test_what_is_no_answer_is_refused_in_words(site, body):
    response, content = site.ask("answer", body)

    assert 400 <= response.status < 500
    assert b"Traceback" not in content
    assert not list(site.folder.rglob("*.tsv"))
    assert site.ask("question")[0].status == 200


@pytest.mark.parametrize("query", ["?article=0", "?article=x&line=1", "?article=0&line=99", "?article=-1&line=0"])
def test_a_line_that_is_not_there_is_refused(site, query):
    assert site.ask(f"question{query}")[0].status == 400


def test_an_answer_that_cannot_be_saved_says_so(site):
    (site.folder / "mine").write_text("in the way", encoding="utf-8")
    response, content = site.ask("answer", ANSWER)

    assert response.status == 500
    assert "not saved" in json.loads(content)["error"]
    assert json.loads(site.ask("question")[1])["answered"] == 0


def test_two_pages_that_answer_at_once_lose_nothing(site):
    said = [threading.Thread(target=site.ask, args=("answer", {"article": 0, "line": at, "lines": [at], "kind": "ad"})) for at in range(6)]
    for thread in said:
        thread.start()
    for thread in said:
        thread.join()

    assert set(saved(site.folder).values()) == {"ad"}


# the command


@pytest.fixture
def run(run_command):
    """Exit code and standard error of `declutter review`."""

    def run(*args):
        done = run_command("review", *args)
        return done.code, done.err

    return run


def test_without_any_article_there_is_nothing_to_review(run, tmp_path):
    code, told = run(tmp_path / "none.txt", "-o", tmp_path / "mine")

    assert code == 1
    assert "nothing to review" in told


def test_an_output_that_is_a_file_is_a_usage_error(run, tmp_path):
    (tmp_path / "mine").write_text("", encoding="utf-8")
    (tmp_path / "story.txt").write_text("The ovens were cold at dawn.\n", encoding="utf-8")

    assert run(tmp_path / "story.txt", "-o", tmp_path / "mine")[0] == 2


def test_a_port_that_is_taken_is_one_line(run, site, tmp_path):
    (tmp_path / "story.txt").write_text("The ovens were cold at dawn.\n", encoding="utf-8")
    code, told = run(tmp_path / "story.txt", "-o", tmp_path / "other", "--port", site.host.split(":")[1])

    assert code == 2
    assert "--port" in told
    assert "Traceback" not in told


# retraining


def test_the_button_trains_and_compares(tmp_path, monkeypatch):
    from declutter import Cleaner, fit, model
    from declutter.descent import Descent
    from declutter.review.training import Training

    small = Descent(epochs=12, width=8, rate=0.02, dropped=0.0, lines=150)
    monkeypatch.setattr(fit, "LITTLE", fit.Effort(5, small, small, networks=1))
    articles = [story(f"paper{number}.test", f" {number}") for number in range(16)]
    desk = Desk(articles, tmp_path)
    for number in range(16):
        desk.answer(Question(number, 0), range(6), None)
    training = Training([tmp_path], tmp_path / "model.npz", model.shipped())
    assert training.view() == {"state": "idle"}
    training.start()
    training.start()
    while training.view()["state"] == "running":
        time.sleep(0.05)

    told = training.view()
    assert told["state"] == "done", told
    assert [(row["name"], row["lines"], row["known"]) for row in told["rows"]] == [(str(tmp_path), 16 * 5, False)]
    assert all(0 <= row[side][share] <= 1 for row in told["rows"] for side in ("before", "after") for share in row[side])
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert Cleaner(model=tmp_path / "model.npz").judge("Share")


def test_a_training_with_too_little_says_what_is_missing(tmp_path):
    from declutter import model
    from declutter.review.training import Training

    Desk([story()], tmp_path).answer(Question(0, 0), [0], "headline")
    training = Training([tmp_path], tmp_path / "model.npz", model.shipped())
    training.start()
    while training.view()["state"] == "running":
        time.sleep(0.05)

    assert training.view()["state"] == "failed"
    assert "sites" in training.view()["told"]
    assert not (tmp_path / "model.npz").exists()
