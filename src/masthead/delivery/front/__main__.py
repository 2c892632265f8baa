"""`python -m masthead.delivery.front PLAN`: one front process; `masthead run` starts it so that it carries nothing of Django."""

import logging
import sys

from masthead.delivery.front.plan import Plan
from masthead.delivery.front.serving import serve


def main() -> None:
    """Serve as the plan in the first argument says."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    serve(Plan.from_text(sys.argv[1]))


if __name__ == "__main__":
    main()
