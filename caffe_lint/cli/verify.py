"""`caffe-lint verify`: ask a real Caffe, and print where it agrees with caffe-lint and where not."""

import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from ..net import Document, NetState
from ..peer import NetText, Peer, PeerError, Verdict
from ..peer.agreement import Difference, compare
from ..report import ColorChoice
from ..report.json_text import json_text
from ..report.verdict import DifferenceData, FileVerdict, StateVerdict, full_verdicts
from .chooser import Chooser
from .completion import complete_paths
from .discovery import find_files
from .errors import EXIT_CLEAN, EXIT_FINDINGS
from .expectation import Expected, expect
from .files import read_source
from .options import color_option, dialect_option, format_option
from .output import report_options
from .run_options import cores
from .settings_options import SettingsChoice
from .state import chosen_states, state_options

_HOW_TO_GET_CAFFE = """
verify needs a Python that can 'import caffe'; name it with --caffe, or in CAFFE_LINT_CAFFE:
  Debian 11, Ubuntu 20.04: apt install python3-caffe, then --caffe /usr/bin/python3
  conda: conda create -n caffe caffe, then --caffe with the path of that environment's python
  docker: --caffe 'docker run --rm -i bvlc/caffe:cpu python'
pip cannot install it: the package 'caffe' of PyPI is an empty placeholder"""


@click.command(short_help="Compare with a real Caffe.")
@click.argument("paths", nargs=-1, required=True, metavar="NET...", shell_complete=complete_paths)
@click.option(
    "--caffe",
    "command",
    envvar="CAFFE_LINT_CAFFE",
    default="python3",
    show_default=True,
    metavar="COMMAND",
    help="What starts a Python that has pycaffe; also taken from CAFFE_LINT_CAFFE.",
)
@state_options
@dialect_option
@format_option("full", "json", description="How the comparison is written.")
@color_option
def verify(
    paths: tuple[str, ...], command: str, dialect: str, format_name: str, color: ColorChoice, **state: object
) -> int:
    """Load nets in a real Caffe, and tell where it agrees with caffe-lint.

    Compared are the verdicts, and the shapes of blobs and params, in each state
    that a file tells apart. Where Caffe stops for want of a data source or a
    Python module there is nothing to compare.

    Exit code 0: they agree in all that can be compared. 1: they differ.
    2: a wrong call, no Caffe, or nothing that can be compared.
    """
    states = chosen_states(**state)  # type: ignore[arg-type]  # click has converted and checked them
    documents = list(_nets(paths, dialect))
    jobs = min(cores(), len(documents))
    with _caffe(command, jobs) as peer:
        files = judge(documents, peer, states)
    if format_name == "json":
        sys.stdout.write(json_text(files))
    else:
        sys.stdout.writelines(full_verdicts(files, report_options(color)))
    return _exit_code(files)


def judge(
    documents: Iterable[Document], peer: Peer, states: Sequence[NetState] | None = None
) -> list[FileVerdict]:
    """Both judgements on some nets, in the given states, or in all that each file tells apart.

    Raises:
        PeerError: if Caffe can no longer be asked.
    """
    expected = [(document, expect(document, states)) for document in documents]
    questions = [NetText(document.source.data, each.state) for document, found in expected for each in found]
    answers = iter(peer.load_all(questions))
    return [
        {
            "path": document.source.path,
            "states": [_compared(document, each, next(answers)) for each in found],
        }
        for document, found in expected
    ]


@contextmanager
def _caffe(command: str, jobs: int) -> Iterator[Peer]:
    """The Caffe that is asked.

    Raises:
        click.ClickException: if there is none behind the command, or it can no longer be asked.
    """
    with ExitStack() as peers:
        try:
            peer = peers.enter_context(Peer(_split(command), jobs=jobs))
        except PeerError as error:
            raise click.ClickException(f"{error}{_HOW_TO_GET_CAFFE}") from error
        try:
            yield peer
        except PeerError as error:
            raise click.ClickException(str(error)) from error


def _split(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise click.BadParameter(f"'{command}': {error}", param_hint="'--caffe'") from error
    if not words:
        raise click.BadParameter("it names no command", param_hint="'--caffe'")
    return words


def _nets(paths: Sequence[str], dialect: str) -> Iterator[Document]:
    """The files that a call means; those in a folder that hold no net are left out."""
    named, count = {Path(path) for path in paths}, 0
    for path in find_files(paths, Chooser(SettingsChoice())):
        try:
            document = Document(read_source(path), dialect)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        if document.impostor is not None or document.root_type == "NetParameter":
            count += 1
            yield document
        elif path in named:
            raise click.ClickException(f"'{path}' holds no net")
    if not count:
        raise click.ClickException("no file holds a net")


def _compared(document: Document, expected: Expected, verdict: Verdict) -> StateVerdict:
    agreement = compare(expected.expectation, verdict)
    error = "\n".join(verdict.text_format_errors) or verdict.error
    return {
        "phase": expected.state.phase,
        "level": expected.state.level,
        "stages": list(expected.state.stages),
        "outcome": agreement.outcome,
        "obstacle": agreement.obstacle,
        "findings": [
            {
                "code": finding.code,
                "name": finding.name,
                "message": finding.message,
                "line": document.source.position(finding.span.start).line,
            }
            for finding in expected.findings
        ],
        "caffe": {
            "accepted": verdict.accepted,
            "error": "" if verdict.accepted else error,
            "layer": agreement.layer,
            "line": agreement.line,
        },
        "differences": list(map(_difference, agreement.differences)),
        "compared": agreement.compared,
    }


def _difference(difference: Difference) -> DifferenceData:
    ours, theirs = (
        None if shapes is None else [None if shape is None else list(shape) for shape in shapes]
        for shapes in (difference.ours, difference.theirs)
    )
    return {"kind": difference.kind, "name": difference.name, "caffe_lint": ours, "caffe": theirs}


def _exit_code(files: Iterable[FileVerdict]) -> int:
    outcomes = {state["outcome"] for file in files for state in file["states"]}
    if outcomes == {"not-comparable"}:
        raise click.ClickException("nothing could be compared: Caffe stopped for other reasons than the nets")
    return EXIT_FINDINGS if "differ" in outcomes else EXIT_CLEAN
