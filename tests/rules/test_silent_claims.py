"""Real Caffe is the judge: rules about what it takes in silence, each with the harm that is done.

The test of a rule bears the rule's name.
"""

from math import isnan

import pytest

from caffe_lint.lint import lint
from caffe_lint.net import NetState, load
from caffe_lint.peer import Comparison, Difference, Limits, NetText, Param, Peer, Plan, Run, Verdict
from tests.real_caffe.build import default_folder
from tests.rules.examples import RULES, example, files

pytestmark = pytest.mark.caffe

TRAIN, TEST = NetState("TRAIN"), NetState("TEST")
FILLERS = Plan(weights="fillers")
BY_NAME = Plan(weights="name")


def _net(rule: str, kind: str, state: NetState = TRAIN) -> NetText:
    return NetText(example(RULES[rule], kind), state, files(RULES[rule]))


def _load(peer: Peer, rule: str, kind: str, state: NetState = TRAIN) -> Verdict:
    verdict = peer.load_all([_net(rule, kind, state)])[0]
    assert verdict.ok, verdict.error
    return verdict


def _run(peer: Peer, net: NetText, plan: Plan = FILLERS) -> Run:
    run = peer.run(net, plan)
    assert run.ok, run.error
    return run


def _layers(verdict: Verdict) -> list[str]:
    return [layer.name for layer in verdict.layers]


def _solver(net: bytes, settings: str = "") -> tuple[str, dict[str, bytes]]:
    fixed = 'net: "net.prototxt" base_lr: 0.01 lr_policy: "fixed" snapshot_prefix: "net" solver_mode: CPU\n'
    return fixed + settings, {"net.prototxt": net}


def test_empty_state_rule(real_caffe: Peer) -> None:
    for state in (TRAIN, TEST):
        assert "drop1" not in _layers(_load(real_caffe, "empty-state-rule", "bad", state))
    assert "drop1" in _layers(_load(real_caffe, "empty-state-rule", "good"))


def test_layer_phase(real_caffe: Peer) -> None:
    """The layer is there in the phase that it was to be kept out of, and changes the output."""
    bad, good = (_net("layer-phase", kind, TEST) for kind in ("bad", "good"))
    found = real_caffe.compare(bad, good, BY_NAME).data["fc1"]
    assert found.distance == pytest.approx(found.scale / 2)


def test_phase_in_file(real_caffe: Peer) -> None:
    """A layer that only the TEST phase has stops the training net."""
    trap = b'layer { name: "trap" type: "NoSuchType" include { phase: TEST } }\n'
    endings = {kind: example(RULES["phase-in-file"], kind) + trap for kind in ("bad", "good")}
    answers = {kind: real_caffe.solve(*_solver(text)) for kind, text in endings.items()}
    assert "Unknown layer type: NoSuchType" in answers["bad"].error
    assert answers["good"].ok, answers["good"].error


def test_unnamed_layer(real_caffe: Peer) -> None:
    """Of the two layers with weights, only one can be addressed."""
    verdict = _load(real_caffe, "unnamed-layer", "bad")
    assert _layers(verdict).count("") == 2
    assert len(verdict.params) == 1


def test_renamed_in_test(real_caffe: Peer) -> None:
    """Weights of another shape stop a test net that is handed them; here it is not."""
    answers = {}
    for kind in ("bad", "good"):
        train, mark, test = example(RULES["renamed-in-test"], kind).partition(b"phase: TRAIN")
        wider = test.replace(b"xavier", b"msra", 1).replace(b'bottom: "data"', b'bottom: "wide"', 1)
        more = b'layer { name: "wide" type: "Concat" bottom: "data" bottom: "data" top: "wide" }\n'
        first, start, rest = train.partition(b'layer {\n  name: "fc')
        text = first + more + start + rest + mark + wider
        answers[kind] = real_caffe.solve(*_solver(text, "test_iter: 1 test_interval: 1"), steps=1)
    assert answers["bad"].ok, answers["bad"].error
    assert "Cannot share param 0 weights from layer 'fc'; shape mismatch." in answers["good"].error


