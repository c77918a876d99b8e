"""Overwrites in place and through aliases: which do harm, and which are harmless.

Each net is a convolution `c` of the input `x`, the layers of the case, and an inner product and a loss on
what the case ends with. The random nets of test_in_place_random.py put the same questions to real Caffe.
"""

import pytest

from caffe_lint.lint import Diagnostic, lint
from caffe_lint.lint.registry import select_rules
from caffe_lint.net import Document, NetState
from caffe_lint.text import Source

RULES = select_rules(["CL401", "CL402", "CL403", "CL405", "CL406"])

X = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [4, 3, 5, 5] } } }'
T = 'layer { name: "t" type: "Input" top: "t" input_param { shape { dim: [4, 2] } } }'
CONVOLUTION = "convolution_param { num_output: 3 kernel_size: 3 pad: 1 }"
BATCH_NORM = "BatchNorm c>c"


def _layer(line: str) -> str:
    """`TYPE bottom,bottom>top,top fields`."""
    kind, wires, *fields = line.split(" ", 2)
    bottoms, tops = (names.split(",") for names in wires.split(">"))
    named = [f'bottom: "{name}"' for name in bottoms if name] + [f'top: "{name}"' for name in tops if name]
    return f'layer {{ name: "{kind} {wires}" type: "{kind}" {" ".join(named)} {" ".join(fields)} }}'


def _net(lines: list[str], last: str, *, is_trained: bool = True) -> str:
    layers = [X, T, _layer(f"Convolution x>c {CONVOLUTION}"), *map(_layer, lines)]
    layers.append(_layer(f"InnerProduct {last}>fc inner_product_param {{ num_output: 2 }}"))
    if is_trained:
        layers.append(_layer("EuclideanLoss fc,t>loss"))
    return "\n".join(layers)


def _findings(text: str, state: NetState | None = None) -> list[Diagnostic]:
    document = Document(Source("net.prototxt", text.encode()))
    return list(lint(document, RULES, [state or NetState("TRAIN")]).diagnostics)


HARMLESS = [
    ["ReLU c>c", "Dropout c>c"],
    [BATCH_NORM, "Scale c>c scale_param { bias_term: true }", "ReLU c>c"],
    ["PReLU c>c", BATCH_NORM],
    ["Sigmoid c>c", "ReLU c>c"],
    ["Sigmoid c>c", "ReLU c>c relu_param { negative_slope: 0.1 }"],
    ["Sigmoid c>c", "ReLU c>c relu_param { negative_slope: -0.1 }"],
    ["ELU c>c elu_param { alpha: 0 }", "Dropout c>c"],
    ["ELU c>c", "Dropout c>c", "ReLU c>c"],
    ["Flatten c>f", "ReLU f>f", "ReLU c>d"],
    ["Sigmoid c>c", "Dropout c>c phase: TEST"],
    ["Sigmoid c>c", "Dropout c>c dropout_param { dropout_ratio: 0 }"],
    ["Sigmoid c>c", "Power c>c power_param { power: 0 }"],
    ["TanH c>c", "Scale c>c scale_param { filler { value: 1 } } param { lr_mult: 0 }"],
    ["TanH c>c", "Bias c>c param { lr_mult: 0 }"],
    ["ReLU c>c", "TanH c>c"],
    ["ReLU c>c", "Scale c>c scale_param { filler { type: 'uniform' min: 0.5 max: 2 } }"],
    ["MVN c>s", "BatchNorm s>s", "ReLU s>c2"],
    ["MVN c>c mvn_param { normalize_variance: false }", "ReLU c>c"],
    ["Power c>c power_param { scale: 0 }"],
    ["Exp c>c", "Log c>d"],
    ["Softmax c>c"],
    ["Convolution c>c convolution_param { num_output: 3 kernel_size: 3 pad: 1 } param { lr_mult: 0 }"],
    ["Tile c>c tile_param { tiles: 1 }"],
    ["Slice c>c"],
    ["Flatten c>f", "ReLU f>f"],
    ["AbsVal c>d", "Flatten c>f", "TanH f>f", "Silence f>"],
    ["Pooling c>p,m pooling_param { kernel_size: 2 }", "Silence m>"],
    ["Eltwise c,c>s eltwise_param { operation: PROD }", "Dropout s>s"],
    ["DummyData >k dummy_data_param { shape { dim: 2 } data_filler { value: 1 } }", "ReLU k>k", "Silence k>"],
    [
        "DummyData >k dummy_data_param { shape { dim: 2 } data_filler { type: 'uniform' } }",
        "TanH k>k",
        "Silence k>",
    ],
]
"""The last layer of each makes the blob that the net goes on with, or it goes on with `c`."""


