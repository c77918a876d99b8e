"""Layers share a param by name, but give it different multipliers.

Caffe aborts with "Shared param 'w' has mismatched lr_mult." (or decay_mult). A layer that leaves the
multiplier out takes what the others say.

Bad:
    layer { name: "a" type: "InnerProduct" param { name: "w" lr_mult: 1 } }
    layer { name: "b" type: "InnerProduct" param { name: "w" lr_mult: 2 } }

Good:
    layer { name: "a" type: "InnerProduct" param { name: "w" lr_mult: 1 } }
    layer { name: "b" type: "InnerProduct" param { name: "w" lr_mult: 1 } }
"""

from collections.abc import Iterator

from caffe_lint.lint import Diagnostic, NetContext, NetRule, Note
from caffe_lint.net import ParamSpec


class SharedParamMultipliers(NetRule):
    code = "CL302"
    name = "shared-param-multipliers"

    def check(self, context: NetContext) -> Iterator[Diagnostic]:
        for name, sharers in context.net.sharers.items():
            for multiplier in ("lr_mult", "decay_mult"):
                given = [param for param in sharers if param.block.has(multiplier)]
                for param in given[1:]:
                    yield from self._compare(context, (name, multiplier), given[0], param)

    def _compare(
        self, context: NetContext, what: tuple[str, str], first: ParamSpec, param: ParamSpec
    ) -> Iterator[Diagnostic]:
        name, multiplier = what
        expected, found = first.block.real(multiplier), param.block.real(multiplier)
        if found != expected:
            message = (
                f"'{param.layer.name}' gives the shared param '{name}' {multiplier} {found:g}, "
                f"but '{first.layer.name}' gives it {expected:g}"
            )
            note = Note(f"'{first.layer.name}' gives it {expected:g}", first.block.span(multiplier))
            yield self.report(context, message, param.block.span(multiplier), [note])
