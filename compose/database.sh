#!/bin/sh
# Runs in the service `database`, at every start: the roles and the database, with the passwords of the secrets.
# As the superuser over the socket, where the system says who it is: no password can be wrong here, and one that
# went missing with its volume is simply set anew.
set -eu
password() { cat "/run/secrets/$1"; }
psql --username=postgres --dbname=postgres --quiet --no-psqlrc --set=ON_ERROR_STOP=1 \
    --set=tuneserve="$(password tuneserve)" --set=exporter="$(password exporter)" >/dev/null <<'SQL'
SET client_min_messages = warning; -- what is there already is no news
SELECT 'CREATE ROLE ' || name || ' LOGIN' FROM unnest(ARRAY['tuneserve', 'exporter']) AS name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE tuneserve PASSWORD :'tuneserve';
ALTER ROLE exporter PASSWORD :'exporter';
GRANT pg_monitor TO exporter;
SELECT 'CREATE DATABASE tuneserve OWNER tuneserve ENCODING ''UTF8'' TEMPLATE template0'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tuneserve') \gexec
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
SQL
echo "database: the roles and the database are there"
