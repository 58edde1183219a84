"""The command line as a user has it: each command is a process of its own, with its own working folder and streams.

Such a process is forked from one that has imported what commands need, which would else take four seconds a command.
What is done or said while it is imported is seen by :func:`python_run` alone.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["python_run", "run"]

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["rdflib", "kg_docre.cli", "kg_docre.corpus.build", "kg_docre.corpus.pipeline"])


def run(*arguments, cwd, stdin="", **environment):
    """``kg-docre`` with these arguments: its exit status, and what it wrote on stdout and stderr."""
    with TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
        streams[0].write_text(stdin, encoding="utf-8")
        environment = {**os.environ, "COLUMNS": "160", **environment}
        arguments = [str(argument) for argument in arguments]
        process = _processes.Process(target=_command, args=(arguments, str(cwd), streams, environment))
        process.start()
        process.join(timeout=600)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"kg-docre {' '.join(arguments)}")
        stdout, stderr = (path.read_text(encoding="utf-8") for path in streams[1:])
    return subprocess.CompletedProcess(arguments, process.exitcode, stdout, stderr)


def _command(arguments, cwd, streams, environment):
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND), number)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)  # a forked process has none
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.argv = ["kg-docre", *arguments]
    runpy.run_module("kg_docre.cli", run_name="__main__")


def python_run(*arguments, cwd, **environment):
    """The same in a Python that has just been started, for what is decided by then, such as its encoding."""
    command = [sys.executable, "-m", "kg_docre.cli", *map(str, arguments)]
    env = {**os.environ, "COLUMNS": "160", **environment}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
