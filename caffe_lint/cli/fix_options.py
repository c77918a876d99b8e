"""The options of `check` that change files, or show how they would be changed; they mean what ruff's mean."""

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple

import click


class FixChoice(NamedTuple):
    """What is to be fixed, and what becomes of it."""

    fix: bool
    unsafe_fixes: bool
    diff: bool
    fix_only: bool
    exit_non_zero_on_fix: bool

    @property
    def is_on(self) -> bool:
        """Whether fixes are worked out at all."""
        return self.fix or self.fix_only or self.diff

    @property
    def is_silent(self) -> bool:
        """Whether nothing is said of what remains, and nothing depends on it."""
        return self.fix_only or self.diff


_OPTIONS = {
    "--fix": "Apply fixes that keep what Caffe computes, and report what remains.",
    "--unsafe-fixes": "Apply fixes too that change what Caffe computes, or guess.",
    "--diff": "Change nothing: show what --fix-only would change. Exit code 1 if anything.",
    "--fix-only": "Fix, but do not report what remains.",
    "--exit-non-zero-on-fix": "Exit code 1 if anything was fixed, even if nothing remains.",
}


def fix_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options, given to a command as one argument `fixing`."""

    @wraps(command)
    def with_choice(**options: object) -> int:
        choice = FixChoice(*(bool(options.pop(field)) for field in FixChoice._fields))
        return command(fixing=choice, **options)

    decorated: Callable[..., int] = with_choice
    for name, explanation in reversed(_OPTIONS.items()):
        decorated = click.option(name, is_flag=True, help=explanation)(decorated)
    return decorated
