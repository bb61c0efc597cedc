"""One browser for all tests, a tab of its own for each."""

from collections.abc import Iterator

import pytest

from tests.browser.chromium import Page, Pipe, chromium


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipe]:
    with chromium(tmp_path_factory.mktemp("profile")) as pipe:
        yield pipe


@pytest.fixture
def page(browser: Pipe) -> Iterator[Page]:
    opened = Page(browser)
    yield opened
    assert [] == opened.complaints
    opened.close()
