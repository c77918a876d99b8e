"""The comparison of what caffe-lint expects with what Caffe says, on made-up verdicts."""

import pytest

from caffe_lint.peer import BuiltLayer, Verdict
from caffe_lint.peer.agreement import Difference, Expectation, Mark, compare
from caffe_lint.peer.answers import Status

GOOD = Expectation(
    accepted=True,
    layers={"data": 1, "conv": 5},
    layer_names=("data", "conv"),
    blobs={"data": (2, None, 4, 4), "conv": None},
    params={"conv": ((5, None, 3, 3), (5,))},
)


def accepted(
    data: tuple[int, ...] = (2, 3, 4, 4),
    params: tuple[tuple[int, ...], ...] = ((5, 3, 3, 3), (5,)),
    layers: tuple[tuple[str, str], ...] = (("data", "Input"), ("conv", "Convolution")),
) -> Verdict:
    return Verdict(
        "ok",
        "",
        built=True,
        text_format_errors=(),
        layers=tuple(BuiltLayer(name, kind, (), ()) for name, kind in layers),
        blobs={"data": data, "conv": (2, 5, 2, 2)},
        params={"conv": params},
        inputs=(),
        outputs=(),
        loss={},
        needs_backward=(),
        unfinished=None,
    )


def rejected(
    error: str, *parse_errors: str, status: Status = "fatal", unfinished: str | None = None
) -> Verdict:
    return Verdict(
        status,
        error,
        built=False,
        text_format_errors=parse_errors,
        layers=(),
        blobs={},
        params={},
        inputs=(),
        outputs=(),
        loss={},
        needs_backward=(),
        unfinished=unfinished,
    )


def test_shapes_agree_as_far_as_they_are_known() -> None:
    agreement = compare(GOOD, accepted())
    assert (agreement.outcome, agreement.compared, agreement.differences) == ("agree", 2, ())


@pytest.mark.parametrize(
    ("verdict", "difference"),
    [
        (accepted(data=(1, 3, 4, 4)), Difference("blob", "data", ((2, None, 4, 4),), ((1, 3, 4, 4),))),
        (accepted(data=(2, 3, 4)), Difference("blob", "data", ((2, None, 4, 4),), ((2, 3, 4),))),
        (
            accepted(params=((5, 3, 3, 3),)),
            Difference("params", "conv", ((5, None, 3, 3), (5,)), ((5, 3, 3, 3),)),
        ),
        (accepted(layers=(("data", "Input"),)), Difference("layer", "conv", (), None)),
        (
            accepted(layers=(("data", "Input"), ("conv", "Convolution"), ("relu", "ReLU"))),
            Difference("layer", "relu", None, ()),
        ),
    ],
)
def test_what_differs_is_told(verdict: Verdict, difference: Difference) -> None:
    agreement = compare(GOOD, verdict)
    assert (agreement.outcome, agreement.differences) == ("differ", (difference,))


def test_implicit_splits_are_no_difference() -> None:
    layers = (("data", "Input"), ("data_data_0_split", "Split"), ("conv", "Convolution"))
    assert compare(GOOD, accepted(layers=layers)).outcome == "agree"


@pytest.mark.parametrize(
    ("is_expected", "verdict", "outcome"),
    [
        (False, accepted(), "differ"),
        (True, rejected("net.cpp:1] Check failed"), "differ"),
        (False, rejected("net.cpp:1] Check failed"), "agree"),
        (False, rejected("SIGSEGV", status="signal"), "agree"),
    ],
)
def test_verdicts_are_compared(is_expected: bool, verdict: Verdict, outcome: str) -> None:
    agreement = compare(Expectation(accepted=is_expected, layers={}), verdict)
    assert (agreement.outcome, agreement.obstacle) == (outcome, "")


SOURCE = "a data source is missing where Caffe runs"
PYTHON = "a Python layer cannot be made where Caffe runs"


@pytest.mark.parametrize(
    ("verdict", "obstacle"),
    [
        (
            rejected("db_lmdb.hpp:15] Check failed: mdb_status == 0 (2 vs. 0) No such file or directory"),
            SOURCE,
        ),
        (rejected("db_leveldb.cpp:16] Check failed: status.ok() Failed to open leveldb x\nNotFound"), SOURCE),
        (rejected("hdf5_data_layer.cpp:90] Failed to open source file: x"), SOURCE),
        (rejected("hdf5_data_layer.cpp:32] Failed opening HDF5 file: x"), SOURCE),
        (rejected("io.cpp:57] Check failed: fd != -1 (-1 vs. -1) File not found: mean.binaryproto"), SOURCE),
        (rejected("image_data_layer.cpp:49] Check failed: !lines_.empty() File is empty"), SOURCE),
        (rejected("image_data_layer.cpp:77] Check failed: cv_img.data Could not load x.jpg"), SOURCE),
        (
            rejected("window_data_layer.cpp:82] Check failed: infile.good() Failed to open window file x"),
            SOURCE,
        ),
        (
            rejected(
                "hdf5_output_layer.cpp:18] Check failed: file_id_ >= 0 (-1 vs. 0) Failed to open HDF5 file"
            ),
            SOURCE,
        ),
        (rejected("ModuleNotFoundError: No module named 'x'", status="exception"), PYTHON),
        (rejected("no end", status="timeout"), "Caffe did not end within the time limit"),
        (rejected("std::bad_alloc", status="memory"), "Caffe needs more memory than the limit"),
        (
            rejected("layer_factory.hpp:81] Check failed: … Unknown layer type: Python (known types: …)"),
            "this Caffe was built without Python layers",
        ),
        (
            rejected("layer_factory.cpp:72] Layer conv has unknown engine."),
            "this Caffe was built without the engine that a layer asks for",
        ),
        (rejected("layer_factory.hpp:81] Check failed: … Unknown layer type: Pyhton (known types: …)"), ""),
        (rejected("window.cpp:1] Check failed: kernel is larger than the image"), ""),
    ],
)
def test_what_the_place_lacks_says_nothing_about_the_net(verdict: Verdict, obstacle: str) -> None:
    agreement = compare(GOOD, verdict)
    assert agreement.obstacle == obstacle
    assert agreement.outcome == ("not-comparable" if obstacle else "differ")


