"""A net as rows of numbers, a layer each: what `show` writes as a table, as CSV and as Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from ..layers import Dim, Dims, Inference, Shape, infer_shapes, shares_memory
from ..net import Blob, Document, Layer, Net, NetState
from .net_data import state_order
from .recurrent_data import RecurrentData, recurrent_data

FLOAT_BYTES = 4
"""Caffe's Python interface and its tools compute in float32."""


Storage = Literal["own", "in place", "alias"]
"""Where the tops of a layer lie: in the memory of bottoms for the last two, with the same name or another."""


class Top(NamedTuple):
    """A blob that a layer writes."""

    name: str
    shape: Shape


class Row(NamedTuple):
    """A layer; a number is None where it cannot be known from the file.

    `params` counts the elements of the layer's own learned blobs, `shared` those of an owner's blobs that it
    uses; `macs` are multiply-accumulates of one forward pass, `memory` the bytes of the tops, without those
    that lie in the memory of others, as `storage` tells.
    """

    layer: str
    type: str
    bottoms: tuple[str, ...]
    tops: tuple[Top, ...]
    params: Dim
    shared: Dim
    macs: Dim
    memory: Dim
    storage: Storage = "own"


class Total(NamedTuple):
    """A sum over the layers, without those whose number is not known."""

    known: int
    is_complete: bool


class Sheet(NamedTuple):
    """The rows of a net in states that have the same ones."""

    states: tuple[NetState, ...]
    rows: tuple[Row, ...]
    unrolls: tuple[RecurrentData, ...]
    is_rejected: bool
    """Whether Caffe aborts while it builds the net, so that part of it has no shapes."""

    def total(self, numbers: Iterable[Dim]) -> Total:
        """The sum of a column."""
        column = list(numbers)
        return Total(sum(number or 0 for number in column), None not in column)

    @property
    def totals(self) -> tuple[Total, Total, Total]:
        """Params (shared ones counted once), multiply-accumulates and bytes of tops."""
        rows = self.rows
        return (
            self.total(row.params for row in rows),
            self.total(row.macs for row in rows),
            self.total(row.memory for row in rows),
        )


class NetRows(NamedTuple):
    """A net file; `is_batch` tells whether work and memory are those of whole batches or of single items."""

    path: str
    name: str
    dialects: tuple[str, ...]
    is_batch: bool
    sheets: tuple[Sheet, ...]


def net_rows(document: Document, states: Sequence[NetState] | None = None, *, batch: bool = False) -> NetRows:
    """The rows of a net in each of its states, equal ones once.

    Args:
        document: a file that holds a net.
        states: the states to show; by default those that the file tells apart.
        batch: count the work and the memory of all items in a batch; else of one, as if axis 0 had size 1.
    """
    alike: dict[tuple[Row, ...], list[Sheet]] = {}
    for net in document.nets(states):
        sheet = _sheet(document, net, batch=batch)
        alike.setdefault(sheet.rows, []).append(sheet)
    sheets = [_merged(group) for group in alike.values()]
    sheets.sort(key=lambda sheet: state_order(sheet.states[0]))
    return NetRows(document.source.path, document.upgraded.name, document.dialects, batch, tuple(sheets))


def _merged(sheets: Sequence[Sheet]) -> Sheet:
    states = sorted((state for sheet in sheets for state in sheet.states), key=state_order)
    return sheets[0]._replace(states=tuple(states))


def _sheet(document: Document, net: Net, *, batch: bool) -> Sheet:
    inference = infer_shapes(net)
    rows = tuple(_row(layer, inference, batch=batch) for layer in net.layers)
    is_unreadable = bool(document.syntax_problems or document.schema_problems)
    is_rejected = is_unreadable or bool(inference.rejections) or any(use.blob is None for use in net.uses)
    return Sheet(net.states, rows, tuple(recurrent_data(document, net, inference)), is_rejected)


def _row(layer: Layer, inference: Inference, *, batch: bool) -> Row:
    own, shared = _params(layer, inference)
    items = _items(layer, inference) if batch else 1
    return Row(
        layer.name,
        layer.type,
        tuple(use.name for use in layer.bottoms),
        tuple(Top(top.name, inference.shape(top)) for top in layer.tops),
        own,
        shared,
        _product((inference.macs.get(layer), items)),
        _sum(_bytes(top, inference, batch=batch) for top in layer.tops),
        _storage(layer),
    )


def _storage(layer: Layer) -> Storage:
    if layer.tops and all(top.is_in_place for top in layer.tops):
        return "in place"
    return "alias" if shares_memory(layer) else "own"


def _params(layer: Layer, inference: Inference) -> tuple[Dim, Dim]:
    """Elements of learned blobs that are the layer's own, and of those that belong to an owner elsewhere."""
    shapes = inference.params.get(layer)
    if shapes is None:
        return None, None
    borrowed = {spec.index for spec in layer.params if spec.owner is not None}
    counts = [None if shape is None else _product(shape) for shape in shapes]
    own = _sum(count for index, count in enumerate(counts) if index not in borrowed)
    return own, _sum(count for index, count in enumerate(counts) if index in borrowed)


def _items(layer: Layer, inference: Inference) -> Dim:
    """How many items the layer works on in one pass: the size of axis 0, unless that holds the features."""
    shape = inference.shape(layer.bottoms[0].blob) if layer.bottoms else None
    record = inference.record(layer)
    if not shape or record is None:
        return 1 if inference.macs.get(layer) == 0 else None
    if record.param in ("convolution_param", "inner_product_param"):
        axis = layer.block.block(record.param).integer("axis")
        if axis in (0, -len(shape)):
            return 1
    return shape[0]


def _bytes(top: Blob, inference: Inference, *, batch: bool) -> Dim:
    """The memory of a top; none if the layer works in place or only gives a new name or shape."""
    if top.is_in_place or shares_memory(top.layer):
        return 0
    shape = inference.shape(top)
    if shape is None:
        return None
    return _product((FLOAT_BYTES, *(shape if batch else shape[1:])))


def _product(dims: Dims) -> Dim:
    """A product of which any factor may be unknown; 0 times the unknown is 0."""
    if 0 in dims:
        return 0
    total = 1
    for dim in dims:
        if dim is None:
            return None
        total *= dim
    return total


def _sum(numbers: Iterator[Dim]) -> Dim:
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total
