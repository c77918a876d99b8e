"""Compares num, channels, height and width of bottoms, as layer types of forks do with the old accessors.

Read in the sources of the forks, not run.
"""

from ..axes import legacy_dims
from ..record import RejectedError, Setup
from ..shape import may_equal

NUM, CHANNELS, HEIGHT, WIDTH = range(4)
_NAMES = ("num", "channels", "height", "width")


def check_equal(
    setup: Setup,
    first: int,
    second: int,
    *axes: int,
    caffe: str = "bottom[{first}]->{name}() == bottom[{second}]->{name}()",
) -> None:
    """Refuse two bottoms that differ in one of these axes; `caffe` is a pattern of what Caffe prints.

    Raises:
        RejectedError: if they are known to differ, or have more than four axes.
    """
    wanted, found = legacy_dims(setup, first), legacy_dims(setup, second)
    for axis in axes:
        if not may_equal((wanted[axis],), (found[axis],)):
            name = _NAMES[axis]
            message = (
                f"{setup.show(first)} and {setup.show(second)} must have the same {name}, "
                f"found {wanted[axis]} and {found[axis]}"
            )
            printed = caffe.format(first=first, second=second, name=name)
            raise RejectedError("shape-mismatch", message, caffe=printed, bottom=second)


def check_size(
    setup: Setup, bottom: int, axis: int, size: int, caffe: str = "bottom[{bottom}]->{name}() == {size}"
) -> None:
    """Refuse a bottom whose axis has another size; `caffe` is a pattern of what Caffe prints.

    Raises:
        RejectedError: if the size is known to be another one, or the bottom has more than four axes.
    """
    found = legacy_dims(setup, bottom)[axis]
    if found not in (size, None):
        name = _NAMES[axis]
        message = f"{setup.show(bottom)} must have {size} for its {name}, found {found}"
        printed = caffe.format(bottom=bottom, name=name, size=size)
        raise RejectedError("shape-mismatch", message, caffe=printed, bottom=bottom)
