"""Files that are not what their name claims get one clear answer; everything else gets none."""

from pathlib import Path

import pytest

from caffe_lint.schema import BVLC, ImpostorKind, load_schema, recognise
from caffe_lint.schema.descriptors import message_class

GITHUB = b'<!DOCTYPE html>\n<link rel="canonical" href="https://github.com/BVLC/caffe/blob/master/models/a.prototxt">'
TEMPLATE = "this is a template, not yet a prototxt: "
VALUE = " stands where a value belongs"


def caffemodel(layers: int) -> bytes:
    net = message_class("NetParameter", load_schema().view([BVLC]))()
    for index in range(layers):
        net.MergeFromString(b"\xa2\x06\x0f\n\x02l%d\x12\x09Recurrent" % index)
    net.MergeFromString(b"\n\x03net")
    return net.SerializeToString()


@pytest.mark.parametrize(
    ("data", "kind", "marked", "message"),
    [
        (
            b"\n<!DOCTYPE html>\n<html>",
            "web-page",
            b"\n<!DOCTYPE",
            "this is a web page, not the prototxt it shows: download the raw file "
            "(the 'Raw' button of the page gives it)",
        ),
        (
            GITHUB,
            "web-page",
            b"<!DOCTYPE",
            "this is a web page, not the prototxt it shows: download the raw file "
            "(https://raw.githubusercontent.com/BVLC/caffe/master/models/a.prototxt)",
        ),
        (
            b"\x89HDF\r\n\x1a\n\0\0",
            "hdf5",
            b"\x89HDF\r\n\x1a\n",
            "this is an HDF5 file (weights or data), not a prototxt",
        ),
        (b"PK\x03\x04....", "archive", b"PK\x03\x04", "this is a zip archive, unpack it first"),
        (b"\x1f\x8b\x08\x00", "archive", b"\x1f\x8b", "this is a gzip archive, unpack it first"),
        (
            "name".encode("utf-16"),
            "utf-16",
            b"\xff\xfe",
            "this file is encoded as UTF-16, save it as UTF-8 for Caffe to read it",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "git-lfs-pointer",
            b"version https://git-lfs.github.com/spec/",
            "this is a Git LFS pointer, not the file itself: run 'git lfs pull'",
        ),
        (
            b"\0\1\2name",
            "binary",
            b"\0",
            "this is a binary file (3 control bytes in the first 7), not a prototxt",
        ),
        (
            b'name: "a"\n<<<<<<< HEAD\nname: "b"\n=======\n>>>>>>> x\n',
            "git-conflict",
            b"<<<<<<< HEAD",
            "git left 1 merge conflict in the file, the first at '<<<<<<< HEAD'",
        ),
        (
            b"<<<<<<< HEAD\n<<<<<<< mine\n",
            "git-conflict",
            b"<<<<<<< HEAD",
            "git left 2 merge conflicts in the file, the first at '<<<<<<< HEAD'",
        ),
        (
            b'\n{"name": "a"}',
            "json",
            b'\n{"',
            "this is JSON, Caffe reads protobuf text format: no quotes around names, no commas needed",
        ),
        (
            b"# nets\nname: a\nlayers:\n  - x\n",
            "yaml",
            b"name: a",
            "this is YAML, Caffe reads protobuf text format: 'layer { \u2026 }' for each layer",
        ),
        (
            b"---\nname: a\n",
            "yaml",
            b"---",
            "this is YAML, Caffe reads protobuf text format: 'layer { \u2026 }' for each layer",
        ),
        (b"num_output: ${n}", "template", b"${n}", f"{TEMPLATE}'${{n}}'{VALUE}"),
        (b"num_output: $N", "template", b"$N", f"{TEMPLATE}'$N'{VALUE}"),
        (b"num_output: $(N)", "template", b"$(N)", f"{TEMPLATE}'$(N)'{VALUE}"),
        (b"num_output: {num}", "template", b"{num}", f"{TEMPLATE}'{{num}}'{VALUE}"),
        (b"num_output: {0}", "template", b"{0}", f"{TEMPLATE}'{{0}}'{VALUE}"),
        (b"num_output: {{ n }}", "template", b"{{ n }}", f"{TEMPLATE}'{{{{ n }}}}'{VALUE}"),
        (b"num_output: %d", "template", b"%d", f"{TEMPLATE}'%d'{VALUE}"),
        (b"base_lr: %.3f", "template", b"%.3f", f"{TEMPLATE}'%.3f'{VALUE}"),
        (b"num_output: %(n)d", "template", b"%(n)d", f"{TEMPLATE}'%(n)d'{VALUE}"),
        (b"num_output: <n>", "template", b"<n>", f"{TEMPLATE}'<n>'{VALUE}"),
        (b"num_output: @N@", "template", b"@N@", f"{TEMPLATE}'@N@'{VALUE}"),
        (b"num_output: cls3x", "template", b"cls3x", f"{TEMPLATE}'cls3x'{VALUE}"),
        (b"num_output: __N__", "template", b"__N__", f"{TEMPLATE}'__N__'{VALUE}"),
        (b"num_output: NUM_CLASSES", "template", b"NUM_CLASSES", f"{TEMPLATE}'NUM_CLASSES'{VALUE}"),
        (
            b'{% for i in x %}\nlayer { name: "{{ i }}" }\n{% endfor %}',
            "template",
            b"{% for i in x %}",
            f"{TEMPLATE}'{{% for i in x %}}'{VALUE}, and 1 more such placeholder",
        ),
        (
            b"pad: {p} # {q}\nstride: {s} kernel_size: ${k}",
            "template",
            b"{p}",
            f"{TEMPLATE}'{{p}}'{VALUE}, and 2 more such placeholders",
        ),
    ],
)
def test_impostors(data: bytes, kind: str, marked: bytes, message: str) -> None:
    impostor = recognise(data)
    assert impostor
    assert impostor.kind.value == kind
    assert data[impostor.span.start : impostor.span.end] == marked
    assert impostor.message == message


