"""Schemas: what is known by whom, and which variant of a field a view goes by."""

import pytest

from caffe_lint.schema import BVLC, FieldType, Kind, Label, Schema, load_schema


def field(repo: str, message: str, name: str) -> FieldType:
    found = load_schema().view([repo]).message(message).field(name)
    assert found is not None
    return found


def test_bvlc_is_read_as_its_caffe_proto_says() -> None:
    bvlc = load_schema().view([BVLC])
    assert len(bvlc.message_names) == 63
    assert sum(len(bvlc.message(name).fields) for name in bvlc.message_names) == 423
    assert len(bvlc.layer_types) == 61


def test_a_field_has_all_that_the_proto_says() -> None:
    size = field(BVLC, "LRNParameter", "local_size")
    assert (size.name, size.kind, size.label, size.default) == ("local_size", "uint32", "optional", 5)
    assert (size.type_name, size.enum, size.number) == ("", None, 1)
    assert BVLC in size.repos
    assert not size.is_repeated


@pytest.mark.parametrize(
    ("message", "name", "default"),
    [
        ("SolverParameter", "gamma", 0.0),
        ("SolverParameter", "random_seed", -1),
        ("LayerParameter", "name", ""),
        ("LayerParameter", "phase", "TRAIN"),
        ("LayerParameter", "bottom", None),
        ("LayerParameter", "dropout_param", None),
        ("InnerProductParameter", "bias_term", True),
        ("PoolingParameter", "pool", "MAX"),
        ("FillerParameter", "type", "constant"),
    ],
)
def test_defaults(message: str, name: str, default: object) -> None:
    assert field(BVLC, message, name).default == default


def test_a_float_default_is_rounded_as_cpp_stores_it() -> None:
    assert field(BVLC, "BatchNormParameter", "eps").default == 9.999999747378752e-06


def test_an_enum_reads_both_ways() -> None:
    pool = field(BVLC, "PoolingParameter", "pool").enum
    assert pool is not None
    assert pool.values == {"MAX": 0, "AVE": 1, "STOCHASTIC": 2}
    assert pool.names[1] == "AVE"


def test_a_view_knows_only_what_its_repositories_know() -> None:
    bvlc, ssd = (load_schema().view([repo]) for repo in (BVLC, "weiliu89/caffe"))
    assert bvlc.message("LayerParameter").field("permute_param") is None
    assert ssd.message("LayerParameter").field("permute_param") is not None
    assert "Permute" not in bvlc.layer_types
    assert "weiliu89/caffe" in ssd.layer_types["Permute"]
    assert bvlc.message("LabelMap").fields == {}


def test_a_view_of_two_knows_what_either_knows() -> None:
    both = load_schema().view(["weiliu89/caffe", "yjxiong/caffe"]).message("LayerParameter")
    assert both.field("permute_param")
    assert both.field("bn_param")


def test_bvlc_decides_where_it_is_one_of_the_repositories() -> None:
    others = ["Xilinx/Vitis-AI", "ydwen/caffe-face"]
    for repos in ([BVLC, *others], [*others, BVLC]):
        size = load_schema().view(repos).message("PoolingParameter").field("kernel_size")
        assert size
        assert (size.kind, size.label) == (Kind.UINT32, Label.OPTIONAL)


def test_a_fork_keeps_its_own_variant() -> None:
    assert field("torrvision/crfasrnn", "ConvolutionParameter", "pad").label is Label.OPTIONAL
    assert field(BVLC, "ConvolutionParameter", "pad").label is Label.REPEATED


def test_the_same_repositories_give_the_same_view() -> None:
    assert load_schema().view(["NVIDIA/caffe", BVLC]) is load_schema().view([BVLC, "NVIDIA/caffe"])
    assert load_schema().view([BVLC]).superset is load_schema()


def test_a_repository_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="nobody/caffe"):
        load_schema().view(["nobody/caffe"])


def test_required_fields() -> None:
    bvlc = load_schema().view([BVLC])
    assert bvlc.message("ClipParameter").required == {"min", "max"}
    assert bvlc.message("LayerParameter").required == frozenset()


def test_old_names_lead_to_layer_types() -> None:
    schema: Schema = load_schema()
    assert schema.v0_types["innerproduct"] == "INNER_PRODUCT"
    assert schema.v1_types["INNER_PRODUCT"] == "InnerProduct"
    assert set(schema.v0_types.values()) <= set(schema.v1_types)


def test_every_type_that_a_field_names_can_be_read() -> None:
    schema = load_schema()
    for name in schema.message_names:
        for known in schema.message(name).fields.values():
            assert (known.enum is not None) == (known.kind is Kind.ENUM)
            assert bool(known.type_name) == (known.kind in (Kind.ENUM, Kind.MESSAGE))
            assert known.enum is None or known.enum.values


def test_every_caffe_has_the_common_layers() -> None:
    schema = load_schema()
    for name in ("Convolution", "InnerProduct", "Pooling", "ReLU", "Eltwise"):
        assert schema.layer_types[name] == schema.repositories
