"""PriorBox, the layer type of SSD that puts default boxes over a feature map.

What stands here was read in the sources of the forks, not run.
"""

from collections.abc import Callable
from math import inf

from ..axes import legacy_dims
from ..record import Outcome, RejectedError, Setup, missing_size
from ..shape import Dim, product

_OWN_BOXES = ("faceboxes", "keras", "box_width", "box_height")
"""Fields by which synopsys-caffe counts boxes in another way."""


def set_up_prior_box(setup: Setup) -> Outcome:
    """prior_box_layer.cpp of SSD: (1, 2, 4 numbers for each box), places and variances.

    Without an image size of its own it reads bottom 1, but only in Forward: setup does with one bottom.
    """
    if not setup.param.has("min_size"):
        raise missing_size(setup, "min_size", "must provide min_size.")
    return _set_up(setup, _count_boxes(setup))


def set_up_synopsys_prior_box(setup: Setup) -> Outcome:
    """prior_box_layer.cpp of synopsys-caffe: no `min_size` is asked for, and boxes may be given one by one.

    Where its own fields are used, the number of boxes is not known.
    """
    boxes: Dim = _count_boxes(setup)
    if any(map(setup.param.has, _OWN_BOXES)):
        boxes = None
    return _set_up(setup, boxes)


def _set_up(setup: Setup, boxes: Dim) -> Outcome:
    _check_variances(setup)
    _check_either(setup, "img_size", ("img_h", "img_w"), setup.size)
    _check_either(setup, "step", ("step_h", "step_w"), setup.param.real)
    _, _, height, width = legacy_dims(setup)
    numbers = product((width, height, boxes, 4))
    if numbers is not None and numbers <= 0:
        message = f"{boxes} boxes at each of the {height}x{width} positions of {setup.show(0)} are none"
        raise RejectedError("empty-blob", message, caffe="top_shape[2] > 0", bottom=0)
    return Outcome(((1, 2, numbers),))


def _count_boxes(setup: Setup) -> int:
    """How many boxes lie at each position."""
    least, most = setup.param.reals("min_size"), setup.param.reals("max_size")
    if any(not size > 0 for size in least):
        raise _out_of_range(setup, "min_size", "must be more than 0", "min_size must be positive.")
    if most and len(most) != len(least):
        message = f"'max_size' must be given as often as 'min_size', found {len(most)} for {len(least)}"
        caffe = "prior_box_param.min_size_size() == prior_box_param.max_size_size()"
        span = setup.param.span("max_size")
        raise RejectedError("parameter-count", message, caffe=caffe, span=span)
    if any(not large > small for large, small in zip(most, least, strict=False)):
        caffe = "max_size must be greater than min_size."
        raise _out_of_range(setup, "max_size", "must be more than its 'min_size'", caffe)
    return len(least) * _count_ratios(setup) + len(most)


def _count_ratios(setup: Setup) -> int:
    """The different aspect ratios: 1, those of the file, and with `flip` their reciprocals."""
    ratios = [1.0]
    for ratio in setup.param.reals("aspect_ratio"):
        if any(abs(ratio - known) < 1e-6 for known in ratios):
            continue
        ratios.append(ratio)
        if setup.param.boolean("flip"):
            ratios.append(1 / ratio if ratio else inf)
    return len(ratios)


def _check_variances(setup: Setup) -> None:
    variances = setup.param.reals("variance")
    if len(variances) not in (0, 1, 4):
        message = f"'variance' must be given once or 4 times, found {len(variances)}"
        caffe, span = "prior_box_param.variance_size() == 4", setup.param.span("variance")
        raise RejectedError("parameter-count", message, caffe=caffe, span=span)
    if any(not variance > 0 for variance in variances):
        raise _out_of_range(setup, "variance", "must be more than 0", "prior_box_param.variance(")


def _check_either(setup: Setup, whole: str, pair: tuple[str, str], read: Callable[[str], float]) -> None:
    """Refuse one field beside the two that stand for it, and values that are not above 0."""
    given = [field for field in pair if setup.param.has(field)]
    if given and setup.param.has(whole):
        message = f"'{whole}' excludes '{given[0]}'"
        caffe = f"Either {whole} or {pair[0]}/{pair[1]} should be specified; not both."
        raise RejectedError("conflicting-parameters", message, caffe=caffe, span=setup.param.span(whole))
    if not given and not setup.param.has(whole):
        return
    for field in pair if given else (whole,):
        if not read(field) > 0:
            raise missing_size(setup, field, f"{field} should be larger than 0.")


def _out_of_range(setup: Setup, field: str, allowed: str, caffe: str) -> RejectedError:
    values = ", ".join(f"{value:g}" for value in setup.param.reals(field))
    message, span = f"'{field}' {allowed}, found {values}", setup.param.span(field)
    return RejectedError("value-out-of-range", message, caffe=caffe, span=span)
