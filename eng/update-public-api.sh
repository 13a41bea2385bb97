#!/usr/bin/env bash
# Lists the public surface of the libraries in their PublicAPI.Unshipped.txt:
#   eng/update-public-api.sh [src/CoVR.Blip ...]      without arguments: every library
# Read the difference before committing it; a line that disappears may break a caller.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
[ $# -gt 0 ] || for file in src/*/PublicAPI.Shipped.txt; do set -- "$@" "$(dirname "$file")"; done
for folder in "$@"; do
  folder=${folder%/}
  [ -f "$folder/PublicAPI.Shipped.txt" ] || printf '#nullable enable\n' > "$folder/PublicAPI.Shipped.txt"
  printf '#nullable enable\n' > "$folder/PublicAPI.Unshipped.txt"
  dotnet restore "$folder" --nologo -v quiet -m:1
  dotnet format analyzers "$folder" --no-restore --diagnostics RS0016 --severity warn
  printf '%6d  %s\n' "$(($(wc -l < "$folder/PublicAPI.Unshipped.txt") - 1))" "$folder"
done
