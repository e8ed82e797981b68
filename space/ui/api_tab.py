"""API tab: how to call this very server. Its script puts the page's own address in."""

from .markup import escape

ADDRESS = "http://127.0.0.1:7860"  # until the page's script puts its own address in
TEXT = "Aspirin caused renal failure."
ONE = f"""curl -s ADDRESS/v1/entities -H 'Content-Type: application/json' \\
  -d '{{"text": "{TEXT}"}}'"""
BOTH = f"""curl -s ADDRESS/v1/compare -H 'Content-Type: application/json' \\
  -d '{{"text": "{TEXT}"}}'"""
PYTHON = f"""import json
import urllib.request

texts = ["{TEXT}", "Lithium; tremor 😕."]
request = urllib.request.Request(
    "ADDRESS/v1/entities",
    data=json.dumps({{"texts": texts}}).encode(),
    headers={{"Content-Type": "application/json"}},
)
with urllib.request.urlopen(request, timeout=60) as response:
    answer = json.load(response)
for text, result in zip(texts, answer["results"]):
    for entity in result["entities"]:
        assert text[entity["start"] : entity["end"]] == entity["text"]
        print(entity["label"], entity["start"], entity["end"], entity["text"])
"""
MCP = """{"mcpServers": {"clinstill": {"url": "ADDRESS/gradio_api/mcp/"}}}"""


def show_api(*, mcp: bool) -> str:
    """The page as HTML. mcp: whether this server also speaks the Model Context Protocol."""
    tools = _snippet("As a tool of an assistant (MCP)", MCP) if mcp else ""
    return (
        "<p>This page's server answers programs too. Offsets count Unicode code points, as Python does; "
        "the end is exclusive. Answers name the model and its revision.</p>"
        + _snippet("The student's entities of one text", ONE)
        + _snippet("Both models, where they differ, and how long each took", BOTH)
        + _snippet("Several texts, in Python without any package", PYTHON)
        + tools
        + '<p class="hint">If this server asks for a token, add the header '
        "<code>Authorization: Bearer TOKEN</code>. "
        "Where it is busy it answers 429 or 503 with Retry-After: wait for so many seconds, then try again. "
        'Everything else is in <a href="openapi.json">openapi.json</a>.</p>'
    )


def _snippet(title: str, code: str) -> str:
    lines = escape(code).replace("ADDRESS", f'<span class="address">{ADDRESS}</span>')
    return (
        f'<section class="snippet"><h2>{title}</h2>'
        f'<pre tabindex="0" aria-label="{title}"><code>{lines}</code></pre></section>'
    )
