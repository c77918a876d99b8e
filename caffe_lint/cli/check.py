"""`caffe-lint check`: lint files and folders."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..lint import FileReport, Rule, RuleFailedError, Settings, Severity, lint
from ..net import Document
from ..report import ColorChoice
from .errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, InternalError, complain
from .files import find_files, read_sources
from .fix_options import FixChoice, fix_options
from .options import color_option, dialect_option
from .report_options import Reporting, reporting_options
from .reporting import refuse_to_overwrite, write_reports

if TYPE_CHECKING:
    from .fixer import Fixer

_NEVER = "never"


def _split(_context: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for value in values for word in value.replace(",", " ").split())


def _severity(_context: click.Context, _param: click.Parameter, value: str) -> Severity | None:
    return None if value == _NEVER else Severity(value)


@click.command(short_help="Check files and folders.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--select",
    multiple=True,
    metavar="RULES",
    callback=_split,
    help="Check these rules only: codes, prefixes of codes or names, with commas between.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULES",
    callback=_split,
    help="Leave these rules out; wins over --select.",
)
@dialect_option
@click.option(
    "--fail-on",
    type=click.Choice([*(severity.value for severity in Severity), _NEVER]),
    default="warning",
    show_default=True,
    callback=_severity,
    help="The least severity that gives exit code 1.",
)
@reporting_options
@color_option
@fix_options
def check(
    paths: tuple[str, ...], reporting: Reporting, color: ColorChoice, fixing: FixChoice, **options: object
) -> int:
    """Check prototxt files, and all *.prototxt in folders (by default here).

    Exit code 0: nothing found, or all of it fixed. 1: findings. 2: a wrong call
    or a file that cannot be read or written. 3: an internal error.
    """
    settings = Settings(**options)  # type: ignore[arg-type]  # click has converted and checked them
    rules = _rules(settings)
    fixer = _fixer(fixing, rules)
    files = find_files(paths or (".",))
    refuse_to_overwrite(reporting, files)
    reports, errors = _lint_all(files, settings, rules, fixer)
    for error in errors:
        complain(error.format_message())
    if not fixing.is_silent:
        write_reports(reports, reporting, color, is_complete=not errors)
    if fixer is not None:
        fixer.tell(to_stderr=fixing.diff or reporting.has_data_on_stdout)
    if errors:
        return EXIT_USAGE
    is_failed = not fixing.is_silent and any(map(settings.fails, reports))
    return EXIT_FINDINGS if is_failed or (fixer and fixer.is_failed) else EXIT_CLEAN


def _fixer(choice: FixChoice, rules: Sequence[Rule]) -> "Fixer | None":
    if not choice.is_on:
        return None
    from .fixer import Fixer

    return Fixer(choice, rules)


def _lint_all(
    paths: Iterable[Path], settings: Settings, rules: Sequence[Rule], fixer: "Fixer | None"
) -> tuple[list[FileReport], list[click.ClickException]]:
    reports: list[FileReport] = []
    errors: list[click.ClickException] = []
    for source in read_sources(paths):
        if isinstance(source, click.ClickException):
            errors.append(source)
            continue
        try:
            document = Document(source, settings.dialect)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        try:
            reports.append(_lint_one(document, rules, fixer))
        except click.ClickException as error:
            errors.append(error)
    return reports, errors


def _rules(settings: Settings) -> Sequence[Rule]:
    # Imports all rule modules, which a usage error does not need.
    from ..lint.registry import UnknownRuleError, select_rules

    try:
        return select_rules(settings.select, settings.ignore)
    except UnknownRuleError as error:
        raise click.UsageError(str(error)) from error


def _lint_one(document: Document, rules: Sequence[Rule], fixer: "Fixer | None") -> FileReport:
    try:
        return fixer.fix(document) if fixer else lint(document, rules)
    except click.ClickException:
        raise
    except RuleFailedError as error:
        raise InternalError(str(error)) from error
    except Exception as error:
        where = f"{document.source.path}: {type(error).__name__}"
        raise InternalError(f"{where}: {error}") from error
