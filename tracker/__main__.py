"""`python -m tracker` is `bell-lap`."""

from tracker.cli import main

if __name__ == "__main__":
    main()
