"""Layer types of the forks of which no more is known than how many blobs they take and if they are losses.

`arity.json` is made by the module `generate` beside it. A line reads: bottoms, tops (`2`, `1+` for one or
more, `1-2`), the field with the type's parameters or `-`, then words: `loss`, `automatic` (AutoTopBlobs),
`equal` (EqualNumBottomTopBlobs), and the repositories if the line does not hold for all.
"""

import json
from pkgutil import get_data

from ..record import Count, LayerType, nothing_known


def _read(name: str, line: str) -> LayerType:
    bottoms, tops, param, *words = line.split(" ")
    return LayerType(
        name,
        nothing_known,
        None if param == "-" else param,
        bottoms=_count(bottoms),
        tops=_count(tops),
        equal_blobs="equal" in words,
        automatic_tops="automatic" in words,
        loss="loss" in words,
        repos=tuple(word for word in words if "/" in word),
    )


def _count(text: str) -> Count:
    if text.endswith("+"):
        return Count(int(text[:-1]), None)
    least, _, most = text.partition("-")
    return Count(int(least), int(most or least))


LAYER_TYPES = tuple(
    _read(name, line)
    for name, lines in json.loads(get_data(__package__, "arity.json") or b"")["types"].items()
    for line in lines
)
