"""Layer types of the forks: which record holds for a net, and what it makes of a layer."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from caffe_lint.layers import TABLE, LayerType, RejectedError, find, find_backward, infer_shapes, show_shape
from caffe_lint.layers.forks import FAMILIES, arity, fork_records
from caffe_lint.layers.forks.generate import generate
from caffe_lint.lint import Severity, lint
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Net, load
from caffe_lint.schema import BVLC, Kind, load_schema
from tests.layers.case_files import FORKS, Case, read_cases
from tests.layers.one_layer import outcome_of

CASES = [
    pytest.param(case, id=f"{path.stem}-{index}-{case.type_name}")
    for path in sorted(FORKS.glob("*.txt"))
    for index, case in enumerate(read_cases(path.stem, FORKS))
]
RECORDS = [pytest.param(record, id=f"{record.name}-{index}") for index, record in enumerate(fork_records())]

APOLLO, CTPN, HAPPYNEAR, INTEL = (
    "LihangLiu93/apollocaffe",
    "tianzhi0549/CTPN",
    "happynear/caffe-windows",
    "intel/caffe",
)
JUNHYUKOH, NVIDIA, SSD, YJXIONG = "junhyukoh/caffe-lstm", "NVIDIA/caffe", "weiliu89/caffe", "yjxiong/caffe"
ROOT = Path(__file__).resolve().parents[2]
SYNOPSYS = "foss-for-synopsys-dwc-arc-processors/synopsys-caffe"
PSPNET = "hszhao/PSPNet"


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case) -> None:
    if not case.rejection:
        outcome = outcome_of(case.type_name, case.params, case.bottoms, len(case.tops), case.dialects)
        assert [show_shape(shape) for shape in outcome.tops] == case.tops
        learned = ["?"] if outcome.params is None else [show_shape(shape) for shape in outcome.params]
        assert learned == case.learned
        return
    with pytest.raises(RejectedError) as caught:
        outcome_of(case.type_name, case.params, case.bottoms, len(case.tops), case.dialects)
    assert f"{caught.value.rule}: {caught.value.message}" == case.rejection
    assert caught.value.caffe.strip() == case.caffe


def test_bvlc_types_alone_are_known_where_bvlc_reads_the_net() -> None:
    assert find("Eltwise", (BVLC, SYNOPSYS)) is TABLE["Eltwise"]
    assert find("LstmUnit", (BVLC, APOLLO)) is None
    assert find("LstmUnit") is None


def test_a_fork_has_its_own_record_or_the_one_of_bvlc() -> None:
    own = find("Eltwise", (SYNOPSYS,))
    assert own is not None
    assert own.bottoms.least == 1
    assert find("Eltwise", (SSD,)) is TABLE["Eltwise"]


def test_a_type_is_unknown_where_the_fork_does_not_have_it() -> None:
    assert BVLC in load_schema().layer_types["Swish"]
    assert find("Swish", (SSD,)) is None
    assert find("Lstm", (SSD,)) is None
    assert find("NoSuchType", (SSD, NVIDIA)) is None


def test_forks_that_agree_have_one_record() -> None:
    assert find("Concat", (CTPN, YJXIONG)) == find("Concat", (CTPN,))
    assert find("Concat", (SSD, NVIDIA)) is TABLE["Concat"]


def test_forks_without_the_type_have_no_say() -> None:
    assert find("Lstm", (JUNHYUKOH, SSD)) == find("Lstm", (JUNHYUKOH,))


def test_forks_that_differ_have_what_they_share() -> None:
    both = find("Concat", (CTPN, INTEL))
    assert both is not None
    assert both.bottoms == (1, None)
    blobs = find("ContrastiveLoss", (HAPPYNEAR, SSD))
    assert blobs is not None
    assert blobs.bottoms == (3, 4)
    assert blobs.loss
    pooling = find("Pooling", (INTEL, NVIDIA))
    assert pooling is not None
    assert pooling.fork_fields == ()
    own, either = find("Gather", (YJXIONG,)), find("Gather", (YJXIONG, SYNOPSYS))
    assert own is not None
    assert either is not None
    assert (own.equal_blobs, either.equal_blobs) == (True, False)


def test_forks_that_read_different_blocks_share_nothing() -> None:
    assert find("Transpose", (CTPN,)) is not None
    assert find("Transpose", (APOLLO,)) is not None
    assert find("Transpose", (CTPN, APOLLO)) is None


COUNTS = """
    Eltwise 1+ 1 synopsys; ReLU 1-2 1 synopsys
    Accuracy 2 1+ pspnet junhyukoh ctpn; Accuracy 2 1 apollo yjxiong; Accuracy 2-3 1-2 happynear
    Concat 2+ 1 apollo ctpn yjxiong; Slice 1 2+ apollo ctpn yjxiong; SPP 1 1-2 apollo ctpn yjxiong
    InfogainLoss 2-3 1 ssd pspnet nvidia apollo junhyukoh ctpn yjxiong
    ContrastiveLoss 4 1 happynear; EuclideanLoss 2-3 1 happynear; ImageData 0 0-3 happynear
    InnerProduct 1+ 1 happynear; SoftmaxWithLoss 2-3 1-2 happynear intel; Silence 1+ 0-1 nvidia
    SigmoidCrossEntropyLoss 2-3 1 intel
