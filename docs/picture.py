"""Draws docs/finding.svg, the terminal picture in the README, from a real run: `python docs/picture.py`."""

from pathlib import Path

from caffe_lint.lint import lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document
from caffe_lint.report import FORMATS, ReportOptions
from caffe_lint.report.picture import finding_svg
from caffe_lint.text import Source

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = "examples/lstm_act_c_in_place.prototxt"
PICTURE = ROOT / "docs" / "finding.svg"
WIDTH = 88


def draw() -> str:
    """The SVG of what `caffe-lint EXAMPLE` prints in a terminal."""
    report = lint(Document(Source(EXAMPLE, (ROOT / EXAMPLE).read_bytes())), all_rules())
    pieces = FORMATS["full"]([report], ReportOptions(color=True, width=WIDTH))
    return finding_svg([f"$ caffe-lint {EXAMPLE}\n", *pieces], title="caffe-lint", width=WIDTH)


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
