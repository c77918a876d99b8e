"""Parsing and checking agree with the C++ parser inside real Caffe, on made inputs and on real files."""

import base64
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from caffe_lint.schema import (
    BVLC,
    FieldType,
    Kind,
    ProblemKind,
    SchemaProblem,
    check,
    load_schema,
)
from caffe_lint.schema.value import read_value
from caffe_lint.text import Field, Message, Source, parse, scalar

pytestmark = pytest.mark.corpus

BVLC_VIEW = load_schema().view([BVLC])
CAFFES_ERROR = re.compile(r"text-format caffe\.(\w+): (?:(\d+):\d+: )?")


class Judgement(NamedTuple):
    """What we say of a file: its value, or the line of the first problem if it has one."""

    is_accepted: bool
    line: int | None
    value: object


def judge(data: bytes, root_type: str) -> Judgement:
    parsed = parse(data)
    problems = check(parsed.root, BVLC_VIEW, root_type)
    if not parsed.problems and not problems:
        return Judgement(True, None, plain(parsed.root, root_type))
    places = [(problem.span.start, problem.span.start) for problem in parsed.problems]
    places += [(problem.span.start, problem.offset_in_caffe(data)) for problem in with_a_line(problems)]
    return Judgement(False, Source("", data).position(min(places)[1]).line if places else None, None)


def with_a_line(problems: list[SchemaProblem]) -> Iterator[SchemaProblem]:
    # C++ looks for missing fields at the very end, and says no line.
    return (problem for problem in problems if problem.kind is not ProblemKind.MISSING_REQUIRED_FIELD)


def plain(message: Message, type_name: str) -> dict[str, object]:
    """A message as the facts spell it."""
    result: dict[str, object] = {}
    for field in message.fields:
        field_type = BVLC_VIEW.message(type_name).field(field.name)
        assert field_type
        values = [plain_value(element, field_type) for element in field.elements()]
        if not field_type.is_repeated:
            result[field.name] = values[0]
        elif values:
            known = result.setdefault(field.name, [])
            assert isinstance(known, list)
            known += values
    return result


def plain_value(field: Field, field_type: FieldType) -> object:
    if isinstance(field.value, Message):
        return plain(field.value, field_type.type_name)
    assert isinstance(field.value, str)
    value = read_value(field_type, field.value)
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else str(value)
    if field_type.kind is Kind.STRING:
        raw = scalar.string(field.value) or b""
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return f"bytes:{raw!r}"
    return value


def test_made_inputs(corpus: Path) -> None:
    lines = (corpus / "facts" / "textformat_conformance.jsonl").read_text().splitlines()
    differences = []
    for row in map(json.loads, lines):
        ours = judge(base64.b64decode(row["input_base64"]), row["root"])
        if ours != Judgement(row["accepted"], row["line"], row["value"]):
            differences.append((row["category"], row["name"], ours))
    assert differences == []
    assert len(lines) == 300


def test_real_files_and_mutants(corpus: Path) -> None:
    rows = map(json.loads, (corpus / "corpus" / "verdicts.jsonl").read_text().splitlines())
    differences = []
    counts = {"accepted": 0, "rejected": 0}
    for path, row in {row["path"]: row for row in rows}.items():
        error = CAFFES_ERROR.search(row["text_format_error"][0]) if "text_format_error" in row else None
        data = (corpus / "corpus" / path).read_bytes()
        ours = judge(data, error[1] if error else "NetParameter")
        counts["accepted" if ours.is_accepted else "rejected"] += 1
        line = int(error[2]) if error and error[2] else None
        if (ours.is_accepted, ours.line) != (error is None, line):
            differences.append((path, ours.line, line))
    assert differences == []
    assert counts == {"accepted": 2447, "rejected": 579}
