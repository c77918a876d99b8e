"""Every recurrent net of the corpus is recognised, and nothing else is taken for one."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from caffe_lint.lint import Severity, lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document
from caffe_lint.peer import NetText, Peer, Plan
from caffe_lint.recurrent import find_unrolls
from caffe_lint.report import ReportOptions
from caffe_lint.report.recurrent_text import recurrent_text
from caffe_lint.text import Source

pytestmark = pytest.mark.corpus

UNROLLED = "derived/unrolled"
RULES = [rule for rule in all_rules() if "CL500" < rule.code < "CL520"]


class Cell(NamedTuple):
    """What is known of a cell: kind, T, and the names of the params that all steps share."""

    kind: str
    steps: int
    shared: tuple[str, ...]


def _cell(kind: str, steps: int, shared: str) -> Cell:
    return Cell(kind, steps, tuple(shared.split()))


LSTM = "Wx_w Wx_b Wh_w"
GRU = "Wzx_w Wzx_b Wzh_w Wrx_w Wrx_b Wrh_w Wnx_w Wnx_b Wnh_w"
NETSPEC = "w_t0/Mxw w_t0/Mxb w_t0/Mhw"
# What Caffe builds inside of its LSTM layer: x is multiplied once for all steps, outside of them if T > 1.
INSIDE = "W_hc"
STEP = "W_xc b_c W_hc"

CELLS = {
    "birnn_T5": [_cell("rnn", 5, "fw_xh_w fw_xh_b fw_hh_w"), _cell("rnn", 5, "bw_xh_w bw_xh_b bw_hh_w")],
    "caffe_internal_01": [_cell("lstm-unit", 20, INSIDE)],
    "caffe_internal_04": [_cell("lstm-unit", 20, INSIDE)],
    "caffe_internal_05": [_cell("lstm-unit", 20, INSIDE)],
    "caffe_internal_07": [_cell("lstm-unit", 1, STEP)],
    "caffe_internal_08": [_cell("lstm-unit", 1, "W_xc b_c W_xc_static W_hc")],
    "caffe_internal_09": [_cell("lstm-unit", 1, STEP)],
    "caffe_internal_10": [_cell("lstm-unit", 16, INSIDE)],
    "caffe_internal_16": [_cell("lstm-unit", 20, INSIDE)],
    "caffe_internal_17": [_cell("lstm-unit", 20, INSIDE)],
    "caffe_internal_21": [_cell("lstm-unit", 1, STEP)],
    "caffe_internal_22": [_cell("lstm-unit", 1, STEP)],
    "convlstm_T3": [_cell("lstm", 3, LSTM)],
    "convlstm_T5": [_cell("lstm", 5, LSTM)],
    "gru_T12": [_cell("gru", 12, GRU)],
    "gru_T4": [_cell("gru", 4, GRU)],
    "lstm_T100": [_cell("lstm", 100, LSTM)],
    "lstm_T20": [_cell("lstm", 20, LSTM)],
    "lstm_T3": [_cell("lstm", 3, LSTM)],
    "lstm_T4_inplace_cell_BUG": [_cell("lstm", 4, LSTM)],
    "lstm_T4_loss": [_cell("lstm", 4, LSTM)],
    "lstm_T4_unshared": [_cell("lstm", 4, "")],
    "lstm_T5_noinplace": [_cell("lstm", 5, LSTM)],
    "lstm_T6_2layer": [
        _cell("lstm", 6, "l0_Wx_w l0_Wx_b l0_Wh_w"),
        _cell("lstm", 6, "l1_Wx_w l1_Wx_b l1_Wh_w"),
    ],
    "netspec_lstm_bad": [_cell("lstm", 3, NETSPEC)],
    "netspec_lstm_demo": [_cell("lstm", 3, NETSPEC)],
    "recursive_residual_U9": [_cell("recursive", 9, "rec1_w rec1_b rec2_w rec2_b")],
    "rnn_T6": [_cell("rnn", 6, "fw_xh_w fw_xh_b fw_hh_w")],
}
"""By how the names of their files begin."""

WRONG = {
    "lstm_T4_inplace_cell_BUG": [("CL502", 117)],
    "lstm_T4_unshared": [("CL501", 31), ("CL501", 31), ("CL501", 38)],
    "netspec_lstm_bad": [("CL502", 198)],
}
"""The findings of the nets that are wrong, with their lines."""


def _read(path: Path) -> Document:
    return Document(Source(str(path), path.read_bytes()))


def _unrolled(corpus: Path) -> list[Path]:
    return sorted((corpus / "corpus" / UNROLLED).glob("*.prototxt"))


def test_all_nets_are_listed(corpus: Path) -> None:
    listed = sorted(_only(corpus, name) for name in CELLS)
    assert listed == _unrolled(corpus)
    assert len(listed) == 28


def _only(corpus: Path, name: str) -> Path:
    exact = [path for path in _unrolled(corpus) if path.stem == name]
    (path,) = exact or [path for path in _unrolled(corpus) if path.stem.startswith(f"{name}_")]
    return path


@pytest.mark.parametrize("name", CELLS)
def test_the_cells_of_each_net(name: str, corpus: Path) -> None:
    document = _read(_only(corpus, name))
    for net in document.nets():
        found = [
            Cell(unroll.cell, len(unroll.steps), tuple(unroll.shared_params)) for unroll in find_unrolls(net)
        ]
        assert found == CELLS[name]
    findings = [
        (finding.code, document.source.position(finding.span.start).line)
        for finding in lint(document, RULES).diagnostics
    ]
    assert findings == WRONG.get(name, [])


@pytest.mark.parametrize("name", CELLS)
def test_each_net_is_shown_without_odd_steps(name: str, corpus: Path) -> None:
    _, *lines = "".join(recurrent_text(_read(_only(corpus, name)), None, ReportOptions())).splitlines()
    text = "\n".join(lines)
    assert text.count(" unrolled over ") == len(CELLS[name])
    assert " differs" not in text
    assert max(map(len, lines)) <= 80


def test_no_other_net_is_recurrent(corpus: Path) -> None:
    count = 0
    for path in _others(corpus):
        document = _read(path)
        if document.root_type != "NetParameter":
            continue
        count += 1
        assert [unroll.cell for net in document.nets() for unroll in find_unrolls(net)] == [], path
        assert [finding.code for finding in lint(document, RULES).diagnostics] == [], path
    assert count > 1300


def _others(corpus: Path) -> Iterator[Path]:
    unrolled = set(_unrolled(corpus))
    for folder in ("real", "derived"):
        paths = sorted((corpus / "corpus" / folder).rglob("*"))
        yield from (path for path in paths if path.is_file() and path not in unrolled)


HARMLESS = {
    # What overwrites the last cell state, or another state than it is thrown away, changes nothing.
    "rnn_inplace_state/b017_0986": "lstm_T4_loss",
    "rnn_inplace_state/b035_0163": "lstm_T3",
    "rnn_stale_state/b017_1418": "lstm_T4_loss",
    # The product overwrites the gate, which nothing reads any more in a net without a loss.
    "rnn_inplace_state/b035_1149": "lstm_T3",
}
"""Mutants that compute what the net computes that they were made of."""

NOT_TOLD = {"rnn_stale_state/b047_0493"}
"""In a net of one step no other shows what is meant."""


@pytest.mark.caffe
@pytest.mark.parametrize("mutant", HARMLESS)
def test_harmless_mutants_compute_what_the_net_does(mutant: str, corpus: Path, real_caffe: Peer) -> None:
    one, other = (corpus / "corpus" / "mutants" / f"{mutant}.prototxt", _only(corpus, HARMLESS[mutant]))
    found = real_caffe.compare(NetText(one.read_bytes()), NetText(other.read_bytes()), Plan(weights="name"))
    assert found.ok, found.error
    assert found.data
    assert all(each.distance == 0 for each in (*found.data.values(), *found.gradients.values()))


def test_mistakes_of_the_mutants_are_found(corpus: Path) -> None:
    """A step is left out or reads an older state, a state is overwritten, a weight is not shared."""
    missed, found = set(), 0
    for operator in ("rnn_inplace_state", "rnn_missing_step", "rnn_stale_state", "unshare_param"):
        for path in sorted((corpus / "corpus" / "mutants" / operator).glob("*.prototxt")):
            document = _read(path)
            if not any(find_unrolls(net) for net in document.nets()):
                continue
            if any(finding.severity is Severity.ERROR for finding in lint(document, all_rules()).diagnostics):
                found += 1
            else:
                missed.add(f"{operator}/{path.stem}")
    assert missed == HARMLESS.keys() | NOT_TOLD
    assert found == 72
