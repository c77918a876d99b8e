"""What the steps of a cell add up before an activation: products with weights, and where they read."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from ..layers import Inference
from ..net import Blob, Layer
from ..text import Span
from .unroll_native_layer import ConversionError

Range = tuple[int, int | None]
"""From one row or column of a matrix up to another; negative ones count from the end, None is the end."""

WHOLE: Range = (0, None)
FEATURES = 2
"""The axis of the features where blobs are steps x batch x features."""


class RollError(ConversionError):
    """A cell is not what Caffe's own layer computes; the message says in which step, `span` says where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


class Weight(NamedTuple):
    """A learned blob: the layer that holds it, and its number there."""

    layer: Layer
    at: int

    @property
    def key(self) -> object:
        """What is equal for all sharers: the name of the param, or the layer alone."""
        params = self.layer.params
        name = params[self.at].name if self.at < len(params) else ""
        return name or (self.layer, self.at)


class Part(NamedTuple):
    """A rectangle of a learned blob."""

    weight: Weight
    rows: Range
    columns: Range = WHOLE

    @property
    def key(self) -> object:
        """What is equal where two layers multiply with the same numbers."""
        return (self.weight.key, self.rows, self.columns)


class Source(NamedTuple):
    """A blob, or piece `at` of `sequence` over time; `blob` is None if only cut later.

    `of` is how many pieces there are, `cont` the markers that scale the blob. `is_steady` tells that
    the product is added to all steps at once.
    """

    blob: Blob | None
    sequence: Blob | None = None
    at: int = 0
    of: int = 0
    cont: Blob | None = None
    is_steady: bool = False


class Term(NamedTuple):
    """One summand: a matrix times a source, and the bias that the layer adds, if any."""

    part: Part
    source: Source
    bias: Part | None
    product: Layer
    axis: int