def test_a_net_of_a_fork_cannot_be_compared_with_another_caffe() -> None:
    foreign = Expectation(accepted=True, layers={}, foreign="weiliu89/caffe")
    parse_error = '12:3: Message type "caffe.LayerParameter" has no field named "permute_param".'
    for verdict in (
        rejected("upgrade_proto.cpp:90] Check failed", parse_error),
        rejected("layer_factory.hpp:81] Check failed: … Unknown layer type: Permute (known types: …)"),
    ):
        assert compare(foreign, verdict).obstacle == "the net is for weiliu89/caffe, which this Caffe is not"
        assert compare(Expectation(accepted=True, layers={}), verdict).outcome == "differ"
    assert compare(foreign, rejected("eltwise_layer.cpp:34] Check failed")).outcome == "differ"


def test_what_caffe_does_by_chance_is_not_compared() -> None:
    said = "input 'x' has too few dims, Caffe takes the rest from memory by chance"
    crash = rejected("SIGSEGV", status="signal")
    for is_expected, verdict in ((False, accepted()), (True, crash)):
        assert compare(Expectation(accepted=is_expected, layers={}, unsized="x"), verdict).obstacle == said
    assert compare(Expectation(accepted=False, layers={}, unsized="x"), crash).outcome == "agree"


def test_an_accepted_net_that_cannot_be_described_is_not_compared() -> None:
    verdict = rejected("UnicodeDecodeError: …", status="exception")
    described = Verdict.of(
        {"status": verdict.status, "error": verdict.error, "built": True, "text_format_errors": []}
    )
    assert compare(GOOD, described).obstacle == "Caffe builds it, but cannot describe it"


@pytest.mark.parametrize(
    ("verdict", "layer", "line"),
    [
        (rejected("…", "Error parsing text-format caffe.NetParameter: 9:8: Expected"), None, 9),
        (rejected("blob.cpp:32] Check failed: shape[i] >= 0", unfinished="conv"), "conv", 7),
        (rejected("conv.cpp:1] Check failed: group", unfinished="conv"), "conv", 5),
        (rejected("blob.cpp:32] Check failed: shape[i] >= 0", unfinished="data"), "data", 1),
        (rejected("blob.cpp:32] Check failed: shape[i] >= 0"), "conv", 7),
        (rejected("insert_splits.cpp:29] Unknown bottom blob 'x' (layer 'conv', bottom index 0)"), "conv", 5),
        (rejected("net.cpp:1] Check failed", unfinished="data_data_0_split"), None, None),
    ],
)
def test_the_message_is_mapped_to_a_line(verdict: Verdict, layer: str | None, line: int | None) -> None:
    expected = Expectation(
        accepted=False, layers={"data": 1, "conv": 5}, marks=(Mark("shape[i] >= 0", "conv", 7),)
    )
    agreement = compare(expected, verdict)
    assert (agreement.layer, agreement.line) == (layer, line)


@pytest.mark.parametrize(
    ("progress", "layer"),
    [
        ([], None),
        ([("Initializing net", " from")], None),
        ([("Initializing net", ""), ("Creating layer ", "a"), ("Creating Layer ", "a")], "a"),
        (
            [
                ("Initializing net", ""),
                ("Creating layer ", "lstm"),
                ("Initializing net", ""),
                ("Creating layer ", "x"),
            ],
            "lstm",
        ),
        (
            [
                ("Initializing net", ""),
                ("Creating layer ", "lstm"),
                ("Initializing net", ""),
                ("Creating layer ", "x"),
                ("Network init", "ialization done."),
                ("Creating layer ", "b"),
            ],
            "b",
        ),
    ],
)
def test_the_unfinished_layer_is_one_of_the_outer_net(
    progress: list[tuple[str, str]], layer: str | None
) -> None:
    verdict = Verdict.of(
        {"status": "fatal", "error": "", "built": False, "text_format_errors": [], "progress": progress}
    )
    assert verdict.unfinished == layer
