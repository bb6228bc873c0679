"""Two servers behind Debian's nginx, with the configuration that is shipped: what one of them does, nobody notices."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from ipqa.settings import Settings
from tests.parts import ROOT
from tests.postgres import PostgresqlFolder
from tests.replicas import ANSWER, QUESTION, Asked, Replicas, answered, asking, replicas_of
from tests.server.running import told_events
from tests.serving import free_port

pytestmark = pytest.mark.slow

TEMPLATE = ROOT / "deploy" / "nginx.conf"
MAIN = """\
{user}
daemon off;
worker_processes 1;
error_log {folder}/error.log;
pid {folder}/nginx.pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/ipqa.conf;
}}
"""


@pytest.fixture(scope="module")
def replicas(
    small_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    postgresql: PostgresqlFolder,
) -> Iterator[Replicas]:
    with replicas_of(small_settings, tmp_path_factory.mktemp("nginx"), postgresql) as replicas:
        yield replicas


@contextmanager
def proxy(folder: Path, replicas: Replicas) -> Iterator[str]:
    """The address of nginx before two servers, whether these run or not."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed (Debian: apt-get install nginx)")
    port = free_port()
    names = {
        "IPQA_LISTEN": f"127.0.0.1:{port}",
        "IPQA_FIRST": f"127.0.0.1:{replicas.ports[0]}",
        "IPQA_SECOND": f"127.0.0.1:{replicas.ports[1]}",
    }
    template = TEMPLATE.read_text(encoding="utf-8")
    filled = re.sub(r"\$\{(\w+)\}", lambda found: names[found[1]], template)
    (folder / "ipqa.conf").write_text(filled, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(user=user, folder=folder), encoding="utf-8")
    with subprocess.Popen(
        [program, "-c", str(folder / "nginx.conf")], stderr=subprocess.PIPE
    ) as it:
        try:
            while not (folder / "nginx.pid").exists():
                assert it.poll() is None, it.stderr and it.stderr.read().decode()
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            it.terminate()


@pytest.fixture
def address(tmp_path: Path, replicas: Replicas) -> Iterator[str]:
    with proxy(tmp_path, replicas) as address:
        yield address


Client = Callable[[], tuple[str, int | None]]


def client(address: str, method: str, path: str, body: object = None) -> Client:
    """Sends a request, over a connection of its own as many people do."""

    def send() -> tuple[str, int | None]:
        try:
            response = httpx.request(method, address + path, json=body, timeout=60)
        except httpx.TransportError:
            return f"{method} {path}", None
        if path.startswith("/api/ask"):
            assert response.status_code != 200 or ANSWER in response.text
        return f"{method} {path}", response.status_code

    return send


def everybody(address: str) -> list[Client]:
    """Clients that read, that ask, and that change something."""
    started = httpx.post(f"{address}/api/conversations", json={"title": "海藻"}).json()
    return [
        client(address, "POST", "/api/ask", QUESTION),
        client(address, "POST", "/api/ask", {**QUESTION, "conversation": started["id"]}),
        client(address, "POST", "/api/ask/stream", QUESTION),
        client(address, "GET", "/api/reports"),
        client(address, "POST", "/api/conversations", {"title": "海藻"}),
        client(address, "PATCH", f"/api/conversations/{started['id']}", {"title": "海藻の養殖"}),
    ]


def _takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
    except OSError:
        return False
    return True


def failed(told: list[Asked]) -> list[Asked]:
    return [each for each in told if each.status not in {200, 201}]


def test_what_is_asked_through_it_is_answered_by_both(replicas: Replicas, address: str) -> None:
    with replicas.serving(0) as first, replicas.serving(1) as second:
        for _ in range(6):
            assert ANSWER in httpx.post(f"{address}/api/ask", json=QUESTION).json()["answer"]
        for served in (first, second):
            assert served.figure("ipqa_answers_total") == 3
        named = httpx.get(f"{address}/api/about", headers={"x-request-id": "of-mine"})
        assert named.headers["x-request-id"] == "of-mine"
        assert re.fullmatch(r"\w{32}", httpx.get(f"{address}/livez").headers["x-request-id"])
        assert httpx.get(f"{address}/metrics").status_code == 404
        with httpx.stream("POST", f"{address}/api/ask/stream", json=QUESTION) as response:
            names = [name for name, _ in told_events(response.iter_lines())]
        assert (names[0], names[-1]) == ("stage", "answer")


def test_where_one_falls_only_what_it_may_have_done_already_fails(
    replicas: Replicas, tmp_path: Path
) -> None:
    pair = replace(replicas, ports=(free_port(), free_port()))
    with (
        proxy(tmp_path, pair) as address,
        pair.serving(1),
        pair.serving(0) as falling,
        asking(*everybody(address)) as told,
    ):
        answered(told, 60)
        before = time.monotonic()
        os.kill(falling.process, signal.SIGKILL)
        while _takes_connections(falling.port):  # the system still does, until all memory is freed
            time.sleep(0.01)
        after = time.monotonic()
        answered(told, 90)
    assert len([each for each in told if each.begun > after]) > 60
    for each in failed(told):
        assert each.begun <= after, each
        assert each.ended >= before, each
        kind, _, path = each.what.partition(" ")
        changes = kind == "PATCH" or path == "/api/conversations"
        assert each.status == 503 if changes else path == "/api/ask/stream", each
    assert len(failed(told)) <= 3  # as many clients change something, or read a stream


def test_no_request_fails_while_one_after_the_other_is_stopped_and_started_again(
    replicas: Replicas, address: str
) -> None:
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(replicas.serving(0))
        second.enter_context(replicas.serving(1))
        with asking(*everybody(address)) as told:
            for _ in range(2):
                for which, stack in enumerate((first, second)):
                    answered(told, 30)
                    stack.close()
                    answered(told, 30)
                    stack.enter_context(replicas.serving(which))
            answered(told, 30)
    assert failed(told) == []
    assert len(told) > 250


@pytest.mark.parametrize(("language", "words"), [("ja", "つながりません"), ("en-US,en", "reached")])
def test_where_nobody_is_there_a_problem_says_so(address: str, language: str, words: str) -> None:
    for method in ("GET", "POST"):
        refused = httpx.request(method, f"{address}/api/ask", headers={"accept-language": language})
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) > 0
        told = json.loads(refused.content)
        assert (told["type"], told["status"]) == ("urn:ipqa:problem:NotReady", 503)
        assert words in told["detail"]


def test_a_file_beyond_all_bounds_is_refused_before_it_is_sent(address: str) -> None:
    url = httpx.URL(address)
    with socket.create_connection((url.host, url.port), timeout=60) as connection:
        size = "Content-Length: 100000000\r\nConnection: close"
        connection.sendall(f"POST /api/reports HTTP/1.1\r\nHost: x\r\n{size}\r\n\r\n".encode())
        head, _, body = (
            connection.makefile(encoding="utf-8", newline="").read().partition("\r\n" * 2)
        )
    assert head.startswith("HTTP/1.1 413 ")
    assert json.loads(body)["type"] == "urn:ipqa:problem:FileTooLarge"


def test_servers_that_cannot_do_it_say_why_themselves(
    replicas: Replicas, address: str, postgresql: PostgresqlFolder
) -> None:
    with replicas.serving(0), replicas.serving(1), postgresql.stopped():
        refused = httpx.post(f"{address}/api/ask", json=QUESTION)
    assert (refused.status_code, refused.json()["type"]) == (
        503,
        "urn:ipqa:problem:DatabaseUnavailable",
    )
