"""Sets up a net layer by layer as Caffe does (net.cpp, Net::Init): shapes of all blobs, what it rejects."""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import NamedTuple

from ..net import Blob, Layer, Net, ParamSpec
from ..schema import BVLC, Block, Schema, load_schema
from ..text import Span
from .record import Count, LayerType, Outcome, RejectedError, Setup
from .shape import Dim, Shape, product, show_shape
from .table import TABLE, check_loss_weights, find, set_up


class Rejection(NamedTuple):
    """A place where real Caffe aborts while it builds the net.

    `rule` names the kind of mistake, `caffe` is a fragment of what Caffe prints, `notes` are other ends,
    `spelling` is a name that stands there and the one that was probably meant.
    """

    rule: str
    layer: Layer
    message: str
    span: Span
    caffe: str
    notes: tuple[tuple[str, Span], ...] = ()
    spelling: tuple[str, str] | None = None


@dataclass(eq=False, repr=False, slots=True)
class Inference:
    """What is known of a net after setup; a blob or layer that is missing here has nothing known."""

    shapes: dict[Blob, Shape] = field(default_factory=dict)
    params: dict[Layer, tuple[Shape, ...]] = field(default_factory=dict)
    macs: dict[Layer, Dim] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    owned: dict[str, tuple[ParamSpec, Shape]] = field(default_factory=dict)
    """The owner of each param name, and the shape of its blob."""
    dialects: tuple[str, ...] = ()
    """The repositories whose Caffe may read the net."""

    def shape(self, blob: Blob | None) -> Shape:
        """The shape of a version of a blob, None if nothing is known of it."""
        return self.shapes.get(blob) if blob is not None else None

    def record(self, layer: Layer) -> LayerType | None:
        """The record of a layer's type, None if nothing is known of it."""
        # Whatever its layer types, every Caffe reads old-style inputs.
        return find(layer.type, () if layer.stands_for_inputs else self.dialects)


def infer_shapes(net: Net, distrusted: Container[Layer] = frozenset()) -> Inference:
    """Set up every layer of a net in run order; goes on behind a rejection with unknown shapes.

    Args:
        net: the net.
        distrusted: layers known to be wrong in a way that changes their output; what they make has no
            known shape, so that their mistake is not reported again further down.
    """
    inference = Inference(dialects=net.dialects)
    known = load_schema().view([BVLC])
    for layer in net.layers:
        record = inference.record(layer)
        if record is None or layer.is_damaged or layer in distrusted:
            continue
        param = layer.block.block(record.param) if record.param else layer.block
        if record.param and _is_foreign(record, param, known):
            continue
        try:
            outcome = _set_up(layer, record, param, inference)
        except RejectedError as error:
            inference.rejections.append(_rejection(layer, error, inference))
            continue
        for top, shape in zip(layer.tops, outcome.tops, strict=False):
            inference.shapes[top] = None if top.name in net.unsized_inputs else shape
        inference.macs[layer] = outcome.macs
        if outcome.params is None:
            continue
        inference.params[layer] = outcome.params
        if layer.params:
            inference.rejections += _param_rejections(layer, outcome.params, inference)
    return inference


def _is_foreign(record: LayerType, param: Block, known: Schema) -> bool:
    """Whether a layer uses a parameter that its record leaves out of account, and so does something else.

    Those are the ones that BVLC's Caffe does not have; the record of a fork's own type knows its own.
    """
    if param.message is None or record.name not in TABLE:
        return False
    fields = known.message(param.type.name)
    return any(fields.field(name) is None and name not in record.fork_fields for name in param.names)


def _set_up(layer: Layer, record: LayerType, param: Block, inference: Inference) -> Outcome:
    bottoms, tops = len(layer.bottoms), len(layer.tops)
    if record.automatic_tops:
        tops = max(tops, record.tops.least)
    _check_count(layer, record.bottoms, bottoms, "bottom")
    _check_count(layer, record.tops, tops, "top")
    if record.equal_blobs and bottoms != tops:
        raise RejectedError(
            "wrong-number-of-blobs",
            f"{layer.type} '{layer.name}' makes one top of each bottom, found {bottoms} bottoms, {tops} tops",
            caffe=f"{layer.type} Layer produces one top blob as output for each bottom blob input.",
        )
    shapes = tuple(inference.shape(use.blob) for use in layer.bottoms)
    setup = Setup(layer.block, param, shapes, tops)
    outcome = set_up(record, setup)
    if not _gives_weights_away(layer):
        check_loss_weights(record, setup, outcome)
    return outcome


