"""One layer by its type, parameters and shapes of bottoms: set up by us, or as a net for Caffe."""

from collections.abc import Sequence

from caffe_lint.layers import Outcome, Setup, Shape, check_loss_weights, find, set_up
from caffe_lint.schema import BVLC, Block, load_schema
from caffe_lint.text import parse

SCHEMA = load_schema().view([BVLC])


def layer_text(type_name: str, params: str, bottoms: int, tops: int) -> str:
    """A layer of the prototxt, with bottoms b0, b1, … and tops t0, t1, …."""
    names = [f'bottom: "b{index}"' for index in range(bottoms)] + [
        f'top: "t{index}"' for index in range(tops)
    ]
    return f'layer {{ name: "it" type: "{type_name}" {" ".join(names)} {params} }}\n'


def inputs_text(bottoms: Sequence[Shape]) -> str:
    """An Input layer for each bottom of known shape."""
    return "".join(
        f'layer {{ name: "b{index}" type: "Input" top: "b{index}" input_param {{ shape {{ '
        f"dim: [{', '.join(map(str, shape or ()))}] }} }} }}\n"
        for index, shape in enumerate(bottoms)
    )


def setup_of(text: str, bottoms: Sequence[Shape], tops: int, dialects: tuple[str, ...] = ()) -> Setup:
    """What the type of the only layer in `text` is given."""
    parsed = parse(text.encode())
    assert not parsed.problems
    schema = load_schema().view([BVLC, *dialects])
    block = Block.root(parsed.root, "NetParameter", schema).blocks("layer")[0]
    record = find(block.string("type"), dialects)
    assert record is not None
    param = block.block(record.param) if record.param else block
    return Setup(block, param, tuple(bottoms), tops)


def outcome_of(
    type_name: str, params: str, bottoms: Sequence[Shape], tops: int = 1, dialects: tuple[str, ...] = ()
) -> Outcome:
    """What Caffe makes of the layer; raises `RejectedError` if it rejects it."""
    record = find(type_name, dialects)
    assert record is not None
    setup = setup_of(layer_text(type_name, params, len(bottoms), tops), bottoms, tops, dialects)
    outcome = set_up(record, setup)
    check_loss_weights(record, setup, outcome)
    return outcome
