"""Rules from elsewhere: modules of the user's repository, and of installed packages that offer some."""

import importlib
import importlib.util
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from zlib import crc32

from .registry import rules_in
from .rule import DocumentRule, NetRule, Rule
from .typed import Plugin

GROUP = "caffe_lint.rules"
"""The entry points that installed packages offer rules by."""

ALL_INSTALLED = "*"
"""Stands in settings for all entry points of the group."""

_CODE = re.compile(r"[A-Z]+[0-9]{3}")


class PluginError(ValueError):
    """A plugin cannot be used; the message says why."""

    def __init__(self, plugin: Plugin, reason: str) -> None:
        super().__init__(f"plugin '{plugin.name}' {reason}")
        self.plugin = plugin


def with_plugins(own: Sequence[Rule], plugins: Iterable[Plugin]) -> tuple[Rule, ...]:
    """Some rules and those of plugins, by code.

    Raises:
        PluginError: if a plugin fails to import, holds no rule, or has a rule that is none, or whose code or
            name another one has too.
    """
    known = {name: rule for rule in own for name in (rule.code, rule.name)}
    rules = list(own)
    for plugin in plugins:
        found = [rule for module in _modules(plugin) for rule in rules_in(module)]
        if not found and plugin.name != ALL_INSTALLED:
            raise PluginError(plugin, "holds no rule")
        for rule in found:
            if type(rule) is type(known.get(getattr(rule, "code", ""))):
                continue
            _check(plugin, rule, known)
            known |= {rule.code: rule, rule.name: rule}
            rules.append(rule)
    return tuple(sorted(rules, key=lambda rule: rule.code))


def _check(plugin: Plugin, rule: Rule, known: dict[str, Rule]) -> None:
    what = f"has a rule '{type(rule).__name__}'"
    if not isinstance(getattr(rule, "name", None), str) or not isinstance(rule, (DocumentRule, NetRule)):
        raise PluginError(plugin, f"{what} without a name, or that is neither a DocumentRule nor a NetRule")
    if not _CODE.fullmatch(rule.code):
        raise PluginError(plugin, f"{what} of code '{rule.code}': expected capitals and three digits")
    for kind, word in (("code", rule.code), ("name", rule.name)):
        if word in known:
            other = type(known[word])
            where = f"{other.__module__}.{other.__qualname__}"
            raise PluginError(plugin, f"{what} with the {kind} '{word}', which {where} has too")


def _modules(plugin: Plugin) -> list[ModuleType]:
    try:
        if plugin.name == ALL_INSTALLED:
            return _offered(None)
        path = Path(plugin.folder, plugin.name)
        if _is_path(plugin.name) or (path.is_dir() and not (path / "__init__.py").exists()):
            return _from_path(path)
        return _offered(plugin.name) or [_by_name(plugin)]
    except (Exception, SystemExit) as error:
        # Whatever a foreign module does while it is imported, it is not a bug of caffe-lint.
        raise PluginError(plugin, f"fails to import: {type(error).__name__}: {error}") from error


def _is_path(name: str) -> bool:
    return name.endswith(".py") or "/" in name or "\\" in name


def _offered(name: str | None) -> list[ModuleType]:
    """The modules behind the entry points of that name, or of all names."""
    from importlib.metadata import entry_points  # slow, and settings with plugins only need it

    points = entry_points(group=GROUP) if name is None else entry_points(group=GROUP, name=name)
    return [importlib.import_module(point.module) for point in points]


def _by_name(plugin: Plugin) -> ModuleType:
    if plugin.folder not in sys.path:
        sys.path.append(plugin.folder)
    return importlib.import_module(plugin.name)


def _from_path(path: Path) -> list[ModuleType]:
    """The module in a file, or those in a folder."""
    if not path.is_dir():
        return [_from_file(path)]
    return [_from_file(file) for file in sorted(path.glob("*.py"))]


def _from_file(path: Path) -> ModuleType:
    # Two files of one name in different folders are two modules.
    name = f"caffe_lint_plugin_{crc32(str(path.resolve()).encode()):08x}_{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"'{path}' is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
