"""The run of rules over one file: which states, in which order, and what happens when a rule fails."""

from collections.abc import Iterator

import pytest

from caffe_lint.lint import (
    Claim,
    Diagnostic,
    DocumentRule,
    NetContext,
    NetRule,
    Note,
    Rule,
    RuleFailedError,
    Settings,
    Severity,
    lint,
)
from caffe_lint.lint.registry import all_rules, select_rules
from caffe_lint.net import Document, NetState, load
from caffe_lint.text import Source, Span

TWO_STATES = """\
layer { name: "a" type: "Input" top: "a" include { phase: TRAIN } }
layer { name: "b" type: "Input" top: "b" }
layer { name: "c" type: "Input" top: "c" include { phase: TEST } }
"""


class EveryFile(DocumentRule):
    code = "CL990"
    name = "every-file"

    def check(self, document: Document) -> Iterator[Diagnostic]:
        yield self.report(f"a file of {document.source.line_count} lines", Span(0, 0))


class EveryLayer(NetRule):
    """One finding for each layer, and one for each net."""

    code = "CL991"
    name = "every-layer"
    severity = Severity.WARNING
    claim = Claim.STYLE

    def __init__(self) -> None:
        self.runs = 0

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        self.runs += 1
        for layer in reversed(context.net.layers):
            yield self.report(context, f"layer {layer.name}", layer.span)
        yield self.report(context, f"{len(context.net.layers)} layers", Span(0, 5))


class Broken(NetRule):
    code = "CL992"
    name = "broken"

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        yield self.report(context, "before the failure", Span(0, 0))
        raise ZeroDivisionError("no such luck")


class BrokenFile(DocumentRule):
    code = "CL993"
    name = "broken-file"

    def check(self, document: Document) -> Iterator[Diagnostic]:
        raise KeyError(document.source.path)


def found(text: str, *rules: Rule) -> list[tuple[str, tuple[str, ...]]]:
    return [(finding.message, finding.states) for finding in lint(load(text.encode()), rules).diagnostics]


def test_equal_findings_of_several_states_become_one() -> None:
    assert found(TWO_STATES, EveryLayer()) == [
        ("2 layers", ("TRAIN", "TEST")),
        ("layer a", ("TRAIN",)),
        ("layer b", ("TRAIN", "TEST")),
        ("layer c", ("TEST",)),
    ]


def test_a_rule_runs_once_for_states_that_keep_the_same_layers() -> None:
    rule = EveryLayer()
    found(TWO_STATES.replace("TRAIN", "TEST"), rule)
    assert rule.runs == 2
    rule = EveryLayer()
    found("", rule)
    assert rule.runs == 1


def test_a_finding_about_the_file_has_no_states() -> None:
    assert found(TWO_STATES, EveryFile()) == [("a file of 3 lines", ())]


def test_the_states_of_a_run_may_be_given() -> None:
    report = lint(load(TWO_STATES.encode()), [EveryLayer()], [NetState("TEST", 0, ("s",))])
    assert [finding.message for finding in report.diagnostics] == ["2 layers", "layer b", "layer c"]
    assert {finding.states for finding in report.diagnostics} == {("TEST, stages: s",)}
    assert report.states == ("TEST, stages: s",)


def test_findings_come_by_place_then_by_code() -> None:
    rules = (EveryLayer(), EveryFile(), *select_rules())
    text = TWO_STATES.replace('name: "b"', 'name: "b" nmae: 1')
    findings = lint(load(text.encode()), rules).diagnostics
    assert [finding.sort_key for finding in findings] == sorted(finding.sort_key for finding in findings)
    assert len({finding.code for finding in findings}) > 2
    assert findings == lint(load(text.encode()), rules[::-1]).diagnostics


def test_the_report_knows_the_file_and_its_states() -> None:
    source = Source("net.prototxt", TWO_STATES.encode())
    report = lint(Document(source), [])
    assert report.source is source
    assert report.diagnostics == ()
    assert report.states == ("TRAIN", "TEST")
    assert lint(load(b'net: "x"'), []).states == ()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Broken(), "rule CL992 (broken) on net.prototxt: ZeroDivisionError: no such luck"),
        (BrokenFile(), "rule CL993 (broken-file) on net.prototxt: KeyError: 'net.prototxt'"),
    ],
)
def test_a_rule_that_raises_is_named_with_the_file(rule: Rule, message: str) -> None:
    with pytest.raises(RuleFailedError) as error:
        lint(Document(Source("net.prototxt", TWO_STATES.encode())), [EveryLayer(), rule])
    assert str(error.value) == message
    assert isinstance(error.value.__cause__, (ZeroDivisionError, KeyError))


