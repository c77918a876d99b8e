"""The options that choose a net state, for the commands that build nets."""

from collections.abc import Callable
from typing import TypeVar

import click

from ..net import NetState
from ..net.state import Phase

F = TypeVar("F", bound=Callable[..., object])

_PHASES: tuple[Phase, ...] = ("TRAIN", "TEST")


def state_options(command: F) -> F:
    """Add `--phase`, `--level` and `--stage` to a command, as parameters `phase`, `level` and `stages`."""
    phase = click.option(
        "--phase", type=click.Choice(_PHASES, case_sensitive=False), help="The net in this phase only."
    )
    level = click.option("--level", type=int, metavar="NUMBER", help="The net at this level only.")
    stage = click.option(
        "--stage",
        "stages",
        multiple=True,
        metavar="NAME",
        help="The net in this stage only; may be repeated.",
    )
    return phase(level(stage(command)))


def chosen_states(phase: Phase | None, level: int | None, stages: tuple[str, ...]) -> list[NetState] | None:
    """The states asked for, in both phases if none is given; None for all that a file tells apart."""
    if phase is None and level is None and not stages:
        return None
    return [NetState(each, level or 0, stages) for each in ([phase] if phase else _PHASES)]
