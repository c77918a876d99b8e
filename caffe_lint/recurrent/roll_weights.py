"""The learned blobs of Caffe's own layer, put together from those of the unrolled form."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..layers import Shape, infer_shapes, show_shape
from ..layers.shape import may_equal
from ..net import Layer, Net
from ..net.weights import FLOAT_BYTES, LayerWeights, WeightBlob, Weights, pack_floats, unpack_floats
from .roll_cell import Cell
from .roll_terms import WHOLE, Part, Weight
from .unroll_convert import UnrolledLayer
from .unroll_native_layer import ConversionError


class NativeBlob(NamedTuple):
    """One learned blob: for each gate the parts that are added up (of a matrix always one)."""

    gates: tuple[tuple[Part, ...], ...]
    is_bias: bool

    @property
    def weights(self) -> list[Weight]:
        """The learned blobs that it is made of, sharers once."""
        parts = (part for parts in self.gates for part in parts)
        return list({part.weight.key: part.weight for part in parts}.values())

    def is_whole(self, units: int) -> bool:
        """Whether it is one learned blob as it is, row by row."""
        found = [parts[0] for parts in self.gates if len(parts) == 1]
        expected = [(units * number, units * (number + 1)) for number in range(len(self.gates))]
        return (
            len(found) == len(self.gates)
            and len(self.weights) == 1
            and [part.rows for part in found] == expected
            and all(part.columns == WHOLE for part in found)
            and _outputs(found[0].weight.layer) == units * len(self.gates)
        )


def native_blobs(cell: Cell) -> tuple[NativeBlob, ...]:
    """In the order of Caffe's layer (lstm_layer.cpp and rnn_layer.cpp, FillUnrolledNet)."""
    gates = cell.gates
    found = [
        NativeBlob(tuple((gate.x,) for gate in gates), is_bias=False),
        NativeBlob(tuple(gate.biases for gate in gates), is_bias=True),
    ]
    if cell.static is not None:
        static = tuple((gate.static,) for gate in gates if gate.static is not None)
        found.append(NativeBlob(static, is_bias=False))
    found.append(NativeBlob(tuple((gate.h,) for gate in gates), is_bias=False))
    if cell.output is not None:
        found.append(NativeBlob(((cell.output.part,),), is_bias=False))
        bias = cell.output.bias
        found.append(NativeBlob(((bias,) if bias is not None else (),), is_bias=True))
    return tuple(found)


def rolled_layer(name: str, cell: Cell, net: Net, weights: Weights) -> LayerWeights:
    """The native layer with its learned blobs.

    Raises:
        ConversionError: if the weights lack a blob, or one has another size than the net gives it.
    """
    build = _Builder(net, weights, cell.units)
    return LayerWeights(name, cell.type, tuple(build.blob(blob) for blob in native_blobs(cell)))


def unrolled_weights(layers: Sequence[UnrolledLayer], weights: Weights) -> Weights:
    """Weights of native layers as those of the layers that now hold them; shapes are alike on both sides.

    Raises:
        ConversionError: if the weights lack such a layer, or its blobs are others.
    """
    for layer in layers:
        stored = weights.by_name.get(layer.name)
        if stored is None or len(stored.blobs) != len(layer.params):
            found = "no such layer" if stored is None else f"{len(stored.blobs)} blobs for it"
            message = f"'{layer.name}' has {len(layer.params)} learned blobs, the weights have {found}"
            raise ConversionError(message)
        if not all(map(_fits, stored.blobs, layer.shapes)):
            expected, given = _show_shapes(layer.shapes), _show_shapes(blob.shape for blob in stored.blobs)
            raise ConversionError(f"'{layer.name}' has learned blobs {expected}, the weights have {given}")
        blobs: dict[str, dict[int, WeightBlob]] = {}
        for param in layer.params:
            blobs.setdefault(param.layer, {})[param.blob] = stored.blobs[param.native]
        added = [
            LayerWeights(name, "InnerProduct", tuple(held[index] for index in sorted(held)))
            for name, held in blobs.items()
        ]
        weights = weights.replaced({layer.name}, added)
    return weights


