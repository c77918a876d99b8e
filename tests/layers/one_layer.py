"""Sets up one layer that is given by its type, its parameters and the shapes of its bottoms."""

from collections.abc import Sequence

from caffe_lint.layers import Outcome, RejectedError, Setup, Shape, find, set_up
from caffe_lint.schema import BVLC, Block, load_schema
from caffe_lint.text import parse

SCHEMA = load_schema().view([BVLC])


def layer_text(type_name: str, params: str, bottoms: int, tops: int) -> str:
    """A layer of the prototxt, with bottoms b0, b1, … and tops t0, t1, …."""
    names = [f'bottom: "b{index}"' for index in range(bottoms)] + [
        f'top: "t{index}"' for index in range(tops)
    ]
    return f'layer {{ name: "it" type: "{type_name}" {" ".join(names)} {params} }}\n'


def setup_of(text: str, bottoms: Sequence[Shape], tops: int) -> Setup:
    """What the layer type of the only layer in `text` is given."""
    parsed = parse(text.encode())
    assert not parsed.problems
    block = Block.root(parsed.root, "NetParameter", SCHEMA).blocks("layer")[0]
    record = find(block.string("type"))
    assert record is not None
    param = block.block(record.param) if record.param else block
    return Setup(block, param, tuple(bottoms), tops)


def outcome_of(type_name: str, params: str, bottoms: Sequence[Shape], tops: int = 1) -> Outcome:
    """What Caffe makes of the layer; raises `RejectedError` if it rejects it."""
    record = find(type_name)
    assert record is not None
    return set_up(record, setup_of(layer_text(type_name, params, len(bottoms), tops), bottoms, tops))


def rejection_of(type_name: str, params: str, bottoms: Sequence[Shape], tops: int = 1) -> RejectedError:
    """Why Caffe rejects the layer; fails if it does not."""
    try:
        outcome = outcome_of(type_name, params, bottoms, tops)
    except RejectedError as error:
        return error
    raise AssertionError(f"{type_name} is accepted: {outcome}")
