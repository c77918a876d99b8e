"""Exit codes, and the errors that are no findings."""

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_INTERNAL = 3


class InternalError(Exception):
    """caffe-lint itself failed; the message says at what."""
