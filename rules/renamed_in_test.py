"""A layer with weights has one name in TRAIN and another one in TEST.

A solver hands the weights of its training net to its test nets by layer name. Caffe passes over a layer
that has another name there without a word: it keeps its random initialisation, and every score of the test
net is worthless (measured: test loss 4.58 where the training loss was 0.35).

Bad:
    layer { name: "fc_train" type: "InnerProduct" bottom: "data" top: "fc" include { phase: TRAIN } }
    layer { name: "fc_test" type: "InnerProduct" bottom: "data" top: "fc" include { phase: TEST } }

Good:
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" include { phase: TRAIN } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" include { phase: TEST } }
"""

from collections.abc import Iterator

from caffe_lint.layers import RejectedError, Setup, find, set_up
from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Note, Severity
from caffe_lint.net import Document, NetState
from caffe_lint.net.state import Phase, is_kept
from caffe_lint.schema import Block


class RenamedInTest(DocumentRule):
    code = "CL113"
    name = "renamed-in-test"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    def check(self, document: Document) -> Iterator[Diagnostic]:
        bound = [layer for layer in document.layer_blocks if layer.has("include") or layer.has("exclude")]
        trained, tested = ([layer for layer in bound if _is_only_in(layer, phase)] for phase in _PHASES)
        twins = {_signature(layer): layer for layer in trained}
        names = {layer.string("name") for layer in trained}
        for layer in tested:
            twin = twins.get(_signature(layer))
            if twin is not None and layer.string("name") not in names and _learns(layer, document):
                yield self._report(layer, twin)

    def _report(self, layer: Block, twin: Block) -> Diagnostic:
        name = twin.string("name")
        message = (
            f"'{layer.string('name')}' gets no weights in TEST: weights are handed on by layer name, "
            f"and in TRAIN it is called '{name}'"
        )
        return self.report(message, layer.span("name"), [Note(f"'{name}' in TRAIN", twin.span("name"))])


_PHASES: tuple[Phase, Phase] = ("TRAIN", "TEST")


def _is_only_in(layer: Block, phase: Phase) -> bool:
    return [other for other in _PHASES if is_kept(layer, NetState(other))] == [phase]


def _signature(layer: Block) -> tuple[str, ...]:
    return (layer.string("type"), *layer.strings("bottom"), "->", *layer.strings("top"))


def _learns(layer: Block, document: Document) -> bool:
    record = find(layer.string("type"), document.dialects)
    if record is None:
        return False
    param = layer.block(record.param) if record.param else layer
    bottoms, tops = len(layer.strings("bottom")), len(layer.strings("top"))
    if not (record.bottoms.allows(bottoms) and record.tops.allows(tops)):
        return False
    try:
        return bool(set_up(record, Setup(layer, param, (None,) * bottoms, tops)).params)
    except RejectedError:
        return False