def test_window_outside(real_caffe: Peer) -> None:
    lowest = [
        min(_run(real_caffe, _net("window-outside", kind)).data["pool1"].floats) for kind in ("bad", "good")
    ]
    assert lowest[0] < -3e38
    assert lowest[1] > -1


def test_kernel_exceeds_input(real_caffe: Peer) -> None:
    verdict = _load(real_caffe, "kernel-exceeds-input", "bad")
    assert verdict.params["conv1"][0] == (4, 3, 3, 3)
    assert verdict.blobs["data"] == (2, 3, 2, 2)
    assert verdict.blobs["conv1"] == (2, 4, 1, 1)


def test_empty_output(real_caffe: Peer) -> None:
    assert _load(real_caffe, "empty-output", "bad").blobs["pool1"] == (2, 3, 0, 0)
    run = real_caffe.run(_net("empty-output", "bad"), FILLERS)
    assert "Check failed: data_" in run.error
    assert _run(real_caffe, _net("empty-output", "good")).data["pool1"].shape == (2, 3, 1, 1)


def test_half_a_stride(real_caffe: Peer) -> None:
    assert _load(real_caffe, "half-a-stride", "bad").blobs["up1"] == (2, 2, 9, 3)
    assert _load(real_caffe, "half-a-stride", "good").blobs["up1"] == (2, 2, 9, 6)


def test_bilinear_mixes_channels(real_caffe: Peer) -> None:
    """All output channels are the same, and those of the inputs are not."""
    alike = {}
    for kind in ("bad", "good"):
        values = _run(real_caffe, _net("bilinear-mixes-channels", kind)).data["up1"]
        size = values.shape[2] * values.shape[3]
        alike[kind] = values.floats[:size] == values.floats[size : 2 * size]
    assert alike == {"bad": True, "good": False}


def test_wrapped_dim(real_caffe: Peer) -> None:
    assert _load(real_caffe, "wrapped-dim", "bad").blobs["data"] == (5, 3)


def test_octal_number(real_caffe: Peer) -> None:
    assert _load(real_caffe, "octal-number", "bad").blobs["data"] == (8, 3)


def test_zero_scale(real_caffe: Peer) -> None:
    assert not any(_run(real_caffe, _net("zero-scale", "bad")).data["scale1"].floats)
    assert all(_run(real_caffe, _net("zero-scale", "good")).data["scale1"].floats)


def test_shared_param_filler(real_caffe: Peer) -> None:
    data = _run(real_caffe, _net("shared-param-filler", "bad")).data
    assert data["a"].floats == data["b"].floats


def test_unread_block(real_caffe: Peer) -> None:
    """The net computes the same without the block."""
    bad = _net("unread-block", "bad")
    lines = [
        line
        for line in bytes(example(RULES["unread-block"], "bad")).splitlines()
        if b"pooling_param" not in line
    ]
    assert real_caffe.compare(bad, NetText(b"\n".join(lines), TRAIN)).data["norm1"].distance == 0


def test_dead_weights(real_caffe: Peer) -> None:
    for kind, is_dead in (("bad", True), ("good", False)):
        gradients = _run(real_caffe, _net("dead-weights", kind)).gradients
        assert [not any(gradients[Param("conv1", index)].floats) for index in (0, 1)] == [is_dead, is_dead]


def test_loss_switched_off(real_caffe: Peer) -> None:
    assert "loss" not in _load(real_caffe, "loss-switched-off", "bad").needs_backward
    bad, good = (
        real_caffe.slopes(_net("loss-switched-off", kind)).slopes[Param("score", 0)]
        for kind in ("bad", "good")
    )
    assert bad.backward == 0
    assert bad.forward == pytest.approx(good.backward, rel=1e-2)


