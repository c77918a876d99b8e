"""Further mistakes of the rules about unrolled nets: edits of a rule's good example."""

from typing import NamedTuple

from tests.rules.examples import RULES, example


class Variant(NamedTuple):
    """A mistake that is made by replacing some text in one layer of the good example of its rule."""

    rule: str
    layer: str
    old: str
    new: str

    def text(self) -> bytes:
        """The net with the mistake."""
        return edited(example(RULES[self.rule], "good"), self.layer, self.old, self.new)


def edited(text: bytes, layer: str, old: str, new: str) -> bytes:
    """A net in which one text in a layer is replaced; it must stand there once."""
    start = text.index(b'layer {\n  name: "%s"\n' % layer.encode())
    end = text.index(b"\n}\n", start) + 3
    block = text[start:end].decode()
    assert block.count(old) == 1
    return text[:start] + block.replace(old, new).encode() + text[end:]


SILENT = {
    "a TanH for the input gate": Variant("gate-activation", "t2/act_i", '"Sigmoid"', '"TanH"'),
    "a ReLU for the output gate": Variant("gate-activation", "t1/act_o", '"Sigmoid"', '"ReLU"'),
    "a Sigmoid for the TanH of c": Variant("gate-activation", "t2/act_c", '"TanH"', '"Sigmoid"'),
    "h of two steps ago": Variant("state-wiring", "t3/Mh", '"t2/h"', '"t1/h"'),
    "c of two steps ago": Variant("state-wiring", "t3/forget", '"t2/c"', '"t1/c"'),
    "c in the product": Variant("state-wiring", "t3/Mh", '"t2/h"', '"t2/c"'),
    "an output of the old c": Variant("state-wiring", "t2/act_c", 'bottom: "t2/c"', 'bottom: "t1/c"'),
    "i and g exchanged": Variant(
        "gate-order",
        "t1/gates",
        '"t1/i"\n  top: "t1/f"\n  top: "t1/o"\n  top: "t1/g"',
        '"t1/g"\n  top: "t1/f"\n  top: "t1/o"\n  top: "t1/i"',
    ),
    "a coefficient": Variant(
        "step-out-of-line",
        "t2/sum",
        '  top: "t2/sum"',
        '  top: "t2/sum"\n  eltwise_param { coeff: 1 coeff: 0.5 }',
    ),
    "two outputs exchanged": Variant(
        "left-out-step", "H", '"t1/h"\n  bottom: "t2/h"', '"t2/h"\n  bottom: "t1/h"'
    ),
    "the marker of another step": Variant("continuation", "t2/c_cont", '"cont2"', '"cont1"'),
    "the input's weights of another cell": Variant("shared-across-cells", "b1/Wx", '"b_xw"', '"f_xw"'),
}
"""Those that Caffe loads, and that compute something else."""
