#!/usr/bin/env bash
# Makes the README's picture, light and dark, from the page of './build.sh demo': docs/images/search.png and search-dark.png. Needs Chromium (COVR_BROWSER names another).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
page=${1:-artifacts/quickstart/index.html}
[ -f "$page" ] || { echo "error: $page is missing; './build.sh demo' makes it" >&2; exit 1; }
shown=$(mktemp --suffix .html)
trap 'rm -f "$shown" "$shown.png"' EXIT
# The last three queries alone: those that are asked as a host would ask.
{ cat "$page"; printf '<style>main>:not(section:nth-last-of-type(-n+3)){display:none!important}main{padding:1px 24px 0;max-width:none}.query{margin:18px 0}html{overflow:hidden}</style>'; } >"$shown"
shot() {
  timeout 90 "${COVR_BROWSER:-chromium}" --headless --no-sandbox --disable-gpu --disable-quic --hide-scrollbars --blink-settings=preferredColorScheme="$1" \
    --window-size=980,500 --screenshot="$shown.png" "file://$shown" 2>/dev/null
  # Few colours: a quarter of the size, without a visible difference.
  ffmpeg -v error -y -i "$shown.png" -vf 'split[a][b];[a]palettegen=max_colors=160:reserve_transparent=0[p];[b][p]paletteuse=dither=none' "docs/images/$2"
}
shot 1 search.png
shot 0 search-dark.png
ls -l docs/images
