"""Layer types whose tops nobody but their own code knows, or that have none: Python, Silence, HDF5Output."""

from .record import LayerType, Outcome, Setup, at_least, exactly


def set_up_python(setup: Setup) -> Outcome:
    """python_layer.hpp: blobs and learned blobs are the Python class's business.

    It must have at least as many learned blobs as the layer has `param` entries.
    """
    return Outcome((None,) * setup.top_count, (None,) * len(setup.block.fields("param")), None)


def set_up_sink(setup: Setup) -> Outcome:
    """silence_layer.hpp, hdf5_output_layer.cpp: takes blobs of any shape and makes none."""
    return Outcome((None,) * setup.top_count)


LAYER_TYPES = (
    LayerType("Python", set_up_python, "python_param", bottoms=at_least(0), tops=at_least(0)),
    LayerType("Silence", set_up_sink, bottoms=at_least(1), tops=exactly(0)),
    LayerType("HDF5Output", set_up_sink, "hdf5_output_param", bottoms=exactly(2), tops=exactly(0)),
)
