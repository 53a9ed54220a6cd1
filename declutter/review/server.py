"""The review page over HTTP: on this machine alone, behind a random address, written to by its own page alone."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from importlib import resources
from typing import Any, Protocol

import flask
import waitress
from werkzeug.exceptions import HTTPException

from declutter.kinds import DEFINITIONS, KEPT
from declutter.review.desk import Desk
from declutter.review.queue import Question

HOST = "127.0.0.1"
# One key a kind; what the page does itself (undo, skip, whole block) has others: see review.js.
KEYS = {
    "body": "b", "subheading": "s", "headline": "h", "byline": "y", "timestamp": "t", "author_bio": "a", "caption": "c",
    "photo_credit": "p", "source_credit": "o", "related": "r", "newsletter": "n", "paywall": "w", "donation": "d", "promo": "m",
    "share": "f", "navigation": "v", "ad": "x", "embed": "e", "comment": "k", "legal": "l",
}  # fmt: skip
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_FILES = {"palette.css": "palette.css", "review.css": "review/review.css", "review.js": "review/review.js"}
_ANSWER = 100_000  # bytes of a request at most


class Retraining(Protocol):
    """What the button 'retrain' starts, and how it is going (see `declutter.review.training`)."""

    def start(self) -> None:
        """Begin, if it is not under way."""

    def view(self) -> dict[str, Any]:
        """What a page shows of it."""


def serve(desk: Desk, retraining: Retraining, *, port: int, ready: Any) -> None:
    """Serve the page until Ctrl-C, which is how a review ends and no error; `ready` is called with its address once it can be opened.

    Raises OSError where the port cannot be had.
    """
    token = secrets.token_urlsafe(24)
    app = make_app(desk, retraining, token)
    server: Any = waitress.create_server(app, host=HOST, port=port, ident=None, max_request_body_size=_ANSWER)
    app.config["ORIGINS"] = [f"http://{name}:{server.effective_port}" for name in (HOST, "localhost")]
    ready(f"http://{HOST}:{server.effective_port}/{token}/")
    try:
        server.run()
    finally:
        server.close()


def make_app(desk: Desk, retraining: Retraining, token: str) -> flask.Flask:
    """The application; `app.config["ORIGINS"]` names the origins under which it is reached, all others are refused."""
    app = flask.Flask(__name__, static_folder=None, template_folder=".")
    app.config["ORIGINS"] = []
    _guard(app, desk, token)
    app.register_blueprint(_pages(desk, retraining), url_prefix=f"/{token}")
    return app


def _guard(app: flask.Flask, desk: Desk, token: str) -> None:
    """Who may ask, what every answer carries, and how errors are told."""

    @app.before_request
    def refuse() -> None:
        """Other hosts (a name that somebody pointed here), other origins, and whoever does not know the token."""
        origins = app.config["ORIGINS"]
        asked = flask.request
        if f"http://{asked.headers.get('Host', '')}" not in origins:
            flask.abort(403, "this page is reached under its own address alone")
        if not secrets.compare_digest(asked.path.split("/")[1].encode(), token.encode()):
            flask.abort(404, "no such page; open the address that 'declutter review' printed")
        if asked.method not in ("GET", "HEAD") and (asked.headers.get("Origin") not in origins or not asked.is_json):
            flask.abort(403, "only the review page itself may write")

    @app.after_request
    def protect(response: flask.Response) -> flask.Response:
        response.headers.update(_HEADERS)
        return response

    @app.errorhandler(HTTPException)
    def tell(error: HTTPException) -> tuple[flask.Response, int]:
        return flask.jsonify(error=error.description), error.code or 500

    @app.errorhandler(OSError)
    def not_saved(error: OSError) -> tuple[flask.Response, int]:
        return flask.jsonify(error=f"the answer is not saved: {error.filename or desk.folder}: {error.strerror}"), 500


def _pages(desk: Desk, retraining: Retraining) -> flask.Blueprint:
    """What can be asked."""
    pages = flask.Blueprint("pages", __name__)

    @pages.get("/")
    def page() -> str:
        kinds = [{"name": kind, "key": KEYS[kind], "told": told, "kept": kind in KEPT} for kind, told in DEFINITIONS.items()]
        return flask.render_template("review.html", kinds=kinds, folder=str(desk.folder))

    @pages.get("/<name>")
    def file(name: str) -> flask.Response:
        if name not in _FILES:
            flask.abort(404, "no such page")
        content = resources.files("declutter").joinpath(_FILES[name]).read_text(encoding="utf-8")
        return flask.Response(content, mimetype="text/css" if name.endswith(".css") else "text/javascript")

    @pages.get("/question")
    def question() -> flask.Response:
        """The next question, or the line of ?article= and ?line= to come back to one."""
        given = flask.request.args
        if "article" not in given:
            return flask.jsonify(desk.view(desk.next()))
        return _asked(desk, given.get("article", type=int), given.get("line", type=int))

    @pages.post("/answer")
    def answer() -> flask.Response:
        said = _said()
        lines, kind = said.get("lines"), said.get("kind")
        if not isinstance(lines, list) or not all(type(line) is int for line in lines) or not isinstance(kind, str | None):
            flask.abort(400, "an answer is an article, a line, lines and a kind")
        _try(desk.answer, _question(said), lines, kind)
        return flask.jsonify(desk.view(desk.next()))

    @pages.post("/skip")
    def skip() -> flask.Response:
        _try(desk.skip, _question(_said()))
        return flask.jsonify(desk.view(desk.next()))

    @pages.post("/undo")
    def undo() -> flask.Response:
        return flask.jsonify(desk.view(desk.undo() or desk.next()))

    @pages.get("/retrain")
    def how_it_goes() -> flask.Response:
        return flask.jsonify(retraining.view())

    @pages.post("/retrain")
    def retrain() -> flask.Response:
        retraining.start()
        return flask.jsonify(retraining.view())

    return pages


def _said() -> dict[str, Any]:
    try:
        said = flask.request.get_json()
    except RecursionError:
        said = None
    if not isinstance(said, dict):
        flask.abort(400, "a JSON object is expected")
    return said


def _question(said: dict[str, Any]) -> Question:
    article, line = said.get("article"), said.get("line")
    if type(article) is not int or type(line) is not int:
        flask.abort(400, "a line is named by the number of its article and its own")
    return Question(article, line)


def _asked(desk: Desk, article: int | None, line: int | None) -> flask.Response:
    if article is None or line is None:
        flask.abort(400, "a line is named by the number of its article and its own")
    return flask.jsonify(_try(desk.view, Question(article, line)))


def _try(verb: Any, *given: Question | Sequence[int] | str | None) -> Any:
    """What the desk does, or refuses in a line."""
    try:
        return verb(*given)
    except (IndexError, ValueError) as error:
        flask.abort(400, str(error))
