#!/bin/sh
# Tag one text with curl:  examples/client.sh note.txt [http://127.0.0.1:7860]
# Prints the service's answer. curl itself comes back when a busy service says so (Retry-After). Text and
# token (CLINSTILL_TOKEN, where the service asks for one) never become part of a command line.
set -eu

note=${1:?usage: $0 FILE [URL]}
url=${2:-http://127.0.0.1:7860}

python3 -c 'import json, sys; json.dump({"text": sys.stdin.read()}, sys.stdout)' <"$note" |
    curl --silent --show-error --fail --max-time 60 --retry 8 --retry-max-time 120 \
        --header @/dev/fd/3 --data-binary @- "$url/v1/entities" 3<<HEADERS
Content-Type: application/json
${CLINSTILL_TOKEN:+Authorization: Bearer $CLINSTILL_TOKEN}
HEADERS
