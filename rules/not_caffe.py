"""The file is text format, but no net, solver or label map of any Caffe.

Other programs use protobuf text format and the ending `.prototxt` too. Nothing in such a file was checked;
given to Caffe as a net, it makes it abort with "Message type "caffe.NetParameter" has no field named ...".

Bad:
    model { ssd { num_classes: 3 } }

Good:
    name: "LeNet"
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 28 } } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, DocumentRule, Severity
from caffe_lint.net import Document


class NotCaffe(DocumentRule):
    code = "CL003"
    name = "not-caffe"
    severity = Severity.NOTE

    def check(self, document: Document) -> Iterator[Diagnostic]:
        is_other = document.root_type is None and document.impostor is None
        if is_other and document.root.fields and not document.syntax_problems:
            first = document.root.fields[0]
            message = f"'{first.name}' is in no net, solver or label map of Caffe: the file was not checked"
            yield self.report(message, first.name_span)
