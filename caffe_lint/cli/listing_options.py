"""The options of `check` that show what it would do, in the place of doing it."""

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import NamedTuple

import click

from ..report import printable
from .chooser import Chooser
from .errors import EXIT_CLEAN
from .settings_options import SettingsChoice


class ListingChoice(NamedTuple):
    """What is to be shown."""

    show_files: bool
    show_settings: bool

    @property
    def is_on(self) -> bool:
        """Whether nothing is checked."""
        return self.show_files or self.show_settings


def listing_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options, given to a command as one argument `listing`."""

    @wraps(command)
    def with_listing(*, show_files: bool, show_settings: bool, **options: object) -> int:
        return command(listing=ListingChoice(show_files, show_settings), **options)

    files = click.option("--show-files", is_flag=True, help="Only name the files that would be checked.")
    settings = click.option(
        "--show-settings",
        is_flag=True,
        help="Only show the settings of the first file, as 'caffe-lint config --show'.",
    )
    return files(settings(with_listing))


def list_instead(
    listing: ListingChoice, files: Iterable[Path], chooser: Chooser, choice: SettingsChoice
) -> int:
    """Write the files that would be checked, or the settings of the first of them."""
    if listing.show_files:
        sys.stdout.writelines(f"{printable(str(path))}\n" for path in files)
    else:
        from .config import show_settings

        for path in list(files)[:1]:
            sys.stdout.write(f"settings for: {printable(str(path))}\n")
            show_settings(chooser, str(path), "text", choice, is_whole=True)
    return EXIT_CLEAN