class Walk:
    """Walks from what steps compute to what they read; `visited` are the layers on the way.

    `states` are the h of all steps. Steps that read one are to be walked before the first step.
    """

    def __init__(self, inference: Inference, units: int, states: Collection[Blob] = ()) -> None:
        self.inference = inference
        self.units = units
        self.states = frozenset(states)
        self.visited: set[Layer] = set()
        self._fused: set[object] = set()

    def value(self, blob: Blob | None) -> Blob | None:
        """The blob whose value another one is, behind explicit Splits."""
        while blob is not None and blob.layer.type == "Split" and blob.layer.bottoms:
            self.visited.add(blob.layer)
            blob = blob.layer.bottoms[0].blob
        return blob

    def unscaled(self, blob: Blob | None) -> tuple[Blob | None, Blob | None]:
        """A blob without the markers that scale it, and the markers (None if there are none)."""
        blob = self.value(blob)
        if blob is None or blob.layer.type != "Scale" or len(blob.layer.bottoms) != 2:
            return blob, None
        layer = blob.layer
        param = layer.block.block("scale_param")
        if self.axis(layer, "scale_param", 0) != 0 or param.boolean("bias_term"):
            return blob, None
        self.visited.add(layer)
        return self.value(layer.bottoms[0].blob), layer.bottoms[1].blob

    def terms(self, blob: Blob | None, rows: Range, what: str) -> Iterator[Term]:
        """The summands of some units of a blob.

        Raises:
            RollError: if it is no sum of products with weights.
        """
        blob = self.value(blob)
        if blob is None:
            return
        layer = blob.layer
        self.visited.add(layer)
        if layer.type == "InnerProduct":
            yield from self._products(layer, rows, what)
        elif layer.type == "Slice":
            yield from self._terms_of_piece(blob, rows, what)
        elif is_plain_sum(layer) or (layer.type == "Reshape" and self._keeps_features(layer)):
            for use in layer.bottoms:
                yield from self.terms(use.blob, rows, what)
        elif layer.type == "Bias" and len(layer.bottoms) == 2 and self.axis(layer, "bias_param", 1) == 1:
            yield from self.terms(layer.bottoms[0].blob, rows, what)
            # What is batch x units is added to all steps.
            for term in self.terms(layer.bottoms[1].blob, rows, what):
                yield term._replace(source=term.source._replace(is_steady=True))
        else:
            found = f"'{blob.name}' of {layer.type} '{layer.name}'"
            raise RollError(f"{what} adds {found}, no product of x or h with weights", layer.name_span)

    def _terms_of_piece(self, blob: Blob, rows: Range, what: str) -> Iterator[Term]:
        """The summands of one step of a sequence, or of some units."""
        piece = self.piece(blob)
        if piece is not None:
            for term in self.terms(piece.sequence, rows, what):
                yield term._replace(source=self._at(term, piece, what))
            return
        start, _ = self.cut(blob, what)
        inner = (start + rows[0], start + (self.units if rows[1] is None else rows[1]))
        yield from self.terms(blob.layer.bottoms[0].blob, inner, what)

    def piece(self, blob: Blob) -> Source | None:
        """The step of a sequence that a top of a Slice is; None if the Slice cuts otherwise."""
        layer = blob.layer
        if layer.type != "Slice" or not layer.bottoms or self.axis(layer, "slice_param", 1) != 0:
            return None
        shapes = [self.inference.shape(top) for top in layer.tops]
        points = layer.block.block("slice_param").integers("slice_point")
        is_even = points == list(range(1, len(layer.tops)))
        if not all((shape[0] == 1) if shape and shape[0] is not None else is_even for shape in shapes):
            return None
        return Source(blob, self.value(layer.bottoms[0].blob), blob.index, len(layer.tops))

    def cut(self, blob: Blob, what: str) -> Range:
        """The units that a piece of a Slice over features holds.

        Raises:
            RollError: if the Slice does not cut into pieces of so many units.
        """
        layer, units = blob.layer, self.units
        points = layer.block.block("slice_param").integers("slice_point")
        expected = [units * number for number in range(1, len(layer.tops))]
        if self.axis(layer, "slice_param", 1) != FEATURES or (points and points != expected):
            message = f"{what} is no piece of {units} units: Slice '{layer.name}' cuts otherwise"
            raise RollError(message, layer.name_span)
        return (units * blob.index, units * (blob.index + 1))

    def axis(self, layer: Layer, param: str, default: int) -> int:
        """The axis that a layer names, counted from the front as far as the shape of its bottom is known."""
        block = layer.block.block(param)
        legacy = {"slice_param": "slice_dim", "concat_param": "concat_dim"}.get(param)
        if legacy and block.has(legacy):
            return block.integer(legacy)
        axis = block.integer("axis") if block.has("axis") else default
        shape = self.inference.shape(layer.bottoms[0].blob) if layer.bottoms else None
        return axis % len(shape) if shape and axis < 0 else axis

    def _keeps_features(self, layer: Layer) -> bool:
        before = self.inference.shape(layer.bottoms[0].blob) if layer.bottoms else None
        behind = self.inference.shape(layer.tops[0]) if layer.tops else None
        return bool(before and behind and before[-1] == behind[-1] and before[-1] is not None)

    def _at(self, term: Term, piece: Source, what: str) -> Source:
        """A source of a product over the whole sequence, as one step reads it."""
        if term.source.is_steady:
            return term.source
        if term.source.sequence is not None or term.source.cont is not None:
            raise RollError(f"{what} reads a piece of a piece of a sequence", term.product.name_span)
        return Source(None, term.source.blob, piece.at, piece.of)

    def _products(self, layer: Layer, rows: Range, what: str) -> Iterator[Term]:
        param = layer.block.block("inner_product_param")
        if param.boolean("transpose"):
            message = f"{what} is a product with the transposed weights of '{layer.name}'"
            raise RollError(message, layer.name_span)
        rows, outputs = (rows[0], self.units if rows[1] is None else rows[1]), param.integer("num_output")
        if rows[1] > outputs or outputs % self.units:
            message = f"{what} is one of {self.units} units, and '{layer.name}' has num_output {outputs}"
            raise RollError(message, layer.name_span)
        axis = self.axis(layer, "inner_product_param", 1)
        bias = Part(Weight(layer, 1), rows) if param.boolean("bias_term") else None
        for source, columns in self._sources(layer):
            yield Term(Part(Weight(layer, 0), rows, columns), source, bias, layer, axis)
            bias = None

    def _sources(self, layer: Layer) -> Iterator[tuple[Source, Range]]:
        """What a product reads; of x and h joined along their features each with its columns."""
        blob, cont = self.unscaled(layer.bottoms[0].blob)
        if blob is None or not self._is_fused(layer, blob):
            yield self._source(blob, cont), WHOLE
            return
        joined = blob.layer
        shapes = [self.inference.shape(use.blob) for use in joined.bottoms]
        first, second = (shape[-1] if shape else None for shape in shapes)
        split = first if first is not None else -second if second is not None else None
        if split is None:
            message = f"how '{joined.name}' joins its bottoms is unknown, since their shapes are"
            raise RollError(message, joined.name_span)
        self.visited.add(joined)
        for use, columns in zip(joined.bottoms, ((0, split), (split, None)), strict=True):
            inner, own = self.unscaled(use.blob)
            yield self._source(inner, own if cont is None else cont), columns

    def _is_fused(self, product: Layer, blob: Blob) -> bool:
        """Whether a product reads a state beside something else; a first state shows by the weights."""
        layer, key = blob.layer, Weight(product, 0).key
        if layer.type != "Concat" or len(layer.bottoms) != 2:
            return False
        if self.axis(layer, "concat_param", 1) != FEATURES:
            return False
        if any(self.unscaled(use.blob)[0] in self.states for use in layer.bottoms):
            self._fused.add(key)
        return key in self._fused

    def _source(self, blob: Blob | None, cont: Blob | None) -> Source:
        piece = self.piece(blob) if blob is not None and cont is None else None
        return piece or Source(blob, cont=cont)


def is_plain_sum(layer: Layer) -> bool:
    """Whether a layer adds its bottoms, each times 1 (eltwise_layer.cpp)."""
    if layer.type != "Eltwise":
        return False
    param = layer.block.block("eltwise_param")
    return param.enum("operation") == "SUM" and all(number == 1 for number in param.reals("coeff"))


def is_plain_product(layer: Layer) -> bool:
    """Whether a layer multiplies its two bottoms."""
    operation = layer.type == "Eltwise" and layer.block.block("eltwise_param").enum("operation")
    return operation == "PROD" and len(layer.bottoms) == 2
