"""What can be wrong in an unrolled net: the table that tests and documentation read."""

from typing import Literal, NamedTuple

Claim = Literal["rejects", "wrong-forward", "wrong-gradient"]


class KnownDefect(NamedTuple):
    """A mistake that can be told from others by what stands in the file."""

    words: str
    rules: tuple[str, ...]
    """The rule that reports it; any of them, where a mistake can be seen in two ways."""
    claims: tuple[Claim, ...]
    """What Caffe does: it depends on the shapes around it where there are two."""
    planted: tuple[str, ...]
    """What the mistake is called where tests put it into random nets."""


_GATES = "gate-activation"
_BUILD = "step-out-of-line"
_REJECTS: tuple[Claim, ...] = ("rejects",)
_LOADS: tuple[Claim, ...] = ("wrong-forward",)
_EITHER: tuple[Claim, ...] = ("rejects", "wrong-forward")

KNOWN_DEFECTS = (
    KnownDefect("weights without a name in one step", ("unshared-weights",), _LOADS, ("unnamed-weight",)),
    KnownDefect("a bias without a name in one step", ("unshared-weights",), _LOADS, ("unnamed-bias",)),
    KnownDefect("a misspelt name of weights or bias", ("unshared-weights",), _LOADS, ("misspelt-name",)),
    KnownDefect("no weights shared by any step", ("unshared-weights",), _LOADS, ("nothing-shared",)),
    KnownDefect(
        "weights shared with the wrong partner: those of another gate, or of x for those of h",
        ("unshared-weights", "gate-order"),
        _LOADS,
        ("wrong-partner", "exchanged-weights"),
    ),
    KnownDefect(
        "weights shared with another cell", ("shared-across-cells",), _LOADS, ("shared-across-cells",)
    ),
    KnownDefect(
        "a multiplier in one step alone, which holds for all",
        ("uneven-multipliers",),
        ("wrong-gradient",),
        ("silent-multiplier",),
    ),
    KnownDefect(
        "another multiplier in one step than in the others",
        ("shared-param-multipliers", "uneven-multipliers"),
        _REJECTS,
        ("refused-multiplier",),
    ),
    KnownDefect(
        "the cell state overwritten in place",
        ("cell-state-overwritten",),
        _EITHER,
        ("tanh-in-place", "tanh-in-place-everywhere"),
    ),
    KnownDefect("tanh(c) handed on instead of c", ("cell-state-overwritten",), _LOADS, ("tanh-handed-on",)),
    KnownDefect("h and c crossed", ("state-wiring",), _LOADS, ("forget-reads-h", "product-reads-c")),
    KnownDefect(
        "a state of two steps ago",
        ("state-wiring",),
        _LOADS,
        ("h-of-two-steps-ago", "one-reader-of-two-steps-ago", "c-of-two-steps-ago"),
    ),
    KnownDefect(
        "the old cell state where the step's own belongs",
        ("state-wiring",),
        _LOADS,
        ("output-of-old-cell", "peephole-of-old-cell"),
    ),
    KnownDefect(
        "the state of the cell below instead of the own one",
        ("state-wiring",),
        _LOADS,
        ("h-of-the-cell-below",),
    ),
    KnownDefect("the gates of the step before", ("state-wiring",), _LOADS, ("gates-of-the-step-before",)),
    KnownDefect("a random initial state", ("initial-state",), _LOADS, ("random-initial-state",)),
    KnownDefect(
        "an initial state of the wrong shape", ("initial-state",), _REJECTS, ("wrong-initial-shape",)
    ),
    KnownDefect(
        "an initial state that a layer overwrites in place",
        ("initial-state",),
        _LOADS,
        ("rewritten-initial-state",),
    ),
    KnownDefect(
        "slice points that do not cut the gates evenly",
        ("uneven-gates",),
        _REJECTS,
        ("shifted-slice-point", "shifted-slice-points-everywhere"),
    ),
    KnownDefect("slice points out of order", ("uneven-gates",), _REJECTS, ("disordered-slice-points",)),
    KnownDefect(
        "a slice point too few or too many",
        ("uneven-gates",),
        _REJECTS,
        ("missing-slice-point", "extra-slice-point"),
    ),
    KnownDefect("gates in another order in one step", ("gate-order",), _LOADS, ("other-gate-order",)),
    KnownDefect("a TanH or ReLU for a gate", (_GATES,), _LOADS, ("tanh-for-a-gate", "relu-for-a-gate")),
    KnownDefect(
        "a Sigmoid for the new value g",
        (_GATES,),
        _LOADS,
        ("sigmoid-for-the-candidate", "sigmoid-for-the-candidate-everywhere"),
    ),
    KnownDefect(
        "another activation of the state in one step",
        (_GATES, _BUILD),
        _LOADS,
        ("other-activation", "other-activation-of-the-cell"),
    ),
    KnownDefect("an activation missing in one step", (_GATES, _BUILD), _LOADS, ("missing-activation",)),
    KnownDefect(
        "a product over the batch",
        ("axis-against-time",),
        _REJECTS,
        ("product-over-batch", "products-over-batch-everywhere"),
    ),
    KnownDefect(
        "gates cut along another axis than the features",
        ("axis-against-time",),
        _REJECTS,
        ("gates-cut-on-another-axis", "gates-cut-on-another-axis-everywhere"),
    ),
    KnownDefect(
        "the sequence cut along the batch", ("axis-against-time",), _REJECTS, ("time-cut-over-batch",)
    ),
    KnownDefect(
        "outputs joined along another axis than the time",
        ("axis-against-time",),
        _EITHER,
        ("joined-on-another-axis",),
    ),
    KnownDefect(
        "another operation in one step: a sum, a product or a maximum",
        (_BUILD,),
        _LOADS,
        ("sum-for-product", "maximum-for-sum", "product-for-sum"),
    ),
    KnownDefect("a coefficient in one step alone", (_BUILD,), _LOADS, ("coefficient-in-one-step",)),
    KnownDefect("a layer too many in one step", (_BUILD, _GATES), _EITHER, ("extra-layer",)),
    KnownDefect(
        "a layer missing in one step", (_BUILD, _GATES), _EITHER, ("missing-layer", "missing-peephole")
    ),
    KnownDefect("another hidden size in one step", (_BUILD,), _REJECTS, ("other-width",)),
    KnownDefect(
        "the input of another step",
        (_BUILD, "state-wiring"),
        _LOADS,
        ("x-of-another-step", "x-term-of-another-step"),
    ),
    KnownDefect("a step left out of the outputs", ("left-out-step",), _EITHER, ("left-out",)),
    KnownDefect(
        "the last output but one used, and the last one not",
        ("left-out-step",),
        _LOADS,
        ("last-but-one-for-last",),
    ),
    KnownDefect(
        "an output that the next step changes in place before it is used",
        (_BUILD,),
        _LOADS,
        ("output-marked-in-place",),
    ),
    KnownDefect("outputs out of order", ("left-out-step",), _LOADS, ("exchanged-in-concat",)),
    KnownDefect("an output joined twice", ("left-out-step",), _LOADS, ("twice-in-concat",)),
    KnownDefect("the marker of another step", ("continuation",), _LOADS, ("marker-of-another-step",)),
    KnownDefect("no marker in one step", ("continuation",), _LOADS, ("missing-marker",)),
    KnownDefect("h reset by markers and c never", ("continuation",), _LOADS, ("cell-is-never-reset",)),
)
