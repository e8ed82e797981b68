"""What a page of another site has its visitor's browser send, and names that are made to point here."""

from attacking import JSON, NO_ANSWER, Answer, Input, Target, attack, request

BODY = b'{"text": "Aspirin."}'
EVENT = b'{"data": ["a"], "fn_index": 0, "session_hash": "abcdefghijk"}'
STRANGER = "https://stranger.example"


def asks(name: str, *expected: int, path: str = "/v1/entities", **headers: str) -> Input:
    body = EVENT if path.startswith("/gradio_api") else BODY
    given = JSON | {key.replace("_", "-"): value for key, value in headers.items()}
    return request("POST", path, *expected, name=f"{name}, at {path}", headers=given, body=body)


@attack("a name of another's that points here, read", 421)
def rebinding(target: Target) -> Answer:
    """The page of the name is its own origin: nothing but the name tells it apart."""
    host = f"stranger.example:{target.address[1]}"
    assert target.send("GET", "/readyz", headers={"host": host}).status == 200
    return target.send("GET", "/config", headers={"host": host, "origin": f"http://{host}"})


@attack("two Host headers", 400, 421, NO_ANSWER)
def two_hosts(target: Target) -> Answer:
    with target.connect() as connection:
        connection.sendall(b"GET /config HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: stranger.example\r\n\r\n")
        status = connection.recv(100).split(b" ")
    return Answer(int(status[1]) if len(status) > 1 else NO_ANSWER, {}, b"")


@attack("a preflight of another site's page", 403)
def preflight(target: Target) -> Answer:
    asked = {"origin": STRANGER, "access-control-request-method": "POST"}
    answer = target.send("OPTIONS", "/v1/entities", headers=asked)
    assert not any(name.startswith("access-control-") for name in answer.headers)
    return answer


@attack("names that are markup, at the page", 200, 400)
def markup(target: Target) -> Answer:
    """Gradio writes the address that it was asked under into the page."""
    script = "</script><script>alert(1)</script>"
    names = dict.fromkeys(("host", "x-forwarded-host", "x-forwarded-proto"), script)
    answer = target.send("GET", "/", headers=names)
    assert script.encode() not in answer.body
    return answer


INPUTS = [
    markup,
    rebinding,
    two_hosts,
    preflight,
    *(asks("a page of another site", 403, path=path, origin=STRANGER)
      for path in ("/v1/entities", "/v1/files", "/gradio_api/queue/join", "/gradio_api/cancel")),
    asks("a page with credentials", 403, origin=STRANGER, cookie="a=b", authorization="Bearer a"),
    asks("a page without an origin", 403, origin="null"),
    asks("a page of another port", 403, origin="http://127.0.0.1:1"),
    asks("a form of another site", 403, sec_fetch_site="cross-site", sec_fetch_mode="navigate"),
    asks("a foreign name", 421, host="stranger.example"),
    asks("a name that ends as ours does", 421, host="127.0.0.1.stranger.example"),
    asks("a name that hides ours", 421, host="127.0.0.1@stranger.example"),
    request("GET", "/private/model/model.json", 403, name="an image of another site's page",
            headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}),
    request("GET", "/", 200, name="a link from another site",
            headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}),
]  # fmt: skip
