"""Whatever the unroll generator writes, caffe-lint finds it clean."""

import pytest

from caffe_lint.lint import lint
from caffe_lint.lint.registry import select_rules
from caffe_lint.net import Document
from caffe_lint.recurrent.unroll import unroll
from caffe_lint.recurrent.unroll_options import UnrollOptions
from caffe_lint.text import Source
from tests.recurrent.unroll_cases import cases, label

RULES = select_rules()


@pytest.mark.parametrize("case", list(cases()), ids=label)
def test_clean(case: UnrollOptions) -> None:
    report = lint(Document(Source("net.prototxt", unroll(case).encode())), RULES)
    assert [f"{found.code} {found.message}" for found in report.diagnostics] == []
