"""Days on which something was wrong before the start: a clear line in the right log, and what heals it."""

from __future__ import annotations

from tests.compose.engine import Failed
from tests.compose.phases import Findings, expect
from tests.compose.stack import PROJECT, Stack, until

MODEL = "/data/_released/fit_query"


def all_of_them(stack: Stack, findings: Findings) -> None:
    """On the stack as the phases left it."""
    for day in (secrets_gone, gguf_cut_short, disk_full, killed_in_migration, open_to_all, port_taken, older_volume):
        findings.say(f"bad day: {day(stack)}")


def secrets_gone(stack: Stack) -> str:
    """The volumes of the secrets are removed, the database stays: the next start gives it the new passwords."""
    stack.compose("down", "--timeout", "5", seconds=120)
    names = [f"{PROJECT}_secrets-{name}" for name in ("gateway", "postgres", "redis", "exporters")]
    stack.engine.docker("volume", "rm", *names)
    rows = "SELECT count(*) > 0 FROM answers"
    stack.up(240)
    expect(stack.sql(rows) == "t", "the rows are gone with the secrets")
    until(30, "the database is open to the gateway", lambda: not stack.request("GET", "/readyz")[1].get("degraded"))
    return "passwords gone with their volume -> made anew by the next start, rows are there"


def gguf_cut_short(stack: Stack) -> str:
    """The prepared model was cut: `publish` sees it by its hash and makes it again."""
    cut = f"set -e; for f in {MODEL}/*.gguf; do head -c 1000000 $f >$f.cut; mv $f.cut $f; done"
    stack.compose("run", "--rm", "--no-deps", "publish", "sh", "-c", cut, seconds=60)
    said = stack.engine.run("sh", "-c", "docker compose run --rm --no-deps publish 2>&1", seconds=240)
    expect("Preparing" in said and "is answered as by llama.cpp itself" in said, f"publish said: {said[-400:]}")
    return "model file cut short -> made again, checked and put in place by publish"


def disk_full(stack: Stack) -> str:
    """Too little room for the base, for its wheel, for the merged model: one line each, and nothing half-made."""
    image = f"tuneserve/gateway:{stack.engine.environment['TUNESERVE_VERSION']}"
    for megabytes in (60, 150, 300):
        command = (
            f"docker run --rm --network none --read-only --tmpfs /tmp --tmpfs /data:size={megabytes}m,uid=10001 {image}"
            " sh -c 'tuneserve prepare fit_query; echo ended with $?; find /data -name \"*.gguf\" | grep -v _base' 2>&1"
        )
        said = stack.engine.run("sh", "-c", f"{command} || true", seconds=120)
        expect("ended with 1" in said and "make room" in said, f"with {megabytes} MB it said: {said[-400:]}")
        expect("Traceback" not in said and "/data/_released" not in said.partition("ended with 1")[2], said[-400:])
    return "no room for the model -> prepare says where and 'make room', leaves nothing half-made"


def killed_in_migration(stack: Stack) -> str:
    """The gateway is killed again and again while it makes the tables of an empty database."""
    stack.compose("stop", "gateway", seconds=60)
    stack.inside("postgres", "psql", "-U", "postgres", "-qc", "DROP DATABASE tuneserve WITH (FORCE)")
    stack.inside(
        "postgres", "createdb", "-U", "postgres", "-O", "tuneserve", "-E", "UTF8", "-T", "template0", "tuneserve"
    )
    stack.compose("start", "gateway")
    kills = 0
    for _ in range(200):
        if stack.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") != "0":
            break
        if stack.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'tuneserve'") != "0":
            stack.crash("gateway")
            kills += 1
            if kills == 3:
                break
            until(30, "the gateway is back", lambda: stack.health("gateway") != "exited")
    until(90, "the gateway is well", lambda: not stack.not_healthy(), stack.not_healthy)
    until(30, "the tables are whole", lambda: not stack.request("GET", "/readyz")[1].get("degraded"))
    expect(stack.sql("SELECT count(*) FROM tuneserve_schema_version") == "1", "the schema has no version")
    return f"gateway killed {kills} times while it migrated -> whole schema, ready"


def open_to_all(stack: Stack) -> str:
    """A port for other machines without a key is refused, in one line."""
    command = "TUNESERVE_HOST=0.0.0.0 docker compose run --rm init 2>&1 || true"
    said = stack.engine.run("sh", "-c", command, seconds=60)
    expect("there is no API key" in said, f"init said: {said}")
    return "TUNESERVE_HOST=0.0.0.0 without a key -> init refuses and says what to set"


def port_taken(stack: Stack) -> str:
    """compose/check names the port and the setting."""
    other = {**stack.engine.environment, "COMPOSE_PROJECT_NAME": "tuneserve-test-other"}
    try:
        type(stack.engine)(stack.engine.folder, other).run("compose/check", seconds=30)
    except Failed as error:
        expect(f"port {stack.port} is taken: set another TUNESERVE_PORT" in str(error), f"check said: {error}")
        return "port taken -> compose/check names it and the setting"
    raise Failed("compose/check did not see that the port is taken")


def older_volume(stack: Stack) -> str:
    """Data of another PostgreSQL major version: the server refuses them with a line that says so, and leaves them."""
    stack.compose("stop", "postgres", seconds=60)
    change = "printf '%s\\n' {} >/var/lib/postgresql/data/PG_VERSION"
    run = ("run", "--rm", "--no-deps", "--entrypoint", "sh", "postgres", "-c")
    stack.compose(*run, change.format(15))
    stack.compose("start", "postgres")
    until(30, "PostgreSQL refuses the data", lambda: "initialized by PostgreSQL version 15" in stack.log("postgres"))
    stack.compose("stop", "postgres", seconds=60)
    stack.compose(*run, change.format(17))
    stack.compose("start", "postgres")
    until(90, "all is well again", lambda: not stack.not_healthy(), stack.not_healthy)
    return "volume of PostgreSQL 15 -> postgres says so and touches nothing; with its own version it goes on"
