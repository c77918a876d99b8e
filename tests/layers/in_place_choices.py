"""What random in-place nets are made of: types of layers, with their settings behind a bar."""

SAME = "num_output: 4 kernel_size: 3 pad: 1"

FILLER = 'weight_filler { type: "xavier" }'


COMMON_FOLLOWERS = (
    "ReLU",
    "Dropout",
    "Scale | scale_param { bias_term: false }",
    "BatchNorm",
    "PReLU",
    'Scale | scale_param { filler { type: "gaussian" std: 1 } bias_term: true }',
)
"""What is written in place in many nets: type, then settings behind a bar."""

FOLLOWERS = (
    *COMMON_FOLLOWERS,
    "ReLU | relu_param { negative_slope: 0.1 }",
    "ReLU | relu_param { negative_slope: -0.2 }",
    "ReLU | relu_param { negative_slope: 1 }",
    "ELU | elu_param { alpha: 0.7 }",
    "ELU",
    "ELU | elu_param { alpha: 0 }",
    "ELU | elu_param { alpha: -0.5 }",
    "Sigmoid",
    "TanH",
    "Swish",
    "Swish | swish_param { beta: 2 }",
    "Exp | exp_param { scale: 0.5 }",
    "Exp | exp_param { base: 2 shift: 0.1 }",
    "BNLL",
    "Clip | clip_param { min: -0.4 max: 0.6 }",
    "Clip | clip_param { min: 0 max: 0.7 }",
    "Power",
    "Power | power_param { scale: 2 }",
    "Power | power_param { shift: 0.3 }",
    "Power | power_param { power: 2 }",
    "Power | power_param { power: 2 shift: 0.3 }",
    "Power | power_param { power: 3 scale: 0.7 }",
    "Log | log_param { scale: 0.2 shift: 3 base: 2 }",
    "Dropout | dropout_param { dropout_ratio: 0.3 }",
    "Dropout | phase: TEST",
    "BatchNorm | batch_norm_param { use_global_stats: true }",
    "Scale | scale_param { filler { value: 1.5 } } param { lr_mult: 0 }",
    'Scale | scale_param { filler { type: "gaussian" std: 1 } } param { lr_mult: 0 }',
    "Scale | scale_param { filler { value: -1.5 } } param { lr_mult: 0 }",
    'Bias | bias_param { filler { type: "gaussian" std: 0.5 } }',
    "Bias | param { lr_mult: 0 }",
    "Softmax",
    "Concat",
    "Slice",
    "Tile | tile_param { tiles: 1 }",
    "PReLU | prelu_param { channel_shared: true }",
    'PReLU | prelu_param { filler { type: "gaussian" std: 1 } }',
)
"""Layers that keep any shape with two axes or more."""

FOLLOWERS_OF_POSITIVE = (
    "Log",
    "Power | power_param { power: 0.5 shift: 0.1 }",
    "Power | power_param { power: -1 shift: 0.5 }",
)

FOLLOWERS_OF_EQUAL_VALUES = (
    "ReLU",
    "Sigmoid",
    "TanH",
    "Power | power_param { scale: 2 }",
    'Scale | scale_param { filler { type: "gaussian" std: 1 } }',
    "Concat",
    "Dropout",
)

FOLLOWERS_OF_IMAGES = (
    "LRN | lrn_param { local_size: 3 alpha: 1 }",
    "LRN | lrn_param { local_size: 3 alpha: 1 norm_region: WITHIN_CHANNEL }",
    "MVN",
    "MVN | mvn_param { normalize_variance: false }",
    "MVN | mvn_param { across_channels: true }",
    "MVN | mvn_param { normalize_variance: false across_channels: true }",
    f"Convolution | convolution_param {{ {SAME} {FILLER} }}",
    f"Convolution | convolution_param {{ num_output: 4 kernel_size: 1 {FILLER} }}",
    f"Convolution | param {{ lr_mult: 0 }} convolution_param {{ {SAME} {FILLER} }}",
    f"Deconvolution | convolution_param {{ num_output: 4 kernel_size: 3 pad: 1 {FILLER} }}",
    "Pooling | pooling_param { kernel_size: 3 pad: 1 }",
    "Pooling | pooling_param { pool: AVE kernel_size: 3 pad: 1 }",
    "Im2col | convolution_param { kernel_size: 1 }",
)

PRODUCERS = (
    *(follower for follower in FOLLOWERS if not follower.startswith(("Concat", "Slice"))),
    "AbsVal",
    "Sigmoid",
    "TanH",
    "ELU",
    "Softmax",
    "Exp | exp_param { scale: 0.5 }",
)

PRODUCERS_OF_IMAGES = (
    *FOLLOWERS_OF_IMAGES,
    "MVN",
    "LRN | lrn_param { local_size: 3 alpha: 1 }",
)

POSITIVE = ("Exp", "Sigmoid", "BNLL", "AbsVal", "Softmax")
KEEPING_POSITIVE = ("ReLU", "Dropout", "Concat", "Slice", "Tile", "Pooling", "LRN")
