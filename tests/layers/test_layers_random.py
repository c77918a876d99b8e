"""Random layers: real Caffe decides the same about each, and unknown dims never make up a fact."""

from random import Random

import pytest

from caffe_lint.layers import Outcome, RejectedError, Shape, find
from caffe_lint.layers.inference import Inference, infer_shapes
from caffe_lint.net import Net, load
from caffe_lint.peer import NetText, Peer, Verdict
from tests.layers.one_layer import inputs_text, layer_text, outcome_of
from tests.layers.random_layers import FAMILIES, RandomLayer, random_layer

#: Some of every type.
COUNT = 240


def _net_text(layer: RandomLayer) -> str:
    """The layer behind an Input for each of its bottoms."""
    text = layer_text(layer.type_name, layer.params, len(layer.bottoms), layer.tops)
    return inputs_text(layer.bottoms) + (text.replace('"t0"', '"b0"') if layer.is_in_place else text)


def _disagreement(net: Net, found: Inference, verdict: Verdict) -> str | None:
    """What we say otherwise than Caffe; None if nothing."""
    if found.rejections:
        expected = found.rejections[0].caffe
        return None if not verdict.accepted and expected in verdict.error else f"we expect '{expected}'"
    if not verdict.accepted:
        return "we accept it"
    shapes = {blob.name: found.shape(blob) for blob in net.blobs}
    known = {name: shape for name, shape in verdict.blobs.items() if name in shapes}
    params = found.params[net.layers[-1]]
    is_equal = shapes == known and params == verdict.params.get("it", ())
    return None if is_equal else f"we find {shapes} and params {params}"


@pytest.mark.caffe
def test_real_caffe_agrees_on_verdict_shapes_and_message(real_caffe: Peer) -> None:
    random = Random(20180821)
    texts = [_net_text(random_layer(random)) for _ in range(COUNT)]
    disagreements = []
    for text, verdict in zip(texts, real_caffe.load_all(map(NetText, texts)), strict=True):
        (net,) = load(text.encode(), "BVLC/caffe").nets()
        disagreement = _disagreement(net, infer_shapes(net), verdict)
        if disagreement:
            disagreements.append(f"{text}{disagreement}, Caffe: {verdict.error or dict(verdict.blobs)}")
    assert not disagreements, "\n\n".join(disagreements)


def _outcome(layer: RandomLayer, bottoms: list[Shape]) -> Outcome | None:
    """What becomes of the layer; None if it is rejected."""
    record = find(layer.type_name)
    assert record is not None
    if not (record.bottoms.allows(len(bottoms)) and record.tops.allows(layer.tops)):
        return None
    if record.equal_blobs and len(bottoms) != layer.tops:
        return None
    try:
        return outcome_of(layer.type_name, layer.params, bottoms, layer.tops)
    except RejectedError:
        return None


def _blurred(random: Random, shape: Shape) -> Shape:
    """The shape with some dims, or all of it, forgotten."""
    if shape is None or random.random() < 0.2:
        return None
    return tuple(None if random.random() < 0.4 else dim for dim in shape)


def _is_possible(guess: Shape, truth: Shape) -> bool:
    if guess is None or truth is None:
        return guess is None
    pairs = zip(guess, truth, strict=False)
    return len(guess) == len(truth) and all(known in (None, dim) for known, dim in pairs)


@pytest.mark.parametrize("type_name", sorted(FAMILIES))
def test_what_is_known_of_unknown_bottoms_is_true(type_name: str) -> None:
    random = Random(type_name)
    for _ in range(60):
        layer = FAMILIES[type_name].make(random, type_name)
        truth = _outcome(layer, list(layer.bottoms))
        if truth is None:
            continue
        guess = _outcome(layer, [_blurred(random, shape) for shape in layer.bottoms])
        assert guess is not None, layer
        pairs = [*zip(guess.tops, truth.tops, strict=True)]
        pairs += zip(guess.params or (), truth.params or (), strict=True)
        for known, shape in pairs:
            assert _is_possible(known, shape), layer
        assert guess.macs in (None, truth.macs), layer
