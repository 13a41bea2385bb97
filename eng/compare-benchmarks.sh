#!/usr/bin/env bash
# Compares two folders of benchmark results; exit code 1 where a ratio became worse by more than its spread.
#   eng/compare-benchmarks.sh BEFORE [AFTER]      AFTER: benchmarks/results
# BEFORE is the same folder of another commit, for instance: git worktree add /tmp/before main, then /tmp/before/benchmarks/results.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ $# -gt 0 ] || { sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build "$root/eng/House/House.csproj" -c Release --nologo -v quiet
exec dotnet "$root/eng/House/bin/Release/net10.0/House.dll" compare "$1" "${2:-$root/benchmarks/results}"
