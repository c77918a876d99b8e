"""The options that say which settings hold: what is given on the command line wins over settings files."""

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click

from ..lint.diagnostic import Severity
from ..lint.settings import Selection
from ..lint.typed import NEVER, Glob
from .completion import complete_caffe, complete_dialect, complete_paths, complete_rules
from .state import state_options

CACHE_VARIABLE = "CAFFE_LINT_CACHE_DIR"
"""Names the folder of the cache where the command line does not."""


class SettingsChoice(NamedTuple):
    """What the command line says about settings."""

    config: str | None = None
    """The file to take them from, instead of the nearest ones."""
    isolated: bool = False
    """Whether files are left alone."""
    overrides: Mapping[str, Any] = {}
    """The fields of the settings that are given, by name."""
    selection: Selection = Selection()
    extend_exclude: tuple[str, ...] = ()


def split_words(_context: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Words with commas or spaces between."""
    return tuple(word for value in values for word in value.replace(",", " ").split())


_RULES = {
    "--select": "Check these rules only: codes, prefixes of codes or names, with commas between.",
    "--ignore": "Leave these rules out; wins over --select.",
    "--extend-select": "Check these rules besides those that settings select.",
    "--extend-ignore": "Leave these rules out besides those that settings ignore.",
    "--fixable": "Offer and apply fixes of these rules only.",
    "--unfixable": "Neither offer nor apply fixes of these rules.",
}


def _rules_option(name: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    return click.option(
        name,
        multiple=True,
        metavar="RULES",
        callback=split_words,
        shell_complete=complete_rules,
        help=_RULES[name],
    )


_Decorator = Callable[[Callable[..., int]], Callable[..., int]]

_FILE_OPTIONS: tuple[_Decorator, ...] = (
    click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Leave these files and folders out, as in .gitignore, instead of those that settings exclude.",
    ),
    click.option(
        "--extend-exclude", multiple=True, metavar="GLOB", help="Leave these files and folders out, too."
    ),
    click.option(
        "--force-exclude/--no-force-exclude",
        default=None,
        help="Leave out excluded files even if they are named.",
    ),
    click.option(
        "--respect-gitignore/--no-respect-gitignore",
        default=None,
        help="Leave out of folders what git ignores; this is the default.",
    ),
    click.option(
        "--config",
        metavar="FILE",
        shell_complete=complete_paths,
        help="Take settings from this file, not from the nearest ones.",
    ),
    click.option("--isolated", is_flag=True, help="Leave all settings files alone."),
)

_RULE_OPTIONS: tuple[_Decorator, ...] = (
    *map(_rules_option, _RULES),
    click.option(
        "--dialect",
        metavar="CAFFE",
        shell_complete=complete_dialect,
        help="The Caffe that judges: 'auto' (the one that a file needs), 'bvlc', or a repository.  "
        "[default: auto]",
    ),
    click.option(
        "--target",
        multiple=True,
        metavar="CAFFE",
        shell_complete=complete_caffe,
        help="A Caffe that the files shall load in, whoever judges them; as often as wanted.",
    ),
    state_options,
    click.option(
        "--fail-on",
        type=click.Choice([*(severity.value for severity in Severity), NEVER]),
        help="The least severity that gives exit code 1.  [default: warning]",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit code 0 whatever is found."),
    click.option(
        "--baseline",
        metavar="FILE",
        shell_complete=complete_paths,
        help="Do not report the old findings in this file.",
    ),
    click.option(
        "--cache-dir",
        metavar="FOLDER",
        envvar=CACHE_VARIABLE,
        show_envvar=True,
        shell_complete=complete_paths,
        help="Keep the cache here, not in '.caffe_lint_cache'.",
    ),
)


def settings_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options about rules and files, given to a command as one argument `choice`."""
    return _with_choice(command, _RULE_OPTIONS + _FILE_OPTIONS)


def file_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options about files alone, given to a command as one argument `choice`."""
    return _with_choice(command, _FILE_OPTIONS)


def _with_choice(command: Callable[..., int], options: tuple[_Decorator, ...]) -> Callable[..., int]:
    @wraps(command)
    def with_choice(**given: Any) -> int:
        return command(choice=_choice(given), **given)

    decorated: Callable[..., int] = with_choice
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


_OVERRIDING = (
    "fixable",
    "unfixable",
    "dialect",
    "target",
    "phase",
    "level",
    "stages",
    "force_exclude",
    "respect_gitignore",
)


def _choice(options: dict[str, Any]) -> SettingsChoice:
    """Take what is about settings out of the options of a command."""
    config, isolated = options.pop("config"), options.pop("isolated")
    if config and isolated:
        raise click.UsageError("--config and --isolated exclude each other")
    selection = Selection(**{name: options.pop(name, ()) for name in Selection._fields})
    overrides = {name: value for name in _OVERRIDING if (value := options.pop(name, None)) not in (None, ())}
    if exclude := options.pop("exclude"):
        overrides["exclude"] = command_globs(exclude)
    for name in ("baseline", "cache_dir"):
        if given := options.pop(name, None):
            overrides[name] = Path(given)
    if fail_on := options.pop("fail_on", None):
        overrides["fail_on"] = None if fail_on == NEVER else Severity(fail_on)
    if options.pop("exit_zero", False):
        overrides["fail_on"] = None
    return SettingsChoice(config, isolated, overrides, selection, options.pop("extend_exclude"))


def command_globs(patterns: tuple[str, ...]) -> tuple[Glob, ...]:
    """Patterns of the command line, which are relative to the current folder."""
    return tuple(Glob(str(Path.cwd()), pattern) for pattern in patterns)
