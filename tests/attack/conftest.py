"""One real Space with the bundled models for the whole suite, and what is told of it at the end."""

import uuid
from collections.abc import Iterator

import pytest
from attacking import Tally, Target, Watch
from running_space import ask, serve

TALLY = pytest.StashKey[Tally]()


@pytest.fixture(scope="session")
def target(tmp_path_factory) -> Iterator[Target]:
    folder, beside = tmp_path_factory.mktemp("attacked"), tmp_path_factory.mktemp("beside")
    secret = f"secret{uuid.uuid4().hex}"
    file = beside / "secret.txt"
    file.write_text(secret)
    with serve(folder, {"SECRET_OF_THE_OPERATOR": secret}) as space:
        ask(space.url, "run", "Aspirin.")  # imports what Gradio imports late
        yield Target(space, secret, file)


@pytest.fixture(scope="session")
def watch(target) -> Iterator[Watch]:
    with Watch(target).running() as watching:
        yield watching


@pytest.fixture(scope="session")
def tally(pytestconfig) -> Tally:
    return pytestconfig.stash.setdefault(TALLY, Tally())


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if (tally := config.stash.get(TALLY, None)) is not None:
        terminalreporter.write_line(f"attack suite: {tally}")
