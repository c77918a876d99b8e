"""The options of `check` that say how it runs; what is found does not depend on them."""

import os
from collections.abc import Callable
from functools import wraps
from typing import NamedTuple

import click


class RunChoice(NamedTuple):
    """How a run goes about its files."""

    jobs: int | None = None
    """How many processes share the work; None for as many as there are cores."""
    no_cache: bool = False
    watch: bool = False


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_OPTIONS = (
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="NUMBER",
        help="How many processes share many files; by default one for each core.",
    ),
    click.option("--no-cache", is_flag=True, help="Neither use what earlier runs found nor remember it."),
    click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C."),
)


def run_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options, given to a command as one argument `running`."""

    @wraps(command)
    def with_choice(jobs: int | None, no_cache: bool, watch: bool, **options: object) -> int:
        return command(running=RunChoice(jobs, no_cache, watch), **options)

    decorated: Callable[..., int] = with_choice
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated
