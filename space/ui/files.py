"""The files tab: many texts at once. Its script sends the file and draws what comes back."""

from .markup import megabytes


def show_files(largest: int) -> str:
    """The tab as HTML; largest: bytes that a file may have."""
    return f"""
<div class="files" data-largest="{largest}">
  <p>Finds the entities of every text in a file, with the student.</p>
  <div class="drop">
    <input type="file" id="file" class="unseen" accept=".txt,.csv,.jsonl,.zip" aria-describedby="file-kinds">
    <label for="file">Choose a file</label>
    <span>or drop one here</span>
  </div>
  <ul id="file-kinds" class="hint">
    <li><b>.txt</b> the file is one text</li>
    <li><b>.csv</b> a text in each row: the column <code>text</code>, or the only one; <code>id</code> if you
      like</li>
    <li><b>.jsonl</b> an object in each line, with <code>text</code>; <code>id</code> if you like</li>
    <li><b>.zip</b> any number of these</li>
    <li>UTF-8, at most {megabytes(largest)}. The server reads the file in memory and keeps nothing.</li>
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
