"""`caffe-lint check`: lint files and folders."""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from ..report import ColorChoice
from .chooser import Chooser
from .completion import complete_paths
from .discovery import find_files
from .errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, complain
from .fix_options import FixChoice, fix_options
from .ignore_options import IgnoreChoice, ignore_options
from .linting import lint_all, lint_stdin
from .listing_options import ListingChoice, list_instead, listing_options
from .options import color_option
from .outcome import Mender
from .piped import Piped, piped, stdin_option
from .report_options import Reporting, reporting_options
from .reporting import refuse_to_overwrite, write_reports
from .run_options import RunChoice, run_options
from .sections import SectionedCommand
from .settings_options import SettingsChoice, settings_options


class _Call(NamedTuple):
    """What the command line asks for."""

    paths: tuple[str, ...]
    reporting: Reporting
    color: ColorChoice
    choice: SettingsChoice
    fixing: FixChoice
    ignoring: IgnoreChoice
    running: RunChoice
    stdin: Piped | None
    listing: ListingChoice


@click.command(cls=SectionedCommand, short_help="Check files and folders.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=complete_paths)
@settings_options
@reporting_options
@color_option
@fix_options
@ignore_options
@run_options
@stdin_option
@listing_options
def check(
    paths: tuple[str, ...],
    reporting: Reporting,
    color: ColorChoice,
    choice: SettingsChoice,
    fixing: FixChoice,
    ignoring: IgnoreChoice,
    running: RunChoice,
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
    or a file that cannot be read or written. 3: an internal error. 130:
    interrupted.
    """
    stdin = piped(paths, stdin_filename)
    paths = paths or (".",)
    call = _Call(paths, reporting, color, choice, fixing, ignoring, running, stdin, listing)
    if not running.watch:
        return _check_once(call)
    if stdin is not None:
        raise click.UsageError("--watch needs files, not the standard input")
    if fixing.is_on or ignoring.is_on or listing.is_on:
        raise click.UsageError("--watch can only be combined with what reports findings")
    from .watch import watch

    return watch(paths, choice, partial(_check_once, call))


def _check_once(call: _Call) -> int:
    chooser = Chooser(call.choice)
    stdin, fixing, reporting = call.stdin, call.fixing, call.reporting
    mender = _mender(call)
    files = [] if stdin else find_files(call.paths, chooser)
    if call.listing.is_on:
        return list_instead(call.listing, [Path(stdin.name)] if stdin else files, chooser, call.choice)
    refuse_to_overwrite(reporting, files)
    if stdin is not None:
        reports, errors = lint_stdin(stdin, chooser, mender)
    else:
        reports, errors = lint_all(files, chooser, mender, call.running)
    for error in errors:
        complain(error.format_message())
    if errors and not reports:
        return EXIT_USAGE  # all is said
    is_text_on_stdout = stdin is not None and fixing.is_on
    if not fixing.is_silent:
        write_reports(
            reports,
            reporting,
            call.color,
            plugin_rules=chooser.plugin_rules(),
            is_complete=not errors,
            to_stderr=is_text_on_stdout,
        )
    if mender is not None:
        mender.tell(to_stderr=is_text_on_stdout or fixing.diff or reporting.has_data_on_stdout)
    if errors:
        return EXIT_USAGE
    is_failed = not fixing.is_silent and any(map(chooser.fails, reports))
    return EXIT_FINDINGS if is_failed or (mender and mender.is_failed) else EXIT_CLEAN


def _mender(call: _Call) -> Mender | None:
    if call.ignoring.is_on:
        if call.stdin is not None:
            raise click.UsageError("--add-ignores needs files, not the standard input")
        if call.fixing.is_on:
            raise click.UsageError("--add-ignores cannot be combined with --fix, --fix-only or --diff")
        from .ignore_writer import IgnoreWriter

        return IgnoreWriter(call.ignoring)
    if not call.fixing.is_on:
        return None
    from .fixer import Fixer

    return Fixer(call.fixing, call.color, is_piped=call.stdin is not None)
