"""How the learned blobs of a native layer are named, filled and trained: like those that they are made of."""

from collections.abc import Iterator

from ..net import Net, ParamSpec
from .roll_cell import Cell
from .roll_terms import RollError, Weight
from .roll_weights import NativeBlob, native_blobs
from .unroll_native_layer import fields_of

_MULTIPLIERS = ("lr_mult", "decay_mult")
_FROZEN = dict.fromkeys(_MULTIPLIERS, 0.0)
"""For a bias that the unrolled form does not have: it is zero and stays so."""


def native_params(cell: Cell, net: Net, removed: frozenset[int]) -> list[dict[str, object]]:
    """The `param` entries of the native layer.

    Raises:
        RollError: if parts of one blob are trained in different ways, or a layer that stays shares weights
            whose form changes.
    """
    return [_entry(blob, cell, net, removed) for blob in native_blobs(cell)]


def fillers(cell: Cell) -> tuple[dict[str, object], dict[str, object], bool]:
    """The fillers of weights and of biases, and whether all products of the cell have the same.

    The native layer has one filler for all of its weights and one for its biases; those of x count.
    """
    blobs = native_blobs(cell)
    of_weights = [
        _filler(weight, "weight_filler") for blob in blobs if not blob.is_bias for weight in blob.weights
    ]
    of_biases = [_filler(weight, "bias_filler") for blob in blobs if blob.is_bias for weight in blob.weights]
    is_same = all(one == of_weights[0] for one in of_weights) and all(
        one == of_biases[0] for one in of_biases
    )
    return of_weights[0], of_biases[0] if of_biases else {}, is_same


def _filler(weight: Weight, name: str) -> dict[str, object]:
    block = weight.layer.block.block("inner_product_param").block(name)
    return fields_of(block) if block.message is not None else {}


def _entry(blob: NativeBlob, cell: Cell, net: Net, removed: frozenset[int]) -> dict[str, object]:
    weights = blob.weights
    if not weights:
        return dict(_FROZEN)
    is_whole = blob.is_whole(cell.units)
    if not is_whole:
        for weight in weights:
            _check_own(weight, net, removed)
    if is_whole:
        return _fields(weights[0], net)
    return _joined(blob, net)


def _check_own(weight: Weight, net: Net, removed: frozenset[int]) -> None:
    for param in _sharers(weight, net):
        if param.layer.span.start not in removed:
            message = (
                f"'{param.layer.name}' shares weights with '{weight.layer.name}' of the cell, "
                "whose rows or columns the native layer has in another order"
            )
            raise RollError(message, param.span)


def _sharers(weight: Weight, net: Net) -> list[ParamSpec]:
    if isinstance(weight.key, str):
        return net.sharers[weight.key]
    return weight.layer.params[weight.at : weight.at + 1]


def _fields(weight: Weight, net: Net) -> dict[str, object]:
    """Name and multipliers; what one sharer lacks another one may give (net.cpp, Net::AppendParam)."""
    found: dict[str, object] = {}
    for param in _sharers(weight, net):
        found = {**fields_of(param.block), **found}
    return found


def _joined(blob: NativeBlob, net: Net) -> dict[str, object]:
    """The multipliers of a blob that is put together: a sum of biases learns as fast as all of them."""
    found = []
    for parts in blob.gates:
        entries = [dict(_multipliers(part.weight, net)) for part in parts]
        rate = sum(entry["lr_mult"] for entry in entries)
        found.append((rate, {entry["decay_mult"] for entry in entries}))
    if any(each != found[0] or len(each[1]) != 1 for each in found):
        layer = blob.weights[0].layer
        what = "biases" if blob.is_bias else "weights"
        message = f"the gates of the cell have {what} that are trained with different multipliers"
        raise RollError(message, layer.name_span)
    (rate, (decay,)) = found[0]
    values = {"lr_mult": rate, "decay_mult": decay}
    return {name: value for name, value in values.items() if value != 1.0}


def _multipliers(weight: Weight, net: Net) -> Iterator[tuple[str, float]]:
    fields = _fields(weight, net)
    for name in _MULTIPLIERS:
        value = fields.get(name, 1.0)
        assert isinstance(value, float)
        yield name, value