def _gives_weights_away(layer: Layer) -> bool:
    """Whether a top with a loss weight is used: the weight goes to a Split then, the layer's are cleared.

    Source: insert_splits.cpp, InsertSplits.
    """
    if not layer.block.has("loss_weight"):
        return False
    weights = layer.block.reals("loss_weight")
    return any(weight and top.uses for weight, top in zip(weights, layer.tops, strict=False))


def _check_count(layer: Layer, count: Count, found: int, kind: str) -> None:
    """Layer::CheckBlobCounts in layer.hpp."""
    if count.allows(found):
        return
    verb, role = ("takes", "input") if kind == "bottom" else ("produces", "output")
    if count.least == count.most:
        limit = f"{count.least}"
    elif found < count.least:
        limit = f"at least {count.least}"
    else:
        limit = f"at most {count.most}"
    raise RejectedError(
        "wrong-number-of-blobs",
        f"{layer.type} '{layer.name}' {verb} {count} {kind}{'' if count == (1, 1) else 's'}, found {found}",
        caffe=f"{layer.type} Layer {verb} {limit} {kind} blob(s) as {role}.",
    )


def _rejection(layer: Layer, error: RejectedError, inference: Inference) -> Rejection:
    notes = []
    if error.bottom is not None and error.bottom < len(layer.bottoms):
        use = layer.bottoms[error.bottom]
        if use.blob is not None:
            shape = show_shape(inference.shape(use.blob))
            notes.append((f"'{use.name}' is {shape}, made by '{use.blob.layer.name}'", use.blob.span))
    at, caffe = error.span or layer.name_span, error.caffe
    return Rejection(error.rule, layer, error.message, at, caffe, tuple(notes), error.spelling)


def _param_rejections(layer: Layer, shapes: tuple[Shape, ...], inference: Inference) -> list[Rejection]:
    """Net::Init and Net::AppendParam: too many entries, and shapes that differ from the owner's."""
    if len(layer.params) > len(shapes):
        surplus = layer.params[len(shapes)]
        found = f"found {len(layer.params)} 'param' entries"
        message = f"{layer.type} '{layer.name}' has {len(shapes)} learned blobs, {found}"
        caffe = f"Too many params specified for layer {layer.name}"
        return [Rejection("too-many-params", layer, message, surplus.block.place, caffe)]
    rejections = []
    for param, shape in zip(layer.params, shapes, strict=False):
        if not param.name:
            continue
        owner, owned = inference.owned.setdefault(param.name, (param, shape))
        if owner is not param and (rejection := _sharing_rejection(param, shape, owner, owned)):
            rejections.append(rejection)
    return rejections


def _sharing_rejection(param: ParamSpec, shape: Shape, owner: ParamSpec, owned: Shape) -> Rejection | None:
    if param.block.enum("share_mode") == "PERMISSIVE":
        counts = [None if blob is None else product(blob) for blob in (shape, owned)]
        if None in counts or counts[0] == counts[1]:
            return None
        kind, difference = "count", f"{counts[0]} elements, the owner has {counts[1]}"
    elif _may_be_equal(shape, owned):
        return None
    else:
        kind, difference = "shape", f"{show_shape(shape)}, the owner's is {show_shape(owned)}"
    layer = param.layer
    message = f"'{layer.name}' cannot share param '{param.name}': its blob is {difference}"
    caffe = (
        f"Cannot share param '{param.name}' owned by layer '{owner.layer.name}' with layer '{layer.name}'; "
        f"{kind} mismatch."
    )
    note = (f"'{owner.layer.name}' owns '{param.name}', {show_shape(owned)}", owner.span)
    return Rejection("shared-param-shape", layer, message, param.span, caffe, (note,))


def _may_be_equal(shape: Shape, other: Shape) -> bool:
    if shape is None or other is None:
        return True
    pairs = zip(shape, other, strict=False)
    return len(shape) == len(other) and all(a is None or b is None or a == b for a, b in pairs)
