"""What would hold every other visitor up: much to parse, much to tag, heads and bodies that never end, crowds
that say nothing, answers that nobody reads."""

import json
import socket
import time
from contextlib import ExitStack, suppress

from attacking import JSON, NO_ANSWER, Answer, Input, Target, attack, request

CHARACTERS = 200_000  # of the longest text
DENSE = ("aspirin tremor " * CHARACTERS)[:CHARACTERS]  # an entity a word
LEAVES_S = 0.5  # after which a client hangs up that has seen enough


def asked(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


def parses(name: str, body: bytes) -> Input:
    return request("POST", "/v1/entities", 422, name=f"a body of {name}", headers=JSON, body=body)


def head(target: Target, line: bytes, *more: bytes) -> bytes:
    address = "{}:{}".format(*target.address).encode()
    return b"\r\n".join([line, b"Host: " + address, *more, b"", b""])


def answered(connection: socket.socket) -> Answer:
    """What comes back until the server closes, with the first status."""
    received = b""
    with suppress(ConnectionError):
        while part := connection.recv(1_000_000):
            received += part
    status = received.split(b" ", 2)[1:2]
    return Answer(int(status[0]) if status else NO_ANSWER, {}, received)


def writes(name: str, content: bytes, *expected: int) -> Input:
    """All of `content` after a POST's first lines, before anything is read."""

    @attack(name, *expected)
    def run(target: Target) -> Answer:
        with target.connect() as connection:
            with suppress(ConnectionError):
                connection.sendall(head(target, b"POST /v1/entities HTTP/1.1")[:-2] + content)
            return answered(connection)

    return run


def leaves(name: str, text: str) -> Input:
    @attack(f"{name}, from a client that leaves", NO_ANSWER, 200)
    def run(target: Target) -> Answer:
        with target.connect() as connection:
            body = asked(text)
            length = b"Content-Length: %d" % len(body)
            connection.sendall(head(target, b"POST /v1/entities HTTP/1.1", length) + body)
            connection.settimeout(LEAVES_S)
            with suppress(TimeoutError):
                return Answer(int(connection.recv(1_000_000).split(b" ")[1]), {}, b"")
        return Answer(NO_ANSWER, {}, b"")

    return run


@attack("ten thousand requests at once on one connection", 200)
def pipelined(target: Target) -> Answer:
    with target.connect() as connection:
        with suppress(ConnectionError):
            connection.sendall(head(target, b"GET /livez HTTP/1.1") * 10_000)
        return answered(connection)


@attack("six hundred connections that say nothing", 200)
def silent_crowd(target: Target) -> Answer:
    with ExitStack() as crowd:
        for _ in range(600):
            crowd.enter_context(target.connect()).sendall(b"GET /livez HTTP/1.1\r\nx: ")
        return target.send("GET", "/livez")


@attack("six hundred bodies that do not come", 200)
def absent_bodies(target: Target) -> Answer:
    with ExitStack() as crowd:
        for _ in range(600):
            begun = head(target, b"POST /v1/entities HTTP/1.1", b"Content-Length: 9")
            crowd.enter_context(target.connect()).sendall(begun)
        return target.send("GET", "/livez")


@attack("forty pages that nobody reads", 200)
def unread_pages(target: Target) -> Answer:
    with ExitStack() as crowd:
        for _ in range(40):
            connection = crowd.enter_context(target.connect())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(head(target, b"GET / HTTP/1.1"))
        time.sleep(0.3)
        return target.send("GET", "/livez")


def crowd(path: str, *lines: bytes) -> Input:
    @attack(f"two hundred at once that ask for {path}", 200)
    def run(target: Target) -> Answer:
        with ExitStack() as crowd:
            all_of_it = [crowd.enter_context(target.connect()) for _ in range(200)]
            for connection in all_of_it:
                connection.sendall(
                    head(target, f"GET {path} HTTP/1.1".encode(), b"Connection: close", *lines)
                )
            return [answered(connection) for connection in all_of_it][-1]

    return run


@attack("thirty megabytes that are announced to a careful server", 413)
def announced(target: Target) -> Answer:
    """The refusal comes in place of "go on": nothing of the body is sent."""
    lines = (b"Content-Length: 30000000", b"Expect: 100-continue")
    with target.connect() as connection:
        connection.sendall(head(target, b"POST /v1/entities HTTP/1.1", *lines))
        status = int(connection.recv(1000).split(b" ")[1])
    return Answer(status, {}, b"")


INPUTS = [
    parses("800,000 lists", b'{"texts":[' + b"[]," * 800_000 + b"[]]}"),
    parses("800,000 empty texts", b'{"texts":[' + b'"",' * 800_000 + b'""]}'),
    parses("a million numbers", b'{"texts":[' + b"1," * 1_200_000 + b"1]}"),
    parses("two million brackets", b"[" * 2_400_000),
    parses("lists in UTF-16", ('{"texts":["≢",' + "[]," * 300_000 + "[]]}").encode("utf-16")),
    parses("a number of two million digits", b'{"text":' + b"9" * 2_400_000 + b"}"),
    parses("a text of two million escapes", b'{"text":"' + b"\\n" * 1_200_000 + b'"}'),
    request("POST", "/v1/entities", 200, 503, name="as many entities as there can be", headers=JSON,
            body=asked(DENSE)),
    request("POST", "/v1/compare", 200, 503, name="as many differences as there can be", headers=JSON,
            body=asked(DENSE[:40_000])),
    leaves("200,000 full stops", "." * CHARACTERS),
    leaves("200,000 Chinese characters", "中" * CHARACTERS),
    leaves("200,000 accents on one letter", "a" + "\u0301\u0323" * (CHARACTERS // 2 - 1)),
    attack("a page's note of 200,000 characters", 200)(lambda target: target.join([DENSE])),
    attack("a page's note of two million characters", 413)(lambda target: target.join(["a" * 2_300_000])),
    request("POST", "/v1/files?" + "a&" * 15_000, 422, name="thousands of parameters", body=b""),
    request("POST", "/v1/entities", 200, name="a length of five thousand digits", body=asked("Aspirin."),
            headers=JSON | {"content-length": f"{len(asked('Aspirin.')):05000}"}),
    request("GET", "/livez", 431, name="a header of a megabyte", headers={"x": "a" * 1_000_000}),
    request("GET", "/livez", 431, name="ten thousand headers",
            headers={f"x{number}": "a" for number in range(10_000)}),
    request("GET", "/" + "a" * 1_000_000, 431, name="a path of a megabyte"),
    request("POST", "/v1/entities", 413, name="thirty megabytes, written before anything is read",
            body=bytes(30_000_000)),
    request("POST", "/nothing/here", 404, name="thirty megabytes to nowhere", body=bytes(30_000_000)),
    writes("a body in pieces of one byte",
           b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 2_600_000 + b"0\r\n\r\n", 408, 413),
    writes("lines of a megabyte after the last chunk",
           b"Transfer-Encoding: chunked\r\n\r\n0\r\nx: " + b"a" * 1_000_000, 431),
    crowd("/"),
    crowd("/metrics"),
    crowd("/theme.css", b"Accept-Encoding: br"),
    announced,
    pipelined,
    silent_crowd,
    absent_bodies,
    unread_pages,
]  # fmt: skip
