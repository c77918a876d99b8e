"""What a rule about nets looks at: the net of some states, its shapes, and the unrolled nets in it."""

from collections.abc import Container, Set
from functools import cached_property

from ..layers import (
    Backward,
    Hazard,
    Inference,
    Rejection,
    depends_on_phase,
    find_backward,
    find_hazards,
    infer_shapes,
)
from ..net import Document, Layer, Net
from ..net.state import Phase
from ..recurrent import Defect, Unroll, find_defects, find_unrolls


class NetContext:
    """A net with everything that is worked out about it, each thing once."""

    def __init__(self, document: Document, net: Net, rules: Container[str]) -> None:
        """Look at a net.

        Args:
            document: the file it stands in.
            net: the net of some of the file's states.
            rules: the names of the rules that are on.
        """
        self.document = document
        self.net = net
        self._rules = rules
        self._hazards: dict[tuple[str, bool], list[Hazard]] = {}

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The names of the states in which findings about this net hold."""
        return tuple(map(str, self.net.states))

    @cached_property
    def unrolls(self) -> list[Unroll]:
        """The unrolled recurrent nets."""
        return find_unrolls(self.net)

    @cached_property
    def defects(self) -> list[Defect]:
        """What is wrong in the unrolled nets."""
        return list(find_defects(self.unrolls, lambda resized: self._behind(resized).shape))

    @cached_property
    def caffe_rejections(self) -> list[Rejection]:
        """Every place where Caffe would abort if it got that far."""
        return self._inference.rejections

    @cached_property
    def rejections(self) -> list[Rejection]:
        """The places where Caffe would abort, without those that follow from a reported defect."""
        return self.shapes.rejections

    @cached_property
    def shapes(self) -> Inference:
        """The shapes of all blobs and params; unknown behind a reported defect that changes them."""
        resized = {layer for defect in self.defects if defect.kind in self._rules for layer in defect.resizes}
        return self._behind(resized)

    @cached_property
    def backward(self) -> Backward:
        """The losses, and where gradients flow."""
        return find_backward(self.net, self.shapes)

    @cached_property
    def trained_states(self) -> tuple[str, ...]:
        """The names of the states in which the net is trained: TRAIN, if it has data and a loss."""
        net = self.net
        if net.is_partial or net.is_unfed or not self.backward.weights:
            return ()
        return tuple(str(state) for state in net.states if state.phase == "TRAIN")

    def hazards(self, phase: Phase) -> list[Hazard]:
        """The overwrites that do harm in a phase, without those that are a reported defect of an unroll."""
        is_trained = phase == "TRAIN" and self.trained_states
        backward = self.backward if is_trained or self.net.forces_backward else None
        # Where neither training nor a layer makes a difference, the phases share one answer.
        key = (phase if depends_on_phase(self.net) else "TRAIN", backward is None)
        if key not in self._hazards:
            defects = {defect.span for defect in self.defects if defect.kind in self._rules}
            found = find_hazards(self.net, self.shapes, backward, phase)
            self._hazards[key] = [hazard for hazard in found if hazard.blob.span not in defects]
        return self._hazards[key]

    @cached_property
    def _inference(self) -> Inference:
        return infer_shapes(self.net)

    def _behind(self, resized: Set[Layer]) -> Inference:
        """The shapes of all blobs and params, unknown behind some layers."""
        return infer_shapes(self.net, frozenset(resized)) if resized else self._inference