def _last(lines: list[str]) -> str:
    tops = [line.split(" ")[1].split(">")[1].split(",")[0] for line in lines]
    used = {name for line in lines for name in line.split(" ")[1].split(">")[0].split(",")}
    free = [top for top in tops if top and (top not in used or top in ("c", "s", "r", "f")) and top != "k"]
    silenced = {line.split(" ")[1].rstrip(">") for line in lines if line.startswith("Silence")}
    return next((top for top in reversed(free) if top not in silenced), "c")


@pytest.mark.parametrize("lines", HARMLESS, ids="; ".join)
def test_harmless(lines: list[str]) -> None:
    assert [finding.message for finding in _findings(_net(lines, _last(lines)))] == []


HARMFUL = [
    ("CL402", "Dropout", ["Sigmoid c>c", "Dropout c>c"]),
    ("CL402", "Dropout", ["Sigmoid c>s", "Flatten s>f", "Dropout f>f"]),
    ("CL402", "ReLU", ["TanH c>c", "ReLU c>c relu_param { negative_slope: -0.1 }"]),
    ("CL402", "BatchNorm", ["ReLU c>c", BATCH_NORM]),
    ("CL402", "Bias", ["ReLU c>c", "Bias c>c bias_param { filler { value: 0 } }"]),
    ("CL402", "Scale", ["TanH c>c", "Scale c>c"]),
    ("CL402", "Dropout", ["Exp c>c", "ReLU c>c", "Dropout c>c"]),
    ("CL402", "ReLU", ["MVN c>s", "ReLU s>s"]),
    ("CL402", "Dropout", ["LRN c>s", "Dropout s>s"]),
    (
        "CL402",
        "Dropout",
        ["Eltwise c,x>s eltwise_param { operation: PROD stable_prod_grad: false }", "Dropout s>s"],
    ),
    ("CL402", "BNLL", ["BNLL c>c"]),
    ("CL402", "Clip", ["Clip c>c clip_param { min: -1 max: 1 }"]),
    ("CL402", "Power", ["Power c>c power_param { scale: 2 }"]),
    ("CL402", "ELU", ["ELU c>c elu_param { alpha: -1 }"]),
    ("CL402", "MVN", ["MVN c>c"]),
    ("CL402", "Eltwise", ["Eltwise c,x>c eltwise_param { operation: PROD }"]),
    ("CL402", "Convolution", [f"Convolution c>c {CONVOLUTION}"]),
    (
        "CL402",
        "Power",
        [
            "Pooling c>p,m pooling_param { kernel_size: 2 stride: 2 }",
            "Power m>m power_param { shift: 1 }",
            "Silence m>",
        ],
    ),
    ("CL402", "TanH", [f"Convolution c>g {CONVOLUTION}", "Reshape c>r", "TanH r>r", "Eltwise g,r>s"]),
    ("CL401", "Eltwise", ["Eltwise c,x>c"]),
    ("CL401", "Pooling", ["Pooling c>c pooling_param { kernel_size: 1 }"]),
    ("CL401", "LRN", ["LRN c>c"]),
    ("CL401", "InnerProduct", ["InnerProduct c>c inner_product_param { num_output: 75 }"]),
    ("CL401", "Convolution", ["Convolution c>c convolution_param { num_output: 3 kernel_size: 1 }"]),
    ("CL401", "Concat", ["Concat c,x>c"]),
    ("CL401", "Tile", ["Tile c>c tile_param { tiles: 2 }"]),
    ("CL403", "Sigmoid", ["Flatten c>f", "Sigmoid f>f", "TanH c>d"]),
    ("CL403", "Sigmoid", ["Split c>s", "Sigmoid s>s", "TanH c>d"]),
    ("CL403", "TanH", ["Split c>a,b", "TanH a>a"]),
    (
        "CL402",
        "Scale",
        ["Slice c>a,b slice_param { slice_point: 1 }", "Scale a>a propagate_down: false", "Concat a,b>s"],
    ),
    ("CL403", "Sigmoid", ["Reshape c>r", "Slice r>s", "Sigmoid s>s", "TanH r>d"]),
    ("CL405", "TanH", ["TanH c>c loss_weight: 1"]),
    ("CL405", "TanH", ["TanH c>c", "Reshape c>r loss_weight: 1"]),
    ("CL406", "TanH", ["Parameter >w parameter_param { shape { dim: 2 } }", "TanH w>w", "Silence w>"]),
    (
        "CL406",
        "TanH",
        ["DummyData >k dummy_data_param { shape { dim: 2 } }", "Reshape k>r", "TanH r>r", "Silence r>"],
    ),
    ("CL406", "Dropout", ["DummyData >k dummy_data_param { shape { dim: 2 } }", "Dropout k>k", "Silence k>"]),
]
"""The code, the type of the layer to blame, and the layers."""


