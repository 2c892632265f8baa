"""`python -m masthead`: the same door as the console script."""

import sys

from masthead.cli import main

sys.exit(main())
