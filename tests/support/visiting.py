"""A visitor of the Space's page."""

WAIT = 60_000  # ms; a CI machine may be busy
SHOW = """async html => {
    const block = document.body.appendChild(document.createElement("div"));
    block.id = "shown";
    block.innerHTML = html;
    (await import(new URL("page/page.js", document.baseURI))).show(block);
}"""


class Visit:
    """A page, with what it asked for and complained about."""

    def __init__(self, page, url: str):
        self.page, self.requests, self.complaints = page, [], []
        page.set_default_timeout(WAIT)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(url)
        page.wait_for_selector("#marked .passage", state="attached")

    def highlight(self, text: str) -> None:
        self.page.fill("#note textarea", text)
        self.page.click("#run")
        self.page.wait_for_function(
            "text => document.querySelector('#marked .passage')?.textContent === text", arg=text
        )

    def show(self, result: str) -> None:
        """Draw a result as if the server had sent it, in #shown."""
        self.page.evaluate("() => document.querySelector('#shown')?.remove()")
        self.page.evaluate(SHOW, result)

    def open_tab(self, name: str) -> None:
        """By the address, as a phone hides some tabs in a menu."""
        self.page.evaluate("name => { location.hash = `tab=${name}` }", name)
        self.page.wait_for_selector(f"[role=tab][data-tab-id={name}][aria-selected=true]", state="attached")

    def marks(self, where: str = "#marked") -> list[str]:
        return self.page.eval_on_selector_all(
            f"{where} mark:not(.off)", "marks => marks.map(mark => mark.textContent)"
        )

    def rows(self) -> list[str]:
        return self.page.eval_on_selector_all(
            "#marked tbody tr", "rows => rows.map(row => row.cells[0].textContent)"
        )

    def calls(self) -> int:
        return sum("queue/join" in url for url in self.requests)
