"""What the gateway keeps: the log of questions, corrections and releases.

Read in this order:
    schema.py       the tables
    migration.py    how a database of any age gets them (steps in migrations/versions/)
    log_entry.py    what is logged of a question, and in which lists it stands
    text_policy.py  whether the question's text is kept, hashed or dropped
    spool.py        where entries wait, on disk, until the database has them
    metrics.py      what Prometheus is told
    writer.py       the one thread that moves them there
    query_files.py  the lists as JSON Lines files beside the SQLite file
    retention.py    what is deleted, and when
    store.py        `Store`: what the rest of the gateway sees of all this
    export.py       the lists as JSON Lines for `tuneserve log`
"""
