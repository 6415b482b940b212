#!/bin/bash
# What compose.yaml relies on of the official image's entrypoint: an empty PGDATA is initialised with the superuser's
# password of POSTGRES_PASSWORD_FILE, the default is to refuse without one, a temporary server on the socket alone
# checks that it works, and everything else is handed to the server.
set -euo pipefail
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    password=${POSTGRES_PASSWORD:-$(cat "${POSTGRES_PASSWORD_FILE:-/dev/null}")}
    if [ -z "$password" ]; then
        echo "Error: Database is uninitialized and superuser password is not specified." >&2
        exit 1
    fi
    chmod 700 "$PGDATA"
    initdb --username="${POSTGRES_USER:-postgres}" --pwfile=<(echo "$password")
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    pg_ctl -D "$PGDATA" -o "-c listen_addresses='' ${*:2}" -w start
    pg_ctl -D "$PGDATA" -m fast -w stop
    echo "PostgreSQL init process complete; ready for start up."
fi
exec "$@"
