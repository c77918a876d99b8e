"""What caffe-lint expects of Caffe for a net file: its own verdict and shapes, state by state."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..layers import Inference, infer_shapes
from ..lint import Claim, Diagnostic, lint
from ..lint.registry import all_rules
from ..net import Document, Layer, Net, NetState
from ..peer.agreement import Expectation, Mark

_STATES = (NetState("TRAIN"), NetState("TEST"))


class Expected(NamedTuple):
    """A state, the findings that claim that Caffe rejects the net in it, and all that is to be compared."""

    state: NetState
    findings: tuple[Diagnostic, ...]
    expectation: Expectation


def expect(document: Document, states: Iterable[NetState] | None = None) -> list[Expected]:
    """What Caffe is expected to make of a file.

    Args:
        document: the file.
        states: the states to look at; by default those that the file tells apart.
    """
    given = None if states is None else list(states)
    report = lint(document, all_rules(), given, heeds_comments=False)
    rejecting = [finding for finding in report.diagnostics if finding.claim is Claim.REJECTS]
    found = [_expected(document, state, rejecting, net) for state, net in _nets(document, given)]
    return sorted(found, key=lambda each: (each.state.level, each.state.stages, each.state.phase == "TEST"))


def _nets(document: Document, states: list[NetState] | None) -> Iterator[tuple[NetState, Net | None]]:
    nets = document.nets(states)
    yield from ((state, net) for net in nets for state in net.states)
    if not nets:
        yield from ((state, None) for state in states or _STATES)


def _expected(
    document: Document, state: NetState, rejecting: Iterable[Diagnostic], net: Net | None
) -> Expected:
    findings = tuple(finding for finding in rejecting if not finding.states or str(state) in finding.states)
    if net is None:
        return Expected(state, findings, Expectation(accepted=not findings, layers={}))
    inference = infer_shapes(net)
    lines = {layer.name: document.source.position(layer.span.start).line for layer in net.layers}
    expectation = Expectation(
        accepted=not findings,
        layers=lines,
        layer_names=tuple(layer.name for layer in net.layers),
        blobs={name: inference.shape(blob) for name, blob in net.final_blobs.items()},
        params={
            layer.name: inference.params.get(layer) for layer in net.layers if _has_params(layer, inference)
        },
        marks=tuple(
            Mark(found.caffe, found.layer.name, document.source.position(found.span.start).line)
            for found in inference.rejections
        ),
        foreign=_foreign(document),
        unsized=min(net.unsized_inputs, default=None),
    )
    return Expected(state, findings, expectation)


def _has_params(layer: Layer, inference: Inference) -> bool:
    """Whether a layer has params, or may have some; one without hides no other of its name."""
    return inference.params.get(layer) != ()


def _foreign(document: Document) -> str:
    """The fork that a file was found to be for; empty for BVLC's Caffe and where the user named a dialect."""
    if document.is_dialect_given or not document.dialects:
        return ""
    return "" if "BVLC/caffe" in document.dialects else document.dialects[0]
