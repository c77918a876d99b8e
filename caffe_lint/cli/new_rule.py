"""The files that a new rule begins with: all of it holds, but what the rule looks for."""

import keyword
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from ..lint import Rule
from .writing import write_new

FOLDER = "lint_rules"
"""Where the rules of a user's repository go."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Z]+[0-9]{3}")

_BAD = 'layer { name: "bad" type: "ReLU" bottom: "data" top: "relu1" }'
_GOOD = 'layer { name: "relu1" type: "ReLU" bottom: "data" top: "relu1" }'
_DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 } } }'

_MODULE = '''"""A layer named 'bad': one sentence that ends with a full stop.

What Caffe does with it, and why that is not what anybody wants.

Bad:
    {bad}

Good:
    {good}
"""

from collections.abc import Iterator

from caffe_lint.lint import Claim, Diagnostic, LayerRule, NetContext, Severity
from caffe_lint.net import Layer


class {class_name}(LayerRule):
    """Replace what it looks for, its message, and the text above."""

    code = "{code}"
    name = "{name}"
    severity = Severity.WARNING
    claim = Claim.STYLE

    def check_layer(self, context: NetContext, layer: Layer) -> Iterator[Diagnostic]:
        """The findings in a layer."""
        if is_bad(layer):
            yield self.report(context, f"'{{layer.name}}' is bad", layer.name_span)


def is_bad(layer: Layer) -> bool:
    """Whether a layer has the mistake; as this stands, none has."""
    return layer.type == "none"
'''

_TEST = '''"""The rule {name}: what it reports, and what it leaves alone."""

from pathlib import Path

from caffe_lint.lint import lint
from caffe_lint.lint.plugins import with_plugins
from caffe_lint.lint.typed import Plugin
from caffe_lint.net import load

RULES = with_plugins((), [Plugin(str(Path(__file__).parents[1]), "{module}.py")])

DATA = 'layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ dim: 2 }} }} }}\\n'
BAD = DATA + '{bad}\\n'
GOOD = DATA + '{good}\\n'


def found(text: str) -> list[str]:
    """The codes of the findings in a net."""
    return [finding.code for finding in lint(load(text.encode()), RULES).diagnostics]


def test_bad_net_is_reported() -> None:
    """Fails until the rule finds something."""
    assert found(BAD) == ["{code}"]


def test_good_net_is_left_alone() -> None:
    """Holds for a rule that finds too little."""
    assert found(GOOD) == []
'''


def new_rule(name: str, code: str | None, folder: Path | None, known: Sequence[Rule]) -> list[Path]:
    """Write the files of a new rule.

    Args:
        name: its name, in kebab case.
        code: its code; None for the next free one.
        folder: where its module goes; None for `lint_rules`, or for those of caffe-lint in its checkout.
        known: the rules that there are.

    Raises:
        click.ClickException: if the name or code is none or taken, or a file is there or cannot be written.
    """
    is_own = folder is None and _is_checkout()
    code = code or ("" if is_own else _free_code(known))
    _check(name, code, known)
    module = name.replace("-", "_")
    words = {
        "name": name,
        "code": code,
        "module": module,
        "class_name": "".join(map(str.capitalize, name.split("-"))),
        "bad": _BAD,
        "good": _GOOD,
    }
    folder = folder or Path("rules" if is_own else FOLDER)
    files = {folder / f"{module}.py": _MODULE.format(**words)}
    if is_own:
        examples = Path("tests", "rules", module)
        files |= {examples / f"{kind}.prototxt": f"{_DATA}\n{words[kind]}\n" for kind in ("bad", "good")}
    else:
        files[folder / "tests" / f"test_{module}.py"] = _TEST.format(**words)
    return _write(files)


def _check(name: str, code: str, known: Sequence[Rule]) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise click.UsageError(f"'{name}' is not in kebab case, as 'too-many-layers' is")
    if not code:
        raise click.UsageError("a rule of caffe-lint itself takes a code of its family: --code CL1…")
    if not _CODE.fullmatch(code):
        raise click.UsageError(f"'{code}' is no code: expected capitals and three digits, such as 'X001'")
    taken = {word: rule for rule in known for word in (rule.code, rule.name)}
    for word in (name, code):
        if word in taken:
            raise click.UsageError(f"'{word}' is taken, by {taken[word].code} {taken[word].name}")


def _free_code(known: Sequence[Rule]) -> str:
    codes = {rule.code for rule in known}
    return next((free for number in range(1, 1000) if (free := f"X{number:03}") not in codes), "")


def _is_checkout() -> bool:
    """Whether the current folder is caffe-lint's own."""
    return all(Path(path).is_file() for path in ("rules/__init__.py", "tests/rules/test_rules.py"))


def _write(files: Mapping[Path, str]) -> list[Path]:
    for path in files:
        if path.exists():
            raise click.UsageError(f"'{path}' exists")
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.ClickException(f"cannot make folder '{path.parent}': {error.strerror}") from error
        write_new(path, text.encode(), force=False)
    return list(files)
