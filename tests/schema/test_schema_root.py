"""Nets, solvers and label maps are told apart by the names at the top of a file."""

from pathlib import Path

import pytest

from caffe_lint.schema import root_type_of
from caffe_lint.text import parse


@pytest.mark.parametrize(
    ("text", "root_type"),
    [
        ("", "NetParameter"),
        ("# nothing", "NetParameter"),
        ('name: "a" layer { }', "NetParameter"),
        ("layers { }", "NetParameter"),
        ('input: "data" input_dim: 1', "NetParameter"),
        ('name: "a"', "NetParameter"),
        ('name: "a" laier { }', "NetParameter"),
        ("LAYER { }", "NetParameter"),
        ("lyaer { } lyaer { }", "NetParameter"),
        ('net: "a.prototxt" base_lr: 0.1', "SolverParameter"),
        ('train_net: "a" test_net: "b" max_itre: 5', "SolverParameter"),
        ('type: "Adam"', "SolverParameter"),
        ("max_itre: 5", "SolverParameter"),
        ('item { name: "a" label: 1 display_name: "b" }', "LabelMap"),
        ("eval_config { } train_config { } model { }", None),
        ('name: "a" type: "dpu" isa_version: 1 load_engine { } save_engine { } batch: 4', None),
        ("foo: 1", None),
        ("node { } versions { } library { }", None),
        (" ".join(f"name{index}: 1" for index in range(1000)), None),
    ],
)
def test_roots(text: str, root_type: str | None) -> None:
    assert root_type_of(parse(text.encode()).root) == root_type


@pytest.mark.corpus
def test_real_solvers(corpus: Path) -> None:
    files = list((corpus / "corpus" / "real").rglob("*solver*.prototxt"))
    assert {root_type_of(parse(file.read_bytes()).root) for file in files} == {"SolverParameter"}
