"""Owns ``python -m hms_esr``; knows nothing but the command line's entry."""

from hms_esr.cli import main

if __name__ == "__main__":
    main()
