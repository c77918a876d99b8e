"""The files that a conversion writes."""

from pathlib import Path

import click
import pytest

from caffe_lint.cli.conversion_files import write_both
from caffe_lint.net.weights import Weights
from caffe_lint.text import Source


@pytest.mark.parametrize(("net", "weights"), [("both", "both"), ("both", "inner/../both")])
def test_a_net_and_its_weights_do_not_go_into_one_file(
    net: str, weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("inner").mkdir()
    source = Source("net", b"")
    with pytest.raises(click.UsageError, match="the net and its weights would go into one file: 'both'"):
        write_both(source, b"", Path(net), Weights([]), Path(weights), force=True, in_place=False)
    assert not Path("both").exists()


def test_nothing_is_written_where_the_net_has_changed_since_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net").write_bytes(b"# saved by an editor meanwhile")
    source = Source("net", b"# as it was read")
    with pytest.raises(click.ClickException, match="cannot write 'net': it has changed since it was read"):
        write_both(source, b"# new", None, Weights([]), Path("weights"), force=False, in_place=True)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"# saved by an editor meanwhile"]
