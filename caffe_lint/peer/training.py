"""What a real Caffe answers about a solver: how it trained its net, and what it said of it meanwhile."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .answers import Answer, Difference, Param, Reply, ending

_RATE = re.compile(r"\] Iteration \d+, lr = (\S+)$", re.MULTILINE)
_TEST = re.compile(r"\] Iteration (\d+), Testing net \(#(\d+)\)$", re.MULTILINE)
_SCORE = re.compile(r"\]     Test net output #\d+: (\S+) = ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Training(Answer):
    """What a solver did; all is empty unless every step that was asked for was made.

    `rates` are the learning rates of the iterations that the solver displays; `tests` are (iteration, index
    of the test net) of each test, and `scores` the outputs that tests printed. `moves` tell how far the steps
    moved each parameter of the train net, beside the largest value that it had before.
    """

    rates: tuple[float, ...]
    tests: tuple[tuple[int, int], ...]
    scores: tuple[str, ...]
    moves: Mapping[Param, Difference]

    @classmethod
    def of(cls, reply: Reply) -> "Training":
        """From the worker's line."""
        log = reply.get("log", "")
        return cls(
            *ending(reply),
            rates=tuple(float(rate) for rate in _RATE.findall(log)),
            tests=tuple((int(iteration), int(net)) for iteration, net in _TEST.findall(log)),
            scores=tuple(_SCORE.findall(log)),
            moves={Param(layer, index): Difference.of(move) for layer, index, move in reply.get("moves", [])},
        )
