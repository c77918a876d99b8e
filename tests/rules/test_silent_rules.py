"""Rules about what Caffe takes in silence, beyond their examples: what else they find, and what not."""

import json
from pathlib import Path

import pytest

from caffe_lint.lint import lint
from caffe_lint.net import load
from tests.rules.examples import RULES

DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 8, 8] } } }\n'
TARGET = 'layer { name: "t" type: "Input" top: "t" input_param { shape { dim: [2, 2] } } }\n'
SCORE = (
    'layer { name: "s" type: "InnerProduct" bottom: "data" top: "s" inner_product_param { num_output: 2 } }\n'
)
LOSS = 'layer { name: "loss" type: "EuclideanLoss" bottom: "s" bottom: "t" top: "loss" %s }\n'
TRAINED = DATA + TARGET + SCORE
SILENCE = 'layer { name: "quiet" type: "Silence" bottom: "loss" %s }\n'
TOTAL = 'layer { name: "sum" type: "Power" bottom: "loss" top: "sum" loss_weight: 1 }\n'
SWITCHED_OFF = (
    "the loss of 'loss' is read by 'quiet' (Silence), which leads to no loss: nothing is trained by it"
)
DUMMY = (
    'layer { name: "y" type: "DummyData" top: "y" '
    "dummy_data_param { data_filler { %s } shape { dim: [2, 1] } } }\n"
)
CLASSIFIED = (
    'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "s" bottom: "y" top: "loss" loss_param { %s } }\n'
)
LSTM = (
    'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [2, 1, 4] } } }\n'
    'layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "y" top: "h" recurrent_param { num_output: 2 } }\n'
    'layer { name: "loss" type: "Reduction" bottom: "h" top: "loss" loss_weight: 1 }\n'
)
SCALES = (
    TARGET
    + "".join(
        f'layer {{ name: "{name}" type: "Scale" bottom: "t" top: "{name}" param {{ name: "w" %s }} '
        f"scale_param {{ axis: 0 num_axes: 2 }} }}\n"
        for name in "ab"
    )
    + 'layer { name: "loss" type: "EuclideanLoss" bottom: "a" bottom: "b" top: "loss" }'
)


def _layer(type_name: str, params: str, name: str = "it") -> str:
    return f'layer {{ name: "{name}" type: "{type_name}" bottom: "data" top: "{name}" {params} }}\n'


def _found(text: str, rule: str) -> list[str]:
    return [
        f"{finding.severity.value}: {finding.message}"
        for finding in lint(load(text.encode()), [RULES[rule]]).diagnostics
    ]


