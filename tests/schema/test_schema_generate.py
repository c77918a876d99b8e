"""The data file comes from facts by a generator that always gives the same bytes."""

import json
from pathlib import Path

import pytest

from caffe_lint.schema.generate import generate

DATA = Path(__file__).parents[2] / "caffe_lint" / "schema" / "schema.json"


def variant(type_name: str, *repos: str, **more: object) -> dict[str, object]:
    return {"type": type_name, "label": "optional", "repos": list(repos), **more}


def write_lines(path: Path, *rows: dict[str, object]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    size = [
        variant("uint32", "BVLC/caffe", "a/fork", default="1", bvlc_number=3),
        variant("uint64", "BVLC/caffe@old"),
    ]
    own = [variant("enum P.Mode", "a/fork", default="FAST")]
    write_lines(
        tmp_path / "fields.jsonl",
        {"message": "P", "field": "size", "variants": size},
        {"message": "P", "field": "mode", "variants": own},
        {"message": "P", "field": "rate", "variants": [variant("float", "BVLC/caffe", default="1e-05")]},
    )
    write_lines(tmp_path / "enums.jsonl", {"enum": "P.Mode", "values": {"FAST": {"0": ["a/fork"]}}})
    write_lines(
        tmp_path / "layer_types.jsonl",
        {"type": "Common", "repos": ["BVLC/caffe"]},
        {"type": "Rare", "repos": ["types/only"]},
    )
    maps = {"v1_enum_to_type": {"COMMON": ["Common"]}, "v0_string_to_v1_enum": {"common": ["COMMON"]}}
    (tmp_path / "type_maps.json").write_text(json.dumps(maps))
    return tmp_path


def test_fields_are_lines_of_variants(facts: Path) -> None:
    document = json.loads(generate(facts))
    assert document["repositories"] == ["BVLC/caffe", "a/fork", "types/only", "BVLC/caffe@old"]
    assert document["messages"]["P"] == {
        "size": "optional uint32 7 3 1\noptional uint64 8 -",
        "mode": 'optional P.Mode 2 - "FAST"',
        "rate": "optional float d - 1e-05",
    }
    assert document["enums"] == {"P.Mode": ["FAST 0 2"]}


def test_who_was_not_read_follows_bvlc(facts: Path) -> None:
    document = json.loads(generate(facts))
    bits = {repo: 1 << index for index, repo in enumerate(document["repositories"])}
    assert int(document["messages"]["P"]["rate"].split()[2], 16) & bits["types/only"]
    assert int(document["layer_types"]["Common"], 16) & bits["a/fork"]
    assert int(document["layer_types"]["Rare"], 16) == bits["types/only"]


def test_who_publishes_layers_to_be_added_has_those_of_bvlc_too(facts: Path) -> None:
    document = json.loads(generate(facts))
    bits = {repo: 1 << index for index, repo in enumerate(document["repositories"])}
    assert int(document["layer_types"]["Common"], 16) & bits["types/only"]


def test_a_branch_has_its_own_variant_or_the_one_it_branched_from(facts: Path) -> None:
    document = json.loads(generate(facts))
    branch = 1 << document["repositories"].index("BVLC/caffe@old")
    size, old_size = document["messages"]["P"]["size"].split("\n")
    assert not int(size.split()[2], 16) & branch
    assert int(old_size.split()[2], 16) == branch
    assert int(document["messages"]["P"]["rate"].split()[2], 16) & branch


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"fields\.jsonl"):
        generate(tmp_path)


@pytest.mark.corpus
def test_the_data_file_is_what_the_facts_give(corpus: Path) -> None:
    assert generate(corpus / "facts") == DATA.read_text()
