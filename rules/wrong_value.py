"""A value of the wrong kind, out of range, or no name of its enum.

Caffe aborts with a parse error ("Expected integer, got ...", "Unknown enumeration value of ...").

Bad:
    pooling_param { pool: max kernel_size: 2.0 }

Good:
    pooling_param { pool: MAX kernel_size: 2 }
"""

from caffe_lint.lint import Fix, SchemaRule
from caffe_lint.net import Document
from caffe_lint.net.meaning import EVERY_ASPECT
from caffe_lint.schema import SchemaProblem
from caffe_lint.text import Edit, scalar


class WrongValue(SchemaRule):
    code = "CL012"
    name = "wrong-value"
    fixable = True

    def fix(self, document: Document, problem: SchemaProblem) -> Fix | None:
        text = problem.suggestion
        if not text or not text.isascii():
            return None
        raw = document.source.data[problem.span.start : problem.span.end].decode("latin-1")
        edit = Edit(*problem.span, text)
        return Fix(_is_same(raw, text), f"write {text}", (edit,), EVERY_ASPECT)


def _is_same(raw: str, text: str) -> bool:
    """Whether two ways of writing differ in case and quotes only, or give the same number."""
    plain, written = raw.strip("\"'"), text.strip("\"'")
    if plain.lower() == written.lower():
        return True
    return bool(plain and written) and scalar.real(plain) == scalar.real(written) is not None
