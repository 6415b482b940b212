#!/bin/sh
# As the official image's: master-worker mode, in the foreground.
set -e
if [ "$1" = haproxy ]; then
    shift
    set -- haproxy -W -db "$@"
fi
exec "$@"
