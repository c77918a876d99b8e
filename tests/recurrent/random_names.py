"""Names as many people would give them: by step, numbered, words, hashes; never two alike."""

import re
from collections.abc import Callable
from random import Random

WORDS = re.findall(
    r"\w+",
    "amber birch cedar dune ember fjord grove heron iris jade kelp lark moss north oak pine quartz reed "
    "slate tide umber vale wren yarrow zinc",
)

Scheme = Callable[[Random, str, str, int, int], str]


SCHEMES: tuple[Scheme, ...] = (
    lambda _random, owner, stem, step, _number: f"t{step}/{owner}/{stem}",
    lambda _random, owner, stem, step, _number: f"{owner}_{stem}_{step:03d}",
    lambda _random, owner, stem, step, _number: f"{stem}{step + 1}-{owner}",
    lambda _random, owner, stem, step, _number: f"{owner}.{stem}[{step}]",
    lambda _random, owner, stem, step, _number: f"{stem} of {owner} at {step}",
    lambda _random, _owner, _stem, _step, number: f"n{number}",
    lambda random, _owner, _stem, _step, _number: "_".join(random.choices(WORDS, k=3)),
    lambda random, _owner, _stem, _step, _number: f"{random.getrandbits(40):010x}",
)


class Names:
    """Gives every blob, layer and weight of a net its name."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._scheme = random.choice(SCHEMES)
        self._prefix = random.choice(["", "", "layer_", "op "])
        self._taken: set[str] = set()

    def blob(self, owner: str, stem: str, step: int) -> str:
        """A new name for a blob."""
        return self._new(owner, stem, step, "")

    def layer(self, top: str) -> str:
        """A name for the layer that makes a blob: often the blob's own."""
        return self._unique(self._prefix + top, "layer")

    def weight(self, owner: str, stem: str) -> str:
        """A new name for a shared weight."""
        return self._new(owner, stem, 0, "weight")

    def _new(self, owner: str, stem: str, step: int, space: str) -> str:
        return self._unique(self._scheme(self._random, owner, stem, step, len(self._taken)), space)

    def _unique(self, name: str, space: str) -> str:
        found, number = name, 1
        while f"{space}:{found}" in self._taken:
            number += 1
            found = f"{name}.{number}"
        self._taken.add(f"{space}:{found}")
        return found
