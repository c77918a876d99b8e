"""Which learned blob of Caffe's own LSTM or RNN layer is which param of the unrolled form."""

from typing import NamedTuple

from .unroll_cell import Cell, roles


class ExplicitParam(NamedTuple):
    """Blob `native` of a native layer is blob `blob` of `layer`, and shared by the name `param`."""

    native: int
    param: str
    layer: str
    blob: int


def explicit_params(cell: Cell, prefix: str) -> tuple[ExplicitParam, ...]:
    """The learned blobs of a native layer in its order (lstm_layer.cpp and rnn_layer.cpp, FillUnrolledNet).

    Shapes are alike on both sides. Of the layers that share a param, the first one is named.

    Args:
        cell: the layer as it is unrolled.
        prefix: what the names of its steps begin with.
    """
    once, first = f"{prefix}{cell.folder}", f"{prefix}t0/{cell.folder}"
    mx = first if cell.style == "netspec" else once
    layers = {"Mx": f"{mx}Mx", "Ms": f"{once}Ms", "Mh": f"{first}Mh", "Mo": f"{first}Mo"}
    return tuple(
        ExplicitParam(native, str(cell.params[role]["name"]), layers[role[:2]], int(is_bias))
        for native, (role, is_bias) in enumerate(roles(cell.kind, static="Msw" in cell.params))
    )
