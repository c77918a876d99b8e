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
from .errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, InternalError, complain
from .files import find_files, read_sources
from .fix_options import FixChoice, fix_options
from .ignore_options import IgnoreChoice, ignore_options
from .options import color_option
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
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@settings_options
@reporting_options
@color_option
@fix_options
@ignore_options
def check(
    paths: tuple[str, ...],
    reporting: Reporting,
    color: ColorChoice,
    choice: SettingsChoice,
    fixing: FixChoice,
    ignoring: IgnoreChoice,
) -> int:
    """Check prototxt files, and all *.prototxt in folders (by default here).

    Settings are those of the nearest caffe-lint.toml, or pyproject.toml with a
    section [tool.caffe-lint]; what is given here wins.

    Exit code 0: nothing found, or all of it fixed. 1: findings. 2: a wrong call
    or a file that cannot be read or written. 3: an internal error.
    """
    chooser = Chooser(choice)
    fixer = _fixer(fixing, ignoring)
    files = chooser.kept(find_files(paths or (".",)), paths)
    refuse_to_overwrite(reporting, files)
    reports, errors = lint_all(files, chooser, fixer)
    for error in errors:
        complain(error.format_message())
    if not fixing.is_silent:
        write_reports(reports, reporting, color, plugin_rules=chooser.plugin_rules(), is_complete=not errors)
    if fixer is not None:
        fixer.tell(to_stderr=fixing.diff or reporting.has_data_on_stdout)
    if errors:
        return EXIT_USAGE
    is_failed = not fixing.is_silent and any(map(chooser.fails, reports))
    return EXIT_FINDINGS if is_failed or (fixer and fixer.is_failed) else EXIT_CLEAN


def _fixer(choice: FixChoice, ignoring: IgnoreChoice) -> "Fixer | IgnoreWriter | None":
    if ignoring.is_on:
        if choice.is_on:
            raise click.UsageError("--add-ignores cannot be combined with --fix, --fix-only or --diff")
        from .ignore_writer import IgnoreWriter

        return IgnoreWriter(ignoring)
    if not choice.is_on:
        return None
    from .fixer import Fixer

    return Fixer(choice)


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
