"""The lint engine: diagnostics, the rule API, the registry and the runner."""

from .context import NetContext
from .diagnostic import Claim, Diagnostic, FileReport, Fix, Note, Severity
from .model_rules import RecurrentRule, RejectionRule, SchemaRule, severity_of
from .rule import DocumentRule, NetRule, Rule
from .runner import RuleFailedError, lint
from .settings import Settings

__all__ = [
    "Claim",
    "Diagnostic",
    "DocumentRule",
    "FileReport",
    "Fix",
    "NetContext",
    "NetRule",
    "Note",
    "RecurrentRule",
    "RejectionRule",
    "Rule",
    "RuleFailedError",
    "SchemaRule",
    "Settings",
    "Severity",
    "lint",
    "severity_of",
]
