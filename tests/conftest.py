"""What the tests share."""

import io
import sys
from types import SimpleNamespace

import pytest
from hypothesis import settings

from declutter.cli import main

settings.register_profile("declutter", deadline=None)  # a busy machine is no failure
settings.load_profile("declutter")


@pytest.fixture
def run_command(monkeypatch, capfdbinary):
    """Run the command in this process, over real byte streams: exit code, standard output as bytes, standard error as text."""

    def run(*args, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["declutter", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfdbinary.readouterr()
        return SimpleNamespace(code=ended.value.code or 0, out=out, err=err.decode())

    return run
