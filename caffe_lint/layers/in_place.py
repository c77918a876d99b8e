"""Layer types that abort when they are told to work in place."""

from .record import RejectedError, Setup


def refuse_in_place(setup: Setup) -> None:
    """Refuse a top that is the bottom of the same index.

    Source: the CHECK_NE of absval_layer.cpp, flatten_layer.cpp, reshape_layer.cpp and split_layer.cpp.

    Raises:
        RejectedError: if top 0 has the name of bottom 0.
    """
    top, bottom = setup.block.strings("top")[:1], setup.block.strings("bottom")[0]
    if top == [bottom]:
        name = setup.block.string("type")
        message = f"{name} cannot work in place: its top '{bottom}' must get another name"
        caffe = f"{name} Layer does not allow in-place computation."
        raise RejectedError("in-place-refused", message, caffe=caffe, span=setup.block.span("top"))
