"""Builds a Debian bullseye root with pycaffe 1.0, the real Caffe that the tests ask, and with a Python 2.7.

    python tests/real_caffe/build.py [--install] [FOLDER]

FOLDER is $CAFFE_LINT_REAL_CAFFE by default, or ~/.cache/caffe-lint/real-caffe. It takes about 1.1 GB and a
minute or two, root, debootstrap and a Debian mirror. A folder that is complete already is kept as it is.
"""

import argparse
import email
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SUITE = "bullseye"  # the last Debian release that carries Caffe
PACKAGES = ("python3-caffe", "python2.7")


class BuildError(Exception):
    """Why there is no real Caffe, in one sentence."""


def default_folder() -> Path:
    """Where the tests look for real Caffe."""
    named = os.environ.get("CAFFE_LINT_REAL_CAFFE")
    return Path(named) if named else Path.home() / ".cache" / "caffe-lint" / "real-caffe"


def main(arguments: Sequence[str]) -> int:
    """Build, or find that nothing is to be done; 0 if real Caffe is there afterwards, else 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=default_folder(), metavar="FOLDER")
    parser.add_argument(
        "--install", action="store_true", help="install debootstrap if it is missing (as if CI=true)"
    )
    options = parser.parse_args(arguments)
    folder: Path = options.folder.absolute()
    try:
        if os.geteuid() != 0:
            raise BuildError("chroot and debootstrap need root; run this with sudo")
        with locked(folder):
            if is_complete(folder):
                say(f"real Caffe is in '{folder}' already")
            else:
                require_debootstrap(may_install=options.install or os.environ.get("CI") == "true")
                build(folder)
                say(f"real Caffe is in '{folder}' now")
    except (BuildError, OSError) as error:
        say(f"no real Caffe: {error}")
        return 1
    return 0


def say(sentence: str) -> None:
    """Tell the user."""
    sys.stderr.write(sentence + "\n")


def require_debootstrap(*, may_install: bool) -> None:
    """Install debootstrap if it is missing.

    Raises:
        BuildError: if it may not or cannot be installed.
    """
    if shutil.which("debootstrap"):
        return
    if not shutil.which("apt-get"):
        raise BuildError("debootstrap is missing, and this is no Debian where it could be installed")
    if not may_install:
        raise BuildError("debootstrap is missing; run 'apt-get install debootstrap', or give --install")
    run(["apt-get", "update"])
    run(["apt-get", "install", "--yes", "--no-install-recommends", "debootstrap"])


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a second build of the same folder waiting until this one ends."""
    import fcntl  # not everywhere: on Windows the tests still ask this module for its default folder

    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_complete(folder: Path) -> bool:
    """Whether the root in `folder` has all that the tests ask for."""
    if not all((folder / "usr" / "bin" / name).exists() for name in ("python3", "python2.7")):
        return False
    command = ["chroot", str(folder), "python3", "-c", "import caffe; caffe.Net"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def build(folder: Path) -> None:
    """Build beside `folder`, then rename, so that what stands there is always whole.

    Raises:
        BuildError: if `folder` holds something else than a root, or a step fails.
    """
    if folder.exists() and not is_disposable(folder):
        raise BuildError(f"'{folder}' holds something else; name an empty or a new folder")
    building = folder.with_name(f".{folder.name}.building")
    remove(building)
    bootstrap(building)
    run(["chroot", str(building), "apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES])
    run(["chroot", str(building), "apt-get", "clean"])
    if not is_complete(building):
        raise BuildError(f"{PACKAGES[0]} is installed in '{building}', but 'import caffe' fails there")
    remove(folder)
    building.rename(folder)


def bootstrap(folder: Path) -> None:
    """Make a minimal root, from the first of this machine's mirrors that has the suite."""
    mirrors = machine_mirrors(Path("/etc/apt"), codename(Path("/etc/os-release")))
    for mirror in [*([mirror] for mirror in mirrors), []]:  # last debootstrap's own default
        command = ["debootstrap", "--variant=minbase", SUITE, str(folder), *mirror]
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0:
            return
        remove(folder)
    raise BuildError(f"debootstrap could not get {SUITE} from {', '.join(mirrors) or 'its default mirror'}")


def is_disposable(folder: Path) -> bool:
    """Whether a folder may be replaced: empty, or a Debian root (however broken) that nothing else uses."""
    if not any(folder.iterdir()):
        return True
    is_root = (folder / "debootstrap").is_dir() or (folder / "etc" / "debian_version").is_file()
    return is_root and folder.resolve() != Path("/") and not mounts_below(folder)


def remove(folder: Path) -> None:
    """Remove a root, but nothing that is mounted into it."""
    if mounts := mounts_below(folder):
        raise BuildError(f"'{mounts[0]}' is mounted; unmount it first")
    if folder.exists():
        shutil.rmtree(folder)


def mounts_below(folder: Path) -> list[str]:
    """The mount points at and below a folder."""
    lines = Path("/proc/self/mounts").read_text().splitlines()
    points = [line.split()[1].replace("\\040", " ") for line in lines]
    return [point for point in points if Path(point).is_relative_to(folder.resolve())]


def run(command: Sequence[str]) -> None:
    """Run a step with its output on stderr.

    Raises:
        BuildError: if it fails.
    """
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    status = subprocess.run(command, stdout=sys.stderr, env=environment, check=False).returncode
    if status != 0:
        raise BuildError(f"'{' '.join(command)}' ended with status {status}")


def codename(release: Path) -> str:
    """The name of this machine's Debian release, empty if it is another system."""
    lines = release.read_text().splitlines() if release.is_file() else []
    values = dict(line.replace('"', "").split("=", 1) for line in lines if "=" in line)
    return values.get("VERSION_CODENAME", "") if values.get("ID") == "debian" else ""


def machine_mirrors(folder: Path, suite: str) -> list[str]:
    """The mirrors of Debian's main archive in apt's sources: those of this machine's own suite."""
    found = []
    for path in [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]:
        if path.suffix in {".list", ".sources"} and path.is_file():
            read = one_line_sources if path.suffix == ".list" else deb822_sources
            found += [
                uri
                for uri, suites, components in read(path.read_text())
                if suite in suites and "main" in components
            ]
    return list(dict.fromkeys(uri for uri in found if uri.startswith(("http:", "https:", "file:"))))


Entry = tuple[str, list[str], list[str]]


def one_line_sources(text: str) -> Iterator[Entry]:
    """(URI, suites, components) of `deb [options] URI suite component …` lines (sources.list(5))."""
    for line in text.splitlines():
        kind, _, rest = line.partition("#")[0].strip().partition(" ")
        if rest.lstrip().startswith("["):
            rest = rest.partition("]")[2]
        words = rest.split()
        if kind == "deb" and len(words) > 1:
            yield words[0], words[1:2], words[2:]


def deb822_sources(text: str) -> Iterator[Entry]:
    """(URI, suites, components) of the paragraphs of a `.sources` file (sources.list(5))."""
    lines = (line.rstrip() for line in text.splitlines() if not line.startswith("#"))
    for paragraph in "\n".join(lines).split("\n\n"):
        fields = email.message_from_string(paragraph.strip())
        if "deb" in fields.get("Types", "").split() and fields.get("Enabled", "yes").lower() != "no":
            for uri in fields.get("URIs", "").split():
                yield uri, fields.get("Suites", "").split(), fields.get("Components", "").split()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
