"""Mistakes with weights that the steps should share."""

from tests.recurrent.random_draft import Cell
from tests.recurrent.random_mistake import Spot, settings_of
from tests.recurrent.random_text import Layer

PRODUCTS = ("x_product", "h_product", "xh_product", "attended", "scores", "out_product", "convolution")
WEIGHTED = (*PRODUCTS, "peephole")


def unnamed_weight(spot: Spot) -> list[Layer] | None:
    layer = spot.pick(*WEIGHTED)
    if layer is None:
        return None
    del layer.params[0]["name"]
    if len(layer.params) == 1 and not layer.params[0]:
        layer.params = []
    return [layer]


def misspelt_name(spot: Spot) -> list[Layer] | None:
    layer = spot.pick(*WEIGHTED)
    if layer is None:
        return None
    param = spot.random.choice(layer.params)
    name = str(param["name"])
    at = spot.random.randrange(len(name))
    letter = spot.random.choice([name[at] * 2, "_", name[at].upper() + "x", "X"])
    param["name"] = name[:at] + letter + name[at + 1 :]
    # The misspelt name must not be another weight's.
    if any(param["name"] == other.get("name") for other in _all_params(spot) if other is not param):
        param["name"] = f"{name}_"
    return [layer]


def _all_params(spot: Spot) -> list[dict[str, object]]:
    return [dict(param) for layer in spot.draft.layers for param in layer.params if layer.params]


def unnamed_bias(spot: Spot) -> list[Layer] | None:
    layers = [layer for layer in spot.find(*PRODUCTS) if len(layer.params) == 2]
    if not layers:
        return None
    layer = spot.random.choice(layers)
    if len(layer.params[1]) == 1 and spot.random.random() < 0.5:
        layer.params.pop()
    else:
        del layer.params[1]["name"]
    return [layer]


def wrong_partner(spot: Spot) -> list[Layer] | None:
    pairs = [
        (one, other)
        for one in spot.find(*PRODUCTS)
        for other in spot.find(*PRODUCTS)
        if one is not other and _is_alike(spot.cell, one, other)
    ]
    if not pairs:
        return None
    one, other = spot.random.choice(pairs)
    for mine, theirs in zip(one.params, other.params, strict=False):
        mine["name"] = theirs["name"]
    # In a first step nothing but weights may tell x from the initial state.
    return [one] if spot.step else [one, other]


def exchanged_weights(spot: Spot) -> list[Layer] | None:
    for role in spot.random.sample(["x_product", "h_product", "xh_product"], 3):
        layers = [layer for layer in spot.find(role) if layer.role.split(" ")[1] in "ifogrz"]
        if len(layers) > 1 and spot.style.is_separate:
            one, other = spot.random.sample(layers, 2)
            for mine, theirs in zip(one.params, other.params, strict=True):
                mine["name"], theirs["name"] = theirs["name"], mine["name"]
            return [one, other]
    return None


def _is_alike(cell: Cell, one: Layer, other: Layer) -> bool:
    """Whether two products have weights of one shape: equal outputs of equal inputs."""
    roles = {one.role.split(" ")[0], other.role.split(" ")[0]}
    if len(roles) > 1 and not (roles == {"x_product", "h_product"} and cell.hidden == cell.width):
        return False
    return one.role != other.role and settings_of(one) == settings_of(other)


def nothing_shared(spot: Spot) -> list[Layer] | None:
    layers = spot.everywhere(*WEIGHTED)
    if any(layer.step < 0 for layer in layers):
        return None
    for layer in layers:
        for param in layer.params:
            del param["name"]
        layer.params = [param for param in layer.params if param]
    return layers


def shared_across_cells(spot: Spot) -> list[Layer] | None:
    # The static inputs that cells attend to may differ in width.
    layer = spot.pick(*[role for role in WEIGHTED if role != "attended"])
    others = [cell for cell in spot.draft.cells if cell is not spot.cell and cell.hidden == spot.cell.hidden]
    if layer is None or not others:
        return None
    cell = spot.random.choice(others)
    if cell.kind == "recursive" and min(spot.step, spot.cell.steps - 1 - spot.step) < 2:
        # Where one block ends and the next begins shows by their weights alone.
        return None
    if layer.role.startswith("x") and cell.width != spot.cell.width:
        return None
    other = cell.one(spot.step, layer.role)
    if other is None or other.settings != layer.settings or len(other.params) != len(layer.params):
        return None
    if any(len(mine) != len(theirs) for mine, theirs in zip(layer.params, other.params, strict=True)):
        return None
    for mine, theirs in zip(layer.params, other.params, strict=True):
        mine["name"] = theirs["name"]
    return [layer]


def silent_multiplier(spot: Spot) -> list[Layer] | None:
    """One step alone gives a multiplier; Caffe takes it for the weight that all steps share."""
    layer = spot.pick(*WEIGHTED)
    # In the step that owns the weight it could be meant so.
    if layer is None or spot.step == 0 or spot.draft.is_shuffled or len(layer.params[0]) > 1:
        return None
    if not any(
        _names(other) & _names(layer) for other in spot.draft.layers[: spot.draft.layers.index(layer)]
    ):
        return None
    param = spot.random.choice(layer.params)
    param[spot.random.choice(["lr_mult", "decay_mult"])] = spot.random.choice([0, 0.1, 2, 10])
    return [layer]


def refused_multiplier(spot: Spot) -> list[Layer] | None:
    """One step gives another multiplier than the others, which Caffe does not take."""
    layer = spot.pick(*WEIGHTED)
    if layer is None or len(layer.params[0]) == 1:
        return None
    param = spot.random.choice(layer.params)
    param[spot.random.choice([key for key in param if key != "name"])] = 7
    return [other for other in spot.draft.layers if _names(other) & _names(layer)]


def _names(layer: Layer) -> set[str]:
    return {str(param["name"]) for param in layer.params if "name" in param}
