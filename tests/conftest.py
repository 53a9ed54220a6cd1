"""The examples of a module of declutter/integrations run where its host is installed; the tests beside it say where it is not."""

from importlib.util import find_spec
from pathlib import Path

from hypothesis import settings

settings.register_profile("declutter", deadline=None)  # a busy machine is no failure
settings.load_profile("declutter")

_HOSTS = Path(__file__).parent / "declutter" / "integrations"

collect_ignore = [str(path) for path in _HOSTS.glob("*.py") if path.stem != "__init__" and find_spec(path.stem) is None]
