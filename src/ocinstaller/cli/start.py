"""How `ocicli` starts: scripts call it a hundred times in a row and wait for its start."""

import gc


def main() -> int:
    """Run `ocicli`.

    Importing makes many objects and no garbage, so looking for it would be in vain: an eighth of
    the start. What was imported stays as long as the process and is never looked at again.
    """
    gc.disable()
    from ocinstaller.cli import app

    gc.freeze()
    gc.enable()
    return app.main()
