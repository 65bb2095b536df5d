"""A Snowflake to test against: fakesnow's engine, with what the Node SDK and a writer of transactions need beside it.

- rows as JSON, with `returned`; fakesnow answers in Arrow
- every error as one of Snowflake's: an HTTP 500 would make the SDK repeat for a minute
- transactions as Snowflake has them: READ COMMITTED, tables locked by UPDATE, DELETE and MERGE with LOCK_TIMEOUT, ids, SHOW LOCKS,
  SYSTEM$ABORT_TRANSACTION; a transaction outlives the client that was killed
- ALTER SESSION with several parameters, ALTER WAREHOUSE, TEMPORARY tables
- /equipment: the statements that were run, and faults to inject

It prints its port, and ends when its standard input does.
"""

import asyncio
import datetime
import gzip
import json
import logging
import os
import re
import secrets
import socket
import sys
import threading
import time
import warnings

import duckdb
import snowflake.connector.errors
import uvicorn
from fakesnow.converter import from_binding
from fakesnow.dialect import parse_one
from fakesnow.instance import FakeSnow
from fakesnow.rowtype import describe_as_rowtype
from fakesnow.statement_type import statement_type_id
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

warnings.simplefilter("ignore")
logging.getLogger("sqlglot").setLevel(logging.ERROR)

epoch = datetime.datetime(1970, 1, 1)
fake = FakeSnow()
sessions = {}
log = []
faults = []
reached = []
state = threading.Condition()
commits = 0
newest_id = 0


class SnowflakeError(Exception):
    def __init__(self, code, sql_state, message):
        super().__init__(message)
        self.code, self.sql_state = code, sql_state


class Session:
    def __init__(self, connection):
        self.connection = connection
        self.lock_timeout = 43200
        self.transaction = None
        self.statements = []
        self.locks = set()
        self.seen_commits = 0
        self.busy = threading.Lock()

    def begin(self):
        if self.transaction:
            return
        global newest_id
        with state:
            newest_id = max(newest_id + 1, time.time_ns())
            self.transaction, self.seen_commits = newest_id, commits
        self.statements = []
        self.execute("BEGIN TRANSACTION")

    def end(self, command):
        global commits
        with state:
            if self.transaction:
                self.execute(command)
            self.transaction, self.statements = None, []
            if command == "COMMIT":
                commits += 1
            self.locks = set()
            state.notify_all()

    def lock(self, table):
        """Waits for the table; the statement that comes sees all that was committed before."""
        deadline = time.monotonic() + self.lock_timeout
        with state:
            while any(table in other.locks for other in list(sessions.values()) if other is not self):
                if not state.wait(max(0, deadline - time.monotonic())):
                    raise SnowflakeError(
                        "000625",
                        "57014",
                        f"Statement '{secrets.token_hex(8)}' has locked table '{table}' in transaction and this lock has not yet been released.",
                    )
            self.locks.add(table)
            stale = self.transaction and self.seen_commits != commits
            self.seen_commits = commits
        # DuckDB's transaction sees what was committed before its first statement: it is done anew.
        if stale:
            self.execute("ROLLBACK")
            self.execute("BEGIN TRANSACTION")
            for sql, params in self.statements:
                self.execute(sql, params)

    def execute(self, sql, params=None):
        cursor = self.connection.cursor()
        cursor.execute(sql, binding_params=tuple(params) if params else None, server=True)
        return cursor

    def run(self, sql, params):
        command = sql.strip().rstrip(";").upper()
        if re.match(r"BEGIN\b|START TRANSACTION", command):
            self.begin()
            return status_only()
        if command in ("COMMIT", "ROLLBACK"):
            self.end(command)
            return status_only()
        if command.startswith("ALTER SESSION"):
            if found := re.search(r"LOCK_TIMEOUT = (\d+)", command):
                self.lock_timeout = int(found[1])
            return status_only()
        if command.startswith("ALTER WAREHOUSE"):
            return status_only()
        if command == "SHOW LOCKS":
            return table(
                ["resource", "type", "transaction", "status"],
                [[name, "PARTITIONS", str(s.transaction), "HOLDING"] for s in list(sessions.values()) for name in s.locks],
            )
        if found := re.match(r"SELECT SYSTEM\$ABORT_TRANSACTION\((\d+)\)", command):
            other = next((s for s in list(sessions.values()) if str(s.transaction) == found[1]), None)
            if not other:
                raise SnowflakeError("000628", "22023", f"Transaction '{found[1]}' not found")
            other.end("ROLLBACK")
            return table(["SYSTEM$ABORT_TRANSACTION"], [["Aborted transaction id: " + found[1]]])

        now = f"'{self.transaction}'" if self.transaction else "NULL"
        sql = re.sub(r"CURRENT_TRANSACTION\(\)", now, sql, flags=re.IGNORECASE)
        sql = re.sub(r"^(\s*CREATE\s+(?:OR\s+REPLACE\s+)?)TEMP(?:ORARY)?\s+", r"\1", sql, flags=re.IGNORECASE)
        if found := re.match(r"\s*(?:UPDATE|DELETE\s+FROM|MERGE\s+INTO)\s+(\S+)", sql, re.IGNORECASE):
            self.lock(found[1].replace('"', "").upper())
        try:
            cursor = self.execute(sql, params)
            if self.transaction:
                self.statements.append((sql, params))
            elif not re.match(r"\s*(SELECT|SHOW|WITH|DESC)", sql, re.IGNORECASE):
                global commits
                with state:
                    commits += 1
            return rows_of(cursor, sql)
        finally:
            if not self.transaction:
                with state:
                    self.locks = set()
                    state.notify_all()


