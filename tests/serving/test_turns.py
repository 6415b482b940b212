"""The model's turn is given in the order in which it was asked for."""

from __future__ import annotations

import threading
import time

from serving.engines.turns import Turns


def wait_until(condition: object, seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_who_asked_first_is_served_first_and_nobody_pushes_in() -> None:
    turns = Turns()
    served: list[int] = []
    assert turns.take()

    def ask(number: int) -> None:
        assert turns.take()
        served.append(number)
        turns.give()

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
        wait_until(lambda: len(turns._waiting) == len(threads))
    turns.give()
    # The thread that has just given its turn back gets none before those who wait.
    assert turns.take()
    served.append(99)
    turns.give()
    for thread in threads:
        thread.join()
    assert served == [*range(8), 99]


def test_a_turn_that_does_not_come_in_time_is_not_waited_for() -> None:
    turns = Turns()
    assert turns.take()
    began = time.monotonic()
    assert not turns.take(0.05)
    assert 0.04 < time.monotonic() - began < 5
    turns.give()
    assert turns.take(0)


def test_who_gave_up_is_passed_over() -> None:
    turns = Turns()
    assert turns.take()
    late: list[bool] = []
    patient = threading.Thread(target=lambda: late.append(turns.take(10)))
    assert not turns.take(0.01)
    patient.start()
    wait_until(lambda: len(turns._waiting) == 1)
    turns.give()
    patient.join()
    assert late == [True]


def test_one_at_a_time_whatever_the_crowd() -> None:
    turns = Turns()
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(50):
            if turns.take(5):
                inside.append(1)
                most.append(len(inside))
                inside.pop()
                turns.give()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 400
    assert max(most) == 1
    assert turns.take(0)