def test_loss_counted_twice(real_caffe: Peer) -> None:
    comparison = real_caffe.compare(
        _net("loss-counted-twice", "bad"), _net("loss-counted-twice", "good"), Plan(passes=2)
    )
    counted = [
        bad / good * 5 for bad, good in zip(comparison.losses, comparison.reference_losses, strict=True)
    ]
    assert counted == pytest.approx([6, 10])
    assert comparison.gradients[Param("score", 0)].distance == pytest.approx(0, abs=1e-5)


def test_lost_loss_weight(real_caffe: Peer) -> None:
    found = real_caffe.compare(_net("lost-loss-weight", "bad"), _net("lost-loss-weight", "good"))
    assert found.ok, found.error
    assert found.gradients[Param("fc", 0)].distance > 0.5 * found.gradients[Param("fc", 0)].scale


def test_activation_twice(real_caffe: Peer) -> None:
    """A score that is as right as can be still costs log(1 + 1/e) for 2 classes."""
    sure = Plan(feeds={"data": 0.0, "score": [50.0, -50.0, 50.0, -50.0]})
    losses: list[float] = []
    for kind in ("bad", "good"):
        text = example(RULES["activation-twice"], kind)
        head, _, tail = text.partition(b'layer {\n  name: "score"')
        scores = (
            b'layer { name: "score" type: "Input" top: "score" input_param { shape { dim: 2 dim: 2 } } }\n'
        )
        losses += _run(real_caffe, NetText(head + scores + tail.partition(b"}\n}\n")[2], TRAIN), sure).losses
    assert losses == pytest.approx([0.3133, 0], abs=1e-4)


def test_leaking_gradient(real_caffe: Peer) -> None:
    """The gradient is that of the net without the side branch, or ought to be."""
    bad, good = (_net("leaking-gradient", kind) for kind in ("bad", "good"))
    text = example(RULES["leaking-gradient"], "good")
    start, end = text.index(b'layer {\n  name: "flat"'), text.index(b'layer {\n  name: "fc"')
    without = NetText(text[:start] + text[end:], TRAIN)
    leaks = [real_caffe.compare(net, without, BY_NAME).gradients[Param("conv1", 0)] for net in (bad, good)]
    assert leaks[0].distance > 0.5 * leaks[0].scale
    assert leaks[1].distance == 0


def test_dropout_ratio(real_caffe: Peer) -> None:
    assert all(map(isnan, _run(real_caffe, _net("dropout-ratio", "bad")).data["fc1"].floats))
    assert not any(map(isnan, _run(real_caffe, _net("dropout-ratio", "good")).data["fc1"].floats))


def test_misplaced_transform(real_caffe: Peer) -> None:
    highest = [
        max(_run(real_caffe, _net("misplaced-transform", kind)).data["data"].floats)
        for kind in ("bad", "good")
    ]
    assert highest == [111, 111 / 256]


def test_exposed_state_gradient(real_caffe: Peer) -> None:
    weights = [Param("lstm", index) for index in range(3)]
    nets = (_net("exposed-state-gradient", kind) for kind in ("bad", "good"))
    bad, good = (real_caffe.slopes(net, Plan(feeds={"cont": 1.0})).slopes for net in nets)
    for weight in weights:
        assert bad[weight].backward == 0
        assert abs(bad[weight].forward) > 1e-3
        assert good[weight].backward == pytest.approx(good[weight].forward, rel=2e-2)


WINDOWS = b"# 0\nimage.ppm\n3\n2\n2\n2\n1 0.9 0 0 1 1\n0 0.1 0 0 1 1\n"
WINDOW_DATA = {
    'layer { type: "WindowData" window_data_param { %s } transform_param { crop_size: 2 } }': (
        "scale: 0.5",
        55.5,
    ),
    'layer { type: "WindowData" window_data_param { %s } transform_param { crop_size: 2 scale: 0.5 } }': (
        "",
        111,
    ),
    "layers { type: WINDOW_DATA window_data_param { crop_size: 2 %s } }": ("scale: 0.5", 111),
}
"""WindowData layers with a `scale`, what more stands in them, and the highest value that they put out."""


