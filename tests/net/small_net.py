"""Small nets for tests: written in a few words, built as Caffe would."""

from caffe_lint.net import Document, Layer, Net, NetState, load
from caffe_lint.net.state import Phase
from caffe_lint.peer import Peer


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


def names(built: Net) -> list[tuple[str, str]]:
    """Name and type of each layer."""
    return [(made.name, made.type) for made in built.layers]


def input_shapes(made: Layer) -> list[list[int]]:
    """The shapes that an Input layer gives its tops."""
    return [shape.integers("dim") for shape in made.block.block("input_param").blocks("shape")]


def check_against(caffe: Peer, text: str) -> None:
    """Real Caffe makes the same layers of a file, and inputs of the same shapes."""
    verdict, built = caffe.load(text), net(text, "TEST")
    assert verdict.accepted, verdict.error
    assert names(built) == [(made.name, made.type) for made in verdict.layers if made.type != "Split"]
    for made in built.layers:
        if made.type == "Input":
            shapes = [list(verdict.blobs[top.name]) for top in made.tops]
            assert shapes == input_shapes(made)[: len(shapes)]
