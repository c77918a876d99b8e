"""`caffe-lint fmt`: lay files out anew, or say which are not in the usual layout."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from ..report import ColorChoice, printable
from ..report.wording import counted
from ..text import Source
from .chooser import Chooser
from .completion import complete_paths
from .discovery import find_files
from .errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, complain
from .files import read_sources
from .formatting import formatted
from .options import color_option
from .piped import piped, stdin_option, write_stdout
from .settings_options import SettingsChoice, file_options
from .writing import rewrite


@click.command(short_help="Format files.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=complete_paths)
@click.option("--check", is_flag=True, help="Change nothing: name the files that would be changed.")
@click.option("--diff", is_flag=True, help="Change nothing: show what would be changed.")
@stdin_option
@file_options
@color_option
def fmt(
    paths: tuple[str, ...],
    stdin_filename: str | None,
    choice: SettingsChoice,
    color: ColorChoice,
    *,
    check: bool,
    diff: bool,
) -> int:
    """Format prototxt files, and those in folders (by default here).

    Only the layout changes: all comments and values stay as they are written,
    in their order. A field takes a line; a message in braces that stands on one
    line stays there if it fits into 100 columns. With '-' the standard input is
    formatted to the standard output.

    Exit code 0: all is well, or is now. 1: with --check or --diff, if something
    would be changed. 2: a wrong call, or a file that cannot be read or written
    or is not a text-format file; it is left as it is.
    """
    chooser = Chooser(choice)
    formatter = _Formatter(color, is_dry=check or diff, is_diff=diff)
    if stdin := piped(paths, stdin_filename):
        return formatter.pipe(stdin.read(), is_left_out=chooser.forces_out(stdin.name))
    formatter.run(find_files(paths or (".",), chooser))
    return formatter.exit_code


class _Formatter:
    """Formats one file after the other, and counts."""

    def __init__(self, color: ColorChoice, *, is_dry: bool, is_diff: bool) -> None:
        self._color: ColorChoice = color
        self._is_dry = is_dry
        self._is_diff = is_diff
        self._changed = 0
        self._kept = 0
        self._foreign = 0
        self._errors = 0

    @property
    def exit_code(self) -> int:
        """What the run ends with."""
        if self._errors:
            return EXIT_USAGE
        return EXIT_FINDINGS if self._is_dry and self._changed else EXIT_CLEAN

    def run(self, paths: Iterable[Path]) -> None:
        """Format some files, and say how many were changed."""
        for source in read_sources(paths):
            try:
                if isinstance(source, click.ClickException):
                    raise source
                after = self._formatted(source)
                if after is not None:
                    self._settle(source, after)
            except click.ClickException as error:
                self._errors += 1
                complain(error.format_message())
        stream = sys.stderr if self._is_diff else sys.stdout
        if summary := self._summary():
            stream.write(f"{summary}\n")

    def pipe(self, source: Source, *, is_left_out: bool) -> int:
        """Format the standard input; what cannot be formatted gives no output."""
        after = None if is_left_out else self._formatted(source)
        if not self._is_dry:
            write_stdout(source.data if after is None else after)
        elif after is not None:
            self._settle(source, after)
        return self.exit_code

    def _formatted(self, source: Source) -> bytes | None:
        """The content in its layout; None for a file that is not Caffe's, which stays as it is."""
        after = formatted(source)
        if after is None:
            self._foreign += 1
        elif after == source.data:
            self._kept += 1
        else:
            self._changed += 1
        return after

    def _settle(self, source: Source, after: bytes) -> None:
        if after == source.data:
            return
        if self._is_diff:
            from .diff import unified_diff, write_diff

            write_diff(unified_diff(source.path, source.data, after), self._color)
        elif self._is_dry:
            sys.stdout.write(f"Would format {printable(source.path)}\n")
        else:
            try:
                rewrite(source, after)
            except click.ClickException:
                self._changed -= 1
                raise

    def _summary(self) -> str:
        verb = "would be formatted" if self._is_dry else "formatted"
        parts = [
            (self._changed, verb),
            (self._kept, "already formatted"),
            (self._foreign, "skipped (not Caffe's)"),
        ]
        return ", ".join(f"{counted(number, 'file')} {what}" for number, what in parts if number)
