"""`caffe-lint check`: lint files and folders."""

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..lint import FileReport, RuleFailedError
from ..net import Document
from ..report import ColorChoice
from ..text import paused_collector
from .chooser import Chooser
from .completion import complete_paths
from .discovery import find_files
from .errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, InternalError, complain
from .files import read_sources
from .fix_options import FixChoice, fix_options
from .ignore_options import IgnoreChoice, ignore_options
from .listing_options import ListingChoice, list_instead, listing_options
from .options import color_option
from .piped import Piped, piped, stdin_option
from .report_options import Reporting, reporting_options
from .reporting import refuse_to_overwrite, write_reports
from .settings_options import SettingsChoice, settings_options

if TYPE_CHECKING:
    from ..lint.checker import Checker
    from .fixer import Fixer
    from .ignore_writer import IgnoreWriter


_SWEPT_BYTES = 2**20
"""How much is read before the trees of the files so far are collected: they are full of cycles."""


@click.command(short_help="Check files and folders.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=complete_paths)
@settings_options
@reporting_options
@color_option
@fix_options
@ignore_options
@stdin_option
@listing_options
def check(
    paths: tuple[str, ...],
    reporting: Reporting,
    color: ColorChoice,
    choice: SettingsChoice,
    fixing: FixChoice,
    ignoring: IgnoreChoice,
    stdin_filename: str | None,
    listing: ListingChoice,
) -> int:
    """Check prototxt files, and those in folders (by default here): *.prototxt,
    and *.pbtxt that are Caffe's; what git ignores is left out. '-' stands for the
    standard input; --fix then writes the fixed text to the standard output, and
    what remains to the standard error.

    Settings are those of the nearest caffe-lint.toml, or pyproject.toml with a
    section [tool.caffe-lint]; what is given here wins.

    Exit code 0: nothing found, or all of it fixed. 1: findings. 2: a wrong call
    or a file that cannot be read or written. 3: an internal error.
    """
    chooser = Chooser(choice)
    stdin = piped(paths, stdin_filename)
    fixer = _fixer(fixing, ignoring, is_piped=stdin is not None)
    files = [] if stdin else find_files(paths or (".",), chooser)
    if listing.is_on:
        return list_instead(listing, [Path(stdin.name)] if stdin else files, chooser, choice)
    refuse_to_overwrite(reporting, files)
    reports, errors = _lint_stdin(stdin, chooser, fixer) if stdin else lint_all(files, chooser, fixer)
    for error in errors:
        complain(error.format_message())
    is_text_on_stdout = stdin is not None and fixing.is_on
    if not fixing.is_silent:
        write_reports(reports, reporting, color, is_complete=not errors, to_stderr=is_text_on_stdout)
    if fixer is not None:
        fixer.tell(to_stderr=is_text_on_stdout or fixing.diff or reporting.has_data_on_stdout)
    if errors:
        return EXIT_USAGE
    is_failed = not fixing.is_silent and any(map(chooser.fails, reports))
    return EXIT_FINDINGS if is_failed or (fixer and fixer.is_failed) else EXIT_CLEAN


def _fixer(choice: FixChoice, ignoring: IgnoreChoice, *, is_piped: bool) -> "Fixer | IgnoreWriter | None":
    if ignoring.is_on:
        if is_piped:
            raise click.UsageError("--add-ignores needs files, not the standard input")
        if choice.is_on:
            raise click.UsageError("--add-ignores cannot be combined with --fix, --fix-only or --diff")
        from .ignore_writer import IgnoreWriter

        return IgnoreWriter(ignoring)
    if not choice.is_on:
        return None
    from .fixer import Fixer

    return Fixer(choice, is_piped=is_piped)


def lint_all(
    paths: Sequence[Path], chooser: Chooser, fixer: "Fixer | IgnoreWriter | None" = None
) -> tuple[list[FileReport], list[click.ClickException]]:
    """What is found in each file, and what is wrong with those that cannot be read or written.

    Raises:
        click.UsageError: if the settings of a file cannot be used: no file is touched then.
    """
    chooser.prepare(paths)
    reports: list[FileReport] = []
    errors: list[click.ClickException] = []
    unswept = 0
    with paused_collector():
        for source in read_sources(paths):
            if isinstance(source, click.ClickException):
                errors.append(source)
                continue
            try:
                reports.append(_lint_one(chooser.document(source), chooser.checker(source.path), fixer))
            except click.ClickException as error:
                errors.append(error)
            unswept += len(source.data)
            if unswept > _SWEPT_BYTES:
                gc.collect()
                unswept = 0
    return reports, errors


def _lint_stdin(
    stdin: Piped, chooser: Chooser, fixer: "Fixer | IgnoreWriter | None"
) -> tuple[list[FileReport], list[click.ClickException]]:
    """What is found in the standard input; what settings force out is passed on as it is."""
    checker = chooser.checker(stdin.name)
    source = stdin.read()
    if chooser.forces_out(stdin.name):
        checker = checker.without(frozenset(rule.code for rule in checker.rules))
    return [_lint_one(chooser.document(source), checker, fixer)], []


def _lint_one(document: Document, checker: "Checker", fixer: "Fixer | IgnoreWriter | None") -> FileReport:
    try:
        return fixer.fix(document, checker) if fixer else checker.check(document)
    except click.ClickException:
        raise
    except RuleFailedError as error:
        raise InternalError(str(error)) from error
    except Exception as error:
        where = f"{document.source.path}: {type(error).__name__}"
        raise InternalError(f"{where}: {error}") from error
