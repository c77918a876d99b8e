"""Layer types that multiply by a matrix: InnerProduct, Embed."""

from .axes import axis_named
from .filler import check_filler_type, empty_blob
from .learned import Learned, learn
from .record import LayerType, Outcome, RejectedError, Setup, missing_size
from .shape import Dim, Shape, product, show_shape


def set_up_inner_product(setup: Setup) -> Outcome:
    """inner_product_layer.cpp: the axes from `axis` on become one of `num_output`.

    Weight (outputs, inputs), or (inputs, outputs) if `transpose`.
    """
    param, bottom = setup.param, setup.bottoms[0]
    outputs = setup.size("num_output")
    inputs: Dim = None
    top: Shape = None
    macs: Dim = None
    if bottom is not None:
        axis = axis_named(setup, bottom)
        inputs = product(bottom[axis:])
        top = (*bottom[:axis], outputs)
        macs = product((*bottom[1:axis], inputs, outputs))
    if not outputs:
        raise no_outputs(setup)
    weight = (inputs, outputs) if param.boolean("transpose") else (outputs, inputs)
    return Outcome((top,), _learn(setup, outputs, weight, top), macs)


def set_up_embed(setup: Setup) -> Outcome:
    """embed_layer.cpp: an axis of `num_output` behind those of the bottom; weight (inputs, outputs)."""
    outputs, inputs = setup.size("num_output"), setup.size("input_dim")
    if outputs <= 0:
        raise missing_size(setup, "num_output", "EmbedLayer num_output must be positive.")
    if inputs <= 0:
        raise missing_size(setup, "input_dim", "EmbedLayer input_dim must be positive.")
    bottom = setup.bottoms[0]
    top = None if bottom is None else (*bottom, outputs)
    return Outcome((top,), _learn(setup, outputs, (inputs, outputs), top))


def _learn(setup: Setup, outputs: int, weight: Shape, top: Shape) -> tuple[Shape, ...]:
    """Weight and bias; the bias is multiplied by a vector of ones, one for each row of the top."""
    if not setup.param.boolean("bias_term"):
        return learn(setup, Learned.weight(weight))
    params = learn(setup, Learned.weight(weight), Learned.bias((outputs,)))
    if top is not None and 0 in top[:-1]:
        raise empty_blob(f"the top would have shape {show_shape(top)}, without a row to add the bias to")
    return params


def no_outputs(setup: Setup, filler_field: str = "weight_filler") -> RejectedError:
    """Caffe does not check num_output here: the filler fails on weights without elements."""
    filler = setup.param.block(filler_field)
    return missing_size(setup, "num_output", empty_blob("", check_filler_type(filler)).caffe)


LAYER_TYPES = (
    LayerType("InnerProduct", set_up_inner_product, "inner_product_param"),
    LayerType("Embed", set_up_embed, "embed_param"),
)
