"""Commands that must obey the modes of files, whoever runs the tests."""

import os


def obeying(command: list[str]) -> list[str]:
    """The command without the privilege of root's to write whatever it wants."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-dac_override", *command]
