"""`python -m mailproof` is the command `mailproof`."""

from __future__ import annotations

import sys

from mailproof.cli.main import main

sys.exit(main())
