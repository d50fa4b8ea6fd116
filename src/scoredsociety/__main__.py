"""``python -m scoredsociety``: the command line."""

from scoredsociety.cli import main

if __name__ == "__main__":
    main()
