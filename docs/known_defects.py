"""Writes docs/recurrent.md, what is found in unrolled nets: `python docs/known_defects.py`."""

from pathlib import Path

from caffe_lint.lint.registry import all_rules
from caffe_lint.recurrent.known_defects import KNOWN_DEFECTS, KnownDefect

PAGE = Path(__file__).resolve().parent / "recurrent.md"

INTRODUCTION = """\
# Mistakes in unrolled recurrent nets

An unrolled net repeats one cell for each time step, in layers that share their weights. caffe-lint finds the
steps by what their layers compute, whatever their names and order: LSTM, GRU and RNN cells, stacked, in two
directions, with peepholes, markers or further inputs, steps of `LSTMUnit` layers, and residual blocks that
are applied again and again. Most steps show what each of them should be; where all are alike wrong, the
equations of the cell do.

The test suite puts each of these mistakes into random nets, and asks real Caffe what it does with them and
what it computes without the mistake. Where two rules stand, either of them may report it, by what else the
step has.

| mistake | rule | what Caffe does |
| --- | --- | --- |
"""
CLOSING = """
`caffe-lint rule CL501` explains a rule, with a bad and a good example. The rules from CL520 on are about
Caffe's own `LSTM` and `RNN` layers.
"""
ANSWERS = {
    ("rejects",): "aborts",
    ("wrong-forward",): "computes something else",
    ("rejects", "wrong-forward"): "aborts, or computes something else",
    ("wrong-gradient",): "learns otherwise",
}


def page() -> str:
    """The page as it should be."""
    codes = {rule.name: rule.code for rule in all_rules()}
    return INTRODUCTION + "".join(_row(defect, codes) for defect in KNOWN_DEFECTS) + CLOSING


def _row(defect: KnownDefect, codes: dict[str, str]) -> str:
    rules = ", ".join(f"{codes[name]} `{name}`" for name in defect.rules)
    return f"| {defect.words} | {rules} | {ANSWERS[defect.claims]} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
