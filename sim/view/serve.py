"""Serving the page: on this machine alone unless told otherwise, and asking nobody for anything."""

import os
import socket
import threading
import time
import warnings
import webbrowser
from importlib import metadata
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.run import tell

INSTALL = "pip install 'ceci-sim[view]'"
LOOPBACK = ("127.0.0.1", "localhost")
ANYWHERE = ("0.0.0.0", "::")
GONE = "1m"
"""How long a page is waited for whose browser has gone without a word, before its work stops."""
LAST_WORDS = 1
"""Seconds that open pages are given when the server ends."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address.

    Raises
    ------
    InputError
        If the address is none of this machine's or the port is in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((host, port))
        place.listen()
    except socket.gaierror:
        place.close()
        raise InputError(f"host={host}: no such address; 127.0.0.1 is this machine") from None
    except OSError as error:
        place.close()
        raise InputError(
            f"host={host} port={port}: {error.strerror}; give another, such as port=0 for any free"
        ) from None
    return place


def warn_of_others(host: str) -> None:
    """Say that a page is not for this machine alone, if so."""
    if host not in (*LOOPBACK, "::1"):
        tell(f"warning: host={host}: others of the network can open the page, without any password")


def assets() -> Path:
    """Return the folder of the scripts and fonts of the page, which are on this machine.

    Raises
    ------
    InputError
        If they are not installed.
    """
    try:
        import mesa.visualization  # noqa: F401
        import solara.server.settings as known

        versions = {name: metadata.version(name) for name in ("solara", "solara-assets")}
    except ImportError as error:
        raise InputError(f"the view needs {error.name}: {INSTALL}") from None
    if len({*versions.values()}) > 1:
        told = " and ".join(f"{name} {version}" for name, version in versions.items())
        raise InputError(f"{told} do not go together: {INSTALL}")
    return Path(known.assets.proxy_cache_dir)


def be_quiet() -> None:
    """Tell Solara, before it is imported, to send no figures of use and to keep to itself."""
    warnings.filterwarnings("ignore", module=r"solara\b")  # of cookies, which need no https here
    os.environ |= {
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
        "SOLARA_TELEMETRY_SERVER_USER_ID": "nobody",
        "SOLARA_THEME_SHOW_BANNER": "false",
        "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
        "SOLARA_APP": "sim.view.page",
        "SOLARA_CHECK_HOOKS": "off",
        "SOLARA_KERNEL_CULL_TIMEOUT": GONE,
    }


def application(host: str, folder: Path) -> Any:
    """Return the page as an application whose scripts come from a folder and never from the net."""
    from solara.server.cdn_helper import cdn_url_path
    from solara.server.starlette import app
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    # A page of the net that gives this machine another name must not reach us through a browser
    # (Starlette cannot read the name of an IPv6 address)
    names = ["*"] if host in ANYWHERE or ":" in host else [*{*LOOPBACK, host}]
    return Starlette(
        routes=[Mount(f"/{cdn_url_path}", StaticFiles(directory=folder)), Mount("/", app)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=names)],
        lifespan=app.router.lifespan_context,
    )


def serve(place: socket.socket, host: str, folder: Path, browser: bool) -> None:
    """Serve the page until Ctrl-C."""
    import uvicorn

    config = uvicorn.Config(
        application(host, folder),
        log_level="error",
        timeout_graceful_shutdown=LAST_WORDS,
    )
    warn_of_others(host)
    server = uvicorn.Server(config)
    seen_at = "127.0.0.1" if host in ANYWHERE else host
    address = f"http://{f'[{seen_at}]' if ':' in seen_at else seen_at}:{place.getsockname()[1]}"

    def announce() -> None:
        while not server.started:
            time.sleep(0.02)
            if server.should_exit:
                return
        print(f"{address} (Ctrl-C ends)", flush=True)
        if browser:
            webbrowser.open(address)

    threading.Thread(target=announce, daemon=True).start()
    server.run(sockets=[place])