def _fits(blob: WeightBlob, shape: Shape) -> bool:
    """Whether Caffe copies a stored blob into one of that shape, as far as it is known."""
    known = tuple(dim for dim in shape or () if dim is not None)
    return blob.fits(known) if shape == known else may_equal(blob.shape, shape) or blob.is_legacy


def _show_shapes(shapes: Iterable[Shape]) -> str:
    return ", ".join(map(show_shape, shapes))


class _Builder:
    def __init__(self, net: Net, weights: Weights, units: int) -> None:
        self.net = net
        self.weights = weights
        self.units = units
        self.shapes = infer_shapes(net).params

    def blob(self, native: NativeBlob) -> WeightBlob:
        """One blob, gate below gate."""
        size = self.units * len(native.gates)
        if native.is_bias:
            return WeightBlob((size,), b"".join(self._bias(parts) for parts in native.gates))
        data = b"".join(chunk for (part,) in native.gates for chunk in self._matrix(part))
        return WeightBlob((size, len(data) // FLOAT_BYTES // size), data)

    def _bias(self, parts: tuple[Part, ...]) -> bytes:
        """The sum of the biases of one gate; zeros if there are none."""
        if not parts:
            return bytes(FLOAT_BYTES * self.units)
        pieces = [self._rows(part, 1) for part in parts]
        if len(pieces) == 1:
            return bytes(pieces[0])
        return pack_floats(map(sum, zip(*map(unpack_floats, pieces), strict=True)))

    def _matrix(self, part: Part) -> Iterator[memoryview]:
        columns = self._stored(part.weight).size // _outputs(part.weight.layer)
        rows = self._rows(part, columns)
        if part.columns == WHOLE:
            yield rows
            return
        first, last, _ = slice(*part.columns).indices(columns)
        for start in range(0, len(rows), columns * FLOAT_BYTES):
            yield rows[start + first * FLOAT_BYTES : start + last * FLOAT_BYTES]

    def _rows(self, part: Part, columns: int) -> memoryview:
        first, last = part.rows
        assert last is not None, "products are read with their numbers of outputs"
        row = columns * FLOAT_BYTES
        return memoryview(self._stored(part.weight).data)[first * row : last * row]

    def _stored(self, weight: Weight) -> WeightBlob:
        """The blob of the layer, or of another one that shares it, which Caffe copies last."""
        sharers = {layer.name: layer for layer in self._sharers(weight)}
        found = [layer for layer in self.weights.layers if layer.name in sharers]
        if not found:
            raise ConversionError(f"the weights have no layer '{weight.layer.name}'")
        name, blobs = found[-1].name, found[-1].blobs
        index, outputs = self._index_in(name, weight), _outputs(weight.layer)
        expected = self.shapes.get(sharers[name], ())
        is_whole = index < len(blobs) and blobs[index].size and not blobs[index].size % outputs
        if not is_whole or not all(map(_fits, blobs, expected)):
            given = _show_shapes(blob.shape for blob in blobs) or "no blobs"
            of = f"whose learned blobs are {_show_shapes(expected)}" if expected else f"of {outputs} outputs"
            raise ConversionError(f"the weights have {given} for '{name}', {of}")
        return blobs[index]

    def _sharers(self, weight: Weight) -> list[Layer]:
        name = weight.key
        return [param.layer for param in self.net.sharers[name]] if isinstance(name, str) else [weight.layer]

    def _index_in(self, layer: str, weight: Weight) -> int:
        if isinstance(weight.key, str):
            return next(param.index for param in self.net.sharers[weight.key] if param.layer.name == layer)
        return weight.at


def _outputs(layer: Layer) -> int:
    return layer.block.block("inner_product_param").integer("num_output")
