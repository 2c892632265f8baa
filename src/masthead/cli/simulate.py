"""`masthead simulate`: the companies that move money, on this machine, to try everything with."""

import argparse
import signal
import threading

from masthead.cli.frame import Command, Refused

PORT = 12111
NEWSROOM = "http://127.0.0.1:8000"
KEY, SECRET = "sk_test_simulated", "whsec_simulated"  # the simulator takes any key of this shape
WEBHOOK_ID = "SIMULATED"
HELLO = """\
The simulated Stripe and PayPal answer at {url}. No money moves; everything is forgotten when it ends.

In masthead.toml of the newsroom at {newsroom}, then start that again:

  stripe_secret_key = "{key}"
  stripe_webhook_secrets = "{secret}"
  stripe_api = "{url}"

or, or also, with what `curl {url}/paypal/root.pem -o paypal-root.pem` writes in its folder:

  paypal_client_id = "simulated"
  paypal_secret = "simulated"
  paypal_webhook_id = "{webhook_id}"
  paypal_api = "{url}"
  paypal_test_root = "paypal-root.pem"

The checkout page lists the cards to try. To move the clock, or have things go wrong:

  curl {url}/_control/advance -d '{{"days": 31}}'
  curl {url}/_control/faults -d '{{"fault": "500_after", "path": "/v1/refunds"}}'
  curl {url}/_control/webhooks -d '{{"most_copies": 5, "shuffle": true}}'

Ctrl-C ends it."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=PORT, help=f"where it answers (default: {PORT}; 0: any that is free)")
    parser.add_argument("--newsroom", metavar="URL", default=NEWSROOM, help=f"where webhooks are sent (default: {NEWSROOM})")


def _run(options: argparse.Namespace) -> int:
    from simulator import Simulator

    newsroom = options.newsroom.rstrip("/")
    try:
        simulator = Simulator(port=options.port)
    except (OSError, OverflowError):
        raise Refused(f"Port {options.port} is taken or cannot be: give another one with --port.") from None
    simulator.stripe.add_endpoint(f"{newsroom}/webhooks/stripe/", secrets=[SECRET])
    simulator.paypal.add_endpoint(f"{newsroom}/webhooks/paypal/", webhook_id=WEBHOOK_ID)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    with simulator:
        print(HELLO.format(url=simulator.url, newsroom=newsroom, key=KEY, secret=SECRET, webhook_id=WEBHOOK_ID), flush=True)
        try:
            stop.wait()
        except KeyboardInterrupt:
            print("The simulator has ended.")
    return 0


COMMAND = Command(
    name="simulate",
    group="Work",
    summary="run a simulated Stripe and PayPal, to try gifts with real code and no money",
    examples=("masthead simulate", "masthead simulate --port 12111 --newsroom http://127.0.0.1:8000"),
    arguments=_arguments,
    run=_run,
)
