"""``python -m ipqa.cli`` is ``ipqa``."""

from ipqa.cli import main

main()
