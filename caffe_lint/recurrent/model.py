"""What an unrolled recurrent net is made of: steps with their layers by role, and the cell they repeat."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..net import Blob, Layer, Use


@dataclass(eq=False, repr=False)
class Step:
    """One time step of an LSTM: `c = f * c_before + i * g`, `h = o * tanh(c)`.

    `layers` maps roles to layers, in run order: `x_product` and `h_product` (InnerProduct), `gate_sum`,
    `gate_slice`, `i_gate`, `f_gate`, `o_gate`, `g_gate` (activations), `forget` and `remember` (the two
    products), `cell` (their sum), `cell_tanh`, `hidden`.
    """

    layers: dict[str, Layer]
    cell_use: Use
    """Where the step reads the cell state of the step before."""

    @property
    def cell(self) -> Blob:
        """The cell state as the step makes it."""
        return self.layers["cell"].tops[0]

    @property
    def hidden(self) -> Blob:
        """The output h of the step."""
        return self.layers["hidden"].tops[0]

    @property
    def products(self) -> Iterator[tuple[str, Layer]]:
        """The layers that hold weights, by role."""
        return ((role, self.layers[role]) for role in ("x_product", "h_product") if role in self.layers)


@dataclass(eq=False, repr=False)
class Unroll:
    """An LSTM that is written out as a chain of steps, first step first."""

    steps: list[Step]
    cell: str = "lstm"

    @cached_property
    def hidden_size(self) -> int | None:
        """H, a quarter of what most steps' products of h put out; None if that is no whole number."""
        outputs = [
            step.layers["h_product"].block.block("inner_product_param").integer("num_output")
            for step in self.steps
            if "h_product" in step.layers
        ]
        usual = max(set(outputs), key=outputs.count, default=0)
        return usual // 4 if usual and usual % 4 == 0 else None

    @property
    def shared_params(self) -> list[str]:
        """The param names that every step uses, in the order of the first step."""
        used = [
            {param.name: None for _, layer in step.products for param in layer.params if param.name}
            for step in self.steps
        ]
        return [name for name in used[0] if all(name in names for names in used)]