@pytest.mark.parametrize(
    ("rule", "text", "found"),
    [
        ("loss-switched-off", TRAINED + LOSS % "" + SILENCE % "", [f"error: {SWITCHED_OFF}"]),
        (
            "loss-switched-off",
            TRAINED + LOSS % "" + TOTAL,
            [
                "warning: the loss of 'loss' is read by 'sum' (Power), "
                "so its own weight of 1 counts in the reported loss but not in the gradient"
            ],
        ),
        (
            "leaking-gradient",
            TRAINED
            + LOSS % ""
            + 'layer { name: "h" type: "HingeLoss" bottom: "s" bottom: "t" loss_weight: 0 }',
            ["error: it trains nothing, but a HingeLoss leaks: 'h' adds to the gradient of 's'"],
        ),
        (
            "unsized-input",
            'input: "a" input: "b" input_shape { dim: 2 }',
            ["error: 2 inputs need one 'input_shape' each, found 1: Caffe crashes"],
        ),
        (
            "unread-input-size",
            "input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8",
            ["warning: Caffe ignores 'input_dim': no 'input' names a blob"],
        ),
        (
            "unread-input-size",
            'input: "a" input_dim: [1, 2, 3, 4, 5]',
            ["warning: Caffe reads 4 of these 5 'input_dim' and ignores the rest"],
        ),
        (
            "unread-block",
            DATA + _layer("Softmax", "loss_param { ignore_label: 0 }"),
            [
                "note: 'loss_param' does nothing: 'it' is of type Softmax, "
                "its own parameters stand in 'softmax_param'"
            ],
        ),
        (
            "layer-phase",
            DATA + _layer("Dropout", "phase: TEST"),
            ["note: 'phase' makes 'it' run as in TEST in every state, it exists in all of them"],
        ),
        (
            "dropout-ratio",
            DATA + _layer("Dropout", "dropout_param { dropout_ratio: -1 }"),
            [
                "error: 'dropout_ratio' must be at least 0 and less than 1, found -1: "
                "the first iteration aborts"
            ],
        ),
        (
            "kernel-exceeds-input",
            DATA
            + _layer(
                "Convolution", "convolution_param { num_output: 1 kernel_size: 5 dilation: 2 stride: 2 }"
            ),
            [
                "error: kernel 5 with dilation 2 is larger than axis 2 of 'data': (8 + 2*0 - 9)/2 + 1 = 1 "
                "since Caffe divides towards 0, and the kernel is cut off"
            ],
        ),
        (
            "lost-in-upgrade",
            "state { phase: TEST }"
            'layers { layer { name: "r" type: "relu" } top: "r" include { phase: TEST } }',
            [
                "warning: 'state' is lost: Caffe keeps only the V0 layers of this file when it upgrades it",
                "warning: 'include' is lost: Caffe keeps only the V0 layers of this file when it upgrades it",
            ],
        ),
        (
            "zero-dilation",
            DATA + _layer("Im2col", "convolution_param { kernel_size: 1 kernel_size: 3 dilation: 0 }"),
            [
                "error: 'dilation' of 'it' is 0: all 3 elements of the kernel along axis 3 lie on one, "
                "no dilation is 1"
            ],
        ),
        (
            "label-count",
            TRAINED
            + 'layer { name: "y" type: "Input" top: "y" input_param { shape { dim: 1 } } }\n'
            + 'layer { name: "c" type: "ContrastiveLoss" bottom: "s" bottom: "t" bottom: "y" top: "c" }',
            ["error: ContrastiveLoss 'c' reads one label for each of 2 items, 'y' (1) holds 1"],
        ),
        (
            "clip-bounds",
            DATA + _layer("Clip", "clip_param { min: 6 max: 0 }"),
            ["error: 'min' 6 is not below 'max' 0: every output is 6"],
        ),
        (
            "reinterpreted-param",
            DATA
            + _layer("Scale", 'param { name: "w" } scale_param { bias_term: true }', "a")
            + _layer("Bias", 'param { name: "w" }', "b"),
            ["warning: 'w' is the bias of 'b' and the weight of 'a'"],
        ),
        (
            "fractional-continuation",
            TRAINED + DUMMY % 'type: "uniform"' + LSTM,
            ["error: continuation indicators of 'lstm' are random ('uniform'), not 0 or 1: wrong gradients"],
        ),
        (
            "label-out-of-range",
            TRAINED + DUMMY % "value: -1" + CLASSIFIED % "",
            ["error: labels of 'loss' are -1, its classes are 0 to 1"],
        ),
        (
            "no-batch",
            'layer { name: "d" type: "HDF5Data" top: "d" hdf5_data_param { source: "x" batch_size: 0 } }',
            ["error: 'batch_size' of 'd' is 0: the first forward pass aborts"],
        ),
        ("octal-number", "input_dim: [010, 07]", ["warning: 010 is octal, which makes it 8"]),
    ],
)
def test_found(rule: str, text: str, found: list[str]) -> None:
    assert _found(text, rule) == found


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (
            "loss-switched-off",
            TRAINED + LOSS % "include { phase: TEST }" + SILENCE % "include { phase: TEST }",
        ),
        ("loss-switched-off", TRAINED.replace(SCORE, "") + LOSS.replace('"s"', '"t"') % "" + SILENCE % ""),
        ("loss-switched-off", TRAINED + LOSS % "" + 'layer { name: "u" type: "Unheard" bottom: "loss" }'),
        ("loss-counted-twice", TRAINED + LOSS % "loss_weight: 0" + SILENCE % ""),
        ("loss-counted-twice", TRAINED + _layer("Reduction", "loss_weight: 2", "r") + _layer("Power", "")),
        ("window-outside", DATA + _layer("Pooling", "pooling_param { kernel_size: 2 stride: 3 pad: 1 }")),
        ("window-outside", DATA + _layer("Pooling", "pooling_param { kernel_size: 3 stride: 2 }")),
        ("window-outside", DATA + _layer("Pooling", "pooling_param { global_pooling: true }")),
        (
            "bilinear-mixes-channels",
            TRAINED + _layer("Deconvolution", "convolution_param { num_output: 3 kernel_size: 3 }"),
        ),
        ("zero-scale", DATA + _layer("Scale", "")),
        ("zero-scale", DATA + _layer("Scale", "scale_param { filler { value: 0 } }")),
        ("unread-block", DATA + _layer("SoftmaxWithLoss", "softmax_param { axis: 1 } loss_param { }")),
        ("unread-block", DATA + _layer("Unheard", "pooling_param { }")),
        ("phase-in-file", "state { phase: TEST }" + DATA + _layer("ReLU", "")),
        ("unnamed-layer", DATA + SCORE.replace('name: "s"', "")),
        ("layer-phase", DATA + _layer("ReLU", "include { phase: TEST }")),
        ("dead-weights", TRAINED + LOSS % ""),
        ("octal-number", "# 010\nname: '010'\ninput_dim: 0 input_dim: 07"),
        (
            "misplaced-transform",
            'layers { type: DATA name: "d" top: "d" data_param { source: "x" scale: 2 } }',
        ),
        ("exposed-state-gradient", TRAINED + LOSS % ""),
        ("zero-dilation", DATA + _layer("Im2col", "convolution_param { kernel_size: 1 dilation: 0 }")),
        ("label-count", TRAINED + 'layer { name: "h" type: "HingeLoss" bottom: "s" bottom: "u" top: "h" }'),
        ("clip-bounds", DATA + _layer("Clip", "clip_param { min: 0 max: 6 }")),
        (
            "reinterpreted-param",  # a convolution of the whole image is an inner product
            DATA
            + _layer("InnerProduct", 'param { name: "w" } inner_product_param { num_output: 4 }', "a")
            + _layer(
                "Convolution",
                'param { name: "w" share_mode: PERMISSIVE } '
                "convolution_param { num_output: 4 kernel_size: 8 }",
                "b",
            ),
        ),
        (
            "reinterpreted-param",  # so is a flat Parameter
            DATA + 'layer { name: "p" type: "Parameter" top: "p" param { name: "w" } '
            "parameter_param { shape { dim: 768 } } }\n"
            + _layer(
                "InnerProduct",
                'param { name: "w" share_mode: PERMISSIVE } inner_product_param { num_output: 4 }',
            ),
        ),
        ("overwritten-param-gradient", SCALES % ("lr_mult: 0", "lr_mult: 0")),
        ("overwritten-param-gradient", SCALES.replace('name: "w"', "") % ("", "")),
        ("unread-setting", DATA + _layer("LRN", "lrn_param { norm_region: WITHIN_CHANNEL k: 1 }")),
        ("unread-setting", DATA + _layer("Pooling", "pooling_param { kernel_size: 2 kernel_h: 2 }")),
        ("unread-setting", TRAINED + DUMMY % "" + CLASSIFIED % "normalize: true normalization: VALID"),
        ("fractional-continuation", TRAINED + DUMMY % "value: 1" + LSTM),
        ("fractional-continuation", TRAINED + DUMMY % "value: 0.5" + LSTM.replace('"LSTM"', '"RNN"')),
        (
            "fractional-continuation",
            (TRAINED + DUMMY % "value: 0.5" + LSTM).partition('layer { name: "loss')[0],
        ),
        ("label-out-of-range", TRAINED + DUMMY % "value: 1.9" + CLASSIFIED % ""),
        ("label-out-of-range", TRAINED + DUMMY % "value: 255" + CLASSIFIED % "ignore_label: 255"),
        ("no-prefetch", 'layer { name: "d" type: "Data" top: "d" data_param { source: "x" batch_size: 1 } }'),
        # what a layer of an unknown type learns is not known
        (
            "refused-gradient",
            DATA + SCORE + 'layer { name: "u" type: "Unheard" bottom: "data" top: "t" }\n'
            'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "s" bottom: "t" top: "loss" }',
        ),
        (
            "refused-gradient",  # frozen labels
            DATA
            + SCORE
            + SCORE.replace('"s"', '"t"').replace(
                "inner", "param { lr_mult: 0 } param { lr_mult: 0 } inner", 1
            )
            + 'layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "s" bottom: "t" top: "loss" }',
        ),
        ("refused-gradient", TRAINED + LOSS % "" + 'layer { name: "m" type: "ArgMax" bottom: "s" top: "m" }'),
        ("empty-output", 'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: 0 } } }'),
    ],
)
def test_silent(rule: str, text: str) -> None:
    assert _found(text, rule) == []


