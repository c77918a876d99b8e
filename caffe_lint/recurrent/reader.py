"""Says of every bottom of a step what it reads: a layer of the step, a state, or something outside."""

from ..net import Blob, Layer, Use
from .extent import SHARED
from .links import Places
from .model import Inner, Outside, Slot, State, Step
from .pattern import Usual, outside

Claim = tuple[Step, str]


class Reader:
    """Reads the bottoms of the steps of a chain, once all steps have their layers."""

    def __init__(self, steps: list[Step], usual: Usual, places: Places) -> None:
        self._usual = usual
        self._places = places
        self._owners: dict[Layer, Claim] = {}
        several: dict[Layer, list[Claim]] = {}
        for step in steps:
            for role, layer in step.layers.items():
                if layer in self._owners:
                    several.setdefault(layer, [self._owners[layer]]).append((step, role))
                else:
                    self._owners[layer] = step, role
        for layer, claims in several.items():
            owner = self._owners[layer] = self._owner(layer, claims)
            for step, role in claims:
                if step is not owner[0]:
                    # What the layer reads is no matter of a step that only reads its output.
                    del step.layers[role]
                    step.bottoms.pop(role, None)
        self._inner: dict[str, list[Slot | None]] = {
            role: [*node.slots]
            for role, node in usual.pattern.items()
            if not any(type(slot) is Outside for slot in node.slots)
        }

    def read(self, step: Step, *, is_alike: bool) -> dict[str, list[Slot | None]]:
        """What stands in the slots of each role of a step."""
        inner = self._inner if is_alike else {}
        return {
            role: inner[role] if role in inner else self._slots(step, role, uses, is_alike=is_alike)
            for role, uses in step.bottoms.items()
        }

    def _slots(self, step: Step, role: str, uses: list[Use | None], *, is_alike: bool) -> list[Slot | None]:
        slots = self._usual.pattern[role].slots
        return [
            slot if is_alike and type(slot) is not Outside else self._slot(step, use)
            for slot, use in zip(slots, uses, strict=True)
        ]

    def _slot(self, step: Step, use: Use | None) -> Slot | None:
        if use is None or use.blob is None:
            return None
        blob = use.blob
        owner = self._owners.get(blob.layer)
        if owner is None:
            return outside(blob, self._places, self._usual.owners)
        other, role = owner
        if other is step:
            return Inner(role, blob.index)
        return State(self._state_role(other, use.blob) or role, blob.index, step.number - other.number)

    def _state_role(self, step: Step, blob: Blob) -> str:
        """The role whose top a state is in the usual step; in a first or damaged one another may make it."""
        for name, made in step.states.items():
            if made is blob:
                usual = self._usual.view.link.states[name].layer
                return next((role for role, node in self._usual.pattern.items() if node.layer is usual), "")
        return ""

    def _owner(self, layer: Layer, claims: list[Claim]) -> Claim:
        """Whose a layer is that several steps read in the same role.

        What works on a state is known to be of one step; else it is that of the step it stands next to.
        """
        owner = self._usual.owners.get(layer, SHARED)
        certain = (claim for claim in claims if claim[0].number == owner)
        return next(certain, None) or min(claims, key=lambda claim: self._distance(layer, *claim))

    def _distance(self, layer: Layer, step: Step, role: str) -> tuple[int, int]:
        """How far the pieces that the layer reads are from those of the step, and its place from theirs."""
        pieces = sum(
            abs(found.at - self._usual.expected_piece(role, number, step.number))
            for number, use in enumerate(step.bottoms.get(role, ()))
            if use is not None
            and use.blob is not None
            and use.blob.layer.type == "Slice"
            and (found := outside(use.blob, self._places, self._usual.owners))
        )
        others = sorted(each.index for each in step.layers.values() if each is not layer)
        return pieces, abs(layer.index - others[len(others) // 2]) if others else 0
