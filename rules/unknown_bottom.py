"""A bottom that no layer before it makes.

Caffe aborts with "Unknown bottom blob 'x' (layer 'y', bottom index 0)" when a name is misspelt, when the
layer that makes the blob stands further down, and when that layer exists in another phase or stage only.

Bad:
    layer { name: "conv1" type: "Convolution" bottom: "dta" top: "conv1" }

Good:
    layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" }
"""

from collections.abc import Iterator
from difflib import get_close_matches

from caffe_lint.lint import Diagnostic, Fix, NetContext, NetRule, Note, Severity
from caffe_lint.net import Net, Use

_LIKENESS = 0.75
_MOST_COMPARED = 20_000
"""So many pairs of names take about 0.2 s; who broke more than that at once did not misspell them."""


class UnknownBottom(NetRule):
    code = "CL101"
    name = "unknown-bottom"
    fixable = True
    reads_names_only = True

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        net = context.net
        if net.is_partial:
            return
        unknown = [use for use in net.uses if use.blob is None and use.name not in net.broken_names]
        if net.is_unfed:
            unfed = [use for use in unknown if use.name in net.fed_elsewhere]
            for use in unfed[:1]:
                yield self._unfed(context, use)._replace(severity=Severity.NOTE)
            return
        near = _near_names(net, unknown)
        for use in unknown:
            message, notes = self._explain(net, use, near.get(use.name, []))
            finding = self.report(
                context, f"'{use.layer.name}' reads '{use.name}', {message}", use.span, notes
            )
            yield finding._replace(fix=_fix(context, use, near.get(use.name, [])))

    def _unfed(self, context: NetContext, use: Use) -> Diagnostic:
        message = f"the net has no data in this state: '{use.name}' is made in other states only"
        note = Note("the data layer that makes it", context.net.absent[use.name])
        return self.report(context, message, use.span, [note])

    def _explain(self, net: Net, use: Use, near: list[str]) -> tuple[str, list[Note]]:
        if use.name in net.absent:
            return "which is made in other states only", [Note("made here", net.absent[use.name])]
        later = net.final_blobs.get(use.name)
        if later is not None:
            place = (
                "by the same layer" if later.layer is use.layer else f"further down, by '{later.layer.name}'"
            )
            return f"which is made only {place}", [Note("made here", later.span)]
        if not near:
            return "which no layer makes", []
        note = Note(f"'{near[0]}' is made here", net.final_blobs[near[0]].span)
        return f"which no layer makes, did you mean '{near[0]}'?", [note]


def _near_names(net: Net, unknown: list[Use]) -> dict[str, list[str]]:
    """For names that no state makes the one or two nearest that are made; of many for the first ones only."""
    made = net.final_blobs.keys() | net.absent.keys()
    names = list(dict.fromkeys(use.name for use in unknown if use.name not in made))
    number = max(_MOST_COMPARED // max(len(net.final_blobs), 1), 1)
    return {name: get_close_matches(name, net.final_blobs, n=2, cutoff=_LIKENESS) for name in names[:number]}


def _fix(context: NetContext, use: Use, near: list[str]) -> Fix | None:
    """The fix that reads the only blob of a name that is near, if it is made before."""
    if len(near) != 1 or context.net.final_blobs[near[0]].layer.index >= use.layer.index:
        return None
    from caffe_lint.net.rename import string_edit

    edit = string_edit(context.document.source.data, use.span, use.name, near[0])
    return Fix(False, f"read '{near[0]}'", (edit,), frozenset({"wiring"})) if edit else None
