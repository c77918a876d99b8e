"""Writes findings in the formats that were asked for, to the standard output and to files."""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import click

from .. import __version__
from ..lint import FileReport, Rule
from ..report import DATA_FORMATS, FORMATS, STATISTICS, ColorChoice
from .output import report_options
from .report_options import Reporting
from .writing import write


def refuse_to_overwrite(reporting: Reporting, checked: Iterable[Path]) -> None:
    """Look that no report would take the place of a file that is to be checked.

    Raises:
        click.UsageError: if one would.
    """
    files = {file.resolve(): file for file in reporting.files if file.exists()}
    for path in checked if files else ():
        if path.resolve() in files:
            raise click.UsageError(f"the report would overwrite '{path}', which is to be checked")


def write_reports(
    reports: Sequence[FileReport],
    reporting: Reporting,
    color: ColorChoice,
    *,
    plugin_rules: tuple[Rule, ...],
    is_complete: bool,
    to_stderr: bool = False,
) -> None:
    """Write all that was asked for.

    Args:
        reports: the findings of the files.
        reporting: the formats, and where they go.
        color: when to use colour; a file gets it if that is `always`.
        plugin_rules: what formats explain besides caffe-lint's own rules.
        is_complete: whether these are all files: what is written for programs must not leave one out.
        to_stderr: whether the standard output is taken by something else.

    Raises:
        click.ClickException: if a file cannot be written; the others are written all the same.
    """
    stream = sys.stderr if to_stderr else sys.stdout
    options = replace(
        report_options(color, stream),
        folder=str(Path.cwd()),
        root=_root(),
        version=__version__,
        rules=plugin_rules,
    )
    formats = STATISTICS if reporting.statistics else FORMATS
    errors = []
    for name, file in reporting.outputs:
        if name in DATA_FORMATS and not is_complete:
            continue
        if file is None:
            for text in formats[name](reports, options):
                stream.write(text)
            continue
        plain = replace(options, color=color == "always", width=80)
        try:
            _write(file, "".join(formats[name](reports, plain)))
        except click.ClickException as error:
            errors.append(error.format_message())
    if errors:
        raise click.ClickException("\n".join(errors))


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"cannot make folder '{file.parent}': {error.strerror}") from error
    write(file, text.encode("utf-8"))


def _root() -> str:
    """The project's folder, where a service tells it; else the working folder."""
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        folder = os.environ.get(name, "")
        if os.path.isabs(folder) and Path.cwd().is_relative_to(folder):  # noqa: PTH117  "" is none
            return folder
    return str(Path.cwd())
