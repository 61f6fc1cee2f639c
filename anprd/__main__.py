"""The command `anprd`, which `python -m anprd` is, too."""

import gc

gc.disable()  # imports leave no garbage, and looking for it takes an eighth of what a short command costs

from anprd.cli.main import main  # noqa: E402

gc.freeze()  # nor is it looked for among them later
gc.enable()

if __name__ == "__main__":
    main()
