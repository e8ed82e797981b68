"""The Space as visitors of huggingface.co see it, in a frame of that site; and under a path of another."""

from collections.abc import Iterator

import httpx
import pytest
from proxies import make_certificate, proxy
from running_space import QUIET, find_chromium, serve

pytestmark = pytest.mark.browser
SPACE, HUB, STRANGER = "me-space.hf.space", "huggingface.co", "stranger.example"
NOTE = "Aspirin caused renal failure."
# As the Hub frames a Space.
FRAME = f"""<iframe src="https://{SPACE}/?__theme=light" width="1200" height="900" sandbox="allow-downloads
allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-same-origin allow-scripts">
</iframe>"""
ASK = f"""fetch("https://{SPACE}/v1/entities", {{
    method: "POST", mode: "no-cors", credentials: "include", body: '{{"text": "{NOTE}"}}',
}}).then(answer => answer.type)"""
READ = f"""new Promise(done => {{
    const image = new Image();
    image.onload = image.onerror = event => done(event.type);
    image.src = "https://{SPACE}/private/model/model.json";
}})"""


@pytest.fixture(scope="module")
def hub(browser, published_space, tmp_path_factory) -> Iterator:
    """A browser for which the three sites are a proxy's."""
    certificate = make_certificate(tmp_path_factory.mktemp("certificate") / "both.pem")
    pages = dict.fromkeys((HUB, STRANGER), FRAME)
    with proxy(published_space.url, pages=pages, certificate=certificate) as port:
        rules = ", ".join(f"MAP {site}:443 127.0.0.1:{port}" for site in (SPACE, HUB, STRANGER))
        flags = [*(f"--{flag}" for flag in QUIET), f"--host-resolver-rules={rules}"]
        mapped = browser.browser_type.launch(executable_path=find_chromium(), args=flags)
        yield mapped.new_context(ignore_https_errors=True)
        mapped.close()


def test_a_space_works_in_a_frame_of_the_hub(hub):
    page = hub.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"https://{HUB}/spaces/me/space")
    frame = page.frame_locator("iframe")
    frame.locator("#note textarea").fill(NOTE)
    frame.locator("#run").click()
    frame.locator("#marked .passage", has_text=NOTE).wait_for()
    assert frame.locator("#marked mark").all_inner_texts()
    with hub.expect_page() as opened:  # it cannot be isolated in a foreign frame
        frame.get_by_role("link", name="private page").first.click()
    private = opened.value
    private.wait_for_selector("#badge")
    assert private.url == f"https://{SPACE}/private/"
    assert private.evaluate("[crossOriginIsolated, window.opener]") == [True, None]
    page.close()


def test_no_other_site_frames_or_asks_it(hub, published_space):
    page = hub.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"https://{STRANGER}/")
    page.wait_for_function("frames.length === 1")
    assert page.evaluate(ASK) == "opaque"  # what was sent is told to nobody
    assert page.evaluate(READ) == "error"
    assert any("frame-ancestors" in text for text in said)
    told = httpx.get(f"{published_space.url}/metrics", trust_env=False).text
    assert 'clinstill_rejections_total{reason="foreign"} 2.0' in told
    assert 'clinstill_requests_total{method="POST",route="/v1/entities",status="2xx"}' not in told
    page.close()


def test_the_hub_s_names_are_served_and_no_others(published_space):
    for host, status in ((SPACE, 200), (f"{SPACE}:443", 200), (HUB, 421), ("other.hf.space", 421)):
        answer = httpx.get(f"{published_space.url}/config", headers={"host": host}, trust_env=False)
        assert answer.status_code == status, host
    assert (
        httpx.get(published_space.url, headers={"host": "10-0-0-3.probe"}, trust_env=False).status_code == 200
    )


@pytest.mark.soak
def test_it_works_under_a_path_that_a_proxy_strips(browser, tiny_environment, tmp_path):
    with (
        serve(tmp_path, tiny_environment | {"GRADIO_ROOT_PATH": "/tagger"}) as space,
        proxy(space.url, prefix="/tagger") as port,
    ):
        page = browser.new_page()
        page.set_default_timeout(60_000)
        missed = []
        page.on("response", lambda answer: missed.append(answer.url) if answer.status >= 400 else None)
        page.goto(f"http://127.0.0.1:{port}/tagger/")
        page.locator("#note textarea").fill(NOTE)
        page.locator("#run").click()
        page.locator("#marked .passage", has_text=NOTE).wait_for()
        page.goto(f"http://127.0.0.1:{port}/tagger/private/")
        page.wait_for_selector("#badge")
        assert missed == []
        page.close()
