"""Checks again whenever a file changes."""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from .chooser import Chooser
from .discovery import find_files
from .errors import EXIT_INTERRUPTED, complain
from .settings_files import OWN_NAME, SHARED_NAME
from .settings_options import SettingsChoice

_PAUSE_SECONDS = 0.3

Snapshot = dict[Path, tuple[int, int]]


def watch(paths: Sequence[str], choice: SettingsChoice, check: Callable[[], int]) -> int:
    """Check, wait for a change, and check again, until Ctrl-C; that is no error, but no result either."""
    try:
        while True:
            before = _snapshot(paths, choice)
            click.clear()
            try:
                check()
            except click.ClickException as error:
                complain(error.format_message())
            sys.stdout.flush()
            click.echo("Watching for changes, Ctrl-C ends it", err=True)
            while _snapshot(paths, choice) == before:
                time.sleep(_PAUSE_SECONDS)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _snapshot(paths: Sequence[str], choice: SettingsChoice) -> Snapshot:
    """When each file that counts was last changed, and its size."""
    try:
        files = find_files(paths, Chooser(choice))
    except click.UsageError:  # there is none at the moment
        files = []
    return {path: _state(path) for path in [*files, *_settings_files(paths, choice)]}


def _settings_files(paths: Sequence[str], choice: SettingsChoice) -> list[Path]:
    """Where settings may stand, whether they do or not."""
    named = [Path(choice.config)] if choice.config else []
    try:
        baseline = Chooser(choice).settings(paths[0]).baseline
    except click.UsageError:
        baseline = None
    folders = {folder for path in paths for folder in (Path(path).absolute(), *Path(path).absolute().parents)}
    found = [folder / name for folder in sorted(folders) for name in (OWN_NAME, SHARED_NAME)]
    return [*named, *([baseline] if baseline else []), *found]


def _state(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
