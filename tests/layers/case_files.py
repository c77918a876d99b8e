"""Reads the tables of layers in `cases/*.txt`: what each is given, what it makes or why it is rejected.

A case stands between blank lines. Its first line is the type with its parameters (braces that follow the
type at once are the block of that type), its second one the shapes `bottoms -> tops ; learned`. Where the
layer is rejected, each top is `?`, and two lines follow: `rule: message`, and what Caffe prints of it.

In `cases/forks/*.txt` the first line ends in the repositories whose Caffe may read the layer, behind an `@`,
and `learned ?` says that not even the number of learned blobs is known. Real Caffe cannot be asked of them.
"""

from dataclasses import dataclass
from pathlib import Path

from caffe_lint.layers import Shape, find

FOLDER = Path(__file__).with_name("cases")
FORKS = FOLDER / "forks"


@dataclass(frozen=True)
class Case:
    """One case; `rejection` is empty where the layer is accepted, else the rule with its message.

    What is made stands as it is written, `2x?x4`.
    """

    type_name: str
    params: str
    bottoms: list[Shape]
    tops: list[str]
    learned: list[str]
    rejection: str
    caffe: str
    dialects: tuple[str, ...] = ()

    @property
    def is_for_caffe(self) -> bool:
        """Whether real Caffe can be asked: all shapes are known, and no file is needed."""
        return all(shape is not None and None not in shape for shape in self.bottoms)


def read_cases(name: str, folder: Path = FOLDER) -> list[Case]:
    """All cases of a file."""
    paragraphs = (folder / f"{name}.txt").read_text(encoding="utf-8").split("\n\n")
    return [_case(paragraph.strip("\n").split("\n")) for paragraph in paragraphs[1:]]


def _case(lines: list[str]) -> Case:
    layer, _, repositories = lines[0].partition(" @ ")
    type_name, _, params = layer.partition(" ")
    dialects = tuple(_words(repositories))
    record = find(type_name, dialects)
    assert record is not None
    if params.startswith("{"):
        params = f"{record.param} {params}"
    bottoms, _, made = lines[1].partition("->")
    tops, _, learned = made.partition("; learned")
    rejection, caffe = (line.strip() for line in lines[2:] or ("", ""))
    caffe = caffe.removeprefix("Caffe:").strip()
    shapes = [_shape(word) for word in _words(bottoms)]
    return Case(type_name, params, shapes, _words(tops), _words(learned), rejection, caffe, dialects)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _shape(word: str) -> Shape:
    if word in ("?", "scalar"):
        return None if word == "?" else ()
    return tuple(None if dim == "?" else int(dim) for dim in word.split("x"))
