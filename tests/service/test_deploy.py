"""deploy/ and the Dockerfile against what the service really is."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from space.service.monitoring.observer import BELOW, EXACT
from space.service.monitoring.prometheus import REASONS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OF_PROMETHEUS = {"up"}
LABELS = {
    "route": {*EXACT, *BELOW, "/v1/.*"},
    "reason": REASONS,
    "status": {"2xx", "3xx", "4xx", "5xx", "none"},
}


def rules() -> list[dict]:
    [group] = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    return group["rules"]


def panels() -> list[dict]:
    return json.loads((DEPLOY / "grafana.json").read_text())["panels"]


def expressions() -> list[str]:
    return [rule["expr"] for rule in rules()] + [
        target["expr"] for panel in panels() for target in panel["targets"]
    ]


@pytest.fixture(scope="module")
def exported(running_space) -> set[str]:
    """Names of the samples that /metrics has once a request was answered."""
    answer = httpx.post(f"{running_space.url}/v1/entities", json={"text": "Aspirin."}, trust_env=False)
    assert answer.status_code == 200
    page = httpx.get(f"{running_space.url}/metrics", trust_env=False)
    families = text_string_to_metric_families(page.text)
    return {sample.name for family in families for sample in family.samples}


def test_every_metric_of_dashboard_and_alerts_is_exported(exported):
    named = {
        name for text in expressions() for name in re.findall(r"\b(?:clinstill|process)_\w+|\bup\b", text)
    }
    assert len(named) > 10
    assert named - exported == OF_PROMETHEUS


def test_labels_are_matched_with_values_that_there_are():
    for text in expressions():
        for label, value in re.findall(r'(\w+)=~?"([^"]*)"', text):
            if label in LABELS:
                assert value in LABELS[label], text


def test_the_dashboard_is_whole():
    found = panels()
    assert len({panel["id"] for panel in found}) == len(found)
    assert all(panel["title"] and panel["description"] and panel["targets"] for panel in found)
    places = [panel["gridPos"] for panel in found]
    for number, one in enumerate(places):
        assert one["x"] + one["w"] <= 24
        for other in places[:number]:
            apart = one["x"] >= other["x"] + other["w"] or other["x"] >= one["x"] + one["w"]
            assert apart or one["y"] >= other["y"] + other["h"] or other["y"] >= one["y"] + one["h"]


def test_every_alert_says_what_to_do_and_is_tested():
    tests = yaml.safe_load((DEPLOY / "alerts_test.yml").read_text())["tests"]
    fired = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case["exp_alerts"]}
    assert fired == {rule["alert"] for rule in rules()}
    for rule in rules():
        assert {"summary", "action"} <= rule["annotations"].keys()


def promtool(*arguments: str, folder: Path = DEPLOY) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    done = subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_accepts_configuration_and_rules():
    promtool("check", "config", "prometheus.yml")


def test_promtool_finds_that_each_alert_fires_when_it_should():
    promtool("test", "rules", "alerts_test.yml")


def test_promtool_accepts_the_queries_of_the_dashboard(tmp_path):
    queries = [target["expr"] for panel in panels() for target in panel["targets"]]
    filled = [query.replace("$__rate_interval", "1m").replace("$instance", ".*") for query in queries]
    recorded = [{"record": f"query_{number}", "expr": query} for number, query in enumerate(filled)]
    (tmp_path / "queries.yml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": recorded}]}))
    promtool("check", "rules", "queries.yml", folder=tmp_path)


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, continued lines joined."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    joined = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def test_every_image_has_a_version_and_a_digest():
    images = [argument.split()[0] for name, argument in instructions() if name == "FROM"]
    assert len(images) == 3
    assert all(re.fullmatch(r"\w+:\d+\.\d+\.\d+-[\w-]+@sha256:[0-9a-f]{64}", image) for image in images), (
        images
    )
    pythons = {image for image in images if image.startswith("python:")}
    assert len(pythons) == 1 and pythons.pop().startswith("python:3.11.")


def test_what_is_copied_exists_and_is_sent_to_the_builder():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {"*", "!space", "!locks"} <= set(ignored)
    for name, argument in instructions():
        words = shlex.split(argument)
        if name == "COPY" and not words[0].startswith("--from"):
            for source in words[:-1]:
                assert (ROOT / source).exists(), source
                assert source.split("/")[0] in ("space", "locks") and source not in ignored


def test_the_image_runs_without_rights_from_the_pinned_files():
    steps = instructions()
    final = steps[max(number for number, (name, _) in enumerate(steps) if name == "FROM") :]
    values = dict(final)
    user = values["USER"].split(":")
    assert all(int(number) >= 1000 for number in user)
    assert json.loads(values["CMD"]) == ["python", "app.py"]
    assert [name for name, _ in final].index("USER") > [name for name, _ in final].index("RUN")
    commands = " ".join(argument for name, argument in steps if name == "RUN")
    assert "locks/image.txt" in dict(steps[: len(steps) - len(final)])["COPY"] and "npm ci" in commands
    assert not re.search(r"pip install(?! --no-cache-dir --require-hashes --no-deps )", commands)
    probe = values["HEALTHCHECK"]
    check = json.loads(probe[probe.index("[") :])
    assert check[:2] == ["python", "-c"]
    compile(check[2], "HEALTHCHECK", "exec")
    assert "/readyz" in check[2]
