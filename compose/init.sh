#!/bin/sh
# Runs in the service `init`, first of all and at every start. Makes what is missing, changes nothing that is there.
#
#   sh /init.sh         make the secrets that are not there yet
#   sh /init.sh show    where Grafana is, and its password
set -eu
secrets=/volumes/secrets

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# Writes $2 to the file $1 unless it is there; whole or not at all. Each volume is mounted only where it is needed,
# so inside it every user may read: the services' users differ.
keep() {
    [ -s "$1" ] && return
    printf '%s' "$2" >"$1.partial"
    chmod 444 "$1.partial"
    mv "$1.partial" "$1"
    echo "init: made ${1#"$secrets"/}"
}

if [ "${1:-}" = show ]; then
    echo "Grafana: http://$GRAFANA_HOST:$GRAFANA_PORT, user admin, password $(cat "$secrets/grafana/password")"
    echo "(as made at the first start; a password that was changed in Grafana itself is known to Grafana alone)"
    exit
fi

case $TUNESERVE_HOST in
127.* | localhost | ::1) ;;
*)
    if [ -z "$TUNESERVE_API_KEYS" ] && [ ! -s /data/_store/keys.json ] && [ "$TUNESERVE_OPEN" != yes ]; then
        echo "init: TUNESERVE_HOST=$TUNESERVE_HOST lets other machines ask, and there is no API key. Set" \
            "TUNESERVE_API_KEYS=NAME:KEY in .env, or TUNESERVE_OPEN=yes when something else checks who calls." >&2
        exit 1
    fi
    ;;
esac

keep "$secrets/postgres/superuser" "$(random)"
keep "$secrets/postgres/tuneserve" "$(random)"
keep "$secrets/postgres/exporter" "$(random)"
keep "$secrets/redis/password" "$(random)"
keep "$secrets/grafana/password" "${GRAFANA_PASSWORD:-$(random)}"

# What other services need, made of these. A cache may forget, so Redis writes nothing to disk.
redis=$(cat "$secrets/redis/password")
keep "$secrets/redis/redis.conf" "requirepass $redis
maxmemory 128mb
maxmemory-policy allkeys-lru
save \"\"
appendonly no
dir /data
"
keep "$secrets/exporters/postgres" "$(cat "$secrets/postgres/exporter")"
keep "$secrets/exporters/redis.json" "{\"redis://redis:6379\": \"$redis\"}"
keep "$secrets/gateway/tuneserve_database_url" \
    "postgresql+psycopg://tuneserve:$(cat "$secrets/postgres/tuneserve")@postgres:5432/tuneserve"
keep "$secrets/gateway/tuneserve_redis_url" "redis://:$redis@redis:6379/0"
