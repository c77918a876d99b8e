"""A hook of mkdocs: pages about the rules out of their docstrings, and the changelog."""

import re
import textwrap
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from caffe_lint.lint import Rule
from caffe_lint.lint.registry import all_rules
from caffe_lint.report.rule_listing import rule_facts
from caffe_lint.report.rule_text import rule_text

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "tests" / "rules"
"""The nets with which the test suite asks real Caffe, in a folder for each rule."""


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


def on_page_markdown(markdown: str, page: Page, **_others: object) -> str:
    """Links what names a rule by code and name, outside of the pages about rules, to its page."""
    if page.file.src_uri.startswith("rules/"):
        return markdown
    return linked(markdown, page.file.src_uri)


def linked(markdown: str, source: str) -> str:
    """The text of a page with a link at each code and name of a rule, such as: CL501 `unshared-weights`."""
    names = {rule.code: rule.name for rule in all_rules()}
    up = "../" * source.count("/")

    def link(match: re.Match[str]) -> str:
        code, name = match.groups()
        return f"[{match[0]}]({up}rules/{name}.md)" if names.get(code) == name else match[0]

    return re.sub(r"\b(CL\d{3}) `([a-z-]+)`", link, markdown)


def rule_page(rule: Rule) -> str:
    """What `caffe-lint rule` says, as a page, and what real Caffe was asked."""
    facts, _, options = "\n".join(rule_facts(rule)).partition("\n\n")
    parts = [
        f"# {rule.code} {rule.name}",
        rule_text(rule).markdown,
        "\n".join(f"- {fact}" for fact in facts.splitlines()),
        f"```text\n{options}\n```" if options else "",
        proof(EXAMPLES / rule.name.replace("-", "_")),
    ]
    return "\n\n".join(parts) + "\n"


def proof(folder: Path) -> str:
    """How a rule was proven, given the folder of its examples."""
    message = folder / "caffe.txt"
    if message.exists():
        said = message.read_text(encoding="utf-8").strip()
        answer = f"It aborts on the bad one with `{said}`, and loads the good one."
    else:
        answer = "It loads both, and what comes of them bears the claim out."
    intro = f"## Proof\n\nThe test suite gives these files to Caffe 1.0. {answer}"
    return "\n\n".join([intro, *(_folded(kind, folder / f"{kind}.prototxt") for kind in ("bad", "good"))])


def _folded(kind: str, file: Path) -> str:
    """A file that is shown on a click."""
    text = f"```prototxt\n{file.read_text(encoding='utf-8', errors='replace')}```"
    return f'??? example "The {kind} file"\n\n{textwrap.indent(text, "    ")}'


def index_page() -> str:
    """All rules, by code."""
    rows = ["| code | rule | what it finds | claim | fix |", "| --- | --- | --- | --- | --- |"]
    for rule in all_rules():
        summary = rule_text(rule).summary.replace("|", "\\|")
        fix = "yes" if rule.fixable else ""
        rows.append(
            f"| {rule.code} | [{rule.name}]({rule.name}.md) | {summary} | {rule.claim.value} | {fix} |"
        )
    return "# Rules\n\n" + "\n".join(rows) + "\n"
