"""Origins of requests: this site's own pages and programs, under the names it is served at.

A browser sends what any page tells it to send, also to an address that only its user can reach. So a page
of another site is refused, and so is a name that nobody has said this server goes by: a foreign name can be
made to point here (DNS rebinding), and its pages would then count as ours. An address in digits cannot.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address

from starlette.types import Scope

from .. import errors
from ..monitoring.observer import header

LOOPBACK = frozenset({"localhost"})
PROBES = frozenset({"/livez", "/readyz"})
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[0-9a-z._-]+)(:\d{1,5})?")
OWN = (b"same-origin", b"none")  # none: the user's own doing, such as an address typed


class Origins:
    """Whose requests are taken.

    Args:
        names: What the server is called, besides localhost and addresses in digits; with the port unless it
            is the scheme's own.
    """

    def __init__(self, names: Iterable[str]):
        self._sites = frozenset(name.lower() for name in names)
        names_alone = {site.partition(":")[0] for site in self._sites if not _is_address(site)}
        self._names = LOOPBACK | names_alone

    def admit(self, scope: Scope) -> None:
        """Let a request pass. Raises Refusal when its name is foreign, or its page another site's."""
        hosts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        if not _is_probe(scope) and not all(map(self._served, hosts)):
            raise errors.misdirected()
        fetch: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name == b"origin" and not self._ours(value.decode("latin-1").lower(), hosts):
                raise errors.foreign()
            if name in (b"sec-fetch-site", b"sec-fetch-mode"):
                fetch[name] = value
        followed = fetch.get(b"sec-fetch-mode") == b"navigate" and scope["method"] in ("GET", "HEAD")
        if fetch.get(b"sec-fetch-site", OWN[0]) not in OWN and not followed:
            raise errors.foreign()

    def _served(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        name = found["name"].rstrip(".") if found else ""
        return name in self._names or _is_address(name)

    def _ours(self, origin: str, hosts: list[str]) -> bool:
        """Whether a page is of the host that was asked, or of a name that a proxy serves us under."""
        _, _, site = origin.partition("://")
        return bool(site) and (hosts == [site] or site in self._sites)


def _is_probe(scope: Scope) -> bool:
    """Whether a request only looks if the server is there, which it may under any name."""
    # Whoever asks for the page gets none of its parts under a foreign name: better told than left blank.
    accepted = header(scope, b"accept") or b""
    return scope["path"] in PROBES or (scope["path"] == "/" and b"text/html" not in accepted)


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
