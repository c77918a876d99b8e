"""The files that a conversion writes."""

from pathlib import Path

import click
import pytest

from caffe_lint.cli.conversion_files import write_both
from caffe_lint.net.weights import Weights


@pytest.mark.parametrize(("net", "weights"), [("both", "both"), ("both", "inner/../both")])
def test_a_net_and_its_weights_do_not_go_into_one_file(
    net: str, weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("inner").mkdir()
    with pytest.raises(click.UsageError, match="the net and its weights would go into one file: 'both'"):
        write_both(Path(net), b"", Path(weights), Weights([]), force=True, in_place=False)
    assert not Path("both").exists()