@pytest.mark.parametrize(("layers", "text"), [(1, "1 layer"), (3, "3 layers")])
def test_weights(layers: int, text: str) -> None:
    impostor = recognise(caffemodel(layers))
    assert impostor
    assert impostor.kind is ImpostorKind.CAFFEMODEL
    assert impostor.message == f"this is a binary .caffemodel with {text}, pass the net's .prototxt"


def test_weights_that_were_not_loaded_to_the_end() -> None:
    impostor = recognise(caffemodel(9)[:100])
    assert impostor
    assert impostor.kind is ImpostorKind.CAFFEMODEL


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b'\nname: "a"',
        b'name: "conv{1}" # {num} ${x} %d <n> @N@\n',
        b'layer { image_data_param { root_folder: "/data/%d/{}/${USER}" } }',
        b"layer {} layer <> layer: {}",
        b'layer{name:"a"type:"b"}',
        b"layers { type: INNER_PRODUCT } layers { type: SOFTMAX_LOSS }",
        b"layer { pooling_param { engine: MKL2017 pool: AVE } }",
        b"solver_mode: GPU snapshot_format: BINARYPROTO",
        b"alpha: 1e5 beta: inf num_output: foo",
        b"display:\n - 5\n",
        b"#!/usr/bin/env caffe\n#include <a>\n# <<<<<<< HEAD\n# ---\n",
        b'name: "<html>"',
        b"% a comment of another language",
        b'name: "a"\n\0',
        b"# \xe6\xb3\xa8 'it\nname: 'b'",
        b'layer { name: "\\"{x}" }',
        b"pool: { MAX }",
    ],
)
def test_what_may_be_a_prototxt_is_none(data: bytes) -> None:
    assert recognise(data) is None


@pytest.mark.parametrize("data", [b"\xff" * 100_000, b"\0\xff" * 50_000, b"{%" * 50_000, b'"a{x}" ' * 50_000])
def test_large_nonsense_takes_little_time(data: bytes) -> None:
    impostor = recognise(data)
    assert impostor is None or impostor.kind is ImpostorKind.BINARY


@pytest.mark.corpus
def test_only_what_real_caffe_rejects_is_an_impostor(corpus: Path) -> None:
    kinds = {
        str(path.relative_to(corpus / "corpus")): impostor.kind.value
        for path in sorted((corpus / "corpus").rglob("*.prototxt"))
        if path.is_file() and (impostor := recognise(path.read_bytes()))
    }
    conflicts = [path for path, kind in kinds.items() if kind == "git-conflict"]
    assert sum(path.startswith("templates/") for path in kinds) == 38
    assert [path for path in conflicts if not path.startswith("templates/")] == [
        "mutants/syntax_error/b176_0354.prototxt",
        "mutants/syntax_error/b197_1813.prototxt",
        "mutants/syntax_error/b206_1009.prototxt",
        "probes/txt_merge.prototxt",
    ]
    others = {path for path in kinds if path not in conflicts and not path.startswith("templates/")}
    assert all("MobileNet-SSD/template/" in path for path in others)
    assert len(others) == 6
