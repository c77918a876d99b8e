"""`caffe-lint clean`: remove the cache."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from ..report import printable
from .cache_folder import NAME, cache_folder, is_cache, remove
from .chooser import Chooser
from .completion import complete_paths
from .settings_options import CACHE_VARIABLE, SettingsChoice


@click.command(short_help="Remove the cache.")
@click.argument("folder", metavar="[FOLDER]", default=".", shell_complete=complete_paths)
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    envvar=CACHE_VARIABLE,
    show_envvar=True,
    shell_complete=complete_paths,
    help="Remove this cache.",
)
def clean(folder: str, cache_dir: str | None) -> int:
    """Remove the caches of a folder (by default this one) and those inside it.

    Only folders that caffe-lint has made as caches are removed.
    """
    if not Path(folder).is_dir():
        raise click.UsageError(f"no such folder: '{folder}'")
    overrides = {"cache_dir": Path(cache_dir)} if cache_dir else {}
    own = cache_folder(Chooser(SettingsChoice(overrides=overrides)), Path(folder, "any.prototxt"))
    if cache_dir and own.exists() and not is_cache(own):
        raise click.UsageError(f"'{own}' is no cache of caffe-lint")
    for cache in dict.fromkeys([own.resolve(), *_inside(Path(folder))]):
        if is_cache(cache):
            _remove(cache)
    return 0


def _inside(folder: Path) -> Iterator[Path]:
    for place, names, _ in os.walk(folder):
        for name in [name for name in names if name.startswith(NAME)]:  # with those half removed
            names.remove(name)
            yield Path(place, name).resolve()


def _remove(cache: Path) -> None:
    shown = os.path.relpath(cache)
    try:
        remove(cache)
    except OSError as error:
        raise click.ClickException(f"cannot remove '{shown}': {error.strerror}") from error
    sys.stdout.write(f"Removed {printable(shown)}\n")