"""
"""What the headers of the forks declare other than BVLC's: type, bottoms, tops, forks."""

SHORT = {
    "apollo": APOLLO,
    "ctpn": CTPN,
    "happynear": HAPPYNEAR,
    "intel": INTEL,
    "junhyukoh": JUNHYUKOH,
    "nvidia": NVIDIA,
    "pspnet": PSPNET,
    "ssd": SSD,
    "synopsys": SYNOPSYS,
    "yjxiong": YJXIONG,
}


def _shown(record: LayerType) -> list[str]:
    limits = [(count.least, count.most) for count in (record.bottoms, record.tops)]
    return [
        f"{least}+" if most is None else f"{least}" if least == most else f"{least}-{most}"
        for least, most in limits
    ]


@pytest.mark.parametrize("line", COUNTS.replace("\n", ";").replace("; ", ";").split(";"))
def test_forks_take_other_numbers_of_blobs(line: str) -> None:
    for fork in line.split()[3:]:
        record = find(line.split()[0], (SHORT[fork],))
        assert record is not None
        assert _shown(record) == line.split()[1:3], fork


@pytest.mark.parametrize("record", RECORDS)
def test_records_name_what_the_schema_knows(record: LayerType) -> None:
    schema = load_schema()
    assert set(record.repos) <= set(schema.repositories)
    layer = schema.message("LayerParameter")
    param = layer.field(record.param) if record.param else None
    assert record.param is None or (param is not None and param.kind is Kind.MESSAGE)
    if record.fork_fields:
        assert record.name in TABLE
        assert param is not None
        assert set(record.fork_fields) <= schema.message(param.type_name).fields.keys()


@pytest.mark.parametrize("record", RECORDS)
def test_records_say_something_of_each_top(record: LayerType) -> None:
    bottoms = {record.bottoms.least, record.bottoms.most or record.bottoms.least + 2}
    tops = {record.tops.least, record.tops.most or record.tops.least + 2}
    dialects = record.repos[:1] or load_schema().layer_types.get(record.name, ("vsubhashini/caffe",))[:1]
    for count in bottoms:
        for made in tops:
            try:
                outcome = outcome_of(record.name, "", [None] * count, made, dialects)
            except RejectedError:
                continue
            assert len(outcome.tops) == made


def test_types_known_by_their_counts_only_have_no_better_record() -> None:
    described = {record.name for module in FAMILIES for record in module.LAYER_TYPES}
    names = {record.name for record in arity.LAYER_TYPES}
    assert len(names) == 185
    assert not names & (described | set(TABLE))
    assert not names - set(load_schema().layer_types)


def test_a_type_known_by_its_counts_may_learn_anything() -> None:
    outcome = outcome_of("LayerNorm", "", [(2, 3)], 1, (SYNOPSYS,))
    assert outcome == ((None,), None, None)


def _row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "type": "Thing",
        "dialect": "ours",
        "bottoms": {},
        "tops": {"exact": 1},
        "auto_top_blobs": False,
        "equal_num_bottom_top": False,
        "loss_default_weight": 0,
        "param_messages": [],
        "variants": [],
    }
    return row | changes


