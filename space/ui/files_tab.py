"""Files tab: many texts at once. Its script sends the file and draws what comes back."""

import csv
import io
from urllib.parse import quote

from .markup import megabytes
from .sample_notes import EXAMPLES

SAMPLE = "sample notes.csv"


def show_files(largest: int) -> str:
    """The tab as HTML; largest: bytes that a file may have."""
    return f"""
<div class="files" data-largest="{largest}">
  <p>Finds the entities of every text in a file, with the student.</p>
  <div class="drop">
    <input type="file" id="file" class="unseen" accept=".txt,.csv,.tsv,.jsonl,.zip"
      aria-describedby="file-kinds">
    <label for="file">Choose a file</label>
    <span>or drop one here</span>
  </div>
  <p class="sample">
    No file at hand?
    <button type="button" class="try quiet">Try a sample</button>
    or <a download="{SAMPLE}" href="data:text/csv;charset=utf-8,{quote(sample())}">download it</a>: a table of
    {len(EXAMPLES)} invented notes.
  </p>
  <ul id="file-kinds" class="hint">
    <li><b>.txt</b> the file is one text</li>
    <li><b>.csv</b> or .tsv, a table as spreadsheets save it: a text in each row, in the column
      <code>text</code> or the only one; a column <code>id</code> names the rows</li>
    <li><b>.jsonl</b> in each line an object with a <code>text</code>, and an <code>id</code> if you like</li>
    <li><b>.zip</b> any number of these</li>
    <li>Saved as UTF-8 or as “Unicode text”, at most {megabytes(largest)}. The server reads the file in
      memory and keeps nothing.</li>
  </ul>
  <form class="token" hidden>
    <label for="file-token">Token of this server</label>
    <input type="password" id="file-token" autocomplete="off" aria-describedby="file-token-use">
    <button class="quiet">Send the file</button>
    <p id="file-token-use" class="hint">It is kept in this page until you close it, and nowhere else.</p>
  </form>
  <div class="work" hidden>
    <progress aria-label="Texts done"></progress>
    <span class="amount"></span>
    <button type="button" class="cancel quiet">Cancel</button>
  </div>
  <p class="state" role="status"></p>
  <div class="outcome"></div>
</div>"""


def sample() -> str:
    """A table of the invented notes, as a spreadsheet saves it."""
    target = io.StringIO(newline="")
    csv.writer(target).writerows([("id", "text"), *((note.title, note.text) for note in EXAMPLES)])
    return target.getvalue()
