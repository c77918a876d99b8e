"""The layer types of forks by family: every record has its cases, and less knowledge never contradicts them.

What each case makes is compared in test_layers_forks. No fork is run: the tables say what was read.
"""

import pytest

from caffe_lint.layers import LayerType, Outcome, RejectedError, Setup, Shape, find, set_up, show_shape
from caffe_lint.layers.forks import detection, face, mobile, segmentation, yolo
from caffe_lint.layers.shape import may_equal
from caffe_lint.schema import BVLC, Block, load_schema
from caffe_lint.text import parse
from tests.layers.case_files import FORKS, Case, read_cases
from tests.layers.one_layer import outcome_of

RECORDS: list[LayerType] = [
    record for family in (detection, face, mobile, segmentation, yolo) for record in family.LAYER_TYPES
]
FILES = ("detection", "face", "mobile", "regions", "segmentation", "yolo")
CASES = [case for name in FILES for case in read_cases(name, FORKS)]
ACCEPTED = [
    pytest.param(case, id=f"{index}-{case.type_name}")
    for index, case in enumerate(CASES)
    if not case.rejection
]


def _outcome(case: Case, bottoms: list[Shape]) -> Outcome:
    return outcome_of(case.type_name, case.params, bottoms, len(case.tops), case.dialects)


def _vaguer(shape: Shape, hidden: int) -> Shape:
    """The shape without the sizes of the axes whose bits are set."""
    if shape is None:
        return None
    return tuple(None if 1 << axis & hidden else dim for axis, dim in enumerate(shape))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.type_name) for case in CASES])
def test_cases_have_as_many_blobs_as_the_record_allows(case: Case) -> None:
    record = find(case.type_name, case.dialects)
    assert record in RECORDS
    assert record.bottoms.allows(len(case.bottoms))
    assert record.tops.allows(len(case.tops))


@pytest.mark.parametrize("case", ACCEPTED)
@pytest.mark.parametrize("hidden", [1, 2, 4, 8, 5, 10, 12, 15])
def test_unknown_dims_contradict_nothing(case: Case, hidden: int) -> None:
    vague = _outcome(case, [_vaguer(shape, hidden) for shape in case.bottoms])
    _assert_fits(vague, _outcome(case, case.bottoms))


@pytest.mark.parametrize("case", ACCEPTED)
def test_unknown_bottoms_contradict_nothing(case: Case) -> None:
    full, count = _outcome(case, case.bottoms), len(case.bottoms)
    for index in range(count):
        _assert_fits(_outcome(case, [*case.bottoms[:index], None, *case.bottoms[index + 1 :]]), full)
    _assert_fits(_outcome(case, [None] * count), full)


def _assert_fits(vague: Outcome, full: Outcome) -> None:
    for ours, known in ((vague.tops, full.tops), (vague.params or (), full.params or ())):
        assert len(ours) == len(known)
        shown = [list(map(show_shape, shapes)) for shapes in (ours, known)]
        assert all(map(may_equal, ours, known)), shown
    assert vague.macs in (None, full.macs) or full.macs is None


def _tops_or_rule(repo: str, record: LayerType, tops: int) -> int | str:
    try:
        return len(outcome_of(record.name, "", [None] * record.bottoms.least, tops, (repo,)).tops)
    except RejectedError as error:
        return error.rule


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_a_bare_layer_with_unknown_bottoms_is_set_up_or_lacks_a_size(record: LayerType) -> None:
    for repo in record.repos or load_schema().layer_types[record.name]:
        assert find(record.name, (repo,)) is record
        tops = max(record.tops.least, 1)
        assert _tops_or_rule(repo, record, tops) in (tops, "missing-size")


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_record_is_of_repositories_that_have_the_type(record: LayerType) -> None:
    assert set(record.repos) <= set(load_schema().layer_types[record.name])
    others = [other for other in RECORDS if other.name == record.name and other is not record]
    assert not any(set(other.repos) & set(record.repos) for other in others)
    assert all(variant.repos for variant in others)
    assert record.repos or not others


def test_every_record_has_an_accepted_case() -> None:
    accepted = [find(case.type_name, case.dialects) for case in CASES if not case.rejection]
    assert [record.name for record in RECORDS if record not in accepted] == []


def test_reorg_refuses_to_work_in_place() -> None:
    record = find("Reorg", ("intel/caffe",))
    assert record is not None
    text = 'layer { type: "Reorg" bottom: "a" top: "a" reorg_param { stride: 2 } }'
    schema = load_schema().view([BVLC, "intel/caffe"])
    block = Block.root(parse(text.encode()).root, "NetParameter", schema).blocks("layer")[0]
    with pytest.raises(RejectedError) as caught:
        set_up(record, Setup(block, block.block("reorg_param"), ((2, 4, 6, 6),), 1))
    assert caught.value.rule == "in-place-refused"
    assert caught.value.caffe == "Layer does not allow in-place computation."


@pytest.mark.parametrize(
    ("repo", "name", "params", "bottoms", "macs"),
    [
        (
            "eric612/MobileNet-YOLO",
            "DepthwiseConvolution",
            "convolution_param { num_output: 6 group: 6 kernel_size: 3 pad: 1 }",
            [(2, 6, 8, 9)],
            6 * 3 * 3 * 8 * 9,
        ),
        (
            "happynear/caffe-windows",
            "MarginInnerProduct",
            "margin_inner_product_param { num_output: 10 }",
            [(2, 3, 4, 5), (2,)],
            60 * 10,
        ),
        (
            "happynear/caffe-windows",
            "LargeMarginInnerProduct",
            "largemargin_inner_product_param { num_output: 7 }",
            [(2, 3), (2,), (10, 3)],
            3 * 10,
        ),
        ("eric612/MobileNet-YOLO", "ReLU6", "", [(2, 3)], 0),
    ],
)
def test_products_count_their_multiplications(
    repo: str, name: str, params: str, bottoms: list[Shape], macs: int
) -> None:
    assert outcome_of(name, params, bottoms, 1, (repo,)).macs == macs


@pytest.mark.parametrize(
    ("repo", "name", "counts"),
    [
        ("weiliu89/caffe", "SmoothL1Loss", True),
        ("yjxiong/caffe", "SmoothL1Loss", False),
        ("intel/caffe", "SmoothL1Loss", False),
        ("weiliu89/caffe", "MultiBoxLoss", True),
        ("ydwen/caffe-face", "CenterLoss", False),
    ],
)
def test_a_loss_counts_by_itself_only_where_its_setup_says_so(repo: str, name: str, counts: bool) -> None:
    record = find(name, (repo,))
    assert record is not None
    assert record.loss is counts
