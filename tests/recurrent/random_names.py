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


def _steps_in_front(_random: Random, owner: str, stem: str, step: int, _number: int) -> str:
    return f"t{step}/{owner}/{stem}"


def _steps_behind(_random: Random, owner: str, stem: str, step: int, _number: int) -> str:
    return f"{owner}_{stem}_{step:03d}"


def _from_one(_random: Random, owner: str, stem: str, step: int, _number: int) -> str:
    return f"{stem}{step + 1}-{owner}"


def _brackets(_random: Random, owner: str, stem: str, step: int, _number: int) -> str:
    return f"{owner}.{stem}[{step}]"


def _spaces(_random: Random, owner: str, stem: str, step: int, _number: int) -> str:
    return f"{stem} of {owner} at {step}"


def _numbers(_random: Random, _owner: str, _stem: str, _step: int, number: int) -> str:
    return f"n{number}"


def _words(random: Random, _owner: str, _stem: str, _step: int, _number: int) -> str:
    return "_".join(random.choices(WORDS, k=3))


def _hashes(random: Random, _owner: str, _stem: str, _step: int, _number: int) -> str:
    return f"{random.getrandbits(40):010x}"


SCHEMES: tuple[Scheme, ...] = (
    _steps_in_front,
    _steps_behind,
    _from_one,
    _brackets,
    _spaces,
    _numbers,
    _words,
    _hashes,
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
