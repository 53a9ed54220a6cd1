"""The examples of these modules run where their hosts are installed; tests/integrations says where they are not."""

from importlib.util import find_spec
from pathlib import Path

collect_ignore = [path.name for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__" and find_spec(path.stem) is None]
