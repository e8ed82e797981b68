"""The files tab in Chromium: sending, following, cancelling, what was not read, saving."""

import csv
import io
import json
import re
import time
import zipfile

import httpx
import pytest

from space.ui.sample_notes import EXAMPLES

pytestmark = pytest.mark.browser
WAIT = 15_000  # ms; a CI machine may be busy
TEXTS = [
    "Aspirin caused renal failure 😀.",
    "Nothing here.",
    "<img src=x onerror=alert(1)> lidocaine ${1}\r\n{{x}}",
]


LONG = "".join(json.dumps({"text": "Aspirin and nausea. " * 50}) + "\n" for _ in range(5_000))


@pytest.fixture(scope="module")
def opened(browser, running_space):
    """The page with its files tab open."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.on("dialog", lambda dialog: pytest.fail("a file ran as code"))
    page.goto(f"{running_space.url}/#tab=files")
    page.wait_for_selector(".files.ready")
    yield page
    context.close()


@pytest.fixture
def tab(opened):
    """The same page for all; what a test put between it and the server is gone in the next."""
    yield opened
    opened.unroute_all()


def choose(tab, name: str, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    tab.set_input_files("#file", {"name": name, "mimeType": "", "buffer": data})


def state(tab, beginning: str) -> str:
    """What the tab says, once it begins so."""
    script = "beginning => document.querySelector('.files .state').textContent.startsWith(beginning)"
    tab.wait_for_function(script, arg=beginning)
    return tab.inner_text(".files .state")


def cells(tab, title: str) -> list[list[str]]:
    rows = tab.locator(f".files [aria-label='{title}'] tbody tr").all()
    return [[cell.text_content() for cell in row.locator("td").all()] for row in rows]


def saved(tab, title: str) -> tuple[str, bytes]:
    """Name and content of what a button saves."""
    with tab.expect_download() as download:
        tab.get_by_role("group", name="Save all as").get_by_role("button", name=title, exact=True).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_a_file_is_tagged_and_what_was_found_is_saved(tab, running_space):
    table = io.StringIO(newline="")
    csv.writer(table).writerows([["id", "text"], *((f"note {n}", text) for n, text in enumerate(TEXTS))])
    choose(tab, "my notes.csv", table.getvalue() + "too,many,fields\r\n")
    said = "my notes.csv is done. 1 of 4 texts could not be read: see below."
    assert state(tab, "my notes.csv is done") == said
    assert tab.inner_text(".files .tally").startswith("3 entities in 3 texts")
    assert cells(tab, "Not read") == [
        ["my notes.csv:4", "line 6: 3 fields, the header names 2; quote a text that holds the delimiter"]
    ]
    assert [row[:2] for row in cells(tab, "Texts")] == [["note 0", "2"], ["note 1", "0"], ["note 2", "1"]]
    assert tab.locator(".files :is(img, script)").count() == 0
    assert not tab.is_visible(".files .work") and not tab.is_visible(".files .token")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390

    name, data = saved(tab, "JSON lines")
    assert name == "my notes.jsonl"
    answer = httpx.post(f"{running_space.url}/v1/entities", json={"texts": TEXTS}, trust_env=False).json()
    for line, text, result in zip(data.decode().splitlines(), TEXTS, answer["results"], strict=True):
        record = json.loads(line)
        assert (record["text"], record["entities"]) == (text, result["entities"])
        assert (record["model"], record["revision"]) == (answer["model"], answer["revision"])
    name, data = saved(tab, "CSV")
    assert name == "my notes.csv" and data.decode("utf-8-sig").count("renal failure") == 1


IDS = ["9007199254740993", "9007199254740992", "123456789012345678", "1.0", "1e3", "-0", '"007"', '"1e3"']


def test_ids_are_shown_and_saved_in_the_digits_that_the_file_gave_them(tab):
    choose(tab, "ids.jsonl", "".join(f'{{"id":{written},"text":"Aspirin."}}\n' for written in IDS))
    state(tab, "ids.jsonl is done")
    plain = [written.strip('"') for written in IDS]
    assert [row[0] for row in cells(tab, "Texts")] == plain
    exact = {"parse_int": str, "parse_float": str}
    assert re.findall(r'^\{"id":(.+?),"text"', saved(tab, "JSON lines")[1].decode(), re.M) == IDS
    assert re.findall(r'^ +"id": (.+),$', saved(tab, "JSON")[1].decode(), re.M) == IDS
    table = csv.DictReader(io.StringIO(saved(tab, "CSV")[1].decode("utf-8-sig"), newline=""))
    assert list(dict.fromkeys(row["document"].removeprefix("'") for row in table)) == list(
        dict.fromkeys(plain)
    )
    bioc = json.loads(saved(tab, "BioC JSON")[1], **exact)
    assert [document["id"] for document in bioc["documents"]] == plain
    assert re.findall(r"<document><id>(.+?)</id>", saved(tab, "BioC XML")[1].decode()) == plain
    entries = json.loads(saved(tab, "FHIR")[1])["entry"]
    assert [e["resource"]["description"] for e in entries if "description" in e["resource"]] == plain
    with zipfile.ZipFile(io.BytesIO(saved(tab, "brat")[1])) as archive:
        index = json.loads(archive.read("clinstill.json"), **exact)
    assert [document["id"] for document in index["documents"]] == plain


def test_the_sample_is_tried_with_one_click_and_can_be_had_as_a_file(tab):
    tab.get_by_role("button", name="Try a sample").click()
    assert state(tab, "sample notes.csv is done") == "sample notes.csv is done."
    assert [row[0] for row in cells(tab, "Texts")] == [example.title for example in EXAMPLES]
    with tab.expect_download() as download:
        tab.get_by_role("link", name="download it").click()
    assert download.value.suggested_filename == "sample notes.csv"
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_bytes().decode(), newline="")))
    assert [(row["id"], row["text"]) for row in rows] == [(note.title, note.text) for note in EXAMPLES]


def refuse(tab, code: str, status: int) -> None:
    """Answer as the server does where it takes no file."""
    error = {"code": code, "message": "send the POST again; Retry-After says when", "request_id": "0"}
    tab.unroute_all()
    tab.route("**/v1/files**", lambda route: route.fulfill(status=status, json={"error": error}))


def test_the_tab_speaks_of_files_and_not_of_requests(tab):
    jargon = re.compile(r"name=|/v1/|POST|HTTP|JSON lines of|Retry-After|Authorization|parameter|body", re.I)
    said = [tab.inner_text(".files")]
    choose(tab, "notes.xlsx", b"...")
    said.append(state(tab, "notes.xlsx was not taken"))
    choose(tab, "notes.csv", b"PK\x03\x04...")
    assert state(tab, "notes.csv could not") == "notes.csv could not be read: see below."
    [[_, error]] = cells(tab, "Not read")
    said.append(error)
    assert "xlsx" in error
    choose(tab, "header.csv", b"id,text\n")
    said.append(state(tab, "header.csv"))
    assert said[-1] == "header.csv holds no text."
    for code, status in (("busy", 429), ("unauthorised", 401), ("slow", 408)):
        refuse(tab, code, status)
        choose(tab, f"{code}.txt", b"text")
        said.append(state(tab, f"{code}.txt was not taken"))
    assert not [text for text in said if jargon.search(text)]


def at_work(running_space) -> bool:
    metrics = httpx.get(f"{running_space.url}/metrics", trust_env=False).text
    return 'clinstill_requests_in_flight{route="/v1/files"} 1.0' in metrics


def test_a_run_can_be_cancelled_and_what_is_done_is_kept(tab, running_space):
    choose(tab, "long.jsonl", LONG)
    state(tab, "Tagging 5,000 texts of long.jsonl")
    tab.wait_for_function("document.querySelector('.files progress').value > 0")
    assert at_work(running_space)
    tab.get_by_role("button", name="Cancel").click()
    said = state(tab, "Cancelled after ")
    done = len(saved(tab, "JSON lines")[1].splitlines())
    assert said == f"Cancelled after {done:,} of 5,000 texts."
    assert 0 < done < 5_000

    deadline = time.monotonic() + 30
    while at_work(running_space):
        assert time.monotonic() < deadline, "the server goes on with a file that nobody waits for"
        time.sleep(0.05)


def test_another_file_takes_the_place_of_the_one_that_runs(tab):
    choose(tab, "long.jsonl", LONG)
    state(tab, "Tagging 5,000 texts")
    choose(tab, "short.txt", TEXTS[0])
    state(tab, "short.txt is done")
    assert [row[0] for row in cells(tab, "Texts")] == ["short.txt"]
    assert not tab.is_visible(".files .work")


def test_a_file_can_be_dropped_and_its_input_takes_the_focus(tab):
    dropped = tab.evaluate_handle(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "dropped.txt"));
            return data;
        }""",
        TEXTS[0],
    )
    tab.dispatch_event(".files .drop", "drop", {"dataTransfer": dropped})
    state(tab, "dropped.txt is done")
    tab.focus("#file")  # a native file input, which browsers open by key
    assert tab.evaluate("document.activeElement.matches('input[type=file]#file')")
    tab.set_input_files("#file", {"name": "chosen.txt", "mimeType": "text/plain", "buffer": b"nausea"})
    state(tab, "chosen.txt is done")
    assert tab.get_by_label("Choose a file").count() == 1


