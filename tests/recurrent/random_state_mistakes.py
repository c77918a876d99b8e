"""Mistakes with the states that one step hands to the next, and with the markers that reset them."""

from tests.recurrent.random_draft import dims
from tests.recurrent.random_mistake import Spot, bypass, insert_after, reread, settings_of
from tests.recurrent.random_text import Fields, Layer

READERS_OF_H = ("h_marker", "h_product", "join", "scores", "reset", "keep", "difference", "hidden")


def _squash_in_place(spot: Spot, step: int) -> list[Layer]:
    (squashed,) = spot.cell.find(step, "cell_tanh")
    (hidden,) = spot.cell.find(step, "hidden")
    reread([hidden], squashed.tops[0], squashed.bottoms[0])
    squashed.tops = list(squashed.bottoms)
    return [squashed]


def tanh_in_place(spot: Spot) -> list[Layer] | None:
    # After the last step nobody reads the cell any more.
    return _squash_in_place(spot, spot.step) if spot.step < spot.cell.steps - 1 else None


def tanh_in_place_everywhere(spot: Spot) -> list[Layer] | None:
    return [layer for step in range(spot.cell.steps) for layer in _squash_in_place(spot, step)]


def tanh_handed_on(spot: Spot) -> list[Layer] | None:
    old = spot.before(spot.cell.c, 1)
    if old is None:
        return None
    (squashed,) = spot.cell.find(spot.step - 1, "cell_tanh")
    return reread(spot.find("forget", "c_marker"), old, squashed.tops[0])


def forget_reads_h(spot: Spot) -> list[Layer] | None:
    old, new = spot.before(spot.cell.c, 1), spot.before(spot.cell.h, 1)
    return reread(spot.find("forget", "c_marker", "unit"), old, new) if old and new else None


def product_reads_c(spot: Spot) -> list[Layer] | None:
    old, new = spot.before(spot.cell.h, 1), spot.before(spot.cell.c, 1)
    if not old or not new:
        return None
    layers = [layer for layer in spot.find("h_marker", "h_product", "join") if old in layer.bottoms]
    if spot.random.random() < 0.5:
        layers = [spot.random.choice(layers)]
    return reread(layers, old, new)


def h_of_two_steps_ago(spot: Spot) -> list[Layer] | None:
    old, new = spot.before(spot.cell.h, 1), spot.before(spot.cell.h, 2)
    if not old or not new:
        return None
    readers = reread(spot.find(*READERS_OF_H), old, new)
    is_last, sequences = spot.step == spot.cell.steps - 1, spot.everywhere("x_slice", "concat")
    if is_last and spot.draft.is_shuffled and spot.cell.cutter is None and not sequences:
        # Which of the two steps that go on from one state is the last may show nowhere.
        readers += [layer for layer in spot.cell.find(spot.step - 1, *READERS_OF_H) if new in layer.bottoms]
    return readers


def one_reader_of_two_steps_ago(spot: Spot) -> list[Layer] | None:
    old, new = spot.before(spot.cell.h, 1), spot.before(spot.cell.h, 2)
    if not old or not new:
        return None
    readers = [layer for layer in spot.find(*READERS_OF_H) if old in layer.bottoms]
    return reread([spot.random.choice(readers)], old, new)


def c_of_two_steps_ago(spot: Spot) -> list[Layer] | None:
    old, new = spot.before(spot.cell.c, 1), spot.before(spot.cell.c, 2)
    readers = spot.find("forget", "c_marker", "peephole", "unit")
    return reread(readers, old, new) if old and new else None


def output_of_old_cell(spot: Spot) -> list[Layer] | None:
    old = spot.before(spot.cell.c, 1)
    return reread(spot.find("cell_tanh"), spot.cell.c[spot.step], old) if old else None


def peephole_of_old_cell(spot: Spot) -> list[Layer] | None:
    old, layer = spot.before(spot.cell.c, 1), spot.cell.one(spot.step, "peephole o")
    return reread([layer], spot.cell.c[spot.step], old) if old and layer else None


