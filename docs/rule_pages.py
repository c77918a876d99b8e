"""A hook of mkdocs: pages about the rules out of their docstrings, and the changelog."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from caffe_lint.lint import Rule
from caffe_lint.lint.registry import all_rules
from caffe_lint.report.rule_listing import rule_facts
from caffe_lint.report.rule_text import rule_text

ROOT = Path(__file__).resolve().parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that are made of something else, and those of rules to the navigation."""
    pages = {f"rules/{rule.name}.md": rule_page(rule) for rule in all_rules()}
    pages["rules/index.md"] = index_page()
    pages["changelog.md"] = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    (rules,) = (section["Rules"] for section in config.nav or () if "Rules" in section)
    rules += [name for name in pages if name not in ("changelog.md", *rules)]
    return files


def rule_page(rule: Rule) -> str:
    """What `caffe-lint rule` says, as a page."""
    facts, _, options = "\n".join(rule_facts(rule)).partition("\n\n")
    parts = [
        f"# {rule.code} {rule.name}",
        rule_text(rule).markdown,
        "\n".join(f"- {fact}" for fact in facts.splitlines()),
        f"```text\n{options}\n```" if options else "",
    ]
    return "\n\n".join(parts) + "\n"


def index_page() -> str:
    """All rules, by code."""
    rows = ["| code | rule | claim | fix | what it finds |", "| --- | --- | --- | --- | --- |"]
    for rule in all_rules():
        summary = rule_text(rule).summary.replace("|", "\\|")
        fix = "yes" if rule.fixable else ""
        rows.append(
            f"| {rule.code} | [{rule.name}]({rule.name}.md) | {rule.claim.value} | {fix} | {summary} |"
        )
    return "# Rules\n\n" + "\n".join(rows) + "\n"
