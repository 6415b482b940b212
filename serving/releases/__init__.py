"""Releases beside each other: who is answered by which, how they compare, and when one takes over.

Read in this order:
    routing.py     which release answers a caller
    interval.py    a share with an interval that holds however often one looks
    evidence.py    what is counted of two releases that are compared
    stopping.py    when that is enough to promote or to roll back
    tables.py      the tables of experiments and their evidence
    state.py       what the database says of a task's releases
    registry.py    reading and changing it: promote, roll back, conclude
    lane.py        one release that is open in this process
    lanes.py       all that are open: opened, warmed, exchanged and closed while questions come
    shadow.py      the release that is asked too, unseen
    watch.py       the thread that follows the database and acts on the evidence
    report.py      all of it as one JSON object
    routes.py      the same over HTTP
"""
