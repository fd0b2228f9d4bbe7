"""Imports point one way, and what is slow to import is imported only where it is used."""

import ast
import subprocess
import sys

import pytest

from core.storage import REPOSITORY

# Each may import from itself and from what stands to its right.
LAYERS = [("ui", "serving"), ("inference", "evaluation", "runs"), "models", "grouping", "data"]
HEAVY = {"sklearn", "torch", "transformers", "datasets", "scipy"}
# The scripts of bundles are texts that go out with them, and never a part of the program.
SOURCES = sorted(path for path in (REPOSITORY / "core").rglob("*.py") if path.parent.name != "predict_scripts")
PAGES = [REPOSITORY / "Home.py", *sorted((REPOSITORY / "pages").glob("*.py"))]


def layer(package):
    for place, names in enumerate(LAYERS):
        if package in ([names] if isinstance(names, str) else names):
            return place
    return None


def is_for_types_alone(node):
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports(path, *, top_only):
    """Yield the dotted names that a file imports; with top_only those outside functions alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef) or is_for_types_alone(outer)
        for node in ast.walk(outer)
    }
    for node in ast.walk(tree):
        if top_only and id(node) in inside:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_imports_point_one_way(path):
    own = layer(path.relative_to(REPOSITORY / "core").parts[0])
    for name in imports(path, top_only=False):
        parts = name.split(".")
        if own is not None and parts[0] == "core" and len(parts) > 1:
            other = layer(parts[1])
            assert other is None or other >= own, f"{path} imports {name}"
        assert own is None or own == 0 or parts[0] != "streamlit", f"{path} imports {name}"


@pytest.mark.parametrize("path", [*SOURCES, *PAGES], ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_nothing_heavy_is_imported_at_the_top(path):
    for name in imports(path, top_only=True):
        assert name.split(".")[0] not in HEAVY, f"{path} imports {name} at its top"


def test_the_pages_come_up_without_anything_heavy():
    modules = [".".join(path.relative_to(REPOSITORY).with_suffix("").parts) for path in SOURCES if "ui" in path.parts]
    script = (
        f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name.removesuffix('.__init__'))\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_the_command_line_explains_itself_without_pandas():
    script = "import sys, core.cli.app; print(sorted({'pandas', 'streamlit', 'sklearn', 'torch'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_stays_short(path):
    assert len(path.read_text(encoding="utf-8").split("\n")) <= 120
