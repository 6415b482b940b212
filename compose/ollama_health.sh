#!/bin/bash
# Healthy: Ollama generates a token with the task's model. Before `publish` has made that model, an answer of the API
# is enough. In bash alone, since the image has no curl.
set -u
ask() {
    exec 3<>/dev/tcp/127.0.0.1/11434 || exit 1
    printf '%s %s HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" "${#3}" "$3" >&3
    cat <&3
}
body="{\"model\": \"$TUNESERVE_TASK\", \"prompt\": \"hello\", \"stream\": false, \"options\": {\"num_predict\": 1}}"
reply=$(ask POST /api/generate "$body")
case $reply in
*'"done":true'*) echo "$TUNESERVE_TASK generated a token" ;;
*'404 Not Found'*) echo "no model $TUNESERVE_TASK yet" ;;
*)
    echo "Ollama does not generate: ${reply:0:300}"
    exit 1
    ;;
esac