@pytest.mark.parametrize(("code", "blamed", "lines"), HARMFUL, ids=lambda value: str(value)[:60])
def test_harmful(code: str, blamed: str, lines: list[str]) -> None:
    last = "fc0" if code == "CL405" else _last(lines)
    more = ["InnerProduct x>fc0 inner_product_param { num_output: 5 }"] if code == "CL405" else []
    text = _net([*more, *lines], last)
    findings = _findings(text)
    assert [finding.code for finding in findings] == [code], text
    line = text.encode()[: findings[0].span.start].decode().rpartition("\n")[2]
    assert f'type: "{blamed}"' in line
    assert blamed in findings[0].message


@pytest.mark.parametrize("code", ["CL402", "CL405"])
def test_gradients_count_only_where_a_net_is_trained(code: str) -> None:
    nets = [lines for found, _, lines in HARMFUL if found == code]
    assert nets
    for lines in nets:
        assert not _findings(_net(lines, "x"), NetState("TEST"))
        without_loss = _net(lines, "x", is_trained=False).replace("loss_weight: 1", "")
        assert not _findings(without_loss)


def test_gradients_count_only_where_something_learns() -> None:
    text = _net(["Sigmoid c>c", "Dropout c>c"], "c")
    frozen = text.replace(CONVOLUTION, f"{CONVOLUTION} param {{ lr_mult: 0 }} param {{ lr_mult: 0 }}")
    assert not _findings(frozen)


def test_an_input_that_is_overwritten_is_a_note() -> None:
    findings = _findings(_net(["TanH x>x"], "x").replace(_layer(f"Convolution x>c {CONVOLUTION}"), ""))
    assert [(finding.code, finding.severity.value) for finding in findings] == [("CL406", "note")]


def test_a_fork_is_only_warned() -> None:
    text = _net(["Sigmoid c>c", "Dropout c>c", "Permute c>p"], "p")
    assert [(finding.code, finding.severity.value) for finding in _findings(text)] == [("CL402", "warning")]


FORKS = [
    ("CL401", ["Permute c>c permute_param { order: [0, 2, 3, 1] }"]),
    (None, ["Permute c>c permute_param { order: [0, 1, 2, 3] }"]),
    ("CL403", ["Permute c>p permute_param { order: [0, 1] }", "TanH p>p", "Sigmoid c>d"]),
    ("CL402", ["Mish c>c"]),
    ("CL402", ["DepthwiseConvolution c>c convolution_param { num_output: 3 kernel_size: 3 pad: 1 }"]),
    ("CL402", ["ReLU6 c>c", "Dropout c>c"]),
    (None, ["ReLU6 c>c", "ReLU c>c"]),
    (None, ["NobodyKnows c>c", "Dropout c>c"]),
]


@pytest.mark.parametrize(("code", "lines"), FORKS, ids=str)
def test_types_of_forks_are_warned_of(code: str | None, lines: list[str]) -> None:
    findings = _findings(_net(lines, _last(lines)))
    assert [finding.code for finding in findings] == ([code] if code else [])
    assert all(finding.severity.value == "warning" for finding in findings)
    if code in ("CL401", "CL402"):
        assert "so its sources read, it was not run" in findings[0].message


def test_each_state_by_itself() -> None:
    text = _net(["Sigmoid c>c", "Dropout c>c"], "c")
    document = Document(Source("net.prototxt", text.encode()))
    findings = lint(document, RULES).diagnostics
    assert [finding.states for finding in findings] == [("TRAIN",)]
