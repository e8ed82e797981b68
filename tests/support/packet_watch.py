"""Use the whole demo where every packet that leaves loopback is seen, and report them as JSON.

    unshare --net --mount python packet_watch.py FOLDER

In a network namespace of its own there is one way out beside loopback, an interface with the default
route: whatever is sent to any address goes there, is seen at its other end, and gets no further. Name
lookups go to an address behind it. First it sends packets itself, so that seeing none means something.
"""

import json
import os
import select
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright
from running_space import QUIET, RunningSpace, ask, find_chromium, serve

OUTSIDE, NAME_SERVER = "198.51.100.7", "192.0.2.53"  # documentation addresses
NAME = "huggingface.co"
NO_NAMES = "host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
ALL_PROTOCOLS = 0x0003
NOTE = "Aspirin caused renal failure."


def outfit(folder: Path) -> socket.socket:
    """Set the namespace up; returns a socket that sees what its one interface sends."""
    resolver = folder / "resolv.conf"
    resolver.write_text(f"nameserver {NAME_SERVER}\noptions timeout:1 attempts:1\n")
    for command in (
        "ip link set lo up",
        "ip link add probe type veth peer name witness",
        "ip link set probe addrgenmode none arp off",  # packets only: no hellos, no questions before them
        "ip link set witness addrgenmode none up",
        "ip addr add 192.0.2.1/24 dev probe",
        "ip -6 addr add 2001:db8::1/64 dev probe nodad",
        "ip link set probe up",
        "ip route add default dev probe",
        "ip -6 route add default dev probe",
        f"mount --bind {resolver} /etc/resolv.conf",
    ):
        subprocess.run(command.split(), check=True)
    watch = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS))
    watch.bind(("witness", 0))
    return watch


def seen(watch: socket.socket, wait: float) -> list[str]:
    """Where the packets went that were sent since the last call, and those of the next `wait` seconds."""
    found, end = [], time.monotonic() + wait
    while select.select([watch], [], [], max(0.0, end - time.monotonic()))[0]:
        packet, (_, protocol, *_) = watch.recvfrom(65535)
        if protocol == 0x0800:
            address = socket.inet_ntop(socket.AF_INET, packet[16:20])
            found.append(_question(packet) if address == NAME_SERVER else address)
        elif protocol == 0x86DD and packet[6] != 0:  # hop-by-hop options: the kernel's multicast reports
            found.append(socket.inet_ntop(socket.AF_INET6, packet[24:40]))
        elif protocol != 0x86DD:
            found.append(f"protocol {protocol:#06x}")
    return found


def _question(packet: bytes) -> str:
    """The name that an IPv4 packet to the name server asks for."""
    labels, rest = [], packet[20 + 8 + 12 :]  # after the heads of IP, UDP and DNS
    while rest[0]:
        labels.append(rest[1 : 1 + rest[0]].decode("latin-1"))
        rest = rest[1 + rest[0] :]
    return ".".join(labels)


def control() -> None:
    """What must be seen: a packet to an address, and a name looked up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"seen", (OUTSIDE, 9))
    with suppress(OSError):
        socket.getaddrinfo(NAME, 443)


def use(space: RunningSpace) -> dict[str, int]:
    """Every kind of request, by a program and in a browser; the status of each."""
    body = {"text": NOTE}
    with httpx.Client(base_url=space.url, trust_env=False, timeout=60) as client:
        pages = ("/", "/livez", "/readyz", "/metrics", "/openapi.json", "/v1/models", "/private/")
        answers = {path: client.get(path).status_code for path in pages}
        answers["/v1/entities"] = client.post("/v1/entities", json=body).status_code
        answers["/v1/compare"] = client.post("/v1/compare", json=body).status_code
        answers["/v1/files"] = client.post("/v1/files?name=a.txt", content=NOTE).status_code
    for button in ("run", "compare"):
        ask(space.url, button, NOTE)
    return answers


def browse(space: RunningSpace, path: str) -> list[str]:
    """Look at both pages in the browser, and press the first one's button; returns whom they asked
    besides their server. The browser itself looks no name up, so every packet would be a page's."""
    asked = []
    with sync_playwright() as playwright:
        args = [f"--{flag}" for flag in (*QUIET, NO_NAMES)]
        page = playwright.chromium.launch(executable_path=path, args=args).new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(space.url)
        page.get_by_role("button", name="Highlight").last.click()
        page.wait_for_selector("mark")
        page.goto(f"{space.url}/private/")
        page.wait_for_load_state("networkidle")
    return [url for url in asked if not url.startswith((space.url, "data:", "blob:"))]


def main(folder: Path) -> None:
    watch = outfit(folder)
    control()
    report = {"control": seen(watch, 1.0)}
    with serve(folder, {}) as space:
        report["start"] = seen(watch, 1.0)
        report["statuses"] = use(space)
        report["use"] = seen(watch, 1.0)
        if path := find_chromium():
            report["foreign"] = browse(space, path)
            report["browse"] = seen(watch, 1.0)
    report["end"] = seen(watch, 0.5)
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    os.environ.pop("HF_HUB_OFFLINE", None)
    main(Path(sys.argv[1]))
