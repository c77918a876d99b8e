"""Nets with Caffe's own LSTM and RNN layers, with all that such a layer may have."""


def blob(name: str, *shape: int) -> str:
    """An input of a net."""
    dims = " ".join(f"dim: {dim}" for dim in shape)
    return f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ {dims} }} }} }}\n'


def native(
    layer_type: str, bottoms: str, tops: str, *, units: int = 4, more: str = "", name: str = ""
) -> str:
    """One layer, its blobs given with spaces between."""
    ends = [f'bottom: "{blob}"' for blob in bottoms.split()] + [f'top: "{blob}"' for blob in tops.split()]
    exposed = "expose_hidden: true" if len(tops.split()) > 1 else ""
    block = f"recurrent_param {{ num_output: {units} {exposed} }}"
    named = name or tops.split()[0]
    return f'layer {{ name: "{named}_layer" type: "{layer_type}" {" ".join(ends)} {more} {block} }}\n'


X, CONT = blob("X", 5, 3, 4, 2), blob("cont", 5, 3)
STATES = blob("h0", 1, 3, 4) + blob("c0", 1, 3, 4)
LOSS = (
    blob("target", 5, 3, 4)
    + 'layer { name: "loss" type: "EuclideanLoss" bottom: "H" bottom: "target" top: "loss" }\n'
)

NETS = {
    "lstm": X + CONT + native("LSTM", "X cont", "H") + LOSS,
    "rnn": X + CONT + native("RNN", "X cont", "H") + LOSS,
    "one step": blob("X", 1, 3, 4) + blob("cont", 1, 3) + native("LSTM", "X cont", "h"),
    "static": X + CONT + blob("S", 3, 6, 1) + native("LSTM", "X cont S", "H") + LOSS,
    "static rnn": X + CONT + blob("S", 3, 6) + native("RNN", "X cont S", "H") + LOSS,
    "states": X + CONT + STATES + native("LSTM", "X cont h0 c0", "H h_T c_T") + LOSS,
    "states rnn": X + CONT + STATES + native("RNN", "X cont h0", "H h_T") + LOSS,
    "one state": X + CONT + blob("s", 1, 3, 4) + native("LSTM", "X cont s s", "H h_T c_T") + LOSS,
    "all": X
    + CONT
    + STATES
    + blob("S", 3, 2)
    + native("LSTM", "X cont S h0 c0", "A h_T c_T")
    + native("RNN", "A cont", "B", units=6)
    + native("LSTM", "B cont S", "H")
    + LOSS,
    "shared params": X
    + CONT
    + native("LSTM", "X cont", "A", more='param { name: "w" } param { lr_mult: 2 } param { name: "u" }')
    + native("LSTM", "X cont", "H", more='param { name: "w" } param { } param { name: "u" }')
    + LOSS,
    "in place behind": X
    + CONT
    + native("LSTM", "X cont", "H")
    + 'layer { name: "relu" type: "ReLU" bottom: "H" top: "H" }\n'
    + LOSS,
}
