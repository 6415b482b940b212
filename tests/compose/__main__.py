"""`make compose-test`: python -m tests.compose [--keep] [PHASE ...]

Brings the real compose.yaml up without a registry, on stand-ins for the official images and an engine of its own,
takes it through the phases and cleans up, also after Ctrl-C. --keep leaves stack and engine as they are.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

from tests.compose import bad_days, images, phases
from tests.compose.engine import CannotRun, Engine, Failed, own_engine
from tests.compose.load import Load
from tests.compose.phases import Findings
from tests.compose.stack import Stack
from tuneserve import __version__


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    findings = Findings()
    started = time.monotonic()
    try:
        with own_engine() as engine:
            made_images(engine, findings)
            run(engine, findings)
    except CannotRun as error:
        print(f"SKIPPED compose-test: {error}")
        return 1 if "compose" in os.environ.get("TUNESERVE_REQUIRE", "").split(",") else 0
    except Failed as error:
        print(f"FAILED compose-test: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the stack is taken down", file=sys.stderr)
        return 130
    findings.say(f"compose-test passed in {time.monotonic() - started:.0f} s")
    return 0


def made_images(engine: Engine, findings: Findings) -> None:
    started = time.monotonic()
    images.make_lookalikes(engine)
    images.seed_wheels(engine)
    environment = {**engine.environment, "TUNESERVE_VERSION": __version__}
    Engine(engine.folder, environment).docker("compose", "build", "--quiet", "gateway", seconds=900)
    findings.say(f"images: {time.monotonic() - started:.0f} s")


def run(engine: Engine, findings: Findings) -> None:
    stack = Stack(engine, __version__)
    load = Load(stack)
    stack.down()
    try:
        phases.from_nothing(stack, findings)
        phases.confined(stack, findings)
        phases.memory(stack, findings, "at rest")
        load.start()
        time.sleep(10)
        phases.memory(stack, findings, "under load")
        phases.outages(stack, load, findings)
        phases.crashes(stack, load, findings)
        phases.upgraded(stack, load, findings)
        phases.backed_up(stack, load, findings)
        logged = phases.complete(stack, load)
        findings.say(f"query log: all of {logged} answers, each once")
        phases.expect(not load.wrong, f"wrong answers: {load.wrong[:3]}")
        bad_days.all_of_them(stack, findings)
    except Failed:
        tell_logs(stack)
        raise
    finally:
        load.stop()
        if "--keep" not in sys.argv:
            take_down(stack)


def tell_logs(stack: Stack) -> None:
    for service in ("init", "database", "publish", "gateway", "front", "ollama", "postgres"):
        with contextlib.suppress(Failed):
            print(f"--- the last lines of {service}", stack.log(service, 15), sep="\n", file=sys.stderr)


def take_down(stack: Stack) -> None:
    """What cannot be taken down must not hide why the test failed; the engine ends, and the next run clears it."""
    try:
        stack.down()
    except Failed as error:
        print(f"the stack could not be taken down: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