def test_a_token_is_asked_for_where_the_server_wants_one(tab):
    def answer(route):
        if route.request.headers.get("authorization") == "Bearer right":
            route.continue_()
        else:
            error = {"code": "unauthorised", "message": "this service asks for a token", "request_id": "0"}
            route.fulfill(status=401, json={"error": error})

    tab.route("**/v1/files**", answer)
    choose(tab, "a.txt", TEXTS[0])
    assert state(tab, "a.txt was not taken") == "a.txt was not taken: this server asks for a token."
    box = tab.get_by_label("Token of this server")
    box.fill("wrong")
    box.press("Enter")
    tab.wait_for_selector(".files .token:not([hidden])")
    box.fill("right")
    tab.get_by_role("button", name="Send the file").click()
    state(tab, "a.txt is done")
    assert (
        tab.evaluate(
            "Object.values({...localStorage, ...sessionStorage}).join() + document.cookie + location"
        ).count("right")
        == 0
    )
    choose(tab, "b.txt", TEXTS[0])
    state(tab, "b.txt is done")


def test_what_the_server_does_not_take_is_told(tab, running_space):
    choose(tab, "notes.docx", b"...")
    assert ".txt, .csv, .tsv, .jsonl or .zip" in state(tab, "notes.docx was not taken")

    busy = {"error": {"code": "busy", "message": "the queue is full", "request_id": "0"}}
    tab.route(
        "**/v1/files**", lambda route: route.fulfill(status=429, json=busy, headers={"Retry-After": "7"})
    )
    choose(tab, "a.txt", b"text")
    assert state(tab, "a.txt") == "a.txt was not taken: the server has other work to do; try again in 7 s."

    tab.unroute("**/v1/files**")
    tab.route("**/v1/files**", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    choose(tab, "b.txt", b"text")
    assert state(tab, "b.txt") == "b.txt was not taken: the server answered 502."

    tab.unroute("**/v1/files**")
    tab.route("**/v1/files**", lambda route: route.abort())
    choose(tab, "c.txt", b"text")
    state(tab, "The connection to the server was lost.")


def test_an_answer_that_breaks_off_is_told_and_its_rows_are_kept(tab):
    head = {"model": "m", "revision": "r", "offset_unit": "code_point", "rows": 2}
    row = {"row": 1, "id": "a", "text": "aspirin", "entities": []}
    tab.route("**/v1/files**", lambda route: route.fulfill(body=f"{json.dumps(head)}\n{json.dumps(row)}\n"))
    choose(tab, "a.txt", b"text")
    assert state(tab, "The connection") == "The connection to the server was lost after 1 of 2 texts."
    assert [line[0] for line in cells(tab, "Texts")] == ["a"]


def test_a_file_that_is_too_large_is_not_sent(tab):
    sent = []
    tab.on("request", lambda request: sent.append(request.url) if "/v1/files" in request.url else None)
    largest = tab.evaluate("document.querySelector('.files').dataset.largest")
    tab.evaluate("document.querySelector('.files').dataset.largest = 3")
    choose(tab, "a.txt", b"four")
    assert state(tab, "a.txt has 4 bytes") == "a.txt has 4 bytes; a file may have 3. Nothing was sent."
    assert sent == []
    tab.evaluate("largest => { document.querySelector('.files').dataset.largest = largest }", largest)