def column(name, kind="text"):
    return {"name": name, "type": kind, "nullable": True, "length": 16777216, "byteLength": 16777216, "scale": 0, "precision": 38}


def table(names, rows):
    return {"rowtype": [column(name) for name in names], "rowset": rows, "statementTypeId": 0x1000}


def status_only():
    return table(["status"], [["Statement executed successfully."]])


def rows_of(cursor, sql):
    content = cursor._arrow_table
    if content is None:
        return status_only()
    try:
        rowtype = describe_as_rowtype(cursor._describe_last_sql())
    except NotImplementedError:
        rowtype = [column(name, "variant") for name in content.column_names]
    columns = [
        [None if value is None else to_text(value, of["type"]) for value in each.to_pylist()]
        for each, of in zip(content.columns, rowtype, strict=True)
    ]
    return {"rowtype": rowtype, "rowset": [list(row) for row in zip(*columns)], "statementTypeId": statement_type_id(parse_one(sql))}


def to_text(value, kind):
    """A value as it stands in Snowflake's JSON rows."""
    if kind == "boolean":
        return "1" if value else "0"
    if kind == "binary":
        return value.hex()
    if kind == "date":
        return str((value - epoch.date()).days)
    if kind == "time":
        return f"{value.hour * 3600 + value.minute * 60 + value.second}.{value.microsecond:06d}000"
    if kind in ("timestamp_ntz", "timestamp_ltz"):
        return seconds(value.replace(tzinfo=None))
    if kind == "timestamp_tz":
        utc = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return f"{seconds(utc)} {1440 + int(value.utcoffset().total_seconds() // 60)}"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def seconds(moment):
    since = moment - epoch
    return f"{since.days * 86400 + since.seconds}.{since.microseconds:06d}000"


def as_snowflake_error(error):
    if isinstance(error, SnowflakeError):
        return error
    if isinstance(error, (snowflake.connector.errors.ProgrammingError, snowflake.connector.errors.OperationalError)):
        return SnowflakeError(f"{error.errno:06d}", error.sqlstate or "42000", str(error.msg))
    words = str(error)
    if isinstance(error, duckdb.InvalidInputException) and "JSON" in words:
        return SnowflakeError("100069", "22P02", f"Error parsing JSON: {words}")
    if isinstance(error, duckdb.ConstraintException) and "NOT NULL" in words:
        return SnowflakeError("100072", "22000", f"NULL result in a non-nullable column: {words}")
    if isinstance(error, (duckdb.ConversionException, duckdb.InvalidInputException)):
        return SnowflakeError("100038", "22018", words)
    if isinstance(error, duckdb.TransactionException):
        return SnowflakeError("000625", "57014", f"lock on table: {words}")
    return SnowflakeError("000603", "XX000", f"SQL execution internal error: {type(error).__name__}: {words}")


