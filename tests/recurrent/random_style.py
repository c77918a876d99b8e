"""How somebody writes a cell: the choices between forms that compute the same."""

from dataclasses import dataclass, field
from random import Random

from tests.recurrent.random_text import Fields

KINDS = ("lstm", "lstm-unit", "gru", "rnn")
FILLERS: tuple[Fields, ...] = (
    {"type": "xavier"},
    {"type": "gaussian", "std": 0.1},
    {"type": "uniform", "min": -0.08, "max": 0.08},
)


@dataclass(frozen=True)
class Style:
    """One way to write a cell."""

    kind: str
    product: str
    """`slice`: one product for all gates; `separate`: one for each; and `fused…`: of Concat(x, h)."""
    order: str
    """The gates in the order of the Slice, or of the separate products."""
    is_whole_x: bool
    """One product of x for the whole sequence, cut into steps after it."""
    initial: str
    markers: str
    """The state that the marker multiplies besides h: `f` or `c`; `h` alone for cells that have no c."""
    has_peepholes: bool
    has_static: bool
    has_attention: bool
    has_forget_bias: bool
    is_in_place: bool
    gating: str
    has_chained_sums: bool
    has_h_bias: bool
    has_slice_points: bool
    activation: str
    blend: str
    """How a GRU mixes old and new: `keep` (z*h + (1-z)*n), `renew` (the other way), `difference`."""
    resets_after: bool
    has_output_product: bool
    multipliers: tuple[Fields, Fields] = field(default=({}, {}))
    """What the params of weights and biases say besides their names."""
    filler: Fields | None = None

    @property
    def is_fused(self) -> bool:
        """Whether x and h are concatenated before the products."""
        return self.product.startswith("fused")

    @property
    def is_separate(self) -> bool:
        """Whether every gate has products of its own."""
        return self.product.endswith("separate")


def random_style(random: Random, kind: str, *, is_image: bool = False) -> Style:
    """Choices that go together."""
    product = random.choice(["slice", "slice", "separate", "fused slice", "fused separate"])
    if kind == "lstm-unit":
        product = random.choice(["slice", "fused slice"])
    is_fused = product.startswith("fused")
    initials = ["input", "input", "zero", "zero without filler", "one zero", "learned"]
    if not is_fused and kind in ("lstm", "rnn"):
        initials += ["absent", "absent"]
    initial = random.choice(initials)
    gates = {"gru": "rz", "rnn": "a"}.get(kind, "ifog")
    return Style(
        kind=kind,
        product=product,
        order="ifog" if kind == "lstm-unit" else "".join(random.sample(gates, len(gates))),
        is_whole_x=not is_fused and random.random() < 0.4,
        initial=initial,
        markers=_markers(random, kind, initial),
        has_peepholes=kind == "lstm" and random.random() < 0.25,
        has_static=not is_fused and random.random() < 0.2,
        has_attention=not is_fused and not is_image and kind != "rnn" and random.random() < 0.12,
        has_forget_bias=kind == "lstm" and random.random() < 0.15,
        is_in_place=random.random() < 0.4,
        gating=random.choice(["Eltwise", "Eltwise", "Eltwise", "Scale"]),
        has_chained_sums=random.random() < 0.3,
        has_h_bias=random.random() < 0.3,
        has_slice_points=random.random() < 0.7,
        activation=random.choice(["TanH", "TanH", "ReLU", "Sigmoid"]),
        blend=random.choice(["keep", "renew", "difference"]),
        resets_after=random.random() < 0.3,
        has_output_product=kind == "rnn" and random.random() < 0.3,
        multipliers=_multipliers(random),
        filler=random.choice([None, *FILLERS]),
    )


def _markers(random: Random, kind: str, initial: str) -> str:
    if kind == "lstm-unit":
        return "unit"
    if initial == "absent" or random.random() < 0.6:
        return ""
    return random.choice(["f", "c"]) if kind == "lstm" else "h"


def _multipliers(random: Random) -> tuple[Fields, Fields]:
    if random.random() < 0.5:
        return {}, {}
    if random.random() < 0.5:
        return {"lr_mult": 1}, {"lr_mult": 2}
    return {"lr_mult": 1, "decay_mult": 1}, {"lr_mult": 2, "decay_mult": 0}
