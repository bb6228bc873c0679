"""A report is fetched from the public web only, within bounds, and named after its address."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from ipqa.errors import AddressRefused, DownloadFailed, FileTooLarge
from ipqa.reports.download import download, is_address, is_public

PAGE = "<html><body><h1>青海水産</h1><p>本文である。</p></body></html>".encode()


class _Pages(BaseHTTPRequestHandler):
    """Answers by path: a page, a file, a redirect, an endless stream."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.headers["Host"])
        kind, _, rest = self.path.lstrip("/").partition("/")
        if kind == "to":
            self.send_response(302)
            self.send_header("Location", f"http://{rest}")
            self.end_headers()
            return
        self.send_response(404 if kind == "gone" else 200)
        types = {"pdf": "application/pdf", "text": "text/plain; charset=utf-8"}
        self.send_header("Content-Type", types.get(kind, "text/html; charset=utf-8"))
        self.end_headers()
        try:
            for _ in range(10_000 if kind == "endless" else 1):
                self.wfile.write(PAGE)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def anywhere(_: str) -> bool:
    return True


def test_a_page_is_fetched_and_named_after_its_address(server: str) -> None:
    file = download(
        f"http://{server}/page/%E5%B9%B4%E5%A0%B1", max_bytes=10**6, is_allowed=anywhere
    )
    assert file.raw == PAGE
    assert file.path.name == "年報.html"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("pdf/report", "report.pdf"),
        ("pdf/report.pdf", "report.pdf"),
        ("pdf/a.b", "a.b.pdf"),
        ("text/report.md", "report.md"),
        ("text/report", "report.txt"),
        ("page/index.htm", "index.html"),
        ("page/a b/../../x%2F%2e%2e", "page.html"),
    ],
)
def test_the_name_ends_as_the_content_says(server: str, path: str, name: str) -> None:
    found = download(f"http://{server}/{path}", max_bytes=10**6, is_allowed=anywhere)
    assert found.path.name == str(found.path) == name


def test_a_name_is_asked_for_by_its_own_host(server: str) -> None:
    port = server.rpartition(":")[2]
    download(f"http://localhost:{port}/page", max_bytes=10**6, is_allowed=anywhere)
    assert _Pages.asked[-1] == f"localhost:{port}"


def test_redirects_are_followed(server: str) -> None:
    file = download(f"http://{server}/to/{server}/pdf/a", max_bytes=10**6, is_allowed=anywhere)
    assert file.path.name == "a.pdf"


@pytest.mark.parametrize(
    "address", ["http://{server}/page", "http://localhost:{port}/page", "http://[::1]:{port}/page"]
)
def test_this_machine_is_refused_without_being_asked(server: str, address: str) -> None:
    asked = len(_Pages.asked)
    with pytest.raises(AddressRefused):
        download(address.format(server=server, port=server.rpartition(":")[2]), max_bytes=10**6)
    assert len(_Pages.asked) == asked


@pytest.mark.parametrize(
    "target", ["10.0.0.1/", "192.168.1.1/", "169.254.169.254/latest", "[fd00::1]/"]
)
def test_a_redirect_into_a_private_network_is_refused(server: str, target: str) -> None:
    def this_server(address: str) -> bool:
        return address == "127.0.0.1" or is_public(address)

    with pytest.raises(AddressRefused, match="private"):
        download(f"http://{server}/to/{target}", max_bytes=10**6, is_allowed=this_server)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.1.1",
            "0.0.0.0",  # noqa: S104 - an address to refuse
            "100.64.0.1",
        ),
        *("::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "224.0.0.1"),
    ],
)
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_addresses_outside_are_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1::1")


@pytest.mark.parametrize("address", ["ftp://example.com/a", "file:///etc/passwd", "http:///a"])
def test_other_schemes_are_refused(address: str) -> None:
    assert is_address(address)
    with pytest.raises(AddressRefused):
        download(address, max_bytes=10**6)


def test_a_download_stops_at_the_limit(server: str) -> None:
    with pytest.raises(FileTooLarge):
        download(f"http://{server}/endless/a", max_bytes=10_000, is_allowed=anywhere)


def test_what_is_not_there_is_told(server: str) -> None:
    with pytest.raises(DownloadFailed, match="404"):
        download(f"http://{server}/gone/a", max_bytes=10**6, is_allowed=anywhere)
    with pytest.raises(DownloadFailed):
        download("http://127.0.0.1:1/", max_bytes=10**6, is_allowed=anywhere)
    with pytest.raises(DownloadFailed):
        download("http://no-such-host.invalid/", max_bytes=10**6, is_allowed=anywhere)


def test_redirects_in_a_circle_come_to_an_end(server: str) -> None:
    here = f"http://{server}/to/{server}/to/{server}"
    with pytest.raises(DownloadFailed):
        download(here + f"/to/{server}" * 9, max_bytes=10**6, is_allowed=anywhere)


@pytest.mark.parametrize("path", ["report.pdf", "C:\\report.pdf", "./https/report.md", "年報.md"])
def test_files_are_not_taken_for_addresses(path: str) -> None:
    assert not is_address(path)