def failure(code, sql_state, message):
    data = {"errorCode": code, "sqlState": sql_state, "internalError": False, "queryId": secrets.token_hex(16)}
    return JSONResponse({"data": data, "code": code, "message": message, "success": False})


async def body_of(request):
    body = await request.body()
    return json.loads(gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body)


def take_fault(sql):
    for fault in faults:
        if re.search(fault["statement"], sql, re.IGNORECASE):
            fault["times"] = fault.get("times", 1) - 1
            if fault["times"] <= 0:
                faults.remove(fault)
            return fault
    return None


async def login(request):
    name = request.query_params.get("databaseName")
    if fault := take_fault("LOGIN"):
        if status := fault.get("status"):
            return JSONResponse({}, status_code=status)
        return failure(fault["code"], "08001", fault["message"])
    token = secrets.token_urlsafe(32)
    sessions[token] = Session(fake.connect(name, None))
    data = {"token": token, "masterToken": token, "validityInSeconds": 3600, "masterValidityInSeconds": 14400}
    data |= {"sessionId": len(sessions), "parameters": [], "sessionInfo": {"databaseName": name, "schemaName": None}}
    return JSONResponse({"data": data, "success": True})


def token_of(request):
    return request.headers.get("Authorization", "")[len('Snowflake Token="') : -1]


async def query(request):
    session = sessions.get(token_of(request))
    if not session:
        return failure("390111", "08003", "Session no longer exists. New login required to access the service.")
    body = await body_of(request)
    sql, bindings = body["sqlText"], body.get("bindings") or {}
    params = [None if b["value"] is None else from_binding(b) for b in (bindings[str(i + 1)] for i in range(len(bindings)))]
    log.append(sql)
    fault = take_fault(sql)
    if fault and "code" in fault:
        return failure(fault["code"], fault.get("sqlState", "42000"), fault["message"])
    if fault and fault.get("hang") == "before":
        return await hang(fault)
    if fault and fault.get("abort"):
        session.end("ROLLBACK")
    if fault and fault.get("lose"):
        sessions.pop(token_of(request)).end("ROLLBACK")
        return failure("390111", "08003", "Session no longer exists. New login required to access the service.")
    try:
        result = await run_in_threadpool(run_alone, session, sql, params)
    except Exception as error:
        known = as_snowflake_error(error)
        return failure(known.code, known.sql_state, str(known))
    if fault and fault.get("hang") == "after":
        return await hang(fault)
    rows = len(result["rowset"])
    data = {"parameters": [], "queryId": secrets.token_hex(16), "total": rows, "returned": rows, "queryResultFormat": "json"}
    data |= {"finalDatabaseName": session.connection.database, "finalSchemaName": session.connection.schema, **result}
    return JSONResponse({"data": data, "success": True})


def run_alone(session, sql, params):
    with session.busy:
        return session.run(sql, params)


async def hang(fault):
    """The answer is lost: the client waits, and gives up or is killed."""
    reached.append(fault)
    await asyncio.sleep(600)
    return JSONResponse({})


async def session_request(request):
    if request.query_params.get("delete") and (session := sessions.pop(token_of(request), None)):
        await run_in_threadpool(session.end, "ROLLBACK")
    return JSONResponse({"data": None, "code": None, "message": None, "success": True})


async def equipment(request):
    """GET: what happened since the last time; POST: a fault for a statement that comes; DELETE: ends all sessions."""
    if request.method == "DELETE":
        for token in list(sessions):
            sessions.pop(token).end("ROLLBACK")
        return JSONResponse({})
    if request.method == "POST":
        faults.append(await request.json())
        return JSONResponse({})
    answer = {"statements": list(log), "hanging": len(reached)}
    log.clear()
    reached.clear()
    return JSONResponse(answer)


app = Starlette(
    routes=[
        Route("/session/v1/login-request", login, methods=["POST"]),
        Route("/queries/v1/query-request", query, methods=["POST"]),
        Route("/queries/v1/abort-request", lambda _: JSONResponse({"success": True}), methods=["POST"]),
        Route("/session", session_request, methods=["POST"]),
        Route("/session/heartbeat", session_request, methods=["POST"]),
        Route("/telemetry/send", lambda _: JSONResponse({"success": True}), methods=["POST"]),
        Route("/equipment", equipment, methods=["GET", "POST", "DELETE"]),
    ]
)


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)).run(sockets=[listener])
