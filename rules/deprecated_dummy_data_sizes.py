"""The shape of dummy data is given in its old form.

caffe.proto marks `num`, `channels`, `height` and `width` of a DummyData layer as deprecated in favour of
`shape`, which takes any number of axes. Caffe aborts on a layer with both.

Bad:
    dummy_data_param { num: 2 channels: 3 height: 8 width: 8 }

Good:
    dummy_data_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, Note, OldFieldRule
from caffe_lint.net import Document
from caffe_lint.schema import Block


class DeprecatedDummyDataSizes(OldFieldRule):
    code = "CL815"
    name = "deprecated-dummy-data-sizes"
    words = (b"dummy_data_param",)

    def check_block(self, document: Document, layer: Block) -> Iterator[Diagnostic]:
        from caffe_lint.net.renewal import NotRenewableError, with_all_comments
        from caffe_lint.net.renewal_sizes import is_renewable, renew_sizes

        field = layer.field("dummy_data_param") if layer.string("type") == "DummyData" else None
        block = layer.block("dummy_data_param")
        if field is None or not is_renewable(block, len(layer.strings("top"))):
            return
        if not self.has_successor(document, block, "shape"):
            return
        try:
            edits = with_all_comments(document, renew_sizes(document, field))
            yield self.renewed(block, "num", "shape", edits)
        except NotRenewableError as error:
            finding = self.renewed(block, "num", "shape", ())
            yield finding._replace(notes=(Note(f"no fix: {error.message}", error.span),))
