"""What caffe-lint says about a random net, held against the truth."""

from collections import Counter
from functools import cache
from random import Random

from caffe_lint.lint import Rule, lint
from caffe_lint.lint.diagnostic import Diagnostic
from caffe_lint.lint.registry import all_rules
from caffe_lint.net import Document, NetState
from caffe_lint.recurrent import find_unrolls
from caffe_lint.text import Source
from tests.recurrent.random_decoys import random_decoy
from tests.recurrent.random_draft import Draft
from tests.recurrent.random_mistakes import MISTAKES, Planted, plant
from tests.recurrent.random_nets import finish, random_net
from tests.recurrent.random_text import Written

#: In a clean net nothing may be found that Caffe would reject, and nothing about recurrent nets.
SILENT = ("CL0", "CL1", "CL2", "CL3", "CL5")
#: Rules of style and waste, which say nothing about what Caffe computes.
HARMLESS = {"CL105"}


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, once."""
    return all_rules()


def document(written: Written) -> Document:
    """A random net as a file."""
    return Document(Source("random.prototxt", written.text.encode()))


def findings(written: Written) -> tuple[Diagnostic, ...]:
    """What all rules find in a random net."""
    return lint(document(written), rules()).diagnostics


def clean_net(seed: int) -> tuple[Draft, Written]:
    """A correct net; one in five is none of a recurrent kind."""
    random = Random(f"clean {seed}")
    draft = random_decoy(random) if random.random() < 0.2 else random_net(random)
    return draft, finish(draft)


def planted_net(seed: int) -> Planted:
    """A net with a mistake; as many neighbouring seeds as there are mistakes show each of them once."""
    return plant(MISTAKES[seed % len(MISTAKES)], seed)


def problems_of_clean(draft: Draft, written: Written) -> list[str]:
    """What caffe-lint says wrongly about a correct net."""
    found = [
        f"false alarm {_shown(written, finding)}"
        for finding in findings(written)
        if finding.code.startswith(SILENT) and finding.code not in HARMLESS
    ]
    (net,) = document(written).nets([NetState("TRAIN")])
    unrolls = Counter((unroll.cell, len(unroll.steps)) for unroll in find_unrolls(net))
    expected = Counter((cell.kind, cell.steps) for cell in draft.cells)
    if unrolls != expected:
        found.append(f"cells {_counted(unrolls)} instead of {_counted(expected)}")
    sizes = Counter(unroll.hidden_size for unroll in find_unrolls(net) if unroll.cell != "recursive")
    hidden = Counter(cell.hidden for cell in draft.cells if cell.kind != "recursive")
    if unrolls == expected and sizes != hidden:
        found.append(f"hidden sizes {_counted(sizes)} instead of {_counted(hidden)}")
    return found


def problems_of_planted(planted: Planted) -> list[str]:
    """What caffe-lint does not find, finds in the wrong place, or finds besides the mistake."""
    written, codes = planted.written, planted.mistake.codes
    found = [
        finding for finding in findings(written) if finding.code in codes or finding.code.startswith("CL5")
    ]
    right = [finding for finding in found if finding.code in codes and _stands_in(planted, finding)]
    wrong = [f"besides {_shown(written, finding)}" for finding in found if finding not in right]
    return wrong if right else ["missed", *wrong]


def expected(planted: Planted) -> str:
    """The truth about a planted mistake, in words."""
    lines = [planted.written.lines(layer) for layer in planted.places]
    places = ", ".join(f"{span.start}-{span[-1]}" for span in lines[:6]) + (", …" if len(lines) > 6 else "")
    codes = " or ".join(sorted(planted.mistake.codes))
    cell = planted.cell
    return (
        f"{codes} ({planted.mistake.name}) in step {planted.step} of {cell.steps} of the {cell.direction} "
        f"{cell.kind} '{cell.name}', lines {places}"
    )


def _stands_in(planted: Planted, finding: Diagnostic) -> bool:
    """Whether a finding, or else one of its notes, points into a layer where the mistake may be reported."""
    ranges = [planted.written.ranges[id(layer)] for layer in planted.places]
    # The text may hold no character of more than one byte, so that offsets are the same.
    starts = [finding.span.start, *(note.span.start for note in finding.notes)]
    return any(start <= place < end for place in starts for start, end in ranges)


def _shown(written: Written, finding: Diagnostic) -> str:
    line = written.text.count("\n", 0, finding.span.start) + 1
    return f"{finding.code} line {line}: {finding.message}"


def _counted(counter: Counter[object] | Counter[tuple[str, int]] | Counter[int | None] | Counter[int]) -> str:
    return ", ".join(f"{number} x {key}" for key, number in counter.items()) or "none"
