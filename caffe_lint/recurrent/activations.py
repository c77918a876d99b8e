"""Gates with the wrong activation."""

from collections.abc import Iterator

from ..net import Layer
from .defect import Defect, Look, Place, in_steps, repeated, usual
from .layer_kinds import ACTIVATIONS

_SIGMOIDS = ("i", "f", "o", "z", "r")


def wrong_activations(look: Look) -> Iterator[Defect]:
    """Gates whose activation differs from that of the other steps, is doubled or missing, or is wrong in all.

    i, f, o of an LSTM and z, r of a GRU are parts that are let through, between 0 and 1: a Sigmoid. g is the
    new value, between -1 and 1: a TanH.
    """
    unroll = look.unroll
    for role, node in unroll.pattern.items():
        if node.layer.type not in ACTIVATIONS:
            continue
        layers = unroll.layers_with(role)
        expected = usual(layer.type for _, layer in layers)
        absolute = _expected(role) if unroll.cell in ("lstm", "gru") else None
        if absolute is not None and expected in ("Sigmoid", "TanH"):
            expected = absolute
        odd = [(step, layer) for step, layer in layers if layer.type != expected]
        if odd and all(layer.type in ACTIVATIONS for _, layer in odd):
            yield _other(odd, expected, role, look)
        yield from _missing(look, role, expected)


def _expected(role: str) -> str | None:
    if not role.endswith("_gate"):
        return None
    gate = role.removesuffix("_gate")
    return "TanH" if gate == "g" else "Sigmoid" if gate in _SIGMOIDS else None


def _what(role: str) -> str:
    return f"gate {role.removesuffix('_gate')}" if role.endswith("_gate") else f"'{role}'"


def _other(odd: list[tuple[int, Layer]], expected: str, role: str, look: Look) -> Defect:
    (_, layer), *rest = odd
    where = in_steps([number for number, _ in odd], look.unroll)
    message = f"{_what(role)} is the {layer.type} '{layer.name}' {where}, where a {expected} belongs"
    notes = list(repeated((number, other.type_span) for number, other in rest))
    if role == "g_gate" and len(odd) == len(look.unroll.steps) and layer.type == "Sigmoid":
        # Two Sigmoids are multiplied: which of them is to be the new value shows only by the weights.
        others = look.unroll.layers_with("i_gate")
        notes += [Place(f"or '{other.name}' of step {step}", other.type_span) for step, other in others]
    right = next((each for _, each in look.unroll.layers_with(role) if each.type == expected), None)
    if right is not None:
        notes.append(Place(f"'{right.name}' is a {expected}", right.type_span))
    return Defect("gate-activation", message, layer.type_span, tuple(notes))


def _missing(look: Look, role: str, expected: str) -> Iterator[Defect]:
    unroll = look.unroll
    readers = [
        (other.role, number)
        for other in unroll.pattern.values()
        for number, slot in enumerate(other.slots)
        if getattr(slot, "role", None) == role and getattr(slot, "lag", 0) == 0
    ]
    for step in unroll.steps:
        if role in step.layers or role in step.absent:
            continue
        reader = next(((step.layers[each], each, at) for each, at in readers if each in step.bottoms), None)
        if reader is None:
            hidden = step.hidden
            # What nothing reads because its reader reads something else is no mistake of its own.
            if hidden is not None and role == next(iter(unroll.pattern)):
                yield _missing_at(hidden.layer, hidden.span, step.number, role, expected, look)
            continue
        layer, each, at = reader
        use = step.bottoms[each][at]
        yield _missing_at(
            layer, use.span if use is not None else layer.name_span, step.number, role, expected, look
        )


def _missing_at(layer: Layer, span: object, step: int, role: str, expected: str, look: Look) -> Defect:
    usual_layer = look.unroll.pattern[role].layer
    message = (
        f"step {step} lacks the {expected} of {_what(role)} that the other steps have "
        f"in front of '{layer.name}'"
    )
    note = Place(f"in another step it is '{usual_layer.name}'", usual_layer.name_span)
    return Defect("gate-activation", message, span, (note,))  # type: ignore[arg-type]
