"""The options of `check` that write suppressions into files."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import click


class IgnoreChoice(NamedTuple):
    """Whether suppressions of all findings are written, and the reason to give in them."""

    is_on: bool = False
    reason: str = ""


def ignore_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options, given to a command as one argument `ignoring`."""

    @wraps(command)
    def with_choice(*, add_ignores: bool, reason: str | None, **options: Any) -> int:
        if reason is not None:
            _check_reason(reason, add_ignores=add_ignores)
        return command(ignoring=IgnoreChoice(add_ignores, (reason or "").strip()), **options)

    add = click.option("--add-ignores", is_flag=True, help="Write comments that suppress all that is found.")
    why = click.option("--reason", metavar="TEXT", help="The reason to give in these comments.")
    decorated: Callable[..., int] = add(why(with_choice))
    return decorated


def _check_reason(reason: str, *, add_ignores: bool) -> None:
    if not add_ignores:
        raise click.UsageError("--reason is for --add-ignores")
    if not reason.isprintable() or reason.lstrip().startswith("[") or "caffe-lint" in reason:
        raise click.UsageError("--reason must be one line of text without '[' at its start and 'caffe-lint'")
