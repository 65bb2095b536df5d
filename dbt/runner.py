"""Runs dbt, and publishes the marts after each build that went well.

    python dbt/runner.py build [arguments of dbt]    one command
    python dbt/runner.py serve                       one JSON request a line on stdin, one JSON answer a line on stdout:

    {"id": 1, "command": ["run", "--exclude-resource-type", "unit_test"]}
    {"id": 1, "ok": true, "seconds": 1.2, "results": {"pass": 18, "warn": 0, "error": 0, "skip": 0}, "failures": [], "warnings": []}

`serve` imports dbt while nothing waits for it, which is most of what a start of dbt costs. It ends with its stdin, or at once
on SIGTERM, at any moment: DuckDB rolls back what was not committed, and the next run goes on from there.
"""

import gc
import json
import os
import re
import shutil
import sys
import time
from pathlib import Path
from types import SimpleNamespace

PROJECT = Path(__file__).resolve().parent
DATA = PROJECT.parent / ".data"

# Longer than the consumer ever holds its file, and short enough to notice that something else does.
LONGEST_WAIT = 30.0
# The consumer rests for 30 ms between two holds when it has much to write.
WAIT_BETWEEN_ATTEMPTS = 0.01

COMMANDS_THAT_TAKE_RECORDS = {"build", "run"}


class RunnerError(Exception):
    """Something that a person can act on; its words are all there is to say."""


def prepare_environment() -> None:
    for name in ("landing", "analytics", "published"):
        variable = f"{name.upper()}_DUCKDB"
        path = Path(os.environ.get(variable) or DATA / f"{name}.duckdb").resolve()
        os.environ[variable] = str(path)
    defaults = {
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_TARGET_PATH": str(DATA / "dbt" / "target"),
        "DBT_LOG_PATH": str(DATA / "dbt" / "logs"),
        "DBT_LOG_LEVEL_FILE": "info",
        # When it is ended in the middle, dbt's semaphores are left to the system: no news.
        "PYTHONWARNINGS": "ignore::UserWarning:multiprocessing.resource_tracker",
        "DUCKDB_ATTEMPTS": str(round(LONGEST_WAIT / WAIT_BETWEEN_ATTEMPTS)),
    }
    for variable, value in defaults.items():
        os.environ[variable] = os.environ.get(variable) or value
    for variable in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
        os.environ[variable] = str(Path(os.environ[variable]).resolve())


def project() -> Path:
    """Where dbt finds the project: with DBT_SEEDS, a folder of links in which those seeds stand in for the project's own.

    A seed path outside of the project won't do: dbt writes the SQL of a seed below its target folder by the seed's path, and
    joined with an absolute path that is the seed's own file.
    """
    seeds = os.environ.get("DBT_SEEDS")
    if not seeds:
        return PROJECT
    if not Path(seeds).is_dir():
        raise RunnerError(f"DBT_SEEDS is {seeds}: there is no such folder.")
    linked = Path(os.environ["DBT_TARGET_PATH"]).with_name("project")
    linked.mkdir(parents=True, exist_ok=True)
    parts = {name: PROJECT / name for name in ("dbt_project.yml", "profiles.yml", "models", "macros", "tests")}
    for name, original in {**parts, "seeds": Path(seeds).resolve()}.items():
        link = linked / name
        if not (link.is_symlink() and link.resolve() == original):
            link.unlink(missing_ok=True)
            link.symlink_to(original)
    return linked


def invoke(command: list[str]):
    from dbt.cli.main import dbtRunner

    folder = str(project())
    return dbtRunner().invoke([*command, "--project-dir", folder, "--profiles-dir", folder])


def run(command: list[str]) -> dict:
    """Runs one dbt command. Answers with what came of it; never raises for what went wrong inside dbt."""
    started = time.monotonic()
    counts = {"pass": 0, "warn": 0, "error": 0, "skip": 0}
    answer = {"ok": False, "seconds": 0.0, "results": counts, "failures": [], "warnings": []}
    try:
        on_duckdb = target_of(command) == "duckdb"
        if on_duckdb:
            check_files(command)
            wait_shortly_for_locks()
        tell(command, invoke(command), answer)
        if on_duckdb:
            close_files(after_failure=not answer["ok"])
            if answer["ok"] and command[0] in COMMANDS_THAT_TAKE_RECORDS:
                publish()
    except RunnerError as error:
        answer["ok"] = False
        answer["failures"].append(str(error))
    answer["seconds"] = round(time.monotonic() - started, 3)
    return answer


def tell(command: list[str], outcome, answer: dict) -> None:
    for result in getattr(outcome.result, "results", None) or []:
        if result.node.resource_type == "operation" and result.status == "success":
            continue  # A hook of the project is not what was asked for.
        status = STATUS_OF.get(str(result.status), "error")
        answer["results"][status] += 1
        if status == "error":
            answer["failures"].append(f"{result.node.name}: {readable(result.message or f'its status is {result.status}')}")
        elif status == "warn":
            answer["warnings"].append(f"{result.node.name}: {readable(result.message)}")
    answer["ok"] = outcome.success
    if not outcome.success and not answer["failures"]:
        answer["failures"].append(readable(str(outcome.exception or f"dbt {' '.join(command)} failed")))


