"""`caffe-lint check`: lint files and folders."""

from functools import partial

import click

from ..report import ColorChoice
from .chooser import Chooser
from .errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, complain
from .files import find_files
from .fix_options import FixChoice, fix_options
from .ignore_options import IgnoreChoice, ignore_options
from .linting import lint_all
from .options import color_option
from .outcome import Mender
from .report_options import Reporting, reporting_options
from .reporting import refuse_to_overwrite, write_reports
from .run_options import RunChoice, run_options
from .settings_options import SettingsChoice, settings_options


@click.command(short_help="Check files and folders.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@settings_options
@reporting_options
@color_option
@fix_options
@ignore_options
@run_options
def check(
    paths: tuple[str, ...],
    reporting: Reporting,
    color: ColorChoice,
    choice: SettingsChoice,
    fixing: FixChoice,
    ignoring: IgnoreChoice,
    running: RunChoice,
) -> int:
    """Check prototxt files, and all *.prototxt in folders (by default here).

    Settings are those of the nearest caffe-lint.toml, or pyproject.toml with a
    section [tool.caffe-lint]; what is given here wins.

    Exit code 0: nothing found, or all of it fixed. 1: findings. 2: a wrong call
    or a file that cannot be read or written. 3: an internal error. 130:
    interrupted.
    """
    once = partial(_check_once, paths or (".",), reporting, color, choice, fixing, ignoring, running)
    if not running.watch:
        return once()
    if fixing.is_on or ignoring.is_on:
        raise click.UsageError("--watch cannot be combined with what changes files or shows changes")
    from .watch import watch

    return watch(paths or (".",), choice, once)


def _check_once(
    paths: tuple[str, ...],
    reporting: Reporting,
    color: ColorChoice,
    choice: SettingsChoice,
    fixing: FixChoice,
    ignoring: IgnoreChoice,
    running: RunChoice,
) -> int:
    chooser = Chooser(choice)
    mender = _mender(fixing, ignoring)
    files = chooser.kept(find_files(paths), paths)
    refuse_to_overwrite(reporting, files)
    reports, errors = lint_all(files, chooser, mender, running)
    for error in errors:
        complain(error.format_message())
    if not fixing.is_silent:
        write_reports(reports, reporting, color, is_complete=not errors)
    if mender is not None:
        mender.tell(to_stderr=fixing.diff or reporting.has_data_on_stdout)
    if errors:
        return EXIT_USAGE
    is_failed = not fixing.is_silent and any(map(chooser.fails, reports))
    return EXIT_FINDINGS if is_failed or (mender and mender.is_failed) else EXIT_CLEAN


def _mender(choice: FixChoice, ignoring: IgnoreChoice) -> Mender | None:
    if ignoring.is_on:
        if choice.is_on:
            raise click.UsageError("--add-ignores cannot be combined with --fix, --fix-only or --diff")
        from .ignore_writer import IgnoreWriter

        return IgnoreWriter(ignoring)
    if not choice.is_on:
        return None
    from .fixer import Fixer

    return Fixer(choice)
