"""The site's routes: those that the page needs are there, those that read, write or fetch are not."""

import json

from attacking import JSON, Answer, Input, Target, attack, request


def _named(named: dict) -> Input:
    return attack(f"an event with {json.dumps(named)[:60]}", 422)(lambda target: target.join([named]))


FILE = {"_type": "gradio.FileData"}


@attack("an event that names the process's environment", 422)
def environment(target: Target) -> Answer:
    return target.join([{"path": "/proc/self/environ", "meta": FILE}])


INPUTS = [
    environment,
    request("GET", "/gradio_api/file=/etc/passwd", 404),
    request("POST", "/gradio_api/upload", 404, headers=JSON, body=b"{}"),
]
