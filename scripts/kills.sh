#!/usr/bin/env bash
# Kills the terminal while somebody types and resolves: scripts/kills.sh [kills]. What was done a second before is back.
# MIDAIR_KILLS_SEED repeats the dice of a run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export MIDAIR_KILLS="${1:-200}" MIDAIR_KILLS_AGE_MS=1000
exec cargo test --test kills -- --nocapture
