"""What an import loads, and which way the arrows go."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import declutter

PACKAGE = Path(declutter.__file__).parent
HEAVY = {"numpy", "scipy", "sklearn", "trafilatura", "lxml", "click", "joblib"}


def loaded_by(code):
    """The heavy modules that a fresh Python has loaded after running the code."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.__stderr__)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return HEAVY & set(json.loads(done.stderr.splitlines()[-1]))


def test_the_import_alone_loads_nothing_heavy():
    assert loaded_by("import declutter; dir(declutter); declutter.KINDS") == set()


def test_cleaning_text_loads_no_trainer_no_page_reader_and_no_command_line():
    loaded = loaded_by("import declutter; declutter.clean('The ovens were cold.\\nShare'); list(declutter.Cleaner().clean_many(['a']))")

    assert "numpy" in loaded
    assert not loaded & {"sklearn", "trafilatura", "lxml", "click", "joblib"}


@pytest.mark.parametrize("argument", ["--version", "--help", "-h"])
def test_the_command_answers_at_once(argument):
    code = f"import sys; sys.argv = ['declutter', {argument!r}]\nfrom declutter.cli import main\ntry: main()\nexcept SystemExit: pass"

    assert loaded_by(code) == {"click"}


def test_a_page_loads_its_readers_on_use():
    assert "lxml" in loaded_by("import declutter; declutter.clean_html('<p>x')")
    assert {"trafilatura", "lxml"} <= loaded_by("import declutter; declutter.read_html('<p>x')")


def test_all_public_names_are_there_and_others_are_not():
    assert {name for name in declutter.__all__ if getattr(declutter, name, None) is None} == set()
    assert set(declutter.__all__) <= set(dir(declutter))
    with pytest.raises(AttributeError, match="no attribute 'scrape'"):
        declutter.scrape  # noqa: B018


def imports_of(path, *, at_the_top):
    """The modules that a file imports; those inside functions or for the type checker only if `at_the_top` is false."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if at_the_top else list(ast.walk(tree))
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def test_no_module_imports_the_trainer_or_the_tests():
    assert MODULES
    for path in MODULES.values():
        assert not {name.split(".")[0] for name in imports_of(path, at_the_top=False)} & {"training", "tests"}, path


def test_imports_go_one_way():
    """No module reaches itself over the imports at the top of files; the package's own door is not counted."""
    arrows = {name: (imports_of(path, at_the_top=True) & MODULES.keys()) - {"declutter"} for name, path in MODULES.items()}
    assert arrows["declutter.cleaner"], "there are arrows to follow"

    def reached(name, seen):
        for other in arrows[name] - seen:
            seen.add(other)
            reached(other, seen)
        return seen

    assert [name for name in arrows if name in reached(name, set())] == []


def test_the_lowest_modules_stand_alone():
    for name in ("declutter.kinds", "declutter.characters"):
        assert not {found for found in imports_of(MODULES[name], at_the_top=False) if found.startswith("declutter")}, name


def test_only_the_command_line_knows_of_click():
    for name, path in MODULES.items():
        if not name.startswith("declutter.cli"):
            assert "click" not in imports_of(path, at_the_top=False), name
