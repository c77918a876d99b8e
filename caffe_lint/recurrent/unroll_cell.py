"""One recurrent layer to be written: its sizes, its style and its learned blobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from .unroll_net import Cut, Top

Kind = Literal["lstm", "gru", "rnn"]
Style = Literal["sequence", "netspec", "lstmunit", "lstm-layer", "rnn-layer"]

Fields = Mapping[str, object]
"""The fields of a message."""

GATES: Mapping[Kind, int] = {"lstm": 4, "gru": 3, "rnn": 1}
"""How many products each unit has of x: for i, f, o, g (lstm_layer.cpp); r, z, g; h."""

TIME = Cut(axis=0, size=1)


class Role(NamedTuple):
    """A learned blob by the name that ends its full one, and whether it is a bias."""

    name: str
    is_bias: bool


class State(NamedTuple):
    """What one step hands on to the next, [1, B, H] each: the hidden state, and an LSTM's cell state."""

    h: Top
    c: Top | None = None


class Inputs(NamedTuple):
    """What a layer reads: x [T, B, …], the state before its first step, markers [T, B], static [B, …].

    Only Caffe's own layer does without a first state: it keeps one.
    """

    x: Top
    state: State | None
    cont: Top | None = None
    static: Top | None = None


def roles(kind: Kind, *, static: bool, peepholes: bool = False) -> tuple[Role, ...]:
    """The learned blobs of a layer, in the order of Caffe's own layer for a kind that it has.

    Of x, of the static input, of h, then for an LSTM the peepholes of i, f and o; for a GRU the product of
    r * h; for an RNN the output (lstm_layer.cpp and rnn_layer.cpp, FillUnrolledNet).
    """
    names = ["Mxw", "Mxb", *(["Msw"] if static else []), "Mhw"]
    if kind == "gru":
        names += ["Mgw"]
    elif kind == "rnn":
        names += ["Mow", "Mob"]
    elif peepholes:
        names += ["Pi", "Pf", "Po"]
    return tuple(Role(name, name in ("Mxb", "Mob")) for name in names)


@dataclass(frozen=True, slots=True)
class Cell:
    """One recurrent layer, one direction; `params` has the fields of the ParamSpec of each role.

    The names of its layers begin with `folder`, behind the name of the step.
    """

    kind: Kind
    steps: int
    batch: int
    hidden: int
    style: Style
    params: Mapping[str, Fields]
    weight_filler: Fields
    bias_filler: Fields
    peepholes: bool = False
    forget_bias: float = 0
    folder: str = ""

    @property
    def is_native(self) -> bool:
        """Whether Caffe's own layer is meant, not steps."""
        return self.style in ("lstm-layer", "rnn-layer")

    @property
    def gates(self) -> int:
        """How many outputs the product of x has."""
        return GATES[self.kind] * self.hidden

    def product(
        self, count: int, weight: str, bias: str | None = None, *, axis: int = 2
    ) -> dict[str, object]:
        """The fields of an InnerProduct over all axes from `axis` on, with the learned blobs of roles."""
        block: dict[str, object] = {"num_output": count, "axis": axis}
        if bias is None:
            block["bias_term"] = False
        if self.weight_filler:
            block["weight_filler"] = self.weight_filler
        if self.bias_filler:
            block["bias_filler"] = self.bias_filler
        learned = [self.params[role] for role in (weight, bias) if role is not None]
        return {"param": learned, "inner_product_param": block}
