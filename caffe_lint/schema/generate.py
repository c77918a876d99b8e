"""Makes the schema's data file from a folder of facts: `python -m caffe_lint.schema.generate FACTS_DIR`.

The facts are four files that other tools extracted from published `caffe.proto` and layer factory files:
`fields.jsonl`, `enums.jsonl`, `layer_types.jsonl` and `type_maps.json`. The same facts give the same bytes.
"""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_BVLC = "BVLC/caffe"
_ABOUT = (
    "What the published caffe.proto and layer factory files of these repositories say, keyed by message and "
    "field name; made by caffe_lint.schema.generate, do not edit. Bit i of a hexadecimal set is repository "
    "i. A field has a line for each variant: label, type, set, BVLC's number or -, default as JSON if there "
    "is one. An enum value reads: name, number, set."
)

Rows = list[dict[str, Any]]


def generate(facts: Path) -> str:
    """The text of `schema.json` for a folder of facts.

    Raises:
        OSError: if a file of facts is missing.
        ValueError: if one is not what it should be.
    """
    fields, enums, types = (
        _read_lines(facts / f"{name}.jsonl") for name in ("fields", "enums", "layer_types")
    )
    maps = json.loads((facts / "type_maps.json").read_text())
    sets = _Sets(fields, types)
    messages: dict[str, dict[str, str]] = {}
    for row in fields:
        messages.setdefault(row["message"], {})[row["field"]] = "\n".join(_variants(row, sets))
    return _write(
        {
            "about": _ABOUT,
            "repositories": sets.repositories,
            "messages": messages,
            "enums": {row["enum"]: list(_value_lines(row["values"], sets)) for row in enums},
            "layer_types": {row["type"]: sets.of_type(row["repos"]) for row in types},
            "v1_types": _only_of_each(maps["v1_enum_to_type"]),
            "v0_types": _only_of_each(maps["v0_string_to_v1_enum"]),
        }
    )


class _Sets:
    """Sets of repositories as bit masks, completed where the facts leave the obvious unsaid.

    `owner/name@branch` lists only what differs from `owner/name`; a repository of which no schema (or no
    layer factory) was read counts as having BVLC's, and so does one that publishes only layers to be added to
    BVLC's: it registers less than half of BVLC's types. BVLC comes first, then the smallest schema: of those
    that know a field, it is the one nearest to the field's origin. Those of which only a part was read
    come last: converters with a schema but no layers, branches.
    """

    def __init__(self, fields: Rows, types: Rows) -> None:
        sizes = Counter(repo for row in fields for variant in row["variants"] for repo in variant["repos"])
        shared = [row["repos"] for row in types if _BVLC in row["repos"]]
        registered = Counter(repo for repos in shared for repo in repos)
        everybody = {repo for row in types for repo in row["repos"]} | set(sizes)
        branches = {repo for repo in everybody if repo.startswith(f"{_BVLC}@")}
        self._follow_schema = everybody - set(sizes) | branches
        self._follow_types = {repo for repo in everybody if 2 * registered[repo] < len(shared)} | branches
        for repo in self._follow_schema:
            sizes[repo] += sizes[_BVLC]
        partial = self._follow_schema | self._follow_types
        self.repositories = sorted(
            everybody, key=lambda repo: (repo in partial, repo != _BVLC, sizes[repo], repo)
        )

    def of_schema(self, repos: Iterable[str], elsewhere: Iterable[str]) -> str:
        """The set for one variant; the repositories `elsewhere` have another variant."""
        return self._complete(repos, self._follow_schema.difference(elsewhere))

    def of_type(self, repos: Iterable[str]) -> str:
        """The set for one layer type."""
        return self._complete(repos, self._follow_types)

    def _complete(self, repos: Iterable[str], followers: set[str]) -> str:
        known = set(repos)
        if _BVLC in known:
            known |= followers
        return f"{sum(1 << self.repositories.index(repo) for repo in known):x}"


def _variants(row: dict[str, Any], sets: _Sets) -> Iterator[str]:
    variants = row["variants"]
    everybody = {repo for variant in variants for repo in variant["repos"]}
    for variant in variants:
        # 'message FillerParameter' and 'enum Phase' are told apart by name alone: no two are equal.
        kind = variant["type"].split()[-1]
        known = sets.of_schema(variant["repos"], everybody)
        line = f"{variant['label']} {kind} {known} {variant.get('bvlc_number', '-')}"
        default = variant.get("default")
        yield line if default is None else f"{line} {_default(kind, default)}"


def _default(kind: str, text: str) -> str:
    if kind == "bool":
        return text
    if kind in ("float", "double"):
        return _dump(float(text))
    return text if kind in ("int32", "uint32", "int64", "uint64") else _dump(text)


def _value_lines(values: dict[str, dict[str, list[str]]], sets: _Sets) -> Iterator[str]:
    for name, numbers in values.items():
        everybody = {repo for repos in numbers.values() for repo in repos}
        for number, repos in numbers.items():
            yield f"{name} {number} {sets.of_schema(repos, everybody)}"


def _only_of_each(names: dict[str, list[str]]) -> dict[str, str]:
    return {key: value for key, (value,) in names.items()}


def _read_lines(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _write(document: dict[str, Any]) -> str:
    """JSON with one line for each field, value and name, so that a change can be reviewed."""
    return json.dumps(document, indent=0, separators=(",", ":")) + "\n"


def _dump(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    arguments = ArgumentParser(description="Make the schema's data file from a folder of facts.")
    arguments.add_argument("facts", type=Path, help="the folder of facts")
    text = generate(arguments.parse_args().facts)
    Path(__file__).with_name("schema.json").write_text(text)
