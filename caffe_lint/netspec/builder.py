"""The builder with the interface of pycaffe's NetSpec: layers are functions of tops, a net is made of names.

It does what BVLC's `python/caffe/net_spec.py` does, and tells a wrong field where it is given.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from ..schema import load_schema
from .layer_type import layer_message
from .message import Message
from .scalar import did_you_mean


class Top:
    """One output blob of a layer: the `n`-th of `fn`."""

    def __init__(self, fn: "Layer", n: int) -> None:
        self.fn = fn
        self.n = n

    def to_proto(self) -> Message:
        """A NetParameter of all layers that this top needs."""
        return to_proto(self)


class Layer:
    """A layer, its bottoms and its fields; `params` may be changed until the net is written.

    Raises:
        AttributeError: if no Caffe knows a field of that name for the layer.
        TypeError: if a bottom is no top, or a field that holds one value is given several.
        ValueError: if a field does not take its value.
    """

    def __init__(self, type_name: str, inputs: tuple[Top, ...], params: Mapping[str, object]) -> None:
        for index, bottom in enumerate(inputs):
            if not isinstance(bottom, Top):
                raise TypeError(f"bottom {index} of '{type_name}' must be a top, got {bottom!r}")
        self.type_name = type_name
        self.inputs = inputs
        self.params = dict(params)
        self.ntop = _count(self.params.pop("ntop", 1))
        self.in_place = bool(self.params.pop("in_place", False))
        self.tops = tuple(Top(self, n) for n in range(self.ntop))
        self.to_message()

    def to_message(self) -> Message:
        """The LayerParameter, without bottoms, tops, and a name that was not given."""
        return layer_message(self.type_name, self.params)


class Existing(Layer):
    """A blob that the net around makes: it has a name, and no layer is written for it."""

    def __init__(self, name: str) -> None:
        super().__init__("Input", (), {"name": name})
        self.name = name


class NetSpec:
    """A net to which tops are assigned as attributes or items; their names become those of the blobs."""

    tops: dict[str, Top | Layer]

    def __init__(self) -> None:
        super().__setattr__("tops", {})

    def __setattr__(self, name: str, value: object) -> None:
        if not isinstance(value, Top | Layer):
            raise TypeError(f"'{name}' must be one top, got {value!r}")
        self.tops[name] = value

    def __getattr__(self, name: str) -> Top | Layer:
        if name.startswith("__") or name not in self.tops:
            raise AttributeError(f"no top has the name '{name}'{did_you_mean(name, self.tops)}")
        return self.tops[name]

    def __setitem__(self, name: str, value: object) -> None:
        setattr(self, name, value)

    def __getitem__(self, name: str) -> Top | Layer:
        return self.tops[name]

    def to_proto(self) -> Message:
        """A NetParameter of all layers that the assigned tops need, in the order of assignment."""
        return _Writer({top: name for name, top in self.tops.items()}).write(self.tops.values())


class Layers:
    """Makes layers: the attribute is the type, its arguments are the bottoms and the fields.

    A call gives the layer's top, a tuple of tops for an `ntop` above one, the layer itself for `ntop=0`.
    """

    def __getattr__(self, name: str) -> Callable[..., Top | Layer | tuple[Top, ...]]:
        if name.startswith("__"):
            raise AttributeError(name)

        def make(*bottoms: Top, **fields: object) -> Top | Layer | tuple[Top, ...]:
            layer = Layer(name, bottoms, fields)
            if layer.ntop == 0:
                return layer
            return layer.tops[0] if layer.ntop == 1 else layer.tops

        return make


class EnumValues:
    """The values of the enums of one layer type: `Eltwise` has `PROD`, `SUM` and `MAX`."""

    def __init__(self, layer_type: str) -> None:
        self._layer_type = layer_type
        self._values: dict[str, int] = {}
        for field in load_schema().message(f"{layer_type}Parameter").fields.values():
            self._values |= field.enum.values if field.enum else {}

    def __getattr__(self, name: str) -> int:
        if name.startswith("_") or name not in self._values:
            hint = did_you_mean(name, self._values)
            raise AttributeError(f"no enum of '{self._layer_type}' has a value '{name}'{hint}")
        return self._values[name]


class Parameters:
    """Gives the values of enums by layer type: `Pooling.MAX`."""

    def __getattr__(self, name: str) -> EnumValues:
        if name.startswith("__"):
            raise AttributeError(name)
        return EnumValues(name)


layers = Layers()
params = Parameters()


def existing(name: str) -> Top:
    """A top of that name that the net around makes: layers can read it, and none is written for it."""
    return Existing(name).tops[0]


def to_proto(*tops: Top) -> Message:
    """A NetParameter of all layers that the tops need; blobs and layers are named after their types."""
    return _Writer({}).write(tops)


class _Writer:
    """Names layers and blobs, and writes each layer behind those it reads."""

    def __init__(self, names: dict[Top | Layer, str]) -> None:
        self._names = names
        self._counts: Counter[str] = Counter()
        self._blobs: dict[Layer, list[str]] = {}
        self._messages: list[Message] = []

    def write(self, wanted: Iterable[Top | Layer]) -> Message:
        """A NetParameter of the layers of these tops, and of all that they need."""
        for each in wanted:
            self._write_all(each.fn if isinstance(each, Top) else each)
        return Message("NetParameter", {"layer": self._messages})

    def _write_all(self, last: Layer) -> None:
        # Without recursion, because a recurrent net is thousands of layers deep.
        waiting = [last]
        while waiting:
            layer = waiting[-1]
            missing = [bottom.fn for bottom in layer.inputs if bottom.fn not in self._blobs]
            if missing:
                waiting += reversed(missing)
                continue
            waiting.pop()
            if layer not in self._blobs:
                self._write(layer)

    def _write(self, layer: Layer) -> None:
        if isinstance(layer, Existing):
            self._blobs[layer] = [layer.name]
            return
        bottoms = [self._blobs[bottom.fn][bottom.n] for bottom in layer.inputs]
        tops = bottoms if layer.in_place else [self._name(top, layer.type_name) for top in layer.tops]
        is_named_like_top = layer not in self._names and layer.tops
        name = self._name(layer.tops[0] if is_named_like_top else layer, layer.type_name)
        message = layer.to_message()
        message.bottom, message.top = bottoms, tops
        message.name = layer.params.get("name", name)
        self._blobs[layer] = tops
        self._messages.append(message)

    def _name(self, named: Top | Layer, type_name: str) -> str:
        if named not in self._names:
            self._counts[type_name] += 1
            self._names[named] = f"{type_name}{self._counts[type_name]}"
        return self._names[named]


def _count(ntop: object) -> int:
    if not isinstance(ntop, int) or ntop < 0:
        raise ValueError(f"'ntop' must be a whole number from 0, got {ntop!r}")
    return ntop