@pytest.mark.parametrize("layer", WINDOW_DATA)
def test_misplaced_transform_of_windows(layer: str, real_caffe: Peer) -> None:
    more, highest = WINDOW_DATA[layer]
    text = (layer % f'source: "windows.txt" batch_size: 1 {more}').replace(
        "type", 'top: "d" top: "l" type', 1
    )
    report = lint(load(text.encode()), [RULES["misplaced-transform"]])
    assert len(report.diagnostics) == (highest == 111)
    beside = {**files(RULES["misplaced-transform"]), "windows.txt": WINDOWS}
    assert max(_run(real_caffe, NetText(text, TRAIN, beside)).data["d"].floats) == highest


def test_lost_in_upgrade(real_caffe: Peer) -> None:
    assert "tanh1" not in _layers(_load(real_caffe, "lost-in-upgrade", "bad"))
    assert "tanh1" in _layers(_load(real_caffe, "lost-in-upgrade", "good"))


def test_unsized_input(real_caffe: Peer) -> None:
    """What Caffe makes of the missing dim is anybody's guess."""
    verdict = _load(real_caffe, "unsized-input", "bad")
    assert verdict.blobs["data"][:3] == (2, 3, 8)
    assert len(verdict.blobs["data"]) == 4


def test_unread_input_size(real_caffe: Peer) -> None:
    assert _load(real_caffe, "unread-input-size", "bad").blobs["data"] == (2, 3)


def _differences(peer: Peer, rule: str, plan: Plan) -> Comparison:
    """The bad example beside the good one, and the good one beside itself, where nothing may differ."""
    bad, good = (_net(rule, kind) for kind in ("bad", "good"))
    same = peer.compare(good, good, plan)
    assert same.ok, same.error
    assert all(found.distance == 0 for found in [*same.data.values(), *same.gradients.values()])
    comparison = peer.compare(bad, good, plan)
    assert comparison.ok, comparison.error
    return comparison


def _is_wrong(found: Difference) -> bool:
    return found.distance > 0.01 * found.scale


def test_in_place_not_supported(real_caffe: Peer) -> None:
    assert _is_wrong(_differences(real_caffe, "in-place-not-supported", BY_NAME).data["fc"])


def test_in_place_corrupts_gradient(real_caffe: Peer) -> None:
    found = _differences(real_caffe, "in-place-corrupts-gradient", BY_NAME)
    assert not _is_wrong(found.data["loss"])
    assert _is_wrong(found.gradients[Param("fc1", 0)])
    assert not _is_wrong(found.gradients[Param("fc2", 0)])


def test_alias_overwritten(real_caffe: Peer) -> None:
    assert _is_wrong(_differences(real_caffe, "alias-overwritten", BY_NAME).data["sum"])


def test_gradient_cut_by_flatten(real_caffe: Peer) -> None:
    """Everything below has a gradient of 0."""
    found = _differences(real_caffe, "gradient-cut-by-flatten", BY_NAME)
    below, above = (found.gradients[Param(name, 0)] for name in ("fc1", "fc2"))
    assert below.distance == below.scale > 0
    assert above.distance == 0


def test_in_place_loss_weight(real_caffe: Peer) -> None:
    """The first iteration is right, the second is not."""
    for passes, is_wrong in ((1, False), (2, True)):
        plan = Plan(weights="name", passes=passes)
        found = _differences(real_caffe, "in-place-loss-weight", plan)
        assert _is_wrong(found.gradients[Param("fc1", 0)]) is is_wrong


def test_in_place_on_lasting_blob(real_caffe: Peer) -> None:
    """The first pass is right, the second is not."""
    for passes, is_wrong in ((1, False), (2, True)):
        plan = Plan(weights="name", passes=passes, backward=False)
        found = _differences(real_caffe, "in-place-on-lasting-blob", plan)
        assert _is_wrong(found.data["fc"]) is is_wrong