def gates_of_the_step_before(spot: Spot) -> list[Layer] | None:
    """What leads to the gates is left behind, and the gates of the step before are used again."""
    total = spot.pick("gate_sum") if spot.step else None
    earlier = spot.cell.one(spot.step - 1, total.role) if total else None
    if total is None or earlier is None:
        return None
    if spot.step == 1 and spot.style.initial == "absent":
        return None  # made of no state, they may be an input of both steps
    if sum(earlier.tops[0] in layer.tops for layer in spot.draft.layers) > 1:
        return None  # an activation in place has made a gate of it
    mine = [layer for layer in spot.cell.layers if layer.step == spot.step]
    return reread(mine, total.tops[0], earlier.tops[0]) or None


def output_marked_in_place(spot: Spot) -> list[Layer] | None:
    """The marker of the next step changes h itself, which is joined with the other outputs later."""
    old = spot.before(spot.cell.h, 1)
    markers = [layer for layer in spot.find("h_marker") if layer.bottoms[0] == old]
    joins = [layer for layer in spot.everywhere("concat") if old in layer.bottoms]
    if not markers or not joins:
        return None
    (marker,), layers = markers, spot.draft.layers
    if any(layer.bottoms[:1] == [old] and layer is not marker for layer in layers[: layers.index(joins[0])]):
        return None
    reread(layers, marker.tops[0], marker.bottoms[0])
    marker.tops = marker.bottoms[:1]
    return [marker, *joins]


def h_of_the_cell_below(spot: Spot) -> list[Layer] | None:
    """The upper of two stacked cells reads the lower one's h, where it should read its own."""
    old, cells = spot.before(spot.cell.h, 1), spot.draft.cells
    number = cells.index(spot.cell)
    if not old or not number or cells[number - 1].h[spot.step] not in spot.cell.x:
        return None
    return reread(spot.find("h_product", "h_marker"), old, cells[number - 1].h[spot.step]) or None


def random_initial_state(spot: Spot) -> list[Layer] | None:
    if not spot.style.initial.startswith(("zero", "one zero")):
        return None
    layer = _initial(spot)
    filler: Fields = spot.random.choice(
        [{"type": "gaussian", "std": 0.1}, {"type": "uniform", "min": -1, "max": 1}]
    )
    settings_of(layer)["data_filler"] = filler
    return [layer]


def wrong_initial_shape(spot: Spot) -> list[Layer] | None:
    if spot.style.initial in ("absent", "learned"):
        return None
    layer = _initial(spot)
    shape = spot.cell.layout.step(spot.cell.hidden)
    wrong = shape.copy()
    axis = spot.cell.layout.axis if spot.random.random() < 0.6 else shape.index(spot.cell.layout.batch)
    wrong[axis] += spot.random.choice([1, 2, wrong[axis]])
    settings_of(layer)["shape"] = dims(wrong)
    return [layer, *spot.cell.find(0, *READERS_OF_H, "forget", "c_marker", "unit", "peephole")]


def rewritten_initial_state(spot: Spot) -> list[Layer] | None:
    if spot.style.initial in ("absent", "learned"):
        return None
    layer = _initial(spot)
    shift: Fields = {"power_param": {"shift": 0.5}}
    choices: list[tuple[str, Fields]] = [("Sigmoid", {}), ("Power", shift)]
    kind, settings = spot.random.choice(choices)
    return [layer, insert_after(spot, layer, kind, settings, is_in_place=True)]


def _initial(spot: Spot) -> Layer:
    blob = spot.random.choice(spot.cell.initial)
    return next(layer for layer in spot.draft.layers if blob in layer.tops)


def marker_of_another_step(spot: Spot) -> list[Layer] | None:
    old = spot.before(spot.cell.marks, 0)
    new = spot.before(spot.cell.marks, 1)
    readers = [
        layer for layer in spot.find("h_marker", "f_marker", "c_marker", "unit") if old in layer.bottoms
    ]
    if not old or not new or not readers:
        return None
    if spot.random.random() < 0.5:
        readers = [spot.random.choice(readers)]
    return reread(readers, old, new)


def missing_marker(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("h_marker", "f_marker", "c_marker")
    return None if layer is None or not spot.step else bypass(spot.draft, layer)


def cell_is_never_reset(spot: Spot) -> list[Layer] | None:
    layers = spot.everywhere("f_marker", "c_marker")
    if not layers:
        return None
    for layer in layers:
        bypass(spot.draft, layer)
    return spot.everywhere("forget", "h_marker") + [
        layer for layer in spot.everywhere("gate") if layer.role == "gate f"
    ]
