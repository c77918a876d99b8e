"""The table of mistakes that are planted into random nets, and the planting."""

from dataclasses import dataclass
from random import Random

from tests.recurrent import random_gate_mistakes as gates
from tests.recurrent import random_state_mistakes as states
from tests.recurrent import random_step_mistakes as steps
from tests.recurrent import random_weight_mistakes as weights
from tests.recurrent.random_draft import Cell, Draft
from tests.recurrent.random_mistake import Mistake, Plant, Spot
from tests.recurrent.random_nets import finish, random_net
from tests.recurrent.random_text import Layer, Written

ELEMENTARY = ("lstm", "gru", "rnn")
CELLS = (*ELEMENTARY, "lstm-unit")
ANY = (*CELLS, "recursive")
GATED = ("lstm", "gru")
WITH_C = ("lstm", "lstm-unit")


def _of(codes: str, plant: Plant, kinds: tuple[str, ...], least_steps: int = 4) -> Mistake:
    return Mistake(plant.__name__.replace("_", "-"), frozenset(codes.split()), plant, kinds, least_steps)


MISTAKES = (
    _of("CL501", weights.unnamed_weight, ANY),
    _of("CL501", weights.misspelt_name, ANY),
    _of("CL501", weights.unnamed_bias, ANY),
    _of("CL501 CL507", weights.wrong_partner, ANY),
    _of("CL501", weights.nothing_shared, ("lstm",), 3),
    _of("CL512", weights.shared_across_cells, ANY),
    _of("CL513", weights.silent_multiplier, ANY),
    _of("CL302 CL513", weights.refused_multiplier, ANY),
    _of("CL502", states.tanh_in_place, ("lstm",)),
    _of("CL502", states.tanh_in_place_everywhere, ("lstm",), 2),
    _of("CL502", states.tanh_handed_on, ("lstm",)),
    _of("CL506", states.forget_reads_h, WITH_C),
    _of("CL506", states.product_reads_c, WITH_C),
    _of("CL506", states.h_of_two_steps_ago, CELLS),
    _of("CL506", states.one_reader_of_two_steps_ago, ("lstm", "gru")),
    _of("CL506", states.c_of_two_steps_ago, WITH_C),
    _of("CL506", states.output_of_old_cell, ("lstm",)),
    _of("CL506", states.peephole_of_old_cell, ("lstm",)),
    _of("CL506", states.h_of_the_cell_below, CELLS),
    _of("CL506", states.gates_of_the_step_before, GATED),
    _of("CL509", states.output_marked_in_place, CELLS),
    _of("CL508", states.random_initial_state, CELLS, 2),
    _of("CL508", states.wrong_initial_shape, CELLS, 3),
    _of("CL508", states.rewritten_initial_state, CELLS, 3),
    _of("CL503", gates.shifted_slice_point, GATED, 2),
    _of("CL503", gates.shifted_slice_points_everywhere, GATED, 2),
    _of("CL503", gates.disordered_slice_points, ("lstm",), 2),
    _of("CL503", gates.missing_slice_point, ("lstm",), 3),
    _of("CL503", gates.extra_slice_point, GATED, 3),
    _of("CL507", gates.other_gate_order, GATED),
    _of("CL501 CL507", weights.exchanged_weights, GATED),
    _of("CL505", gates.tanh_for_a_gate, GATED),
    _of("CL505", gates.sigmoid_for_the_candidate, GATED),
    _of("CL505", gates.relu_for_a_gate, GATED),
    _of("CL505 CL509", gates.other_activation, ("rnn",)),
    _of("CL505", gates.sigmoid_for_the_candidate_everywhere, ("lstm",), 3),
    _of("CL505 CL509", gates.missing_activation, ELEMENTARY),
    _of("CL505 CL509", gates.other_activation_of_the_cell, ("lstm",)),
    _of("CL504", steps.product_over_batch, CELLS),
    _of("CL504", steps.products_over_batch_everywhere, CELLS, 3),
    _of("CL504", steps.gates_cut_on_another_axis, GATED),
    _of("CL504", steps.gates_cut_on_another_axis_everywhere, GATED, 3),
    _of("CL504", steps.time_cut_over_batch, CELLS, 3),
    _of("CL504", steps.joined_on_another_axis, CELLS, 3),
    _of("CL509", steps.sum_for_product, GATED),
    _of("CL509", steps.maximum_for_sum, ANY),
    _of("CL509", steps.product_for_sum, ANY),
    _of("CL509", steps.coefficient_in_one_step, ANY),
    _of("CL509 CL505", steps.extra_layer, ANY),
    _of("CL509 CL505", steps.missing_layer, ("lstm", "gru", "recursive")),
    _of("CL509 CL505", steps.missing_peephole, ("lstm",)),
    _of("CL509", steps.other_width, ANY),
    _of("CL509 CL506", steps.x_of_another_step, CELLS),
    _of("CL509 CL506", steps.x_term_of_another_step, CELLS),
    _of("CL510", steps.left_out, CELLS),
    _of("CL510", steps.last_but_one_for_last, CELLS, 3),
    _of("CL510", steps.exchanged_in_concat, CELLS),
    _of("CL510", steps.twice_in_concat, CELLS),
    _of("CL511", states.marker_of_another_step, CELLS),
    _of("CL511", states.missing_marker, ELEMENTARY),
    _of("CL511", states.cell_is_never_reset, ("lstm",), 3),
)

ATTEMPTS = 1000


@dataclass(frozen=True)
class Planted:
    """A net with one mistake, and the truth about it."""

    mistake: Mistake
    draft: Draft
    cell: Cell
    step: int
    places: list[Layer]
    written: Written


def plant(mistake: Mistake, seed: int) -> Planted:
    """A random net with a mistake in a random step, where the mistake fits."""
    random = Random(f"{mistake.name} {seed}")
    for _ in range(ATTEMPTS):
        draft = random_net(random, random.choice(mistake.kinds), mistake.least_steps)
        cell = random.choice(draft.cells)
        spot = Spot(random, draft, cell, random.randrange(cell.steps))
        places = mistake.plant(spot)
        if places:
            return Planted(mistake, draft, cell, spot.step, places, finish(draft))
    raise AssertionError(f"'{mistake.name}' fits nowhere")
