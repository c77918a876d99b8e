"""`caffe-lint check`: lint files and folders."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from ..lint import FileReport, Rule, RuleFailedError, Settings, Severity, lint
from ..net import Document
from ..report import FORMATS, ColorChoice
from .errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, InternalError, complain
from .files import find_files, read_sources
from .options import color_option, dialect_option
from .output import report_options

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
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="full",
    show_default=True,
    help="How findings are written.",
)
@color_option
def check(paths: tuple[str, ...], format_name: str, color: ColorChoice, **options: object) -> int:
    """Check prototxt files, and all *.prototxt in folders (by default here).

    Exit code 0: nothing found. 1: findings. 2: a wrong call or a file that
    cannot be read. 3: an internal error.
    """
    settings = Settings(**options)  # type: ignore[arg-type]  # click has converted and checked them
    reports, errors = _lint_all(find_files(paths or (".",)), settings)
    for error in errors:
        complain(error.format_message())
    if not errors or format_name != "json":
        for text in FORMATS[format_name](reports, report_options(color)):
            sys.stdout.write(text)
    if errors:
        return EXIT_USAGE
    return EXIT_FINDINGS if any(map(settings.fails, reports)) else EXIT_CLEAN


def _lint_all(
    paths: Iterable[Path], settings: Settings
) -> tuple[list[FileReport], list[click.ClickException]]:
    rules = _rules(settings)
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
        reports.append(_lint_one(document, rules))
    return reports, errors


def _rules(settings: Settings) -> Sequence[Rule]:
    # Imports all rule modules, which a usage error does not need.
    from ..lint.registry import UnknownRuleError, select_rules

    try:
        return select_rules(settings.select, settings.ignore)
    except UnknownRuleError as error:
        raise click.UsageError(str(error)) from error


def _lint_one(document: Document, rules: Sequence[Rule]) -> FileReport:
    try:
        return lint(document, rules)
    except RuleFailedError as error:
        raise InternalError(str(error)) from error
    except Exception as error:
        where = f"{document.source.path}: {type(error).__name__}"
        raise InternalError(f"{where}: {error}") from error