def _generated(row: dict[str, object]) -> list[str]:
    forks = {f"{SSD}@ssd": "ours", f"{INTEL} (of Intel)": "theirs", "no/schema": "lost"}
    made = json.loads(generate({"sources": {"forks": forks}, "mechanical_records": [row]}))
    assert made["repositories"] == [INTEL, SSD]
    lines: list[str] = made["types"]["Thing"]
    return lines


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "0+ 1 -"),
        ({"bottoms": {"exact": "2 (LossLayer default)"}}, "2 1 -"),
        ({"bottoms": {"min": "1"}, "tops": {"min": 1, "max": 3}}, "1+ 1-3 -"),
        ({"bottoms": {"max": 2}, "tops": {"max": "MinTopBlobs() + 1"}}, "0-2 0+ -"),
        ({"param_messages": ["add_param", "pooling_param"]}, "0+ 1 pooling_param"),
        ({"auto_top_blobs": True, "loss_default_weight": 1}, "0+ 1 - loss automatic"),
        ({"equal_num_bottom_top": True}, "0+ 1 - equal"),
    ],
)
def test_facts_become_lines(changes: dict[str, object], line: str) -> None:
    assert _generated(_row(**changes)) == [line]


def test_forks_that_declare_the_same_share_a_line() -> None:
    variant = _row(fork="theirs", tops={"exact": "1"})
    assert _generated(_row(dialect="ours, theirs, lost", variants=[variant])) == ["0+ 1 -"]


def test_forks_that_declare_something_else_have_a_line_each() -> None:
    variant = _row(fork="theirs", tops={"min": 1})
    lines = _generated(_row(dialect="ours, theirs", variants=[variant]))
    assert lines == [f"0+ 1 - {SSD}", f"0+ 1+ - {INTEL}"]


def test_an_unknown_fork_is_refused() -> None:
    with pytest.raises(ValueError, match="'Thing': no fork is called 'nobody'"):
        _generated(_row(dialect="nobody"))


LSTM = """
input: "x" input_shape {{ dim: [12, 4] }} input: "y" input_shape {{ dim: [12, 5] }}
layer {{ name: "lstm" type: "Lstm" bottom: "x" top: "h" lstm_param {{ num_output: 5 batch_size: {batch} }} }}
layer {{ name: "loss" type: "EuclideanLoss" bottom: "h" bottom: "y" top: "loss" }}
"""


def _net(text: str, dialect: str) -> Net:
    return load(text.encode(), dialect).nets()[0]


def test_shapes_go_through_layers_of_a_fork() -> None:
    net = _net(LSTM.format(batch=3), JUNHYUKOH)
    inference = infer_shapes(net)
    assert net.dialects == (JUNHYUKOH,)
    assert [inference.shape(layer.tops[0]) for layer in net.layers[1:]] == [(12, 5), ()]
    assert inference.params[net.layers[1]] == ((20, 4), (20, 5), (20,))
    assert [layer.name for layer in net.layers if layer in find_backward(net, inference).running] == [
        "lstm",
        "loss",
    ]


def test_parameters_of_a_fork_make_a_layer_of_bvlc_unknown() -> None:
    text = """
        layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [2, 3, 8, 8] } } }
        layer { name: "p" type: "Pooling" bottom: "x" top: "p" pooling_param { kernel_size: 2 %s } }
    """
    unknown = _net(text % "ceil_mode: false", SYNOPSYS)
    known = _net(text % "avg_include_pad: false", INTEL)
    assert infer_shapes(unknown).shape(unknown.layers[1].tops[0]) is None
    assert infer_shapes(known).shape(known.layers[1].tops[0]) == (2, 3, 7, 7)


REVERSE = """
input: "x" input_shape { dim: [12, 4] }
layer { name: "r" type: "Reverse" bottom: "x" top: "y" reverse_param { axis: 2 } }
"""


@pytest.mark.parametrize(
    ("text", "dialect", "rule"),
    [
        (LSTM.format(batch=5), JUNHYUKOH, "shape-mismatch"),
        (REVERSE, SYNOPSYS, "axis-out-of-range"),
        (REVERSE, "auto", "axis-out-of-range"),
        (REVERSE.replace('top: "y"', 'top: "x"'), CTPN, "in-place-refused"),
    ],
)
def test_what_a_fork_rejects_is_a_warning(text: str, dialect: str, rule: str) -> None:
    report = lint(load(text.encode(), dialect), all_rules())
    found = {finding.name: finding.severity for finding in report.diagnostics}
    assert found[rule] is Severity.WARNING
    assert Severity.ERROR not in found.values()


def test_a_net_that_bvlc_reads_does_not_pay_for_the_forks() -> None:
    script = (
        "import sys; from caffe_lint.cli import main; main(['check', 'examples/lstm.prototxt'])\n"
        "print(sorted(name for name in sys.modules if name.startswith('caffe_lint.layers')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "caffe_lint.layers.table" in done.stdout
    assert "forks" not in done.stdout
