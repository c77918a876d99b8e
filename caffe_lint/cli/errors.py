"""Exit codes, and the errors that are no findings."""

from contextlib import suppress

import click

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_INTERNAL = 3
EXIT_INTERRUPTED = 130


def complain(message: str) -> None:
    """Say on the standard error output why there is no result; what acts on a terminal comes out as text."""
    from ..report.terminal import printable  # not needed where nothing goes wrong

    with suppress(OSError):  # where even that cannot be said, the exit code has to do
        click.echo("caffe-lint: " + "\n".join(map(printable, message.split("\n"))), err=True)


class InternalError(Exception):
    """caffe-lint itself failed; the message says at what."""
