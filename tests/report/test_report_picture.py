"""The picture of a terminal."""

import re
from xml.etree import ElementTree

from caffe_lint.report.picture import finding_svg

OUTPUT = ["\x1b[1;91merror[CL502]\x1b[0m <x> & [bold]y[/bold] :smile:\n", "   \x1b[94m|\x1b[0m   top: 数据\n"]


def test_the_picture_shows_the_output_and_is_the_same_every_time() -> None:
    svg = finding_svg(OUTPUT, title="caffe-lint net.prototxt", width=60)
    assert svg == finding_svg(iter(OUTPUT), title="caffe-lint net.prototxt", width=60)
    texts = "".join(ElementTree.fromstring(svg).itertext()).replace("\xa0", " ")
    assert "caffe-lint net.prototxt" in texts
    assert "error[CL502] <x> & [bold]y[/bold] :smile:" in texts
    assert re.search(r"\|\s+top: 数据", texts)


def test_the_picture_asks_nothing_of_the_network() -> None:
    svg = finding_svg(OUTPUT, title="net")
    assert "@font-face" not in svg
    assert re.findall(r"url\((?!#)", svg) == []
