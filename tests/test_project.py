"""The project's own laws: who may import whom, and that no package is forgotten in the wheel."""

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "caffe_lint"

MAY_IMPORT = {
    "text": set(),
    "schema": {"text"},
    "net": {"schema", "text"},
    "layers": {"net", "schema", "text"},
    "netspec": {"schema", "text"},
    "recurrent": {"layers", "net", "netspec", "schema", "text"},
    "lint": {"recurrent", "layers", "net", "schema", "text"},
    "rules": {"lint", "recurrent", "layers", "net", "schema", "text"},
    "report": {"lint", "recurrent", "layers", "net", "text"},
    "peer": {"net", "text"},
}
"""Data flows one way; `cli` sees everything."""


def _imported_parts(path: Path, folder: Path, part: str) -> set[str]:
    """The parts of caffe_lint that a module in the folder of `part` imports, anywhere in the module."""
    found = set()
    # As many dots lead from the module out of its part, into the package.
    outside = len(path.relative_to(folder).parts) + 1
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            if 0 < node.level < outside:
                continue
            if node.level == outside:
                found |= {node.module.split(".")[0]} if node.module else set(names)
            elif node.module and node.module.split(".")[0] == "caffe_lint":
                found.add((node.module.split(".") + names)[1])
        elif isinstance(node, ast.Import):
            ours = (alias.name for alias in node.names if alias.name.startswith("caffe_lint."))
            found |= {name.split(".")[1] for name in ours}
    return found - {part}


def test_nothing_imports_upwards() -> None:
    wrong = []
    for part, allowed in MAY_IMPORT.items():
        folder = ROOT / "rules" if part == "rules" else PACKAGE / part
        for path in sorted(folder.rglob("*.py")):
            upwards = _imported_parts(path, folder, part) - allowed
            wrong += [f"{path.relative_to(ROOT)} imports {name}" for name in upwards]
    assert wrong == []


def test_every_part_has_a_place_in_the_import_law() -> None:
    parts = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert parts | {"rules"} == {*MAY_IMPORT, "cli"}


def test_package_list_names_every_folder_with_code() -> None:
    folders = {".".join(path.parent.relative_to(ROOT).parts) for path in PACKAGE.rglob("__init__.py")}
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = settings["tool"]["setuptools"]["packages"]
    assert set(packages) == folders | {"caffe_lint.rules"}
    assert packages == sorted(packages)


def test_package_data_names_every_data_file() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]
    shipped = {
        path
        for package, globs in patterns.items()
        for pattern in globs
        for path in ROOT.joinpath(*package.split(".")).glob(pattern)
    }
    data = {path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert data <= shipped
