"""The layer types of forks: what the tables say of each, and that less knowledge never contradicts it.

No fork is run here: the tables say what was read in its sources.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest

from caffe_lint.layers import (
    LayerType,
    Outcome,
    RejectedError,
    Setup,
    Shape,
    check_loss_weights,
    set_up,
    show_shape,
)
from caffe_lint.layers.forks import detection, face, mobile, segmentation, yolo
from caffe_lint.layers.shape import may_equal
from caffe_lint.schema import BVLC, Block, load_schema
from caffe_lint.text import parse
from tests.layers.case_files import Case, case_of, paragraphs
from tests.layers.one_layer import layer_text

RECORDS: list[LayerType] = [
    record for family in (detection, face, mobile, segmentation, yolo) for record in family.LAYER_TYPES
]
FOLDER = Path(__file__).with_name("cases_forks")


def _record_of(name: str, repo: str) -> LayerType:
    """The one record of a type that holds for a repository."""
    found = [record for record in RECORDS if record.name == name and repo in (record.repos or (repo,))]
    assert len(found) == 1, f"{name} of {repo}"
    return found[0]


def _read(path: Path) -> list[tuple[str, LayerType, Case]]:
    cases = []
    for repo, lines in ((lines[0].split(": ")[0], lines) for lines in paragraphs(path)):
        first = lines[0].removeprefix(f"{repo}: ")
        record = _record_of(first.split(" ")[0], repo)
        cases.append((repo, record, case_of(record, [first, *lines[1:]])))
    return cases


ALL = [case for path in sorted(FOLDER.glob("*.txt")) for case in _read(path)]
CASES = [pytest.param(*case, id=f"{index}-{case[2].type_name}") for index, case in enumerate(ALL)]
ACCEPTED = [
    pytest.param(*case, id=f"{index}-{case[2].type_name}")
    for index, case in enumerate(ALL)
    if not case[2].rejection
]


def _outcome(repo: str, record: LayerType, params: str, bottoms: Iterable[Shape], tops: int) -> Outcome:
    shapes = tuple(bottoms)
    parsed = parse(layer_text(record.name, params, len(shapes), tops).encode())
    assert not parsed.problems
    schema = load_schema().view([BVLC, repo])
    block = Block.root(parsed.root, "NetParameter", schema).blocks("layer")[0]
    setup = Setup(block, block.block(record.param) if record.param else block, shapes, tops)
    outcome = set_up(record, setup)
    check_loss_weights(record, setup, outcome)
    return outcome


def _shown(shapes: Iterable[Shape]) -> list[str]:
    return [show_shape(shape) for shape in shapes]


@pytest.mark.parametrize(("repo", "record", "case"), CASES)
def test_case(repo: str, record: LayerType, case: Case) -> None:
    assert record.bottoms.allows(len(case.bottoms))
    assert record.tops.allows(len(case.tops))
    if not case.rejection:
        outcome = _outcome(repo, record, case.params, case.bottoms, len(case.tops))
        assert _shown(outcome.tops) == case.tops
        assert _shown(outcome.params) == case.learned
        return
    with pytest.raises(RejectedError) as caught:
        _outcome(repo, record, case.params, case.bottoms, len(case.tops))
    assert f"{caught.value.rule}: {caught.value.message}" == case.rejection
    assert caught.value.caffe == case.caffe


def _vaguer(shape: Shape, hidden: int) -> Shape:
    return (
        None
        if shape is None
        else tuple(None if 1 << axis & hidden else dim for axis, dim in enumerate(shape))
    )


@pytest.mark.parametrize(("repo", "record", "case"), ACCEPTED)
@pytest.mark.parametrize("hidden", [1, 2, 4, 8, 5, 10, 12, 15])
def test_unknown_dims_contradict_nothing(repo: str, record: LayerType, case: Case, hidden: int) -> None:
    full = _outcome(repo, record, case.params, case.bottoms, len(case.tops))
    bottoms = [_vaguer(shape, hidden) for shape in case.bottoms]
    _assert_fits(_outcome(repo, record, case.params, bottoms, len(case.tops)), full)


@pytest.mark.parametrize(("repo", "record", "case"), ACCEPTED)
def test_unknown_bottoms_contradict_nothing(repo: str, record: LayerType, case: Case) -> None:
    full = _outcome(repo, record, case.params, case.bottoms, len(case.tops))
    for index in range(len(case.bottoms)):
        bottoms = [*case.bottoms[:index], None, *case.bottoms[index + 1 :]]
        _assert_fits(_outcome(repo, record, case.params, bottoms, len(case.tops)), full)
    nothing = [None] * len(case.bottoms)
    _assert_fits(_outcome(repo, record, case.params, nothing, len(case.tops)), full)


def _assert_fits(vague: Outcome, full: Outcome) -> None:
    for ours, known in ((vague.tops, full.tops), (vague.params, full.params)):
        assert len(ours) == len(known)
        assert all(map(may_equal, ours, known)), f"{_shown(ours)} for {_shown(known)}"
    assert vague.macs in (None, full.macs) or full.macs is None


def _tops_or_rule(repo: str, record: LayerType, tops: int) -> int | str:
    try:
        return len(_outcome(repo, record, "", [None] * record.bottoms.least, tops).tops)
    except RejectedError as error:
        return error.rule


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_a_bare_layer_with_unknown_bottoms_is_set_up_or_rejected(record: LayerType) -> None:
    for repo in record.repos or load_schema().layer_types[record.name]:
        tops = max(record.tops.least, 1)
        assert _tops_or_rule(repo, record, tops) in (tops, "missing-size")


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_record_is_of_repositories_that_have_the_type(record: LayerType) -> None:
    known = load_schema().layer_types[record.name]
    assert set(record.repos) <= set(known)
    others = [other for other in RECORDS if other.name == record.name and other is not record]
    assert all(other.repos and not set(other.repos) & set(record.repos) for other in others)
    assert record.repos or not others


def test_every_record_has_an_accepted_case() -> None:
    accepted = [record for _, record, case in ALL if not case.rejection]
    assert [record.name for record in RECORDS if record not in accepted] == []


def test_reorg_refuses_to_work_in_place() -> None:
    record = _record_of("Reorg", "intel/caffe")
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
    assert _outcome(repo, _record_of(name, repo), params, bottoms, 1).macs == macs


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
    assert _record_of(name, repo).loss is counts
