"""The command line: arguments, files, exit codes. Everything below is a function of its inputs."""

import errno
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from .. import __version__
from .errors import EXIT_CLEAN, EXIT_INTERNAL, EXIT_INTERRUPTED, EXIT_USAGE, InternalError, complain
from .streams import discard_output, prepare_streams, tolerate_encodings

_COMMANDS = (
    "check",
    "baseline",
    "clean",
    "config",
    "convert",
    "fmt",
    "rule",
    "rules",
    "show",
    "unroll",
    "verify",
)
"""Each is made by the module of its name, which is imported when it is needed."""


_OUTPUT_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What happens where the standard output goes, and is no fault of caffe-lint."""


class _Commands(click.Group):
    """The commands, of which `check` is meant where none is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All commands, in the order of the help."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(f".{cmd_name}", __name__), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named, or `check` if the first word is none."""
        if args and args[0] not in _COMMANDS:
            _refuse_misspelt(args[0])
            args = ["check", *args]
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, and the options and paths that `check` takes."""
        found = super().shell_complete(ctx, incomplete)
        if not incomplete.startswith("-"):
            # Paths come first: bash forgets what stands before them.
            return [CompletionItem(incomplete, type="file"), *found]
        check = self.get_command(ctx, "check")
        assert check is not None
        options = check.shell_complete(click.Context(check, ctx, "check"), incomplete)
        return [*found, *(item for item in options if item.value not in {own.value for own in found})]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """No arguments, or an option that is not the group's own, mean `check`."""
        if ctx.resilient_parsing and not args:
            # A shell asks what may come first.
            return super().parse_args(ctx, args)
        own = {name for param in self.get_params(ctx) for name in param.opts}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["check", *args]
        return super().parse_args(ctx, args)


def _refuse_misspelt(word: str) -> None:
    """Look that a word in the place of a command is no misspelt one.

    Raises:
        click.UsageError: if it is, and no path either.
    """
    near = get_close_matches(word, _COMMANDS, 1, 0.75)
    if near and not os.path.lexists(word):
        raise click.UsageError(f"no such command, file or folder: '{word}', did you mean '{near[0]}'?")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, message="caffe-lint %(version)s")
def main_group() -> None:
    """Finds what Caffe rejects in a net, and what it computes wrongly in silence.

    Without the name of a command it checks: `caffe-lint net.prototxt` is short
    for `caffe-lint check net.prototxt`.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 clean, 1 findings, 2 usage, 3 internal error, 130 interrupted.
    """
    tolerate_encodings()
    try:
        code = _code_of(arguments)
        sys.stdout.flush()
        return code
    except OSError as error:
        discard_output()
        complain(f"cannot write the output: {error.strerror}")
        return EXIT_USAGE


def _code_of(arguments: Sequence[str] | None) -> int:
    """The exit code of a run.

    Raises:
        OSError: if its output cannot be written.
    """
    try:
        code = main_group.main(arguments, prog_name="caffe-lint", standalone_mode=False)
        return code if isinstance(code, int) else EXIT_CLEAN
    except click.ClickException as error:
        complain(error.format_message())
        return EXIT_USAGE
    except InternalError as error:
        complain(f"internal error: {error}")
        return EXIT_INTERNAL
    except click.exceptions.Abort:
        complain("interrupted")
        return EXIT_INTERRUPTED
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _OUTPUT_ERRORS and not error.filename:
            raise
        complain(f"internal error: {type(error).__name__}: {error}")
        return EXIT_INTERNAL


def run() -> None:
    """Run the command line on the streams of this process, which ends with its exit code."""
    prepare_streams()
    sys.exit(main())
