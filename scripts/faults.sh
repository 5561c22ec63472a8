#!/usr/bin/env bash
# The fault run for longer: scripts/faults.sh [kills] [operations].
# MIDAIR_FAULTS_SEED repeats the dice of a run; MIDAIR_FAULTS_CLIENTS, _RECORDS and _RATE change what happens in it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export MIDAIR_FAULTS_KILLS="${1:-2000}" MIDAIR_FAULTS_OPERATIONS="${2:-2000000}"
exec cargo test --test faults -- survives
