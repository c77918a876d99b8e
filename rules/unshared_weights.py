"""A time step of an unrolled recurrent net has weights of its own.

Caffe shares learned blobs between layers only if their `param` entries have the same name. A step without
the name, or with a misspelt one, loads in silence: it starts from other random weights, learns by itself,
and the net is no recurrent net any more.

Bad:
    layer { name: "t0/Mh" type: "InnerProduct" param { name: "Mhw" } }
    layer { name: "t1/Mh" type: "InnerProduct" param { name: "Mwh" } }

Good:
    layer { name: "t0/Mh" type: "InnerProduct" param { name: "Mhw" } }
    layer { name: "t1/Mh" type: "InnerProduct" param { name: "Mhw" } }
"""

from caffe_lint.lint import Fix, NetContext, RecurrentRule
from caffe_lint.net.rename import escaped, string_edit
from caffe_lint.recurrent import Defect, ParamName
from caffe_lint.text import Edit, Message


class UnsharedWeights(RecurrentRule):
    code = "CL501"
    name = "unshared-weights"
    fixable = True

    def fix(self, context: NetContext, defect: Defect) -> Fix | None:
        if not isinstance(defect.remedy, ParamName):
            return None
        layer, index, name = defect.remedy
        edit = _naming(context.document.source.data, defect.remedy)
        if edit is None or not name.isprintable() or context.document.net_settings.has("layers"):
            return None
        message = f"name param {index} of '{layer.name}' '{name}'"
        return Fix(False, message, (edit,), frozenset({"params"}))


def _naming(data: bytes, remedy: ParamName) -> Edit | None:
    """The edit that gives a param its name: in another's place, in its entry, or with an entry of its own."""
    layer, index, name = remedy
    entry = f'name: "{escaped(name, chr(34))}"'
    if index > len(layer.params):
        return None
    if index == len(layer.params):
        # Behind the entry before, or behind what every product has.
        last = layer.block.fields("param")[-1:] or layer.block.fields("top")[-1:]
        end = last[0].end if last else 0
        is_element = bool(last) and data[last[0].start : last[0].value_start] == b""
        return (
            None
            if not last or is_element
            else Edit(end, end, f"{_gap(data, last[0].start)}param {{ {entry} }}")
        )
    param = layer.params[index]
    if param.block.has("name"):
        return string_edit(data, param.span, param.name, name)
    message = param.block.message
    assert isinstance(message, Message), "a param that stands in the file has a message"
    start = message.fields[0].start if message.fields else message.start + 1
    return Edit(start, start, f"{entry}{_gap(data, start)}" if message.fields else f" {entry} ")


def _gap(data: bytes, start: int) -> str:
    """What stands between fields: the line end and the indentation before this one, or a space."""
    line = data.rfind(b"\n", 0, start) + 1
    before = data[line:start]
    if before.strip() or not line:
        return " "
    end = "\r\n" if data[:line].endswith(b"\r\n") else "\n"
    return end + before.decode("latin-1")
