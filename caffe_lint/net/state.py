"""Net states, and which layers Caffe keeps in one (net.cpp, Net::FilterNet and Net::StateMeetsRule)."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Literal, NamedTuple

from ..schema import Block

Phase = Literal["TRAIN", "TEST"]

HIGHEST_LEVEL = 2**31 - 1
"""Levels are 32-bit numbers."""

MAX_STATES = 64
"""A file is checked in at most so many states; the rest of a larger product is left out."""


class NetState(NamedTuple):
    """What `include` and `exclude` rules are compared with: phase, level and stages."""

    phase: Phase
    level: int = 0
    stages: tuple[str, ...] = ()

    def __str__(self) -> str:
        level = f", level: {self.level}" if self.level else ""
        stages = f", stages: {' '.join(self.stages)}" if self.stages else ""
        return f"{self.phase}{level}{stages}"


def is_kept(layer: Block, state: NetState) -> bool:
    """Whether a layer exists in a state: any include rule holds, or no exclude rule does."""
    if layer.has("include"):
        return any(_meets(rule, state) for rule in layer.blocks("include"))
    return not any(_meets(rule, state) for rule in layer.blocks("exclude"))


def _meets(rule: Block, state: NetState) -> bool:
    if rule.has("phase") and rule.enum("phase") != state.phase:
        return False
    if rule.has("min_level") and state.level < rule.integer("min_level"):
        return False
    if rule.has("max_level") and state.level > rule.integer("max_level"):
        return False
    stages = set(state.stages)
    return stages.issuperset(rule.strings("stage")) and stages.isdisjoint(rule.strings("not_stage"))


def states_of(layers: Iterable[Block]) -> list[NetState]:
    """The states that the rules of some layers tell apart: both phases, the levels and stages that are named.

    Levels are those at which a rule begins or ends to hold: each `min_level`, one above each `max_level`.

    Stages are tried one at a time and all those that one rule asks for together, not in every combination.
    """
    levels = {0}
    stages: dict[tuple[str, ...], None] = {(): None}
    for rule in _rules(layers):
        if rule.has("min_level"):
            levels.add(rule.integer("min_level"))
        if rule.has("max_level") and rule.integer("max_level") < HIGHEST_LEVEL:
            levels.add(rule.integer("max_level") + 1)
        named = rule.strings("stage")
        if named:
            stages[tuple(named)] = None
        stages.update(((stage,), None) for stage in [*named, *rule.strings("not_stage")])
    phases: tuple[Phase, Phase] = ("TRAIN", "TEST")
    states = [
        NetState(phase, level, names) for level, names, phase in product(sorted(levels), stages, phases)
    ]
    return states[:MAX_STATES]


def _rules(layers: Iterable[Block]) -> Iterator[Block]:
    for layer in layers:
        if layer.has("include") or layer.has("exclude"):
            yield from layer.blocks("include")
            yield from layer.blocks("exclude")
