"""The model's turn is given in the order in which it was asked for."""

from __future__ import annotations

import threading
import time

from serving.engines.turns import Turn, Turns


def wait_until(condition: object, seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_who_asked_first_is_served_first_and_nobody_pushes_in() -> None:
    turns = Turns()
    served: list[int] = []
    first = turns.take()
    assert first

    def ask(number: int) -> None:
        turn = turns.take()
        assert turn
        served.append(number)
        turns.give(turn)

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
        wait_until(lambda: len(turns._waiting) == len(threads))
    turns.give(first)
    # The thread that has just given its turn back gets none before those who wait.
    again = turns.take()
    assert again
    served.append(99)
    turns.give(again)
    for thread in threads:
        thread.join()
    assert served == [*range(8), 99]


def test_a_turn_that_does_not_come_in_time_is_not_waited_for() -> None:
    turns = Turns()
    first = turns.take()
    assert first
    began = time.monotonic()
    assert not turns.take(0.05)
    assert 0.04 < time.monotonic() - began < 5
    turns.give(first)
    assert turns.take(0)


def test_who_gave_up_is_passed_over() -> None:
    turns = Turns()
    first = turns.take()
    assert first
    late: list[Turn | None] = []
    patient = threading.Thread(target=lambda: late.append(turns.take(10)))
    assert not turns.take(0.01)
    patient.start()
    wait_until(lambda: len(turns._waiting) == 1)
    turns.give(first)
    patient.join()
    assert late == [Turn(0, 1)]


def test_one_at_a_time_whatever_the_crowd() -> None:
    turns = Turns()
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(50):
            if turn := turns.take(5):
                inside.append(1)
                most.append(len(inside))
                inside.pop()
                turns.give(turn)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 400
    assert max(most) == 1
    assert turns.take(0)


def asked(turns: Turns, count: int, *, whole: bool = False) -> list[Turn]:
    """`count` threads ask, one after the other; the list fills with what they get."""
    got: list[Turn] = []
    for number in range(count):

        def ask() -> None:
            turn = turns.take(10, whole=whole)
            assert turn
            got.append(turn)

        waiting, had = len(turns._waiting), len(got)
        threading.Thread(target=ask, daemon=True, name=f"asks {number}").start()
        wait_until(lambda waiting=waiting, had=had: len(turns._waiting) > waiting or len(got) > had)
    return got


def test_alone_a_question_gets_every_processor() -> None:
    turns = Turns(8, 2)
    turn = turns.take()
    assert turn == Turn(0, 8)
    assert not turns.take(0.01)


def test_while_several_wait_the_processors_are_shared_and_seats_are_not() -> None:
    turns = Turns(2, 2)
    alone = turns.take()
    assert alone == Turn(0, 2)
    got = asked(turns, 3)
    assert got == []
    turns.give(alone)
    wait_until(lambda: len(got) == 2)
    assert sorted(got) == [Turn(0, 1), Turn(1, 1)]
    turns.give(Turn(1, 1))
    # The one that waited gets what is free at once, though more would be later.
    wait_until(lambda: len(got) == 3)
    assert got[2] == Turn(1, 1)
    turns.give(Turn(0, 1))
    turns.give(Turn(1, 1))
    assert turns.take(0.01) == Turn(0, 2)


def test_who_wants_no_one_beside_it_waits_for_all_and_is_not_passed_over() -> None:
    turns = Turns(4, 2)
    first = turns.take()
    assert first
    both = asked(turns, 2)
    turns.give(first)
    wait_until(lambda: len(both) == 2)
    whole = asked(turns, 1, whole=True)
    later = asked(turns, 1)
    turns.give(both[0])
    assert (whole, later) == ([], [])
    turns.give(both[1])
    wait_until(lambda: len(whole) == 1)
    assert whole == [Turn(0, 4)]
    assert later == []
    turns.give(whole[0])
    wait_until(lambda: len(later) == 1)


def test_one_who_gives_up_lets_those_behind_it_through() -> None:
    turns = Turns(2, 2)
    asked(turns, 1)
    first = Turn(0, 2)
    shared = asked(turns, 2)
    turns.give(first)
    wait_until(lambda: len(shared) == 2)
    turns.give(shared[0])
    impatient: list[Turn | None] = []
    gone = threading.Thread(target=lambda: impatient.append(turns.take(0.2, whole=True)))
    gone.start()
    wait_until(lambda: len(turns._waiting) == 1)
    behind = asked(turns, 1)
    assert behind == []
    gone.join()
    assert impatient == [None]
    wait_until(lambda: len(behind) == 1)
    assert behind[0].processors == 1


def test_there_are_never_more_seats_than_processors() -> None:
    turns = Turns(1, 2)
    assert turns.take() == Turn(0, 1)
    assert not turns.take(0.01)
