"""One record out of several for the same type: it says what all of them say."""

from collections.abc import Iterable
from functools import partial

from ..record import Count, LayerType, Outcome, RejectedError, Setup, nothing_known
from ..shape import Shape


def agree(records: list[LayerType]) -> LayerType | None:
    """A record for a net that any of several Caffes may read; None if they do not even read one block.

    It rejects what all of them reject, and knows of a shape what all of them say.
    """
    if len(records) < 2:
        return records[0] if records else None
    first = records[0]
    told = {(record.param, record.automatic_tops, record.loss) for record in records}
    if len(told) > 1:
        return None
    fields = set(first.fork_fields).intersection(*(record.fork_fields for record in records))
    return first._replace(
        setup=partial(_set_up_all, tuple(records)),
        bottoms=_widest([record.bottoms for record in records]),
        tops=_widest([record.tops for record in records]),
        equal_blobs=all(record.equal_blobs for record in records),
        repos=(),
        fork_fields=tuple(sorted(fields)),
    )


def _widest(counts: list[Count]) -> Count:
    most = [count.most for count in counts if count.most is not None]
    limit = max(most) if len(most) == len(counts) else None
    return Count(min(count.least for count in counts), limit)


def _set_up_all(records: tuple[LayerType, ...], setup: Setup) -> Outcome:
    """Set up a layer by each of the records that take so many blobs.

    Raises:
        RejectedError: if all of these reject it; it is the first one's.
    """
    outcomes, errors = [], []
    for record in records:
        if record.bottoms.allows(len(setup.bottoms)) and record.tops.allows(setup.top_count):
            try:
                outcomes.append(record.setup(setup))
            except RejectedError as error:
                errors.append(error)
    if errors and not outcomes:
        raise errors[0]
    return _common(outcomes) if outcomes else nothing_known(setup)


def _common(outcomes: list[Outcome]) -> Outcome:
    first = outcomes[0]
    if all(outcome == first for outcome in outcomes):
        return first
    tops = _common_shapes([outcome.tops for outcome in outcomes])
    params = [outcome.params for outcome in outcomes if outcome.params is not None]
    is_known = len(params) == len(outcomes) and len(set(map(len, params))) == 1
    macs = first.macs if len({outcome.macs for outcome in outcomes}) == 1 else None
    return Outcome(tops, _common_shapes(params) if is_known else None, macs)


def _common_shapes(lists: Iterable[tuple[Shape, ...]]) -> tuple[Shape, ...]:
    """What is known of each blob by all of the lists, which are equally long."""
    return tuple(map(_common_shape, zip(*lists, strict=True)))


def _common_shape(shapes: tuple[Shape, ...]) -> Shape:
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes) or len(set(map(len, known))) > 1:
        return None
    return tuple(dims[0] if len(set(dims)) == 1 else None for dims in zip(*known, strict=True))
