"""What shells offer where a rule or a path is to be written; scripts for them come out of click."""

from click import Context, Parameter
from click.shell_completion import CompletionItem

from ..net import AUTO


def complete_paths(_context: Context, _param: Parameter, incomplete: str) -> list[CompletionItem]:
    """Files and folders, which the shell itself looks for."""
    return [CompletionItem(incomplete, type="file")]


def complete_caffe(_context: Context, _param: Parameter, incomplete: str) -> list[CompletionItem]:
    """The Caffes that can be named: `bvlc`, and all other repositories."""
    from ..schema import load_schema

    names = ["bvlc", *load_schema().repositories]
    return [CompletionItem(name) for name in names if name.lower().startswith(incomplete.lower())]


def complete_dialect(context: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """The Caffes that can be named, and `auto`."""
    auto = [CompletionItem(AUTO)] if AUTO.startswith(incomplete) else []
    return auto + complete_caffe(context, param, incomplete)


def complete_rule(_context: Context, _param: Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes of rules; their names, where something that is no code has been begun."""
    import click

    from .known_rules import known_rules

    try:
        rules = known_rules()
    except click.ClickException:
        # Wrong settings are reported when the command runs.
        return []
    codes = [CompletionItem(rule.code, help=rule.name) for rule in rules if rule.code.startswith(incomplete)]
    named = [rule for rule in rules if incomplete and rule.name.startswith(incomplete)]
    return codes or [CompletionItem(rule.name, help=rule.code) for rule in named]


def complete_rules(context: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """The last of several rules with commas between."""
    before, comma, last = incomplete.rpartition(",")
    items = complete_rule(context, param, last)
    return [CompletionItem(f"{before}{comma}{item.value}", help=item.help) for item in items]