def test_label_out_of_range(real_caffe: Peer) -> None:
    """No class has that loss; the backward pass, which writes to foreign memory, is left out."""
    scores = Plan(feeds={"data": 0.0}, backward=False)
    head, _, tail = example(RULES["label-out-of-range"], "good").partition(b"value: 4")
    losses = [
        _run(real_caffe, NetText(head + b"value: %d" % label + tail, TRAIN), scores).losses[0]
        for label in range(6)
    ]
    assert losses[5] > max(losses[:5]) + 1


def test_label_count(real_caffe: Peer) -> None:
    """Of 10 values for 2 items the first 2 are read, whatever the others say."""
    losses = [
        _run(real_caffe, _net("label-count", kind), Plan(feeds={"label": labels})).losses
        for kind, labels in (
            ("bad", [1, 4, 0, 0, 0, 0, 0, 0, 0, 0]),
            ("bad", [1, 4, 2, 2, 2, 3, 3, 3, 3, 3]),
            ("good", [1, 4]),
            ("good", [1, 0]),
        )
    ]
    assert losses[0] == losses[1] == losses[2] != losses[3]


def test_no_batch(real_caffe: Peer) -> None:
    bad = real_caffe.run(_net("no-batch", "bad"), FILLERS)
    assert bad.built
    assert "Check failed: data_" in bad.error
    assert _run(real_caffe, _net("no-batch", "good")).data["square"].shape == (2, 3)


INPUT = 'layer { name: "%s" type: "Input" top: "%s" input_param { shape { dim: [2, 3, 4, 4] } } }\n'
BLOBS = INPUT % ("a", "a") + INPUT % ("b", "b")
LABELS = 'layer { name: "l" type: "Input" top: "l" input_param { shape { dim: [2, 1, 4, 4] } } }\n'
UNREAD = {
    'type: "Eltwise" bottom: "a" bottom: "b" eltwise_param { operation: MAX %s }': "coeff: 1 coeff: -1",
    'type: "LRN" bottom: "a" lrn_param { norm_region: WITHIN_CHANNEL local_size: 3 %s }': "k: 2",
    'type: "Pooling" bottom: "a" pooling_param { kernel_size: 2 %s }': "kernel_h: 3",
    'type: "SoftmaxWithLoss" bottom: "a" bottom: "l" loss_param { normalization: FULL %s }': (
        "normalize: false"
    ),
    'type: "SigmoidCrossEntropyLoss" bottom: "a" bottom: "b" loss_param { normalization: FULL %s }': (
        "normalize: false"
    ),
}
"""A layer, and a setting that does nothing in it."""


@pytest.mark.parametrize("layer", UNREAD)
def test_unread_setting(layer: str, real_caffe: Peer) -> None:
    """The net computes the same without it."""
    text = BLOBS + (LABELS if '"l"' in layer else "") + 'layer { name: "it" top: "it" %s }\n'
    bad, good = (text % (layer % setting) for setting in (UNREAD[layer], ""))
    report = lint(load(bad.encode()), [RULES["unread-setting"]])
    assert [finding.code for finding in report.diagnostics] == ["CL311"]
    assert real_caffe.compare(NetText(bad, TRAIN), NetText(good, TRAIN)).data["it"].distance == 0


@pytest.mark.usefixtures("real_caffe")
def test_no_prefetch() -> None:
    """It still waits when the time is up."""
    with Peer(["chroot", str(default_folder()), "python3"], limits=Limits(seconds=5)) as peer:
        waiting, reading = (peer.run(_net("no-prefetch", kind), FILLERS) for kind in ("bad", "good"))
    assert waiting.built
    assert waiting.status == "timeout"
    assert reading.ok, reading.error


PROVEN_HERE = RULES.keys() & {
    name.removeprefix("test_").replace("_", "-") for name in list(globals()) if name.startswith("test_")
}
"""The rules that are proven here."""
