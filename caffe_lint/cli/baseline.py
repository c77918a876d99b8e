"""`caffe-lint baseline`: remember what is found today, and forget what has been put right."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from ..lint import FileReport
from ..lint.baseline import (
    Baseline,
    BaselineError,
    count,
    read_baseline,
    reduced,
    write_baseline,
)
from ..report import printable
from ..report.wording import counted
from .chooser import Chooser
from .completion import complete_paths
from .discovery import find_files
from .errors import EXIT_CLEAN, EXIT_USAGE, complain
from .settings_options import SettingsChoice, settings_options
from .writing import write

DEFAULT_FILE = "caffe-lint-baseline.json"


@click.group(short_help="Keep old findings in a file, and report new ones only.")
def baseline() -> None:
    """Keep old findings in a file, so that `caffe-lint check` reports new ones only.

    Findings are known again by their rule, the names in them and the text of
    their line, not by its number. Name the file in the settings, or with
    `caffe-lint check --baseline FILE`.
    """


def _baseline_options(command: Callable[..., int]) -> Callable[..., int]:
    paths = click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=complete_paths)
    file = click.option(
        "--file",
        "file_name",
        metavar="FILE",
        shell_complete=complete_paths,
        help=f"The baseline; by default that of the settings, or {DEFAULT_FILE}.",
    )
    return paths(file(settings_options(command)))


@baseline.command(short_help="Write what is found into a baseline.")
@click.option("--force", is_flag=True, help="Overwrite a baseline that exists.")
@_baseline_options
def create(paths: tuple[str, ...], file_name: str | None, choice: SettingsChoice, *, force: bool) -> int:
    """Write what is found in files and folders (by default here) into a baseline."""
    path = _file(file_name, choice)
    if path.exists() and not force:
        raise click.UsageError(f"'{path}' exists: 'caffe-lint baseline update' or --force")
    made = Baseline(str(path.absolute().parent), {})
    reports = _reports(paths, choice)
    if reports is None:
        return EXIT_USAGE
    files = {made.key(report.source.path): count(report.source, report.diagnostics) for report in reports}
    number = _write(path, made._replace(files=files))
    sys.stdout.write(f"Wrote {counted(number, 'finding')} to {printable(str(path))}\n")
    return EXIT_CLEAN


@baseline.command(short_help="Take out of a baseline what is no longer found.")
@_baseline_options
def update(paths: tuple[str, ...], file_name: str | None, choice: SettingsChoice) -> int:
    """Take out of a baseline what is no longer found; nothing is added.

    Files that do not exist any more are taken out too, others that are not
    among the PATHs (by default all files here) stay as they are.
    """
    path = _file(file_name, choice)
    try:
        old = read_baseline(path)
    except OSError as error:
        raise click.UsageError(f"cannot read baseline '{path}': {error.strerror}") from error
    except BaselineError as error:
        raise click.UsageError(f"baseline '{path}': {error}") from error
    reports = _reports(paths, choice)
    if reports is None:
        return EXIT_USAGE
    files: dict[str, Any] = {
        name: found for name, found in old.files.items() if Path(old.folder, name).exists()
    }
    for report in reports:
        name = old.key(report.source.path)
        if name in files:
            files[name] = reduced(files[name], count(report.source, report.diagnostics))
    before = _number(old)
    number = _write(path, old._replace(files=files))
    sys.stdout.write(
        f"Took {counted(before - number, 'finding')} out of {printable(str(path))}, {number} remain\n"
    )
    return EXIT_CLEAN


def _file(name: str | None, choice: SettingsChoice) -> Path:
    """The baseline that is meant."""
    if name:
        return Path(name)
    given = Chooser(choice).settings("any.prototxt").baseline
    return given if given is not None else Path(DEFAULT_FILE)


def _reports(paths: Sequence[str], choice: SettingsChoice) -> list[FileReport] | None:
    """What is found without a baseline; None, with a word for each, if a file could not be read."""
    from .linting import lint_all

    chooser = Chooser(choice._replace(overrides={**choice.overrides, "baseline": None}))
    reports, errors = lint_all(find_files(paths or (".",), chooser), chooser)
    for error in errors:
        complain(error.format_message())
    return None if errors else reports


def _number(found: Baseline) -> int:
    return sum(sum(counts.values()) for counts in found.files.values())


def _write(path: Path, made: Baseline) -> int:
    write(path, write_baseline(made))
    return _number(made)
