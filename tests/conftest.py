"""What several folders of tests share."""

import pytest


@pytest.fixture(scope="session")
def browser():
    """An installed Chromium under Playwright's control: one for all, since there can be but one."""
    from running_space import chromium, find_chromium  # not every environment has what it imports

    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on the path, and CHROMIUM does not name one")
    with chromium(path) as running:
        yield running
