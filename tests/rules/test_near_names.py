"""Names that are nearly right are put right on request, where only one can have been meant."""

from collections.abc import Collection
from difflib import get_close_matches

import pytest

from caffe_lint.lint import lint
from caffe_lint.lint.fixing import fix
from caffe_lint.lint.registry import select_rules
from caffe_lint.net import Document
from caffe_lint.text import Source

RULES = select_rules(["CL101", "CL706", "CL712", "CL716"])


def document(text: str) -> Document:
    return Document(Source("net.prototxt", text.encode()))


def layer(name: str, bottom: str) -> str:
    return f'layer {{ name: "{name}" type: "ReLU" bottom: "{bottom}" top: "{name}" }}\n'


INPUT = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 } } }\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (INPUT + layer("r", "dta"), INPUT + layer("r", "data")),
        ('lr_policy: "Fixed"\n', 'lr_policy: "fixed"\n'),
        ('lr_policy: "multi_step"  # steps\n', 'lr_policy: "multistep"  # steps\n'),
        ("type: 'Nestorov'\n", "type: 'Nesterov'\n"),
        ('regularization_type: "l1"\n', 'regularization_type: "L1"\n'),
    ],
)
def test_the_only_near_name_is_written(before: str, after: str) -> None:
    before, after = (text if "layer" in text else f'net: "n"\nbase_lr: 1\n{text}' for text in (before, after))
    fixed = fix(document(before), RULES, is_unsafe_allowed=True)
    assert fixed.document.source.data.decode() == after
    assert fix(document(before), RULES).applied == ()


@pytest.mark.parametrize(
    "text",
    [
        INPUT + layer("conv1", "data") + layer("conv2", "data") + layer("r", "conv3"),
        layer("r", "dta") + INPUT,
        INPUT + layer("r", "something"),
        'net: "n"\nbase_lr: 1\nregularization_type: "L"\n',
    ],
    ids=["two are near", "made further down", "none is near", "two types are near"],
)
def test_what_may_have_been_another_is_left(text: str) -> None:
    fixed = fix(document(text), RULES, is_unsafe_allowed=True)
    assert fixed.applied == ()
    assert [finding.fix for finding in fixed.report.diagnostics] == [None] * len(fixed.report.diagnostics)
    assert fixed.report.diagnostics


@pytest.mark.parametrize("unknown", [1, 10, 4_000])
def test_few_of_thousands_of_unknown_bottoms_are_compared(
    unknown: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0

    def counted(word: str, names: Collection[str], n: int, cutoff: float) -> list[str]:
        nonlocal compared
        compared += len(names)
        return get_close_matches(word, names, n, cutoff)

    monkeypatch.setattr("caffe_lint.rules.unknown_bottom.get_close_matches", counted)
    names = [f"res{number}_branch2a" for number in range(unknown)]
    text = INPUT + "".join(layer(name, f"{name}_blob") for name in names)
    assert len(lint(document(text), RULES).diagnostics) == unknown
    assert compared == {1: 2, 10: 110, 4_000: 4 * 4_001}[unknown]
