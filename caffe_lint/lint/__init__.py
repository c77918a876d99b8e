"""The lint engine: diagnostics, the rule API, the registry and the runner."""

from .context import NetContext
from .diagnostic import Claim, Diagnostic, FileReport, Fix, Note, Severity
from .model_rules import (
    HazardRule,
    LayerRule,
    RecurrentRule,
    RejectionRule,
    SchemaRule,
    TrainingRule,
    severity_of,
)
from .old_field_rule import OldFieldRule
from .old_form_rule import OldFormRule
from .rule import DocumentRule, NetRule, Rule, SuppressionRule
from .runner import RuleFailedError, lint
from .settings import Settings
from .solver_rule import SolverRule, judge_name
from .spelling import spelling_fix

__all__ = [
    "Claim",
    "Diagnostic",
    "DocumentRule",
    "FileReport",
    "Fix",
    "HazardRule",
    "LayerRule",
    "NetContext",
    "NetRule",
    "Note",
    "OldFieldRule",
    "OldFormRule",
    "RecurrentRule",
    "RejectionRule",
    "Rule",
    "RuleFailedError",
    "SchemaRule",
    "Settings",
    "Severity",
    "SolverRule",
    "SuppressionRule",
    "TrainingRule",
    "judge_name",
    "lint",
    "severity_of",
    "spelling_fix",
]
