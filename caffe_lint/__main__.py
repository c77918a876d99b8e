"""The `caffe-lint` command, also as `python -m caffe_lint`."""


def run() -> None:
    """Run it. All is imported in here: Ctrl-C ends even a run that has hardly begun with a word."""
    try:
        from .cli import run

        run()
    except KeyboardInterrupt:
        from .cli.errors import EXIT_INTERRUPTED, complain

        complain("interrupted")
        raise SystemExit(EXIT_INTERRUPTED) from None


if __name__ == "__main__":
    run()
