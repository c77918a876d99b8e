"""Mistakes with how gates are cut, put in order and activated."""

from tests.recurrent.random_mistake import Spot, bypass, settings_of
from tests.recurrent.random_text import Layer, Value


def _points(layer: Layer) -> list[Value] | None:
    points = settings_of(layer).get("slice_point")
    return points if isinstance(points, list) else None


def shifted_slice_point(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("gate_slice")
    points = layer and _points(layer)
    if not layer or not points:
        return None
    _shift(points, spot.random.randrange(len(points)), spot.random.choice([-1, 1]))
    return [layer]


def shifted_slice_points_everywhere(spot: Spot) -> list[Layer] | None:
    layers = spot.everywhere("gate_slice")
    if not layers or not _points(layers[0]):
        return None
    by = spot.random.choice([-1, 1])
    for layer in layers:
        points = _points(layer)
        assert points
        _shift(points, 0, by)
    return layers


def _shift(points: list[Value], at: int, by: int) -> None:
    point = points[at]
    assert isinstance(point, int)
    points[at] = point + by


def disordered_slice_points(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("gate_slice")
    points = layer and _points(layer)
    if not layer or not points or len(points) < 2:
        return None
    points[0], points[1] = points[1], points[0]
    return [layer]


def missing_slice_point(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("gate_slice")
    points = layer and _points(layer)
    if not layer or not points or len(points) < 2:
        return None
    del points[spot.random.randrange(len(points))]
    return [layer]


def extra_slice_point(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("gate_slice")
    points = layer and _points(layer)
    if not layer or not points:
        return None
    points.append(spot.cell.hidden * (len(points) + 1) - 1)
    return [layer]


def other_gate_order(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("gate_slice")
    if layer is None:
        return None
    one, other = spot.random.sample(range(len(layer.tops)), 2)
    layer.tops[one], layer.tops[other] = layer.tops[other], layer.tops[one]
    return [layer]


def _activation(spot: Spot, letters: str, kind: str) -> list[Layer] | None:
    layers = [layer for layer in spot.find("gate") if layer.role[-1] in letters and layer.type != kind]
    if not layers:
        return None
    layer = spot.random.choice(layers)
    layer.type = kind
    return [layer]


def tanh_for_a_gate(spot: Spot) -> list[Layer] | None:
    return _activation(spot, "iforz", "TanH")


def sigmoid_for_the_candidate(spot: Spot) -> list[Layer] | None:
    return _activation(spot, "gn", "Sigmoid")


def relu_for_a_gate(spot: Spot) -> list[Layer] | None:
    return _activation(spot, "ifogrzn", "ReLU")


def other_activation(spot: Spot) -> list[Layer] | None:
    return _activation(spot, "a", spot.random.choice(["TanH", "Sigmoid", "ReLU"]))


def sigmoid_for_the_candidate_everywhere(spot: Spot) -> list[Layer] | None:
    layers = [layer for layer in spot.everywhere("gate") if layer.role[-1] in "gn"]
    for layer in layers:
        layer.type = "Sigmoid"
    return layers


def missing_activation(spot: Spot) -> list[Layer] | None:
    layer = spot.pick("gate")
    return bypass(spot.draft, layer) if layer else None


def other_activation_of_the_cell(spot: Spot) -> list[Layer] | None:
    (layer,) = spot.find("cell_tanh")
    layer.type = spot.random.choice(["Sigmoid", "ReLU"])
    return [layer]
