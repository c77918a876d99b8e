"""The nets in `examples/` are what the generator writes, with one fault each put into its text.

`python tests/recurrent/test_unroll_examples.py` writes them anew.
"""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from caffe_lint.cli import main_group

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMAND = "unroll lstm --steps 3 --batch 10 --hidden 500 --input-shape 128,10,10 --style netspec"


def generated() -> str:
    return CliRunner().invoke(main_group, COMMAND.split(), catch_exceptions=False).stdout


def in_layer(name: str, old: str, new: str) -> str:
    """The generated net with one line of one layer changed."""
    head, layer, tail = re.split(rf'(?s)(  name: "{re.escape(name)}"\n.*?\n}}\n)', generated())
    assert layer.count(old) == 1
    return head + layer.replace(old, new) + tail


def examples() -> dict[str, str]:
    in_place = re.sub(r'(top|bottom): "(t\d/lstm/)act_c"', r'\1: "\2c"', generated())
    return {
        "lstm": f"""\
# An LSTM of 500 units, unrolled over three time steps for ten sequences:
# caffe-lint {COMMAND}
{generated()}""",
        "lstm_act_c_in_place": f"""\
# Wrong: TanH works in place on the cell state c, so the next step goes on from tanh(c).
# Caffe loads this net and computes something that is no LSTM.
{in_place}""",
        "lstm_unshared_weight": f"""\
# Wrong: one step misspells the name of the weight of h ('w_t0/Mwh') and so learns a weight of its own.
# Caffe loads this net and trains two weights where an LSTM has one.
{in_layer("t1/lstm/Mh", "w_t0/Mhw", "w_t0/Mwh")}""",
        "lstm_slice_point": f"""\
# Wrong: one step cuts its second gate at 1001 instead of 1000, so f has 501 units and o 499.
# Caffe rejects this net, not at the Slice but at the Eltwise that multiplies f and c.
{in_layer("t1/lstm/slice", "slice_point: 1000", "slice_point: 1001")}""",
        "lstm_axis": f"""\
# Wrong: one step multiplies h over axis 1, the batch and the units together, instead of axis 2.
# Caffe rejects this net, because the weight gets another shape than the one it is shared with.
{in_layer("t1/lstm/Mh", "axis: 2", "axis: 1")}""",
    }


@pytest.mark.parametrize("name", examples())
def test_example_is_what_the_generator_writes(name: str) -> None:
    assert (EXAMPLES / f"{name}.prototxt").read_text() == examples()[name]


def test_every_net_in_the_folder_is_an_example() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.prototxt")} == set(examples())


if __name__ == "__main__":
    for name, text in examples().items():
        (EXAMPLES / f"{name}.prototxt").write_text(text)