SILENT_PATTERNS = {
    "explicit_loss_consumed": "CL602",
    "hinge_monitor_weight0": "CL605",
    "implicit_loss_consumed_by_power": "CL601",
    "implicit_loss_consumed_by_silence": "CL601",
    "losses_summed_without_weight": "CL601",
    "propagate_down_false_flatten_shared_bottom": "CL605",
    "propagate_down_false_softmax_shared_bottom": "CL605",
    "ave_pool_window_outside": "CL213",
    "conv_kernel_larger_than_input": "CL214",
    "deconv_stride_h_only": "CL215",
    "zero_sized_output": "CL219",
    "duplicate_layer_names": "CL105",
    "shared_param_two_fillers": "CL306",
    "dim_64bit": "CL217",
    "input_dim_3_entries": "CL804",
    "v0_and_v2_mixed": "CL803",
    "v2_data_param_crop_size_ignored": "CL607",
    "lstm_loss_on_final_state_only": "CL608",
    "dropout_ratio_1": "CL606",
    "scale_filler_without_type": "CL305",
}


@pytest.mark.corpus
def test_known_silent_patterns(corpus: Path) -> None:
    """One finding for each kind of mistake, and none for the controls."""
    for line in (corpus / "facts" / "silent_patterns.jsonl").open(encoding="utf-8"):
        pattern = json.loads(line)
        name, expected = pattern["id"], SILENT_PATTERNS.get(pattern["id"])
        if expected is not None or pattern["category"] == "ok":
            report = lint(load(pattern["prototxt"].encode()), list(RULES.values()))
            found = {finding.code for finding in report.diagnostics}
            assert found == ({expected} if expected else set()), name
