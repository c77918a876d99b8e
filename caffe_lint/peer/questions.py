"""What can be asked of a real Caffe: a net in a state, and how to run it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..net import NetState

#: The state of a deploy net, which has no phase of its own.
DEPLOY = NetState("TEST")

#: The values of one input blob: one for all elements, or each of them in row-major order.
Feed = float | Sequence[float]

#: Which parameters of two nets get the same values: those with the same number, counted over the owners in
#: run order; those with the same layer name and index; or whatever Caffe's own fillers draw. `trained` is
#: `order`, but as after some training: with lr_mult 0 a parameter keeps what its filler gave it, a factor of
#: Scale or PReLU that began as a positive constant is still positive.
Weights = Literal["order", "name", "fillers", "trained"]

#: Files that a net or solver names, such as lists, weights or Python layers, by relative path.
Files = Mapping[str, str | bytes]


@dataclass(frozen=True, slots=True)
class NetText:
    """The text of a net, the state that Caffe is to build it in, and the files that it names."""

    text: str | bytes
    state: NetState = DEPLOY
    files: Files = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run a net: the same plan gives the same numbers every time.

    Inputs, and tops of `DummyData` without a filler, are filled once, before the first pass: from `feeds`, or
    else with random values in (-1, 1) that depend on the seed and the blob's name; as labels they all are 0.
    A feed for a blob that the net does not have is ignored, since one plan may serve two nets.
    Weights depend on the seed, on what `weights` says and on the number of elements. Gradients of parameters
    are cleared before each pass unless `accumulate`; random layers draw the same numbers in every pass.
    With `refeed` the net's inputs are filled again before each pass, in another order of the values.
    With `model`, the path of a .caffemodel among the files of the net, Caffe then copies the weights in it.
    """

    seed: int = 1
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    weights: Weights = "order"
    passes: int = 1
    backward: bool = True
    accumulate: bool = False
    refeed: bool = False
    model: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may cost the peer: wall-clock seconds and bytes of address space."""

    seconds: float = 60.0
    memory: int = 6 << 30


DEFAULT_PLAN = Plan()
DEFAULT_LIMITS = Limits()
