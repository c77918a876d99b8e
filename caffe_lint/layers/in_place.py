"""Layer types that abort when they are told to work in place."""

from .record import RejectedError, Setup


def refuse_in_place(setup: Setup, caffe: str = "Layer does not allow in-place computation.") -> None:
    """Refuse a top 0 that is bottom 0, for a layer type that then fails a check of its own.

    The default is the CHECK_NE of absval_layer.cpp, flatten_layer.cpp, reshape_layer.cpp and
    split_layer.cpp. Others stumble over their bottom, which has the shape of the top by then.

    Raises:
        RejectedError: if both have one name.
    """
    if _is_in_place(setup):
        message = (
            f"{setup.block.string('type')} cannot work in place, but its top is its bottom {setup.name(0)}"
        )
        raise RejectedError("in-place-refused", message, caffe=caffe, span=setup.block.span("top"))


def _is_in_place(setup: Setup) -> bool:
    """Whether top 0 has the name of bottom 0; names are compared as written, between their quotes."""
    tops, bottoms = setup.block.fields("top"), setup.block.fields("bottom")
    if not (tops and bottoms):
        return False
    top, bottom = tops[0].value, bottoms[0].value
    return isinstance(top, str) and isinstance(bottom, str) and top[1:-1] == bottom[1:-1]