STATUS_OF = {"success": "pass", "pass": "pass", "no-op": "pass", "warn": "warn", "skipped": "skip"}


def target_of(command: list[str]) -> str:
    for at, argument in enumerate(command):
        if argument in ("--target", "-t"):
            return command[at + 1] if at + 1 < len(command) else ""
        if argument.startswith("--target="):
            return argument.removeprefix("--target=")
    return os.environ.get("DBT_TARGET") or "duckdb"


def check_files(command: list[str]) -> None:
    landing = Path(os.environ["LANDING_DUCKDB"])
    if command[0] in COMMANDS_THAT_TAKE_RECORDS and not landing.is_file():
        raise RunnerError(f"There is no {landing}: the consumer creates it, so start that first (or set LANDING_DUCKDB).")
    Path(os.environ["ANALYTICS_DUCKDB"]).parent.mkdir(parents=True, exist_ok=True)


def wait_shortly_for_locks() -> None:
    """dbt-duckdb doubles its wait from 1 s on; the consumer holds its file for a tenth of that, and is free even shorter."""
    from dbt.adapters.duckdb import environments

    environments.time = SimpleNamespace(sleep=lambda _seconds: time.sleep(WAIT_BETWEEN_ATTEMPTS))


def close_files(after_failure: bool) -> None:
    """Between two commands nothing is held: neither what dbt built, nor the consumer's file after a failure."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()
    if after_failure:
        # What was raised still refers to the connection it was raised on.
        gc.collect()


def publish() -> None:
    """Puts a copy of the marts in place at once: readers see all of a build, or all of the one before.

    The copy is the file without its other schemas, which costs a tenth of writing a million rows anew.
    """
    import duckdb

    published = Path(os.environ["PUBLISHED_DUCKDB"])
    published.parent.mkdir(parents=True, exist_ok=True)
    copy = copy_of(published)
    remove(copy)
    try:
        # Open while it is copied, so that nobody else writes it; the checkpoint brings everything into the one file.
        with duckdb.connect(os.environ["ANALYTICS_DUCKDB"]) as built:
            built.execute("checkpoint")
            shutil.copyfile(os.environ["ANALYTICS_DUCKDB"], copy)
        with duckdb.connect(str(copy)) as copied:
            for schema in ("staging", "intermediate"):
                copied.execute(f"drop schema if exists {schema} cascade")
        copy.replace(published)
    except (duckdb.Error, OSError) as error:
        raise RunnerError(f"The marts could not be published as {published}: {readable(str(error))}") from error
    finally:
        remove(copy)


def copy_of(published: Path) -> Path:
    return published.with_name(f".{published.name}.new")


def remove(copy: Path) -> None:
    copy.unlink(missing_ok=True)
    copy.with_name(f"{copy.name}.wal").unlink(missing_ok=True)


def readable(message: str) -> str:
    """dbt's message on one line, without its indentation and where it wrote the SQL."""
    text = " ".join(message.split())
    lock = re.search(r'Could not set lock on file "([^"]+)".*?\(PID (\d+)\)', text)
    if lock:
        waited = int(os.environ["DUCKDB_ATTEMPTS"]) * WAIT_BETWEEN_ATTEMPTS
        return f"{lock[1]} has been in use by another process (PID {lock[2]}) for {waited:.0f} s."
    if "target schemas on this incremental model are out of sync" in text:
        return "its columns are other than in the table it adds to: run once with --full-refresh."
    return text if len(text) <= 500 else f"{text[:500]} …"


def serve() -> int:
    # Whatever dbt and its libraries print goes to stderr: stdout is for the answers alone.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.environ["DBT_LOG_LEVEL"] = os.environ.get("DBT_LOG_LEVEL") or "warn"
    os.environ["DBT_USE_COLORS"] = "false"
    os.environ["DBT_WRITE_JSON"] = os.environ.get("DBT_WRITE_JSON") or "false"

    warm_up()
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(answer(line)), file=answers, flush=True)
    return 0


def warm_up() -> None:
    """Imports dbt and reads the project, so that the first request finds both done."""
    try:
        invoke(["--log-level", "none", "parse"])
    except RunnerError:
        pass  # The first request says so.


def answer(line: str) -> dict:
    try:
        request = json.loads(line)
        command = request["command"]
        if not isinstance(command, list) or not command or not all(isinstance(part, str) for part in command):
            raise TypeError
    except (ValueError, TypeError, KeyError):
        problem = f'Not a request: {line.strip()[:200]}. One looks like {{"id": 1, "command": ["build"]}}.'
        return {"id": None, "ok": False, "seconds": 0, "results": {}, "failures": [problem], "warnings": []}
    return {"id": request.get("id"), **run(command)}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments else 2
    prepare_environment()
    if arguments[0] == "serve":
        return serve()
    result = run(arguments)
    for failure in result["failures"]:
        print(failure, file=sys.stderr)
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
