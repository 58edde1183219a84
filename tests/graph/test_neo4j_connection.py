"""A connection that breaks in the middle of an export: one clear line, and the next export completes it."""

import socket
import threading
from contextlib import contextmanager, suppress

import pytest
from neo4j import GraphDatabase
from typer.testing import CliRunner

from kg_docre.cli import app
from kg_docre.graph import KnowledgeGraph
from kg_docre.graph.errors import ExportError
from kg_docre.graph.neo4j import Neo4jTarget
from kg_docre.graph.targets import open_target
from kg_docre.store import FactStore
from tests.graph.neo4j_contents import contents


class Proxy:
    """Passes on what a client says to a server, up to a number of bytes, and is gone then."""

    def __init__(self, port, limit):
        self.passed, self._limit, self._port = 0, limit, port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets = [self._listener]
        self.uri = f"bolt://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                self._sockets += [client, server]
                threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source, sink, counts):
        with suppress(OSError):
            while data := source.recv(4096):
                if counts:
                    data = data[: self._limit - self.passed]
                    self.passed += len(data)
                sink.sendall(data)
                if counts and self.passed >= self._limit:
                    self.close()
            sink.shutdown(socket.SHUT_WR)

    def close(self):
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture
def proxy(bolt, monkeypatch):
    """A function that gives a proxy of the server which breaks after so many bytes from the client."""
    monkeypatch.setattr("kg_docre.graph.bolt._PATIENCE", 0.5)
    proxies = []

    @contextmanager
    def start(limit):
        proxies.append(Proxy(int(bolt[0].rpartition(":")[2]), limit))
        yield proxies[-1]
        proxies[-1].close()

    yield start
    for one in proxies:
        one.close()


def _export(graph, uri, bolt):
    _, user, password, name = bolt
    with Neo4jTarget(uri, user=user, password=password, database=name) as target:
        target.write(graph)


def test_the_next_export_completes_a_broken_one(graph, store, bolt, database, proxy, tmp_path):
    """Of a store that has forgotten a document, to a database that has it."""
    old = tmp_path / "old.sqlite"
    store.read("VACUUM INTO ?", (str(old),))
    store.forget(next(uri for (uri,) in store.read("SELECT uri FROM source ORDER BY uri")))
    with FactStore(old) as before:

        def export_old():
            database("MATCH (n) DETACH DELETE n")
            _export(KnowledgeGraph(before), bolt[0], bolt)

        export_old()
        with proxy(1 << 40) as whole:
            _export(graph, whole.uri, bolt)
        assert whole.passed > 100_000
        database("MATCH (n) DETACH DELETE n")
        _export(graph, bolt[0], bolt)
        clean = contents(database)
        for part in (0.003, 0.1, 0.5, 0.8, 0.99):
            export_old()
            with proxy(int(whole.passed * part)) as broken, pytest.raises(ExportError) as caught:
                _export(graph, broken.uri, bolt)
            assert str(caught.value) == f"{broken.uri}: the server stopped answering", part
            assert contents(database) != clean, part
            _export(graph, bolt[0], bolt)
            assert contents(database) == clean, part


def test_a_broken_connection_is_one_line_to_the_user(store, bolt, database, proxy, monkeypatch):
    for part, value in zip(("USER", "PASSWORD", "DATABASE"), bolt[1:], strict=True):
        monkeypatch.setenv(f"NEO4J_{part}", value or "")
    with proxy(60_000) as broken:
        done = CliRunner().invoke(app, ["export", str(store.path), "--to", broken.uri])
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {broken.uri}: the server stopped answering")
    assert len(done.stderr.splitlines()) == 1
    assert "wrote" not in done.stdout


def test_no_connection_stays_open_till_there_is_something_to_write(graph, bolt, database, monkeypatch):
    connect, opened, closed = GraphDatabase.driver, [], []

    def connected(*args, **options):
        driver = connect(*args, **options)
        opened.append(driver)
        close = driver.close
        driver.close = lambda: (closed.append(driver), close())
        return driver

    monkeypatch.setattr(GraphDatabase, "driver", connected)
    write = open_target(bolt[0], lambda: bolt[1:])
    assert len(opened) == 1
    assert closed == opened
    write(graph)
    assert closed == opened
    assert database("MATCH (e:Entity) RETURN count(e) AS n")[0]["n"] == len(list(graph.nodes()))
