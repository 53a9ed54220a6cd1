"""`python -m declutter` is the command `declutter`."""

from declutter.cli import main

if __name__ == "__main__":
    main()
