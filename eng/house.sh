#!/usr/bin/env bash
# Measures the sources of src/ against the house limits of CONTRIBUTING.md; exit code 1 where one is exceeded.
#   eng/house.sh [--files] [repository]      --files also lists the short files and the long methods
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build "$root/eng/House/House.csproj" -c Release --nologo -v quiet
exec dotnet "$root/eng/House/bin/Release/net10.0/House.dll" "$@"
