"""The net file fixes its own phase.

A `state { phase: … }` in a net file beats the phase that the solver asks for. With TEST the training net
runs without Dropout and with the layers of the TEST phase; with TRAIN the test nets run in the TRAIN phase.
Caffe says nothing; only a `train_state` or `test_state` in the solver helps.

Bad:
    state { phase: TEST }
    layer { name: "drop1" type: "Dropout" include { phase: TRAIN } }

Good:
    layer { name: "drop1" type: "Dropout" include { phase: TRAIN } }
"""

from collections.abc import Iterator

from caffe_lint.layers import find
from caffe_lint.lint import Claim, Diagnostic, DocumentRule, Severity
from caffe_lint.net import Document
from caffe_lint.schema import Block


class PhaseInFile(DocumentRule):
    code = "CL111"
    name = "phase-in-file"
    severity = Severity.WARNING
    claim = Claim.WRONG_FORWARD

    def check(self, document: Document) -> Iterator[Diagnostic]:
        state = document.net_settings.block("state")
        if state.has("phase") and _is_about_training(document):
            phase = state.enum("phase")
            message = f"the file fixes its phase to {phase}, so a solver trains and tests the net in {phase}"
            yield self.report(message, state.span("phase"))


def _is_about_training(document: Document) -> bool:
    """A deploy net may well fix its phase; it has no loss and no layers for one phase only."""
    return any(_is_loss(layer, document.dialects) or _has_phase(layer) for layer in document.layer_blocks)


def _is_loss(layer: Block, dialects: tuple[str, ...]) -> bool:
    record = find(layer.string("type"), dialects)
    return record is not None and record.loss


def _has_phase(layer: Block) -> bool:
    return any(rule.has("phase") for kind in ("include", "exclude") for rule in layer.blocks(kind))
