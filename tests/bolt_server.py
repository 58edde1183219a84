"""A real Bolt server for tests: the one NEO4J_URI names, else ArcadeDB from PyPI, started here."""

import importlib.util
import os
import secrets
import socket
import subprocess
import time
from pathlib import Path

import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pytest_configure(config):
    if os.environ.get("NEO4J_URI") and config.getoption("numprocesses", None):
        raise pytest.UsageError("the server that NEO4J_URI names has one database; leave --numprocesses out")


@pytest.fixture(scope="session")
def bolt(tmp_path_factory):
    """Address, user, password and database of a server: the one NEO4J_URI names, else one started here."""
    if os.environ.get("NEO4J_URI"):
        named = tuple(os.environ.get(f"NEO4J_{part}") for part in ("URI", "USER", "PASSWORD", "DATABASE"))
        with GraphDatabase.driver(named[0], auth=named[1:3]) as driver:
            if driver.execute_query("MATCH (n) RETURN n LIMIT 1", database_=named[3]).records:
                pytest.exit("the database that NEO4J_URI names has data; these tests would delete it", 2)
        yield named
        return
    package = Path(importlib.util.find_spec("arcadedb_embedded").submodule_search_locations[0])
    root, password, port = tmp_path_factory.mktemp("bolt"), secrets.token_hex(12), _free_port()
    opens = ("java.nio", "java.nio.channels.spi", "java.util.concurrent.atomic")
    settings = {
        "java.awt.headless": "true",
        "arcadedb.server.rootPath": root,
        "arcadedb.server.databaseDirectory": root / "databases",
        "arcadedb.server.rootPassword": password,
        "arcadedb.server.defaultDatabases": "kg[]",
        "arcadedb.server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "arcadedb.bolt.host": "127.0.0.1",
        "arcadedb.bolt.port": port,
        "arcadedb.bolt.defaultDatabase": "kg",
        "arcadedb.server.httpIncomingHost": "127.0.0.1",
        "arcadedb.server.httpIncomingPort": _free_port(),
    }
    command = [
        package / "jre/bin/java",
        *("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        *("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"),
        *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in opens),
        *(f"-D{key}={value}" for key, value in settings.items()),
        *("-cp", f"{package}/jars/*", "com.arcadedb.server.ArcadeDBServer"),
    ]
    output = root / "output.txt"
    log = output.open("w")
    process = subprocess.Popen([str(part) for part in command], cwd=root, stdout=log, stderr=log)
    uri = f"bolt://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 90
        while not _answers(uri, password):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the Bolt server did not start:\n{output.read_text()[-2000:]}")
            time.sleep(0.2)
        yield uri, "root", password, "kg"
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _answers(uri, password):
    try:
        with GraphDatabase.driver(uri, auth=("root", password)) as driver:
            driver.execute_query("RETURN 1", database_="kg")
            return True
    except (Neo4jError, DriverError, OSError):
        return False


@pytest.fixture
def database(bolt):
    """A function that runs Cypher in an emptied database and returns rows as dictionaries."""
    uri, user, password, name = bolt
    with GraphDatabase.driver(uri, auth=(user, password)) as driver:

        def run(query, **parameters):
            records, _, _ = driver.execute_query(query, parameters, database_=name)
            return [record.data() for record in records]

        run("MATCH (n) DETACH DELETE n")
        yield run
