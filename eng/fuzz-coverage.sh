#!/usr/bin/env bash
# Fuzzes the readers of a room, steered by the branches that inputs take in its code (SharpFuzz):
#   eng/fuzz-coverage.sh CoVR.Modeling [--filter-class "*FuzzTests"]
# COVR_FUZZ and COVR_FUZZ_SEED as everywhere. Assemblies are instrumented in a copy; native libraries and packages are not. One suite at a time, as all count in one table.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 COVR_FUZZ_COVERAGE=1
room=$1
shift
[ $# -gt 0 ] || set -- --filter-class "*Fuzz*"
dotnet tool restore > /dev/null
dotnet build "tests/$room.Tests" -c Release -v quiet --nologo
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R -L "tests/$room.Tests/bin/Release/net10.0/." "$folder"
for assembly in "$folder"/CoVR*.dll; do
  case ${assembly##*/} in
    *.Tests.dll | CoVR.Test*.dll | CoVR.Conformance.dll) ;;
    *) dotnet sharpfuzz "$assembly" ;;
  esac
done
dotnet "$folder/$room.Tests.dll" --parallel none "$@"
