"""The site's routes: those that the page needs are there, those that read, write, fetch or keep are not; an
event holds what the page sends and nothing else."""

from attacking import JSON, Answer, Input, Target, attack, request

FILE = {"_type": "gradio.FileData"}
CLOSED = {
    "GET": [
        *("/gradio_api/file=/proc/self/environ", "/gradio_api/file=/etc/passwd", "/file=/etc/passwd"),
        *("/gradio_api/file/etc/passwd", "/gradio_api/file=http://127.0.0.1/", "/gradio_api/proxy=http://a/"),
        *("/gradio_api/deep_link?session_hash=abcdefghijk", "/gradio_api/heartbeat/abcdefghijk"),
        *("/gradio_api/stream/abcdefghijk/1/4/playlist.m3u8", "/gradio_api/upload_progress?upload_id=a"),
        *("/gradio_api/call/find_entities/a", "/gradio_api/info", "/gradio_api/startup-events"),
        *("/monitoring", "/gradio_api/dev/reload", "/logout", "/login", "/gradio_api/token"),
        *("/custom_component/4/client/component/..%2f..%2fapp.py", "/gradio_api/mcp/sse", "/docs"),
        *("/page/../app.py", "/page/..%2f..%2fapp.py", "/page/%2e%2e/%2e%2e/app.py", "/page/..%5capp.py"),
        *("/private/../../../etc/passwd", "/private/..%2f..%2fapp.py", "/private//etc/passwd"),
        *("/static/../../../../etc/passwd", "/static/..%2f..%2f..%2fetc%2fpasswd", "/assets/%2fetc%2fpasswd"),
        *("/private/vendor.mjs%00.js", "//etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"),
    ],
    "POST": [
        *("/gradio_api/upload", "/gradio_api/process_recording", "/gradio_api/component_server"),
        *("/gradio_api/run/predict", "/gradio_api/api/predict", "/gradio_api/call/find_entities"),
        *("/gradio_api/vibe-edit", "/gradio_api/stream/a", "/login", "/gradio_api/mcp/"),
    ],
}  # fmt: skip


def event(name: str, data: list, *expected: int, **changed: object) -> Input:
    return attack(f"an event {name}", *expected)(lambda target: target.join(data, **changed))


def joins_with(name: str, body: bytes) -> Input:
    return request("POST", "/gradio_api/queue/join", 422, name=f"an event of {name}", headers=JSON, body=body)


@attack("an event that names the secret's file, then everything that is served", 404)
def read_through_the_cache(target: Target) -> Answer:
    """What the first visitor of a page with this fault found out."""
    assert target.join([{"path": str(target.file), "meta": FILE}]).status == 422
    copies = [path for path in target.space.temporary.rglob("*") if path.is_file()]
    return target.send("GET", f"/gradio_api/file={copies[0] if copies else target.file}")


@attack("a note as a link that is kept", 404)
def kept_link(target: Target) -> Answer:
    session = "keptkeptkept"
    assert target.join(["a note"], session_hash=session).status == 200
    return target.send("GET", f"/gradio_api/deep_link?session_hash={session}")


@attack("seven megabytes of a recording", 404)
def recording(target: Target) -> Answer:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.webm"\r\n\r\n' + bytes(7_000_000)
    return target.send(
        "POST",
        "/gradio_api/process_recording",
        headers={"content-type": "multipart/form-data; boundary=x"},
        body=body + b"\r\n--x--\r\n",
    )


@attack("a page's address with a kept link's name in it", 200)
def page_with_a_link(target: Target) -> Answer:
    return target.send("GET", f"/?deep_link=../../{target.file.name}&view=api")


INPUTS = [
    *(
        request(method, path, 404, headers=JSON, body=b"{}" if method == "POST" else None)
        for method, paths in CLOSED.items()
        for path in paths
    ),
    event("that names the process's environment", [{"path": "/proc/self/environ", "meta": FILE}], 422),
    event("that names a file in a list", [[{"path": "/etc/passwd", "meta": FILE}]], 422),
    event("that names an address", [{"path": "", "url": "http://169.254.169.254/", "meta": FILE}], 422),
    event("that names a file beside its data", ["a"], 422, event_data={"path": "/etc/passwd", "meta": FILE}),
    event("for a function that there is not", ["a"], 422, fn_index=10**6),
    event("for a function without a number", ["a"], 422, fn_index=None),
    event("of a session that is a megabyte", ["a"], 422, session_hash="a" * 1_000_000),
    event("with more data than inputs", ["a", "b"], 422),
    event("of a path that is a text", ["/proc/self/environ"], 200),
    event("of controls and lone surrogates", ["\0\ud800\x1b[31m"], 200),
    event("of a hundred thousand brackets in a text", ["[" * 100_000], 200),
    joins_with("no JSON", b"\xff\xfe{"),
    joins_with("two megabytes of lists", b'{"data": [' + b"[]," * 800_000 + b"[]]}"),
    joins_with("a hundred thousand brackets", b"[" * 100_000),
    joins_with("a number of a million digits", b'{"data": [' + b"9" * 1_000_000 + b"]}"),
    joins_with("a key given twice, the second a file", b'{"data": ["a"], "data": [{"path": "/etc/passwd"}]}'),
    request("POST", "/gradio_api/queue/join", 413, name="eight megabytes of an event", body=b"[" * 8_000_000),
    read_through_the_cache,
    kept_link,
    recording,
    page_with_a_link,
    request("HEAD", "/livez", 200),
    request("DELETE", "/", 405),
    request("OPTIONS", "/gradio_api/queue/join", 405),
    request("TRACE", "/", 405),
    request("GET", "/gradio_api/queue/data?session_hash=../../a", 404),
]  # fmt: skip
