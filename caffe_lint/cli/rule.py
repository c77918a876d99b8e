"""`caffe-lint rule`: what a rule is about."""

import sys

import click

from .completion import complete_rule
from .known_rules import known_rules
from .options import format_option


@click.command(short_help="Explain a rule.")
@click.argument("name", metavar="CODE|NAME", shell_complete=complete_rule)
@format_option("text", "json", description="How it is written.")
def rule(name: str, format_name: str) -> int:
    """Explain a rule: what happens in Caffe, a bad and a good example, options."""
    from ..lint.registry import UnknownRuleError

    known = known_rules()
    found = next((each for each in known if name.lower() in (each.code.lower(), each.name)), None)
    if found is None:
        raise click.UsageError(str(UnknownRuleError(name, known)))
    from ..report.json_text import json_text
    from ..report.rule_listing import explained, rule_data

    if format_name == "json":
        sys.stdout.write(json_text(rule_data(found)))
    else:
        sys.stdout.write(explained(found))
    return 0
