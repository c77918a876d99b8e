"""Small nets for tests: written in a few words, built as Caffe would."""

from caffe_lint.net import Document, Net, NetState, load
from caffe_lint.net.state import Phase


def document(text: str, dialect: str = "bvlc") -> Document:
    """A file without a problem in its syntax or its fields."""
    loaded = load(text.encode(), dialect)
    assert loaded.syntax_problems == []
    assert loaded.schema_problems == []
    return loaded


def net(text: str, phase: Phase = "TRAIN", level: int = 0, stages: tuple[str, ...] = ()) -> Net:
    """The net of one state."""
    (built,) = document(text).nets([NetState(phase, level, stages)])
    return built


def layer(spec: str, params: str = "") -> str:
    """`name Type a b -> c d` as a layer; in a deploy net all layers but Input may be written so."""
    (name, layer_type, *bottoms), _, tops = (side.split() for side in spec.partition("->"))
    blobs = "".join([f' bottom: "{blob}"' for blob in bottoms] + [f' top: "{blob}"' for blob in tops])
    return f'layer {{ name: "{name}" type: "{layer_type}"{blobs} {params} }}\n'


def data(name: str, *dims: int) -> str:
    """An Input layer with the name of its blob."""
    shape = " ".join(f"dim: {dim}" for dim in dims or (2, 3))
    return layer(f"{name} Input -> {name}", f"input_param {{ shape {{ {shape} }} }}")
