"""The options of `check` that say how findings are written, and where to."""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import NamedTuple

import click

from ..report import DATA_FORMATS, FORMATS, STATISTICS
from .completion import complete_paths


class Output(NamedTuple):
    """A format and the file it is written to; None for the standard output."""

    format_name: str
    file: Path | None


class Reporting(NamedTuple):
    """Everything that is to be written about the findings."""

    outputs: tuple[Output, ...]
    statistics: bool

    @property
    def has_data_on_stdout(self) -> bool:
        """Whether the standard output belongs to a program that reads it."""
        return any(file is None and name in DATA_FORMATS for name, file in self.outputs)

    @property
    def files(self) -> list[Path]:
        """The files that are written."""
        return [file for _, file in self.outputs if file is not None]


def _chosen(name: str | None) -> str:
    """The format that was asked for; where none was, the one that the service at hand shows best."""
    return name or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full")


def _output(_context: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> list[Output]:
    outputs = []
    for value in values:
        name, _, file = value.partition("=")
        if not file:
            raise click.BadParameter(f"'{value}' is not FORMAT=FILE")
        if name not in FORMATS:
            raise click.BadParameter(f"'{name}' is none of {', '.join(FORMATS)}")
        outputs.append(Output(name, _file(file)))
    return outputs


def _output_file(_context: click.Context, _param: click.Parameter, value: str | None) -> Path | None:
    if value and value.partition("=")[0] in FORMATS and "=" in value:
        raise click.BadParameter(f"'{value}' is FORMAT=FILE: write it as --output {value}")
    return _file(value)


def _file(name: str | None) -> Path | None:
    return Path(name) if name and name != "-" else None


_OPTIONS = (
    click.option(
        "--format",
        "format_name",
        type=click.Choice(list(FORMATS)),
        help="How findings are written; 'full' by default, 'github' on GitHub Actions.",
    ),
    click.option(
        "-o",
        "--output-file",
        callback=_output_file,
        metavar="FILE",
        shell_complete=complete_paths,
        help="Write them to a file instead of the standard output.",
    ),
    click.option(
        "--output",
        multiple=True,
        callback=_output,
        metavar="FORMAT=FILE",
        help="Write them to a file as well; as often as wanted.",
    ),
    click.option("--statistics", is_flag=True, help="Write how many findings each rule has."),
)


def reporting_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options, given to a command as one argument `reporting`."""

    @wraps(command)
    def with_reporting(
        format_name: str | None,
        output_file: Path | None,
        output: list[Output],
        statistics: bool,
        **options: object,
    ) -> int:
        name = _chosen(format_name if format_name or not (statistics or output_file) else "full")
        reporting = Reporting((Output(name, output_file), *output), statistics)
        _check(reporting)
        return command(reporting=reporting, **options)

    decorated: Callable[..., int] = with_reporting
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def _check(reporting: Reporting) -> None:
    files = [file.resolve() for file in reporting.files]
    for file in reporting.files:
        if files.count(file.resolve()) > 1:
            raise click.UsageError(f"two reports for one file: '{file}'")
    if len(files) < len(reporting.outputs) - 1:
        raise click.UsageError("two reports for the standard output")
    for name, _ in reporting.outputs if reporting.statistics else ():
        if name not in STATISTICS:
            raise click.UsageError(f"--statistics has no format '{name}', but {', '.join(STATISTICS)}")
