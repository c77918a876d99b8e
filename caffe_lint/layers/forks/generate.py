"""Makes `arity.json` from a file of facts: `python -m caffe_lint.layers.forks.generate FACTS_FILE`.

The facts are JSON: `mechanical_records` has a row for each layer type, with what its header in the first of
its forks declares, and `variants` of it in the others; `sources.forks` names the repositories of the forks.
The same facts give the same bytes.
"""

import json
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from ...schema import Kind, load_schema

_ABOUT = (
    "What the headers of these repositories declare of layer types that nobody has described further; made "
    "by caffe_lint.layers.forks.generate, do not edit. The module arity beside it explains the lines."
)

Row = dict[str, Any]


def generate(facts: Row) -> str:
    """The text of `arity.json`.

    Raises:
        KeyError: if the facts are not what they should be.
        ValueError: if they name a fork or a repository that is not known.
    """
    repositories = {short: _repository(name) for name, short in facts["sources"]["forks"].items()}
    rows = sorted(facts["mechanical_records"], key=lambda row: row["type"])
    document = {
        "about": _ABOUT,
        "repositories": sorted(repo for repo in repositories.values() if repo),
        "types": {row["type"]: _lines(row, repositories) for row in rows},
    }
    return json.dumps(document, indent=0, separators=(",", ":")) + "\n"


def _repository(name: str) -> str | None:
    """`owner/name`, without a branch or a remark; None for a fork whose schema is not known."""
    repo = name.split("@")[0].split(" ")[0]
    return repo if repo in load_schema().repositories else None


def _lines(row: Row, repositories: dict[str, str | None]) -> list[str]:
    """One line if all forks declare the same, else one for each declaration."""
    by_fork = {variant["fork"]: variant for variant in row["variants"]}
    forks: dict[str, list[str]] = {}
    for fork in row["dialect"].split(", "):
        if fork not in repositories:
            raise ValueError(f"layer type '{row['type']}': no fork is called '{fork}'")
        repo = repositories[fork]
        if repo is not None:
            # The parameters go by the first fork: a header does not tell which field they are.
            forks.setdefault(_line(row, by_fork.get(fork, row)), []).append(repo)
    if len(forks) == 1:
        return list(forks)
    return [" ".join([line, *repos]) for line, repos in forks.items()]


def _line(row: Row, declared: Row) -> str:
    is_loss = bool(row["loss_default_weight"])
    words = [
        "loss" if is_loss else "",
        "automatic" if declared["auto_top_blobs"] else "",
        "equal" if declared["equal_num_bottom_top"] else "",
    ]
    counts = [_count(declared["bottoms"]), _count(declared["tops"])]
    return " ".join([*counts, _param(row["param_messages"]), *filter(None, words)])


def _count(declared: dict[str, int | str]) -> str:
    """The count as a text; what is an expression in the header limits nothing."""
    exact, least, most = (_number(declared.get(key)) for key in ("exact", "min", "max"))
    if exact is not None:
        return f"{exact}"
    if most is not None:
        return f"{least or 0}-{most}"
    return f"{least or 0}+"


def _number(value: int | str | None) -> int | None:
    """A number, perhaps with a remark behind it."""
    match = re.fullmatch(r"(\d+)(?: \(.*\))?", str(value))
    return int(match[1]) if match else None


def _param(messages: list[str]) -> str:
    """The first of the fields that LayerParameter really has."""
    layer = load_schema().message("LayerParameter")
    fields = ((name, layer.field(name)) for name in messages)
    return next((name for name, field in fields if field and field.kind is Kind.MESSAGE), "-")


if __name__ == "__main__":
    arguments = ArgumentParser(description="Make the data file of layer types known by their counts.")
    arguments.add_argument("facts", type=Path, help="the file of facts")
    text = generate(json.loads(arguments.parse_args().facts.read_text()))
    Path(__file__).with_name("arity.json").write_text(text)
