"""The builder of the root with real Caffe, as far as it can be tested without building one."""

import os
from pathlib import Path

import pytest

from tests.real_caffe import build

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://mirror.example/debian bookworm main contrib # near
deb-src http://source.example/debian bookworm main
deb http://mirror.example/debian-security bookworm-security main
deb https://docker.example/linux/debian bookworm stable
"""

DEB822 = """\
Types: deb deb-src
# a comment inside a paragraph
URIs: https://first.example/debian
 http://second.example/debian
Suites: bookworm bookworm-updates
Components: main

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: mirror+file:/etc/apt/mirrors/debian.list
Suites: bookworm
Components: main
"""


@pytest.fixture
def debootstrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The calls of a `debootstrap` that fails; in its `chroot` a file 'caffe' stands for the module."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    tools = tmp_path / "tools"
    tools.mkdir()
    scripts = {"debootstrap": 'echo "$@" >> "$0.calls"; exit 1', "chroot": '[ -e "$1/caffe" ]'}
    for name, script in scripts.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return tools / "debootstrap.calls"


def make_root(folder: Path) -> Path:
    for name in ("usr/bin/python3", "usr/bin/python2.7", "etc/debian_version"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_mirrors_come_from_both_forms_of_apt_sources(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text(ONE_LINE)
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(DEB822)
    (tmp_path / "sources.list.d" / "old.list.save").write_text(
        "deb http://saved.example/debian bookworm main\n"
    )
    assert build.machine_mirrors(tmp_path, "bookworm") == [
        "http://mirror.example/debian",
        "https://first.example/debian",
        "http://second.example/debian",
    ]


def test_other_systems_have_no_debian_mirror(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text('ID=ubuntu\nVERSION_CODENAME=jammy\nPRETTY_NAME="Ubuntu 22.04"\n')
    assert build.codename(release) == ""
    release.write_text('ID=debian\nVERSION_CODENAME="trixie"\n')
    assert build.codename(release) == "trixie"


def test_root_is_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert build.main([str(tmp_path / "root")]) == 1
    assert capsys.readouterr().err == "no real Caffe: chroot and debootstrap need root; run this with sudo\n"


def test_missing_debootstrap_is_named_with_its_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (tmp_path / "apt-get").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    assert build.main([str(tmp_path / "root")]) == 1
    assert capsys.readouterr().err == (
        "no real Caffe: debootstrap is missing; run 'apt-get install debootstrap', or give --install\n"
    )


def test_complete_root_is_kept(debootstrap: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_root(tmp_path / "root")
    (folder / "caffe").touch()
    assert build.main([str(folder)]) == 0
    assert capsys.readouterr().err == f"real Caffe is in '{folder}' already\n"
    assert not debootstrap.exists()


def test_half_built_root_is_built_again_beside_it(debootstrap: Path, tmp_path: Path) -> None:
    folder = make_root(tmp_path / "root")
    assert build.main([str(folder)]) == 1
    calls = debootstrap.read_text().splitlines()
    assert all(f"--variant=minbase bullseye {tmp_path}/.root.building" in call for call in calls)
    assert calls[-1].endswith(".building"), "the last try is debootstrap's own mirror"
    assert folder.is_dir(), "the old folder stays until a new one is whole"


@pytest.mark.usefixtures("debootstrap")
def test_folder_with_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").touch()
    assert build.main([str(tmp_path / "home")]) == 1
    assert capsys.readouterr().err == (
        f"no real Caffe: '{tmp_path}/home' holds something else; name an empty or a new folder\n"
    )
    assert not build.is_disposable(Path("/"))


def test_default_folder_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAFFE_LINT_REAL_CAFFE", "/some/where")
    assert build.default_folder() == Path("/some/where")
    monkeypatch.delenv("CAFFE_LINT_REAL_CAFFE")
    assert build.default_folder() == Path.home() / ".cache" / "caffe-lint" / "real-caffe"
