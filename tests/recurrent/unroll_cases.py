"""Options of the unroll generator in all kinds, styles and many combinations, for several tests."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import product

from caffe_lint.recurrent.unroll_options import GruOptions, LstmOptions, RnnOptions, UnrollOptions

KINDS = (LstmOptions, GruOptions, RnnOptions)
SIZES = {"batch": 2, "hidden": 3, "input_shape": (4, 2)}

EXTRAS: list[dict[str, object]] = [
    {},
    {"cont": "cont", "output": "both"},
    {"static_shape": (3, 2), "output": "last"},
    {"initial_state": "input", "output": "both"},
    {"layers": 3, "cont": "cont"},
    {"bidirectional": True, "cont": "cont", "output": "last"},
    {"bidirectional": True, "initial_state": "input"},
    {"layers": 2, "bidirectional": True, "cont": "cont", "static_shape": (3,), "output": "both"},
]
LSTM_EXTRAS: list[dict[str, object]] = [
    {"forget_bias": 1},
    {"peepholes": True},
    {"peepholes": True, "forget_bias": 1, "cont": "cont", "bidirectional": True, "static_shape": (3,)},
]


def options(make: Callable[..., UnrollOptions], **given: object) -> UnrollOptions:
    """Options of small sizes."""
    return make(**{**SIZES, **given})


def cases() -> Iterator[UnrollOptions]:
    """One for each kind, style, number of steps and combination of extras that makes sense."""
    for make in KINDS:
        for style, steps, extra in product(make.STYLES, (1, 4), EXTRAS):
            yield options(make, style=style, steps=steps, **extra)
    for style, steps, extra in product(("sequence", "netspec"), (1, 4), LSTM_EXTRAS):
        yield options(LstmOptions, style=style, steps=steps, **extra)
    yield options(LstmOptions, style="lstmunit", steps=4, forget_bias=1, cont="cont")


def label(case: object) -> str:
    """What a case has that others have not."""
    assert isinstance(case, UnrollOptions)
    shown = {field.name: getattr(case, field.name) for field in fields(case) if field.name not in SIZES}
    usual = {field.name: field.default for field in fields(case)}
    parts = [f"{name}={value}" for name, value in shown.items() if value != usual[name]]
    return ",".join([case.KIND, *parts])
