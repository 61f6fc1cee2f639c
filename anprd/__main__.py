"""`python -m anprd` is the command `anprd`."""

from anprd.cli.main import main

if __name__ == "__main__":
    main()
