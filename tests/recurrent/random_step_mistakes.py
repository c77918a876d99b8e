"""Mistakes with axes, and a step that does not do what the others do."""

from tests.recurrent.random_mistake import Spot, bypass, insert_after, reread, settings_of
from tests.recurrent.random_text import Fields, Layer, Word
from tests.recurrent.random_weight_mistakes import PRODUCTS

OUTPUTS = "num_output"


def product_over_batch(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("x_product", "h_product", "xh_product")
    if layer is None or spot.cell.layout.kind != "time":
        return None
    _set_axis(layer, 1)
    return [layer]


def products_over_batch_everywhere(spot: Spot) -> list[Layer] | None:
    role = spot.random.choice(["x_product", "h_product", "xh_product"])
    layers = spot.everywhere(role)
    if spot.cell.layout.kind != "time" or not layers:
        return None
    for layer in layers:
        _set_axis(layer, 1)
    return layers


def _set_axis(layer: Layer, axis: int) -> None:
    settings_of(layer)["axis"] = axis


def gates_cut_on_another_axis(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("gate_slice")
    if layer is None:
        return None
    _set_axis(layer, spot.cell.layout.axis - 1)
    return [layer]


def gates_cut_on_another_axis_everywhere(spot: Spot) -> list[Layer] | None:
    layers = spot.everywhere("gate_slice")
    for layer in layers:
        _set_axis(layer, spot.cell.layout.axis - 1)
    return layers or None


def time_cut_over_batch(spot: Spot) -> list[Layer] | None:
    layout, layer = spot.cell.layout, spot.cell.cutter
    slices = spot.everywhere("x_slice")
    if slices:
        layer = spot.random.choice(slices)
    # Where the batch can be cut into as many parts, the parts could be meant so.
    if layer is None or layout.kind != "time" or layout.batch % spot.cell.steps == 0:
        return None
    layer.settings = {"slice_param": {"axis": 1}}
    return [layer]


def joined_on_another_axis(spot: Spot) -> list[Layer] | None:
    layers, kind = spot.everywhere("concat"), spot.cell.layout.kind
    if not layers or kind not in ("time", "batch"):
        return None
    axes = [1, 2] if kind == "time" else [0, 2]
    layers[0].settings = {"concat_param": {"axis": spot.random.choice(axes)}}
    return layers[:1]


def sum_for_product(spot: Spot) -> list[Layer] | None:
    return _operation(spot, ("forget", "remember", "reset", "keep", "renew", "hidden"), "PROD", "SUM")


def maximum_for_sum(spot: Spot) -> list[Layer] | None:
    return _operation(spot, ("cell", "gate_sum", "hidden", "residual", "peephole_sum"), "SUM", "MAX")


def product_for_sum(spot: Spot) -> list[Layer] | None:
    return _operation(spot, ("cell", "gate_sum", "residual"), "SUM", "PROD")


def _operation(spot: Spot, roles: tuple[str, ...], old: str, new: str) -> list[Layer] | None:
    layers = [
        layer
        for layer in spot.find(*roles)
        if layer.type == "Eltwise" and settings_of(layer).get("operation") == old
    ]
    if not layers:
        return None
    layer = spot.random.choice(layers)
    settings_of(layer)["operation"] = Word(new)
    return [layer]


def coefficient_in_one_step(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("cell", "gate_sum", "residual")
    if layer is None:
        return None
    values = [1.0] * len(layer.bottoms)
    values[spot.random.randrange(len(values))] = spot.random.choice([0.5, -1, 2])
    settings_of(layer)["coeff"] = [*values]
    return [layer]


def extra_layer(spot: Spot) -> list[Layer] | None:
    layer = spot.pick(
        "gate_sum", "h_product", "x_product", "xh_product", "forget", "remember", "renew", "convolution"
    )
    if layer is None:
        return None
    choices: list[tuple[str, Fields]] = [
        ("Power", {"power_param": {"scale": 0.5}}),
        ("Dropout", {"dropout_param": {"dropout_ratio": 0.3}}),
        ("AbsVal", {}),
    ]
    kind, settings = spot.random.choice(choices)
    may_rewrite = kind != "AbsVal"
    return [insert_after(spot, layer, kind, settings, is_in_place=may_rewrite and spot.random.random() < 0.4)]


def missing_layer(spot: Spot) -> list[Layer] | None:
    # What stands behind the last step is of no step, as far as a file shows.
    after = () if spot.step == spot.cell.steps - 1 else ("relu_after",)
    if spot.step == 0 and {"relu before", "relu after"} <= spot.cell.traits:
        # A ReLU behind a ReLU may belong to the block before as well.
        return None
    layer = spot.pick("forget_bias", "relu", *after, "norm_scale", "norm", "complement")
    begins = layer is not None and spot.step == 0 and layer.bottoms[0] in spot.cell.x
    if begins and spot.cell is not spot.draft.cells[-1]:
        # The next block begins with the same layer, which may be the end of this one.
        return None
    return bypass(spot.draft, layer) if layer else None


def missing_peephole(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("peephole")
    if layer is None:
        return None
    total = spot.cell.one(spot.step, layer.role.replace("peephole", "peephole_sum"))
    assert total
    total.bottoms.sort(key=lambda bottom: bottom == layer.tops[0])
    spot.draft.layers.remove(layer)
    return bypass(spot.draft, total)


def other_width(spot: Spot) -> list[Layer] | None:
    layer = spot.pick(*PRODUCTS)
    if layer is None:
        return None
    settings: Fields = settings_of(layer)
    outputs = settings[OUTPUTS]
    assert isinstance(outputs, int)
    settings[OUTPUTS] = outputs + spot.random.choice([1, 4, outputs])
    return [layer]


def x_of_another_step(spot: Spot) -> list[Layer] | None:
    cell = spot.cell
    readers = spot.find("x_product", "join")
    old, new = spot.before(cell.x, 0), spot.before(cell.x, 1)
    if not readers or not old or not new:
        return None
    return reread(readers, old, new)


def x_term_of_another_step(spot: Spot) -> list[Layer] | None:
    slices = spot.everywhere("x_slice")
    if not slices or not spot.step:
        return None
    tops = slices[0].tops[::-1] if spot.cell.direction == "backward" else slices[0].tops
    return reread(spot.cell.layers, tops[spot.step], tops[spot.step - 1])


def _concat(spot: Spot) -> Layer | None:
    layers = spot.everywhere("concat")
    return layers[0] if layers and 0 < spot.step < spot.cell.steps - 1 else None


def left_out(spot: Spot) -> list[Layer] | None:
    layer = _concat(spot)
    if layer is None:
        return None
    del layer.bottoms[spot.step]
    return [layer]


def last_but_one_for_last(spot: Spot) -> list[Layer] | None:
    """Of the outputs only the last one is to be used, and the one before it is."""
    *earlier, before, last = spot.cell.h
    own = [layer for layer in spot.cell.layers if layer.role != "concat"]
    readers = [layer for layer in spot.draft.layers if layer not in own and {*spot.cell.h} & {*layer.bottoms}]
    if not readers or any({*earlier, before} & {*layer.bottoms} for layer in readers):
        return None
    return reread(readers, last, before)


def exchanged_in_concat(spot: Spot) -> list[Layer] | None:
    layer = _concat(spot)
    if layer is None:
        return None
    other = spot.random.choice([step for step in range(spot.cell.steps) if step != spot.step])
    layer.bottoms[other], layer.bottoms[spot.step] = layer.bottoms[spot.step], layer.bottoms[other]
    return [layer]


def twice_in_concat(spot: Spot) -> list[Layer] | None:
    layer = _concat(spot)
    if layer is None:
        return None
    layer.bottoms[spot.step] = layer.bottoms[spot.step - 1]
    return [layer]
