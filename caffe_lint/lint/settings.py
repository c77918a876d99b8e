"""What a run is asked to do, made once."""

from typing import NamedTuple

from ..net import AUTO
from .diagnostic import FileReport, Severity


class Settings(NamedTuple):
    """The settings of one run."""

    select: tuple[str, ...] = ()
    """Codes, prefixes of codes or names of the rules that are on; nothing means all."""
    ignore: tuple[str, ...] = ()
    """The same for rules that are off; wins over `select`."""
    dialect: str = AUTO
    """The Caffe that judges: `auto`, `bvlc`, or a repository."""
    fail_on: Severity | None = Severity.WARNING
    """The least severity that makes a run fail; None for never."""

    def fails(self, report: FileReport) -> bool:
        """Whether a file's findings make the run fail."""
        if self.fail_on is None:
            return False
        return any(finding.severity.rank >= self.fail_on.rank for finding in report.diagnostics)
