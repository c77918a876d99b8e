"""What caffe-lint gets wrong on random nets: `python -m tests.recurrent.random_report --seeds 0-500`."""

import argparse
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from tests.recurrent.random_check import (
    clean_net,
    expected,
    planted_net,
    problems_of_clean,
    problems_of_planted,
)
from tests.recurrent.random_mistakes import MISTAKES

Failures = dict[str, list[tuple[int, list[str]]]]


def main() -> int:
    """Look at some seeds; 1 if anything failed."""
    options = _options()
    seeds = [int(number) for number in options.seeds.split("-")]
    started = time.monotonic()
    failures: Failures = defaultdict(list)
    totals: Counter[str] = Counter()
    for seed in range(seeds[0], seeds[-1] + 1):
        if options.only != "planted" and not options.mistake:
            _try_clean(seed, failures, totals)
        name = MISTAKES[seed % len(MISTAKES)].name
        if options.only != "clean" and options.mistake in ("", name):
            _try_planted(seed, failures, totals)
    _print(failures, totals, options.examples)
    sys.stdout.write(f"{time.monotonic() - started:.1f} s\n")
    return 1 if failures else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-500", help="first and last seed, or one")
    parser.add_argument("--only", choices=["clean", "planted"])
    parser.add_argument("--mistake", default="", help="the name of one mistake")
    parser.add_argument("--examples", type=int, default=2, help="how many failures to print of each group")
    parser.add_argument("--save", type=Path, help="a folder that gets the nets that failed")
    return parser.parse_args()


def _try_clean(seed: int, failures: Failures, totals: Counter[str]) -> None:
    draft, written = clean_net(seed)
    group = f"clean {'+'.join(sorted({cell.kind for cell in draft.cells})) or 'decoy'}"
    totals[group] += 1
    if problems := problems_of_clean(draft, written):
        failures[group].append((seed, problems))
        _save(f"clean-{seed}", written.text)


def _try_planted(seed: int, failures: Failures, totals: Counter[str]) -> None:
    planted = planted_net(seed)
    group = f"{'/'.join(sorted(planted.mistake.codes))} {planted.mistake.name} {planted.cell.kind}"
    totals[group] += 1
    if problems := problems_of_planted(planted):
        failures[group].append((seed, [f"expected {expected(planted)}", *problems]))
        _save(f"planted-{seed}", planted.written.text)


def _save(name: str, text: str) -> None:
    folder: Path | None = _options().save
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.prototxt").write_text(text)


def _print(failures: Failures, totals: Counter[str], examples: int) -> None:
    for group in sorted(totals):
        failed = failures.get(group, [])
        sys.stdout.write(f"{group}: {totals[group] - len(failed)} of {totals[group]}\n")
        for seed, problems in failed[:examples]:
            for problem in problems[:5]:
                sys.stdout.write(f"    seed {seed}: {problem}\n")
    right = sum(totals.values()) - sum(map(len, failures.values()))
    sys.stdout.write(f"all: {right} of {sum(totals.values())}\n")


if __name__ == "__main__":
    sys.exit(main())