def test_a_finding_takes_severity_and_claim_from_its_rule() -> None:
    (finding, *_) = lint(load(TWO_STATES.encode()), [EveryLayer()]).diagnostics
    assert finding == Diagnostic(
        "CL991", "every-layer", Severity.WARNING, Claim.STYLE, "2 layers", Span(0, 5), ("TRAIN", "TEST")
    )


def test_a_document_rule_may_report_another_severity() -> None:
    note = Note("there", Span(1, 2))
    finding = EveryFile().report("a file", Span(0, 0), [note], Severity.NOTE)
    assert (finding.severity, finding.notes) == (Severity.NOTE, (note,))


def test_what_follows_from_a_defect_is_reported_only_where_the_defect_is_not() -> None:
    text = (
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 dim: 8 } } }'
        'layer { name: "c" type: "Input" top: "c" input_param { shape { dim: 1 dim: 2 dim: 2 } } }'
        + "".join(STEP.replace("%", str(step)).replace("@", str(step - 1) if step else "") for step in (0, 1))
    ).replace("slice_point: 4", "slice_point: 5", 1)
    with_defects = lint(load(text.encode(), "bvlc"), all_rules()).diagnostics
    assert [(finding.code, finding.claim) for finding in with_defects] == [("CL503", Claim.REJECTS)]
    without = lint(load(text.encode(), "bvlc"), select_rules(ignore=["CL503"])).diagnostics
    assert {finding.code for finding in without} == {"CL201"}


STEP = """
layer { name: "m%" type: "InnerProduct" bottom: "x" top: "m%" param { name: "m" } param { name: "b" }
  inner_product_param { num_output: 8 axis: 2 weight_filler { type: "xavier" } } }
layer { name: "h%" type: "InnerProduct" bottom: "c@" top: "n%" param { name: "h" }
  inner_product_param { num_output: 8 axis: 2 bias_term: false weight_filler { type: "xavier" } } }
layer { name: "s%" type: "Eltwise" bottom: "m%" bottom: "n%" top: "s%" }
layer { name: "cut%" type: "Slice" bottom: "s%" top: "i%" top: "f%" top: "o%" top: "g%"
  slice_param { axis: 2 slice_point: 2 slice_point: 4 slice_point: 6 } }
layer { name: "si%" type: "Sigmoid" bottom: "i%" top: "si%" }
layer { name: "sf%" type: "Sigmoid" bottom: "f%" top: "sf%" }
layer { name: "so%" type: "Sigmoid" bottom: "o%" top: "so%" }
layer { name: "tg%" type: "TanH" bottom: "g%" top: "tg%" }
layer { name: "fc%" type: "Eltwise" bottom: "sf%" bottom: "c@" top: "fc%" eltwise_param { operation: PROD } }
layer { name: "ig%" type: "Eltwise" bottom: "si%" bottom: "tg%" top: "ig%" eltwise_param { operation: PROD } }
layer { name: "c%" type: "Eltwise" bottom: "fc%" bottom: "ig%" top: "c%" }
layer { name: "tc%" type: "TanH" bottom: "c%" top: "tc%" }
layer { name: "ho%" type: "Eltwise" bottom: "so%" bottom: "tc%" top: "ho%" eltwise_param { operation: PROD } }
"""


@pytest.mark.parametrize(
    ("fail_on", "fails"),
    [(Severity.NOTE, True), (Severity.WARNING, True), (Severity.ERROR, False), (None, False)],
)
def test_which_findings_make_a_run_fail(fail_on: Severity | None, fails: bool) -> None:
    report = lint(load(TWO_STATES.encode()), [EveryLayer()])
    assert Settings(fail_on=fail_on).fails(report) is fails
    assert not Settings(fail_on=fail_on).fails(lint(load(TWO_STATES.encode()), []))


def test_the_default_settings() -> None:
    assert Settings() == Settings(select=(), ignore=(), dialect="auto", fail_on=Severity.WARNING)
    assert [severity.rank for severity in (Severity.NOTE, Severity.WARNING, Severity.ERROR)] == [0, 1, 2]
