"""A layer type that no Caffe registers.

Caffe aborts with "Unknown layer type: X (known types: ...)"; names are case sensitive. If another Caffe
has the type, the finding says which. Types of your own Caffe can be named in the option `known`.

Bad:
    layer { name: "relu1" type: "Relu" bottom: "conv1" top: "conv1" }

Good:
    layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, NamedTuple

from caffe_lint.lint import Diagnostic, Fix, NetContext, NetRule, Severity, severity_of
from caffe_lint.net import Document, Layer
from caffe_lint.net.rename import string_edit
from caffe_lint.schema import BVLC, Answer, load_schema


class UnknownLayerTypeOptions(NamedTuple):
    """What settings may change."""

    known: Annotated[tuple[str, ...], "Layer types that your own Caffe registers."] = ()


class UnknownLayerType(NetRule):
    code = "CL103"
    name = "unknown-layer-type"
    fixable = True
    options = UnknownLayerTypeOptions()

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        document = context.document
        known = document.schema.layer_types
        for layer in context.net.layers:
            is_judged = not (layer.is_damaged or layer.stands_for_inputs)
            if layer.type not in known and layer.type not in self.options.known and is_judged:
                answer, hint, near = self._answer(layer.type, known)
                if layer.type:
                    message, severity = f"no layer type '{layer.type}'{hint}", severity_of(answer, document)
                else:
                    # A fork's V1 type may have no name that is known.
                    message = f"'{layer.name}' has no type"
                    severity = Severity.ERROR if BVLC in document.dialects else Severity.NOTE
                finding = self.report(context, message, layer.type_span)
                yield finding._replace(severity=severity, fix=_fix(document, layer, near))

    def _answer(self, name: str, known: dict[str, tuple[str, ...]]) -> tuple[Answer, str, str]:
        elsewhere = load_schema().layer_types.get(name)
        if elsewhere:
            more = f" and {len(elsewhere) - 3} more" if len(elsewhere) > 3 else ""
            return Answer.ELSEWHERE, f" here, it is in {', '.join(elsewhere[:3])}{more}", ""
        by_lower_case = {type_name.lower(): type_name for type_name in known}
        near = get_close_matches(name.lower(), by_lower_case, n=1, cutoff=0.8)
        if near:
            return Answer.NEAR, f", did you mean '{by_lower_case[near[0]]}'?", by_lower_case[near[0]]
        return Answer.NOWHERE, " in any Caffe that is known", ""


def _fix(document: Document, layer: Layer, near: str) -> Fix | None:
    edit = string_edit(document.source.data, layer.type_span, layer.type, near) if near else None
    return Fix(False, f"write '{near}'", (edit,), frozenset({"type"})) if edit else None
