"""Tag text files through a running service; Python's standard library is all it needs.

    python examples/client.py notes/*.txt > entities.jsonl
    echo "Lithium caused tremor." | python examples/client.py --url http://127.0.0.1:7860

One JSON line a file: {"id", "entities"}; offsets count Unicode code points, as Python's strings do. A
bearer token is taken from CLINSTILL_TOKEN. A busy service (429, 503) says when to come back, and is
asked again then; exit code 1 when it stays busy or refuses.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

BUSY = {429, 503}
ATTEMPTS = 8
LONGEST_PAUSE_S = 30.0


class ServiceError(Exception):
    """The service did not answer the request; the message says why."""


def entities(url: str, text: str, token: str | None = None) -> list[dict]:
    """The entities of one text: {"start", "end", "label", "score", "text"} each.

    Raises ServiceError when the service refuses the text, stays busy or cannot be reached.
    """
    request = urllib.request.Request(
        f"{url.rstrip('/')}/v1/entities",
        data=json.dumps({"text": text}).encode(),
        headers={"Content-Type": "application/json"}
        | ({"Authorization": f"Bearer {token}"} if token else {}),
    )
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                [result] = json.load(answer)["results"]
                return result["entities"]
        except urllib.error.HTTPError as refusal:
            with refusal:
                if refusal.code not in BUSY:
                    raise ServiceError(f"{refusal.code}: {message(refusal)}") from refusal
                pause = pause_s(refusal.headers.get("Retry-After"), attempt)
        except urllib.error.URLError as failure:
            raise ServiceError(
                f"{url} cannot be reached ({failure.reason}); is the service running?"
            ) from failure
        time.sleep(pause)
    raise ServiceError(f"the service was busy {ATTEMPTS} times; come back when there is less load")


def pause_s(retry_after: str | None, attempt: int) -> float:
    """Seconds to wait: what the service says, or twice as long each time."""
    wanted = float(retry_after) if retry_after and retry_after.isdecimal() else 0.5 * 2**attempt
    return min(wanted, LONGEST_PAUSE_S)


def message(refusal: urllib.error.HTTPError) -> str:
    """The service's own words, where the answer holds them."""
    try:
        return json.load(refusal)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return refusal.reason


def main() -> int:
    parser = argparse.ArgumentParser(description="Tag text files through a running service.")
    parser.add_argument("files", nargs="*", type=Path, help="text files in UTF-8; standard input without any")
    parser.add_argument(
        "--url", default="http://127.0.0.1:7860", help="of the service (default: %(default)s)"
    )
    options = parser.parse_args()
    texts = [(str(file), file.read_text(encoding="utf-8")) for file in options.files]
    try:
        for name, text in texts or [("-", sys.stdin.read())]:
            found = entities(options.url, text, os.environ.get("CLINSTILL_TOKEN"))
            print(json.dumps({"id": name, "entities": found}), flush=True)
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
