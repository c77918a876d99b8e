"""The layer types of Caffe's forks: what is known of them, for nets that BVLC's Caffe does not read.

The facts were read in the sources of the forks, none of which was built or run: what a record here rejects is
never more than a warning, and what the sources left open is unknown, a shape or the number of learned blobs.
The package is imported for nets that only forks read.
"""

from collections.abc import Iterator
from functools import cache

from ...schema import load_schema
from ..record import LayerType
from ..table import TABLE
from . import arity, detection, face, mobile, recurrent, segmentation, variants, yolo
from .agreement import agree

FAMILIES = (detection, face, mobile, recurrent, segmentation, variants, yolo)
"""The modules with records that know more of a type than how many blobs it takes."""


def fork_records() -> Iterator[LayerType]:
    """All records of this package."""
    for records in _index().values():
        yield from records


@cache
def find_in_forks(type_name: str, dialects: tuple[str, ...]) -> LayerType | None:
    """What the records of a layer type say together, where any of some forks may read the net.

    Of a repository that has the type, that is the record made for it, else the one for every fork, else
    BVLC's. A repository whose version nobody has described has no say.

    Args:
        type_name: the name of the type.
        dialects: the forks, BVLC's Caffe not among them.

    Returns:
        A record that holds in all these repositories; None where none has the type, or where they differ
        too much for one.
    """
    records = [_record_of(type_name, repo) for repo in dialects]
    return agree(list(dict.fromkeys(record for record in records if record is not None)))


def _record_of(type_name: str, repo: str) -> LayerType | None:
    """The record of a type in one fork; None where the fork lacks the type, or nobody has described it."""
    records = _index().get(type_name, ())
    for record in records:
        if repo in record.repos:
            return record
    owners = load_schema().layer_types.get(type_name)
    if owners is not None and repo not in owners:
        return None
    return next((record for record in records if not record.repos), TABLE.get(type_name))


@cache
def _index() -> dict[str, tuple[LayerType, ...]]:
    """The records of each type; those that know its counts only are for types without others."""
    index: dict[str, tuple[LayerType, ...]] = {}
    for family in FAMILIES:
        for record in family.LAYER_TYPES:
            index[record.name] = (*index.get(record.name, ()), record)
    described = frozenset(index)
    for record in arity.LAYER_TYPES:
        if record.name not in described:
            index[record.name] = (*index.get(record.name, ()), record)
    return index
