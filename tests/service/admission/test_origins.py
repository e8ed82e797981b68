"""Whose requests are taken: by the name that was asked, and by the page that asks."""

import asyncio

import pytest

TEXT = {"text": "Aspirin."}
HERE = {"host": "127.0.0.1:7860"}
SERVED = (
    *("127.0.0.1:7860", "localhost:7860", "localhost", "LOCALHOST.", "[::1]:7860", "10.0.0.3:7860"),
    *("tagger.example.org", "tagger.example.org:443", "Tagger.Example.org."),
)
FOREIGN = (
    *("evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil.example", "", " "),
    *("tagger.example.org.evil.example", "evil.example/127.0.0.1", "evil@127.0.0.1", "2130706433"),
    *("127.0.0.1:7860:1", "[::1", "127.0.0.1\n", "x" * 300),
)
FOREIGN_PAGES = (
    *("https://evil.example", "null", "", "http://127.0.0.1:8000", "http://127.0.0.1", "127.0.0.1:7860"),
    *("http://localhost:7860", "https://tagger.example.org:8443", "https://tagger.example.org.evil.example"),
    *("http://127.0.0.1:7860.evil.example", "http://127.0.0.1:7860/", "file://"),
)


def status(client, path: str = "/v1/entities", **headers: str) -> int:
    given = HERE | {name.replace("_", "-"): value for name, value in headers.items()}
    method = "POST" if path == "/v1/entities" else "GET"
    return asyncio.run(client.send(path, TEXT, method=method, headers=given)).status


def test_names_it_is_served_at(make_client):
    client = make_client(hosts=("tagger.example.org",))
    for host in SERVED:
        assert status(client, host=host) == 200, host


def test_a_foreign_name_is_refused_before_the_body_is_read(make_client):
    client = make_client(hosts=("tagger.example.org",))
    for host in FOREIGN:
        assert status(client, host=host) == 421, host
        assert client.read == 0
        assert status(client, "/v1/models", host=host) == status(client, "/metrics", host=host) == 421
        assert status(client, "/livez", host=host) == status(client, "/readyz", host=host) == 200


def test_the_page_under_a_foreign_name_is_refused_to_browsers_and_there_for_probes(make_client):
    """All else of it is refused under that name: a browser would show a blank page."""

    async def pages(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    client, browser = make_client(pages), "text/html,application/xhtml+xml,*/*;q=0.8"
    assert status(client, "/", host="box:7860", accept="*/*") == status(client, "/", host="box:7860") == 204
    assert status(client, "/", host="box:7860", accept=browser) == 421
    assert "CLINSTILL_HOSTS" in client.last.json()["error"]["message"]
    assert status(client, "/livez", host="box:7860", accept=browser) == 200
    assert status(client, "/", accept=browser) == 204


def test_an_address_to_listen_at_is_no_name(make_client):
    """HOST may be an address of IPv6, which has no name before its first colon."""
    client = make_client(hosts=("::", "::1"))
    for host in ("", "!", "a!b.evil.example", "evil.example"):
        assert status(client, host=host) == 421, host
    assert status(client, host="[::1]:7860") == 200


def test_a_second_host_is_looked_at_too(make_client):
    client = make_client()
    scope = {"type": "http", "method": "GET", "path": "/v1/models", "query_string": b""}
    scope["headers"] = [(b"host", b"127.0.0.1"), (b"host", b"evil.example")]
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(client.app(scope, None, send))
    assert sent[0]["status"] == 421


@pytest.mark.parametrize("origin", ["http://127.0.0.1:7860", "https://tagger.example.org"])
def test_its_own_pages_may_ask(make_client, origin):
    client = make_client(hosts=("tagger.example.org",))
    assert status(client, origin=origin) == status(client, "/v1/models", origin=origin) == 200
    assert status(client, origin=origin, sec_fetch_site="same-origin", sec_fetch_mode="cors") == 200


def test_pages_of_other_sites_may_not(make_client):
    client = make_client(hosts=("tagger.example.org",), token="right")
    for origin in FOREIGN_PAGES:
        for more in ({}, {"cookie": "a=b"}, {"authorization": "Bearer right"}):
            assert status(client, origin=origin, **more) == 403, origin
            assert client.read == 0
            assert status(client, "/v1/models", origin=origin, **more) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "unheard-of"])
def test_a_page_that_sends_no_origin_gives_itself_away(make_client, site):
    """As an image or a script of another site's page does, and a page that is framed does not."""
    client = make_client()
    for mode in ("no-cors", "cors", "websocket"):
        assert status(client, "/v1/models", sec_fetch_site=site, sec_fetch_mode=mode) == 403
    assert status(client, "/v1/models", sec_fetch_site=site) == 403
    assert status(client, "/v1/models", sec_fetch_site=site, sec_fetch_mode="navigate") == 200
    assert status(client, sec_fetch_site=site, sec_fetch_mode="navigate") == 403


def test_programs_send_neither(make_client):
    assert status(make_client()) == 200
    assert status(make_client(), sec_fetch_site="none", sec_fetch_mode="navigate") == 200
