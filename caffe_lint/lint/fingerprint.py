"""What findings rest on besides the file itself, as one short text: where it differs, they may differ."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from types import ModuleType

from .checker import Checker
from .registry import OWN_RULES
from .rule import Rule

_SIZE = 16
_ENDINGS = (".py", ".json")


def digest(data: bytes) -> str:
    """A short text that stands for some content."""
    return blake2b(data, digest_size=_SIZE).hexdigest()


def fingerprint(checker: Checker, dialect: str, target: tuple[str, ...]) -> str:
    """What stands for all that decides what `checker.find` finds in a file, but for the file."""
    parts = [
        own_code(),
        dialect,
        repr(target),
        repr(checker.states),
        *(f"{rule.code} {rule.options!r}" for rule in checker.rules),
        *(f"known {rule.code} {rule.name}" for rule in checker.known),
        *_contents(_plugin_files(checker.known)),
    ]
    return digest("\0".join(parts).encode("utf-8", "surrogatepass"))


@cache
def own_code() -> str:
    """What stands for the version of caffe-lint: whoever changes a rule gets new findings at once."""
    folders = [str(Path(__file__).parents[1]), *import_module(OWN_RULES).__path__]
    files = {f"{place}/{name}" for folder in folders for place, _, names in os.walk(folder) for name in names}
    contents = _contents(Path(file) for file in sorted(files) if file.endswith(_ENDINGS))
    return digest("\0".join(contents).encode())


def _contents(files: Iterable[Path]) -> Iterator[str]:
    return (f"{file.name} {digest(file.read_bytes())}" for file in files)


def _plugin_files(rules: Sequence[Rule]) -> list[Path]:
    """The files of the modules of rules that are not our own, and those that they can import from beside."""
    names = {type(rule).__module__ for rule in rules}
    foreign = [sys.modules[name] for name in names if not name.startswith(f"{OWN_RULES}.")]
    return sorted({file for module in foreign for file in _files_of(module)})


def _files_of(module: ModuleType) -> Iterator[Path]:
    if not module.__file__:
        return
    file = Path(module.__file__)
    yield file
    yield from file.parent.glob("*.py")
    package, dot, _ = module.__name__.partition(".")
    if dot or hasattr(module, "__path__"):
        for folder in sys.modules[package].__path__:
            yield from Path(folder).rglob("*.py")
