"""An old net that Caffe refuses to upgrade.

Caffe turns V0 nets (`layers { layer { type: "conv" } }`) and V1 nets (`layers { type: CONVOLUTION }`)
into today's form when it reads them. It aborts where `layers` and `layer` stand side by side, at a V0 type
that it does not know, and where a V0 padding layer feeds anything but one convolution or pooling.

Bad:
    layers { name: "relu1" type: RELU bottom: "a" top: "b" }
    layer { name: "relu2" type: "ReLU" bottom: "b" top: "c" }

Good:
    layer { name: "relu1" type: "ReLU" bottom: "a" top: "b" }
    layer { name: "relu2" type: "ReLU" bottom: "b" top: "c" }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, DocumentRule
from caffe_lint.net import Document


class RefusedUpgrade(DocumentRule):
    code = "CL801"
    name = "refused-upgrade"

    def check(self, document: Document) -> Iterator[Diagnostic]:
        if document.root_type == "NetParameter":
            for problem in document.upgraded.problems:
                yield self.report(problem.message, problem.span)
