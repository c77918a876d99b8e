"""The peer's verdicts against recorded ones, on a sample of real, derived and broken nets."""

import json
import random
import re
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest

from caffe_lint.net import NetState
from caffe_lint.net.state import Phase
from caffe_lint.peer import NetText, Peer, Verdict

pytestmark = [pytest.mark.caffe, pytest.mark.corpus]

SAMPLE = 60


class Row(TypedDict):
    """A recorded verdict; a key is missing where there is nothing to tell."""

    path: str
    phase: Phase
    comparable: bool
    accepted: bool
    error: NotRequired[str]
    blobs: NotRequired[dict[str, list[int]]]
    params: NotRequired[dict[str, list[list[int]]]]
    outputs: NotRequired[list[str]]
    loss: NotRequired[dict[str, float]]
    needs_backward: NotRequired[list[str]]


def test_verdicts_are_the_recorded_ones(real_caffe: Peer, corpus: Path) -> None:
    lines = (corpus / "corpus" / "verdicts.jsonl").read_text().splitlines()
    rows: list[Row] = [row for row in map(json.loads, lines) if row["comparable"]]
    sample = random.Random(1).sample(rows, SAMPLE)
    nets = (NetText((corpus / "corpus" / row["path"]).read_bytes(), NetState(row["phase"])) for row in sample)
    for row, verdict in zip(sample, real_caffe.load_all(nets), strict=True):
        assert told(verdict) == recorded(row), f"{row['path']} in {row['phase']}"


def told(verdict: Verdict) -> tuple[object, ...]:
    blobs = {name: list(shape) for name, shape in verdict.blobs.items()}
    params = {name: [list(shape) for shape in shapes] for name, shapes in verdict.params.items()}
    needs_backward = list(verdict.needs_backward)
    described = (blobs, params, list(verdict.outputs), verdict.loss, needs_backward)
    return (verdict.accepted, without_places(verdict.error), *described)


def recorded(row: Row) -> tuple[object, ...]:
    described = (
        row.get("blobs", {}),
        row.get("params", {}),
        row.get("outputs", []),
        row.get("loss", {}),
        row.get("needs_backward", []),
    )
    return (row["accepted"], without_places(row.get("error", "").removeprefix("signal ")), *described)


def without_places(error: str) -> str:
    """A message without addresses and file names, which differ from run to run."""
    return re.sub(r"0x[0-9a-f]+|file: .*", "", error)
