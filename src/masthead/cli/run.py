"""`masthead run`: make ready, then start and watch front, web, worker, scheduler and renderer as one command."""

import argparse
import errno
import gc
import socket
import time
from functools import partial
from importlib import import_module
from pathlib import Path

from masthead.cli import demo, fronting, init, parts, starting
from masthead.cli.folder import UNFINISHED, holds_newsroom, only_one
from masthead.cli.frame import Command, Refused, door, folder, say
from masthead.cli.supervise import Part, Supervisor
from masthead.config.env import SHORTEST_SECRET, Env, read_env

LARGEST_PORT = 65535
PORT = 8000
PARTS = ("all", "front", "web", "worker", "scheduler", "renderer")
MAKES_NO_PAGES = frozenset({"worker", "scheduler"})


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("part", nargs="?", default="all", choices=PARTS, help="front, web, worker, scheduler or renderer alone; left out: all of them")
    parser.add_argument(
        "--port", type=_port, help=f"where readers are answered (default: {PORT}); `run web` listens for the front alone, unless a port is given"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen at (default: 127.0.0.1, this machine alone; 0.0.0.0: every network it is on)"
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    began = time.monotonic()
    place = folder()
    address = (options.host, options.port) if options.part == "web" and options.port else None
    options.port = options.port or PORT
    if options.part in {"all", "front"} or address:
        refuse_taken_port(options.host, options.port)
    if not holds_newsroom(place) and not starting.database_holds_newsroom(place):
        if options.part != "all":
            raise Refused(f"There is no newsroom in {place}: `{door()} run` or `{door()} init` makes one.")
        _make_demo(place, options)
    if options.part == "front":  # it needs neither Django nor the database
        return Supervisor(fronting.fronts(env=read_env(data=place), host=options.host, port=options.port)).run(when_started=lambda: True)
    if options.part != "all":
        return parts.run_alone(options.part, env=make_ready(place, pages=options.part not in MAKES_NO_PAGES), address=address)
    with only_one(place, "newsroom"), only_one(place, "web"):
        return _serve(place, make_ready(place), options, began)


def make_ready(place: Path, *, pages: bool = True) -> Env:
    """Set Django up for the newsroom in `place`, bring its database up to date and, for a part that makes `pages`, its static files; load what readers need.

    Raises:
        Refused: it has no secret key, or one too short to sign with.
    """
    starting.start(place)
    from django.conf import settings
    from django.db import connections

    env: Env = settings.ENV
    if len(env.secret_key) < SHORTEST_SECRET:
        raise Refused(f"The newsroom in {place} has no secret key of {SHORTEST_SECRET} characters: `{door()} doctor` says how to make one.")
    starting.migrate()
    if pages:
        starting.collect_static()
    import_module(settings.ROOT_URLCONF)
    connections.close_all()  # a connection may not be carried into the processes forked from here
    return env


def refuse_taken_port(host: str, port: int) -> None:
    """Refuse a port at which somebody listens.

    Raises:
        Refused: the sentence says who it may be and how to choose another.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Refused(f"Port {port} is kept for the system: choose one above 1023, such as --port 8000.") from None
        except OSError as error:
            holder = parts.holder_of(port)
            who = f"by {holder}" if holder else "by another program, perhaps another Masthead"
            if error.errno == errno.EADDRINUSE:
                raise Refused(f"Port {port} is taken {who}: stop that, or choose another with --port {port + 1}.") from None
            raise Refused(f"Cannot listen at {host} port {port}: {error.strerror}.") from None


def _make_demo(place: Path, options: argparse.Namespace) -> None:
    if not (place / UNFINISHED).exists():
        say(f"There is no newsroom in {place}: making one with the demo in it (`{door()} init` makes an empty one).")
    demo.make_demo_newsroom(place, address=f"http://{'127.0.0.1' if options.host == '0.0.0.0' else options.host}:{options.port}")  # noqa: S104  compared, not bound


def _serve(place: Path, env: Env, options: argparse.Namespace, began: float) -> int:
    gc.collect()
    gc.freeze()  # what is loaded now is shared by all the processes forked from here
    supervisor = Supervisor(
        [
            *fronting.fronts(env=env, host=options.host, port=options.port),
            Part("web", partial(parts.web, env=env)),
            Part("scheduler", partial(parts.scheduler, folder=place)),
            Part("worker", partial(parts.worker, folder=place)),
            Part("renderer", partial(parts.renderer, folder=place)),
        ],
    )
    return supervisor.run(when_started=partial(_greet, place, env, options, began))


def _greet(place: Path, env: Env, options: argparse.Namespace, began: float) -> bool:
    """Say where everything is, as soon as the site answers; return whether it did."""
    host = "127.0.0.1" if options.host == "0.0.0.0" else options.host  # noqa: S104  compared, not bound
    if not parts.answers(host, options.port):
        return False
    here = f"http://{f'[{host}]' if ':' in host else host}:{options.port}"
    lines = [
        f"{env.name} is on {here}/   (ready after {time.monotonic() - began:.1f} s)",
        f"  desk       {here}/desk/",
        *_sign_in_lines(place),
        f"  data       {init.shown_path(place)}",
        *([f"  address    {env.address} is its public address (masthead.toml); links in letters and feeds use it"] if env.address != here else []),
        "  stop       Ctrl-C",
    ]
    print("\n".join(lines), flush=True)
    return True


def _sign_in_lines(place: Path) -> list[str]:
    file = place / demo.SIGN_IN
    if not file.exists():
        return [f"  sign in    with your e-mail address (`{door()} user list` shows who can)"]
    accounts = file.read_text(encoding="utf-8").splitlines()[1:]
    return ["  sign in    " + f"\n{' ' * 13}".join(accounts), f"             (the demo's accounts, kept in {init.shown_path(file)})"]


COMMAND = Command(
    name="run",
    group="Begin",
    summary="serve this newsroom; where there is none, make one with the demo in it",
    about="Serve this newsroom: what readers connect to (front), pages and desk (web), tasks (worker), "
    "what happens by the clock (scheduler) and finished pages (renderer), started and watched as one. "
    "Where the folder holds no newsroom, one is made with the demo in it. The database and the static files are brought up to date first.",
    examples=("masthead run", "masthead run --port 8080 --data our-paper", "masthead run scheduler --data our-paper"),
    arguments=_arguments,
    run=_run,
)
