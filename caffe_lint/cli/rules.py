"""`caffe-lint rules`: all rules in a table, and files for a new one."""

import sys
from pathlib import Path

import click

from ..report import printable
from .completion import complete_paths, complete_rules
from .known_rules import known_rules, rules_meant
from .options import format_option
from .settings_options import split_words


@click.group(invoke_without_command=True, short_help="List the rules, or begin a new one.")
@click.option(
    "--select",
    shell_complete=complete_rules,
    multiple=True,
    metavar="RULES",
    callback=split_words,
    help="These only: codes, prefixes of codes or names, with commas between.",
)
@format_option("table", "json", description="How they are written.")
@click.pass_context
def rules(context: click.Context, select: tuple[str, ...], format_name: str) -> int:
    """List all rules, those of plugins too; `caffe-lint rule CODE` explains one."""
    if context.invoked_subcommand is not None:
        return 0
    from ..report.json_text import json_text
    from ..report.rule_listing import rule_data, rule_table

    meant = rules_meant(known_rules(), select)
    if format_name == "json":
        sys.stdout.write(json_text([rule_data(rule) for rule in meant]))
    else:
        sys.stdout.writelines(rule_table(meant))
    return 0


@rules.command(short_help="Write the files of a new rule.")
@click.argument("name")
@click.option("--code", metavar="CODE", help="Its code; by default the next free one of X001, X002, …")
@click.option(
    "--into",
    metavar="FOLDER",
    shell_complete=complete_paths,
    help="Where its module goes, and its tests into 'tests' in there.  [default: lint_rules]",
)
def new(name: str, code: str | None, into: str | None) -> int:
    """Write a module for a new rule of your own, and tests that fail until it works.

    NAME is in kebab case, such as 'too-many-layers'. In a checkout of caffe-lint
    the rule becomes one of its own, and needs a --code of its family.
    """
    from .new_rule import FOLDER, new_rule

    written = new_rule(name, code, Path(into) if into else None, known_rules())
    for path in written:
        sys.stdout.write(f"wrote {printable(str(path))}\n")
    folder = written[0].parent
    if into or str(folder) == FOLDER:
        sys.stdout.write(f'add to your settings: plugins = ["{printable(folder.as_posix())}"]\n')
    return 0
