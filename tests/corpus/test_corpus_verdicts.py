"""Real nets and what real Caffe said of them: verdicts and shapes, file by file.

`differences.json` holds the agreement for each kind of file, and for each file that differs in anything, what
differs. Any change shows here; `--update-golden` rewrites it, to be reviewed by eye.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypedDict

import pytest

from caffe_lint.layers import Shape
from caffe_lint.lint import Claim, FileReport, NetContext, lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document, Net, NetState
from caffe_lint.net.state import Phase
from caffe_lint.text import Source

DIFFERENCES = Path(__file__).with_name("differences.json")
LEAST_AGREEMENT = 0.995
FALSE_ALARM, MISSED = "false alarm", "missed"

pytestmark = pytest.mark.corpus


class Row(TypedDict, total=False):
    """What real Caffe 1.0 said of one file in one state."""

    path: str
    phase: Phase
    stages: list[str]
    kind: str
    accepted: bool
    comparable: bool
    error: str
    blobs: dict[str, list[int]]
    params: dict[str, list[list[int]]]


def _rows(corpus: Path) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for name in ("verdicts.jsonl", "verdicts_stages.jsonl"):
        for line in (corpus / "corpus" / name).read_text(encoding="utf-8").splitlines():
            row: Row = json.loads(line)
            if row["comparable"]:
                rows[row["path"]].append(row)
    return rows


def _state(row: Row) -> NetState:
    return NetState(row["phase"], 0, tuple(row.get("stages", [])))


def _rejects(report: FileReport, state: NetState) -> bool:
    return any(
        finding.claim is Claim.REJECTS and (not finding.states or str(state) in finding.states)
        for finding in report.diagnostics
    )


def _wrong_shapes(document: Document, net: Net, row: Row) -> Iterator[str]:
    context = NetContext(document, net, frozenset())
    for name, blob in net.final_blobs.items():
        if name in row.get("blobs", {}) and _listed(context.shapes.shape(blob)) != row["blobs"][name]:
            yield f"blob {name}"
    # Params are stored by layer name: of layers with equal names only the last one that has any is there.
    ours = {
        layer.name: context.shapes.params[layer] for layer in net.layers if context.shapes.params.get(layer)
    }
    theirs = row.get("params")
    for name in ours.keys() | theirs.keys() if theirs is not None else ():
        if [_listed(shape) for shape in ours.get(name, ())] != (theirs or {}).get(name, []):
            yield f"params of {name}"


def _listed(shape: Shape) -> list[int | None] | None:
    return None if shape is None else list(shape)


def _compare(corpus: Path, path: str, rows: list[Row]) -> list[str]:
    """What differs in one file; an empty text for each row that agrees in everything."""
    document = Document(Source(path, (corpus / "corpus" / path).read_bytes()), "bvlc")
    states = list(dict.fromkeys(_state(row) for row in rows))
    report = lint(document, all_rules(), states)
    nets = {state: net for net in document.nets(states) for state in net.states}
    found = []
    for row in rows:
        state = _state(row)
        if _rejects(report, state) == row["accepted"]:
            verdict = FALSE_ALARM if row["accepted"] else f"{MISSED}: {row['error']}"
            found.append(f"{state}: {verdict}")
        elif row["accepted"] and state in nets:
            wrong = sorted(_wrong_shapes(document, nets[state], row))
            found.append(f"{state}: shapes of {', '.join(wrong)}" if wrong else "")
        else:
            found.append("")
    return found


def _compare_all(corpus: Path, rows: dict[str, list[Row]]) -> dict[str, list[str]]:
    with ProcessPoolExecutor() as pool:
        results = pool.map(partial(_compare, corpus), rows, rows.values(), chunksize=16)
        return dict(zip(rows, results, strict=True))


def _agreement(rows: dict[str, list[Row]], results: dict[str, list[str]]) -> dict[str, dict[str, int]]:
    """How many verdicts there are of each kind, and on how many of them caffe-lint agrees."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for path, found in results.items():
        for row, text in zip(rows[path], found, strict=True):
            agrees = FALSE_ALARM not in text and MISSED not in text
            counts[row.get("kind", "stages")].update(verdicts=1, agreeing=int(agrees))
    return {kind: dict(count) for kind, count in sorted(counts.items())}


def test_real_nets_are_judged_as_real_caffe_judges_them(corpus: Path, request: pytest.FixtureRequest) -> None:
    rows = _rows(corpus)
    results = _compare_all(corpus, rows)
    found = {path: [text for text in texts if text] for path, texts in sorted(results.items())}
    differences = {path: texts for path, texts in found.items() if texts}
    agreement = _agreement(rows, results)
    outcome = {"agreement": agreement, "differences": differences}
    if request.config.getoption("--update-golden"):
        DIFFERENCES.write_text(json.dumps(outcome, indent=1) + "\n", encoding="utf-8")

    assert outcome == json.loads(DIFFERENCES.read_text(encoding="utf-8"))
    assert not [path for path, texts in differences.items() if any(FALSE_ALARM in text for text in texts)]
    verdicts = sum(count["verdicts"] for count in agreement.values())
    assert sum(count["agreeing"] for count in agreement.values()) >= LEAST_AGREEMENT * verdicts
