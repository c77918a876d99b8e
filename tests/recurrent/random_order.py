"""Another order of the layers of a net, in which Caffe computes the same."""

from collections import defaultdict
from random import Random

from tests.recurrent.random_text import Layer


def shuffled(layers: list[Layer], random: Random) -> list[Layer]:
    """A random order with every reader behind what it reads and before what rewrites that."""
    followers, waits = _constraints(layers)
    ready = [number for number in range(len(layers)) if not waits[number]]
    found = []
    while ready:
        at = random.randrange(len(ready))
        ready[at], ready[-1] = ready[-1], ready[at]
        number = ready.pop()
        found.append(layers[number])
        for follower in followers[number]:
            waits[follower] -= 1
            if not waits[follower]:
                ready.append(follower)
    return found


def _constraints(layers: list[Layer]) -> tuple[list[set[int]], list[int]]:
    followers: list[set[int]] = [set() for _ in layers]
    writer: dict[str, int] = {}
    readers: dict[str, list[int]] = defaultdict(list)
    for number, layer in enumerate(layers):
        for bottom in layer.bottoms:
            if bottom in writer:
                followers[writer[bottom]].add(number)
            readers[bottom].append(number)
        for top in layer.tops:
            for earlier in readers.pop(top, []):
                followers[earlier].add(number)
            writer[top] = number
    for number, after in enumerate(followers):
        after.discard(number)
    waits = [0] * len(layers)
    for after in followers:
        for number in after:
            waits[number] += 1
    return followers, waits
