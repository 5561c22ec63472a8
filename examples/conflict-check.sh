#!/usr/bin/env bash
# Does a client keep what somebody else saves between its read and its write? examples/conflict-check.sh CLIENT [WORD...]
# CLIENT has to change the member "name" of the JSON at $RECORD to "Moonshot", by GET and then PUT or PATCH.
# Exit code 0: both changes are there, or it was told that it cannot save; 1: a change was lost; 2: nothing was tried.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
unset MIDAIR_SERVER; export MIDAIR_LOG=error
folder=$(mktemp -d) server=
trap '[ -z "$server" ] || kill "$server"; rm -r "$folder"' EXIT

exec 3< <(exec "${MIDAIR:-midair}" serve --test-hooks --no-seed --listen 127.0.0.1:0 --db "$folder/trial.db")
server=$!
read -r _ _ _ url _ <&3 || exit 2
put() { curl -fsS -o /dev/null -X PUT "$url/v1/$1" -d "$2" "${@:3}"; }
new=(-H 'If-None-Match: *' -H 'Content-Type: application/json')
put collections/trial '{"preconditions":"optional"}' "${new[@]}" # careless writes are taken, as elsewhere
put collections/trial/records/moon '{"name":"Moon","quota":100}' "${new[@]}"
put test-hooks/trial/moon 'conflict;by="bob";patch="{\"quota\":150}"' # bob is faster than the next write

export RECORD=$url/v1/collections/trial/records/moon
code=0; "$@" || code=$?
[ -z "$(curl -fsS "$url/v1/test-hooks/trial/moon")" ] || { echo "the client wrote nothing"; exit 2; }
case $(curl -fsS "$RECORD" | tr -d ' \n') in
*'"Moonshot"'*'"quota":150'* | *'"quota":150'*'"Moonshot"'*) echo "kept: both changes are there" ;;
*'"quota":150'*) echo "kept: bob's change is there, the client's is not, and it says exit code $code"; [ "$code" -ne 0 ] ;;
*) echo "lost: bob's change was overwritten"; exit 1 ;;
esac
