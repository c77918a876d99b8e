"""Something that a Caffe in the setting `target` does not know.

Which Caffe a file needs is found out from what it uses, and that one judges it; what is right in one Caffe
makes another abort. Where the files shall load in certain Caffes, the setting `target` (or `--target`) names
them, such as `target = ["bvlc", "NVIDIA/caffe"]`: each field, value and layer type that one of them does not
have is a finding.

Bad:
    layer { name: "norm" type: "Normalize" bottom: "conv" top: "norm" norm_param { channel_shared: false } }

Good:
    layer { name: "norm" type: "LRN" bottom: "conv" top: "norm" lrn_param { local_size: 5 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, DocumentRule
from caffe_lint.net import Document
from caffe_lint.schema import check, load_schema
from caffe_lint.text import Span


class BeyondTarget(DocumentRule):
    code = "CL014"
    name = "beyond-target"

    def check(self, document: Document) -> Iterator[Diagnostic]:
        if document.target and document.root_type:
            fields = _unread_fields(document, document.root_type)
            for (span, message), targets in fields.items():
                yield self.report(f"{_named(targets)} {_verb(targets, 'reject')} this: {message}", span)
            starts = {span.start for span, _ in fields}
            for (span, name), targets in _unregistered_types(document).items():
                # In an old net the type is a value, which has its finding.
                if starts.isdisjoint(range(*span)):
                    yield self.report(f"{_named(targets)} {_verb(targets, 'lack')} layer type '{name}'", span)


def _unread_fields(document: Document, root_type: str) -> dict[tuple[Span, str], list[str]]:
    """What the parsers of some targets reject, but not that of the Caffe that judges, with the targets."""
    judged = {problem.span for problem in document.schema_problems}
    found: dict[tuple[Span, str], list[str]] = {}
    for target in document.target:
        for problem in check(document.root, load_schema().view([target]), root_type):
            if problem.span not in judged:
                found.setdefault((problem.span, problem.message), []).append(target)
    return found


def _unregistered_types(document: Document) -> dict[tuple[Span, str], list[str]]:
    """The layer types that some targets lack, and that another Caffe has, with the targets."""
    found: dict[tuple[Span, str], list[str]] = {}
    for layer in (layer for net in document.nets() for layer in net.layers):
        owners = load_schema().layer_types.get(layer.type, ())
        lacking = [target for target in document.target if target not in owners]
        if owners and lacking and not (layer.is_damaged or layer.stands_for_inputs):
            found[layer.type_span, layer.type] = lacking
    return found


def _named(targets: list[str]) -> str:
    return f"target{'s' if len(targets) > 1 else ''} {' and '.join(targets)}"


def _verb(targets: list[str], verb: str) -> str:
    return verb if len(targets) > 1 else f"{verb}s"
