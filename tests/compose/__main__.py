"""`make compose-test`: python -m tests.compose [--keep] [--within SECONDS]

Brings the real compose.yaml up without a registry, on stand-ins for the official images and an engine of its own,
takes it through the phases and cleans up, also after Ctrl-C. --keep removes nothing of the stack: it comes up again
with its engine, to be looked at. --within ends it after so long; where the images alone took too much of it (the first
time on a machine, or a slow network), the rest is skipped.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
from types import FrameType

from tests.compose import bad_days, changes, images, phases
from tests.compose.engine import CannotRun, Engine, Failed, OutOfTime, own_engine
from tests.compose.load import Load
from tests.compose.phases import Findings
from tests.compose.stack import Stack
from tuneserve import __version__

STACK_SECONDS = 780  # what the stack takes, from its images on


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.compose")
    options.add_argument("--keep", action="store_true")
    options.add_argument("--within", type=int, default=0, metavar="SECONDS")
    chosen = options.parse_args()
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, out_of_time)
    signal.alarm(chosen.within)
    findings = Findings()
    started = time.monotonic()
    ready = False
    try:
        with own_engine() as engine:
            made_images(engine, findings)
            took = time.monotonic() - started
            if chosen.within and chosen.within - took < STACK_SECONDS:
                raise CannotRun(f"the images took {took:.0f} s of {chosen.within}; they are kept for the next time")
            ready = True
            run(engine, findings, chosen.keep)
    except CannotRun as error:
        return skipped(error)
    except Failed as error:
        if isinstance(error, OutOfTime) and not ready:
            return skipped(error)
        print(f"FAILED compose-test: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the stack is taken down", file=sys.stderr)
        return 130
    findings.say(f"compose-test passed in {time.monotonic() - started:.0f} s")
    return 0


def skipped(reason: Exception) -> int:
    """The exit status: 1 where TUNESERVE_REQUIRE says that the test must not be skipped."""
    print(f"SKIPPED compose-test: {' '.join(str(reason).split())[:400]}")
    return 1 if "compose" in os.environ.get("TUNESERVE_REQUIRE", "").split(",") else 0


def out_of_time(number: int, frame: FrameType | None) -> None:
    raise OutOfTime(f"the time is up ({signal.Signals(number).name})")


def made_images(engine: Engine, findings: Findings) -> None:
    started = time.monotonic()
    images.make_lookalikes(engine)
    images.seed_wheels(engine)
    size, base = images.build_gateway(engine, __version__)
    took = time.monotonic() - started
    findings.say(f"images: {took:.0f} s; tuneserve/gateway: {(size - base) / 1e6:.0f} MB on a base of {base / 1e6:.0f}")


def run(engine: Engine, findings: Findings, keep: bool) -> None:
    stack = Stack(engine, __version__)
    load = Load(stack)
    stack.down()
    try:
        phases.from_nothing(stack, findings)
        phases.confined(stack, findings)
        phases.memory(stack, findings, "at rest")
        load.start()
        phases.outages(stack, load, findings)
        phases.crashes(stack, load, findings)
        phases.crowded(stack, load, findings)
        changes.upgraded(stack, load, findings)
        changes.gone_back(stack, load, findings)
        phases.backed_up(stack, load, findings)
        logged = phases.complete(stack, load)
        findings.say(f"query log: all of {logged} answers, each once")
        phases.expect(not load.wrong, f"wrong answers: {load.wrong[:3]}")
        bad_days.all_of_them(stack, findings)
        changes.model_elsewhere(stack, findings)
    except Failed:
        tell_logs(stack)
        raise
    finally:
        load.stop()
        if not keep:
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
