"""What each step makes of its output alone, as the output of an RNN: these layers belong to the step too."""

from collections import Counter

from ..net import Layer
from .extent import SHARED, step_of_layers
from .fit import Fit
from .layer_kinds import ACTIVATIONS, LEARNED
from .links import Chain, Link, Place, Places
from .model import Inner, Node

_LONGEST = 6

Path = tuple[Layer, ...]


def add_readouts(chain: Chain, places: Places) -> bool:
    """Find the layers behind the outputs of a chain; their roles begin with `output`.

    Returns:
        Whether there are such.
    """
    found = {link.number: _paths(link, places) for link in chain.links}
    if not any(found.values()):
        return False
    # What a later step reads, like the weights of its attention, is a part of that one.
    owners = step_of_layers(chain, places)
    found = {
        number: [path for path in paths if all(owners.get(layer, SHARED) == SHARED for layer in path)]
        for number, paths in found.items()
    }
    counts = Counter(_types(path) for paths in found.values() for path in paths[:1])
    if not counts:
        return False
    usual, count = counts.most_common(1)[0]
    if 2 * count <= len(chain.links) or len(chain.links) < 2:
        return False
    roles = _role_names(usual)
    for link in chain.links:
        path = max(found[link.number], key=lambda path: _alike(_types(path), usual), default=())
        link.readout = _assigned(path, usual, roles)
        for role, layer in link.readout.items():
            places.setdefault(layer, Place(link, role))
    chain.readout = roles
    return True


def _paths(link: Link, places: Places) -> list[Path]:
    paths = []
    for use in link.states["h"].uses:
        path: list[Layer] = []
        layer = use.layer
        while len(path) < _LONGEST and len(layer.bottoms) == 1 == len(layer.tops) and layer not in places:
            path.append(layer)
            readers = {each.layer for each in layer.tops[0].uses}
            if len(readers) != 1:
                break
            layer = readers.pop()
        if path and _ends_well(path, layer):
            paths.append(tuple(path))
        elif shorter := _up_to_activation(path):
            paths.append(shorter)
    return paths


def _ends_well(path: list[Layer], following: Layer) -> bool:
    """Whether the path ends where the outputs of all steps are joined."""
    return (
        path[-1] is not following
        and following.type == "Concat"
        and any(layer.type in LEARNED for layer in path)
    )


def _up_to_activation(path: list[Layer]) -> Path:
    """A product with weights and the activation behind it, as in Caffe's RNN; what follows is of no step."""
    ends = [at for at, layer in enumerate(path) if layer.type in ACTIVATIONS]
    cut = path[: ends[0] + 1] if ends else []
    return tuple(cut) if any(layer.type in LEARNED for layer in cut) else ()


def _types(path: Path) -> tuple[str, ...]:
    return tuple(layer.type for layer in path)


def _role_names(types: tuple[str, ...]) -> tuple[str, ...]:
    names = []
    for number, layer_type in enumerate(types):
        name = "output_product" if layer_type in LEARNED else f"output_{layer_type.lower()}"
        names.append(name if name not in names else f"{name}_{number}")
    return tuple(names)


def _alike(types: tuple[str, ...], usual: tuple[str, ...]) -> int:
    return sum(one == other for one, other in zip(types, usual, strict=False)) - abs(len(types) - len(usual))


def _assigned(path: Path, usual: tuple[str, ...], roles: tuple[str, ...]) -> dict[str, Layer]:
    """The roles of a path, in order; activations and products stand for each other."""
    assigned: dict[str, Layer] = {}
    at = 0
    for layer_type, role in zip(usual, roles, strict=True):
        if at < len(path) and _may_play(path[at].type, layer_type):
            assigned[role] = path[at]
            at += 1
    return assigned


def _may_play(found: str, usual: str) -> bool:
    return found == usual or any(
        found in family and usual in family for family in (ACTIVATIONS, LEARNED.keys())
    )


def readout_nodes(chain: Chain, link: Link, root: str) -> dict[str, Node]:
    """The nodes of the usual step for its readout."""
    nodes: dict[str, Node] = {}
    before = root
    for role in chain.readout:
        layer = link.readout.get(role)
        if layer is None:
            return {}
        index = layer.bottoms[0].blob.index if layer.bottoms[0].blob is not None else 0
        nodes[role] = Node(role, layer, (Inner(before, index),))
        before = role
    return nodes


def fit_readout(fit: Fit, link: Link) -> None:
    """Add the readout of a step to its fit."""
    for role, layer in link.readout.items():
        fit.layers[role] = layer
        fit.bottoms[role] = [*layer.bottoms[:1]]
