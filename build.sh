#!/usr/bin/env bash
# Does everything on a machine that has the .NET 10 SDK:
#   ./build.sh demo [arguments]   trains, searches and evaluates a small world; arguments are those of 'covr demo' (--seed 2)
#   ./build.sh test               restores, builds, checks the format and runs every test project
#   ./build.sh pack               makes the packages in the folder feed
#   ./build.sh docs               builds the documentation site in artifacts/site
#   ./build.sh bench [all]        measures the short set of benchmarks, or every suite: a table, and JSON in benchmarks/results
#   ./build.sh house              measures the sources against the limits in CONTRIBUTING.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
configuration=Release

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

require_dotnet() {
  command -v dotnet >/dev/null || fail "the .NET 10 SDK is not installed (no 'dotnet' on the path); get it from https://dot.net"
  # The version that global.json asks for, or a newer one of the same major version.
  dotnet --version >/dev/null 2>&1 || fail "no installed .NET SDK fits global.json (10.0.100 or newer); installed: $(dotnet --list-sdks | tr '\n' ' ')"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    sudo "$@"
  else
    fail "$wanted missing and $1 needs root rights to install it; install it as root, then start again"
  fi
}

install_ffmpeg() {
  if command -v brew >/dev/null; then
    brew install ffmpeg
  elif command -v apt-get >/dev/null; then
    as_root apt-get update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ffmpeg
  elif command -v dnf >/dev/null; then
    as_root dnf install -y ffmpeg-free || as_root dnf install -y ffmpeg
  elif command -v pacman >/dev/null; then
    as_root pacman -S --noconfirm --needed ffmpeg
  elif command -v zypper >/dev/null; then
    as_root zypper --non-interactive install ffmpeg
  elif command -v apk >/dev/null; then
    as_root apk add ffmpeg
  else
    fail "ffmpeg and ffprobe are missing and no known package manager is here; install ffmpeg so that both are on the path"
  fi
}

has_ffmpeg() { command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; }

require_ffmpeg() {
  has_ffmpeg && return
  wanted="the package ffmpeg (ffmpeg and ffprobe) is"
  say "ffmpeg or ffprobe is missing; installing it with the system's package manager ..."
  install_ffmpeg || fail "the package manager could not install ffmpeg; see its messages above"
  has_ffmpeg || fail "ffmpeg was installed but ffmpeg and ffprobe are still not on the path"
}

install_openmpi() {
  if command -v brew >/dev/null; then
    brew install open-mpi
  elif command -v apt-get >/dev/null; then
    as_root apt-get update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openmpi-bin
  elif command -v dnf >/dev/null; then
    as_root dnf install -y openmpi
  elif command -v pacman >/dev/null; then
    as_root pacman -S --noconfirm --needed openmpi
  elif command -v zypper >/dev/null; then
    as_root zypper --non-interactive install openmpi4
  else
    return 1
  fi
}

# Training with several processes is tested where Open MPI is; without it those tests say so and skip.
want_openmpi() {
  { command -v mpirun >/dev/null || [ -x /usr/lib64/openmpi/bin/mpirun ]; } && return
  wanted="Open MPI is"
  say "mpirun is missing; installing Open MPI with the system's package manager ..."
  (install_openmpi) || say "Open MPI could not be installed; the tests of several processes will be skipped"
}

install_turbojpeg() {
  if command -v brew >/dev/null; then
    brew install jpeg-turbo
  elif command -v apt-get >/dev/null; then
    as_root apt-get update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libturbojpeg0
  elif command -v dnf >/dev/null; then
    as_root dnf install -y turbojpeg
  elif command -v pacman >/dev/null; then
    as_root pacman -S --noconfirm --needed libjpeg-turbo
  elif command -v zypper >/dev/null; then
    as_root zypper --non-interactive install libturbojpeg0
  else
    return 1
  fi
}

# The faster decoder of JPEG files is tested where it is.
want_turbojpeg() {
  compgen -G '/usr/lib*/libturbojpeg.so.0' >/dev/null || compgen -G '/usr/lib/*/libturbojpeg.so.0' >/dev/null || compgen -G '/opt/homebrew/lib/libturbojpeg*' >/dev/null && return
  wanted="libjpeg-turbo is"
  say "libturbojpeg is missing; installing it with the system's package manager ..."
  (install_turbojpeg) || say "libturbojpeg could not be installed; its tests will be skipped"
}

# Galleries in PostgreSQL are tested where a server with pgvector is or can be had; it is made ready while the projects are built.
want_postgres() {
  [ -n "${COVR_POSTGRES:-}" ] || eng/postgres.sh 2>&1 >/dev/null || say "PostgreSQL with pgvector cannot be had; its tests will be skipped"
}

# One compiler process for all projects, several times faster where the machine's default is one for each; it is stopped afterwards.
compile() {
  local code=0
  dotnet build "$@" -c "$configuration" --nologo -p:UseSharedCompilation=true || code=$?
  dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true
  return "$code"
}

demo() {
  local output=(--output artifacts/quickstart)
  case " $* " in *" --output"*) output=() ;; esac
  say "Building src/CoVR.Cli ..."
  compile src/CoVR.Cli/CoVR.Cli.csproj -v quiet
  dotnet run --project src/CoVR.Cli -c "$configuration" --no-build -- demo ${output[@]+"${output[@]}"} "$@"
}

# Adds the counts of one report to passed, failed and skipped; a missing or empty report is a failure.
count() {
  local report=$1 name=$2 code=$3 counters
  counters=$(grep -o '<Counters [^>]*>' "$report" 2>/dev/null | head -n 1 || true)
  value() { printf '%s' "${counters:-<Counters $1=\"0\"}" | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p"; }
  local p f t
  p=$(value passed) t=$(value total)
  f=$(($(value failed) + $(value error) + $(value timeout) + $(value aborted)))
  if [ "$t" -eq 0 ]; then
    say "$name: no test ran (exit code $code)"
    failed=$((failed + 1)) status=1
    return
  fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + t - p - f))
  if [ "$code" -ne 0 ]; then
    status=1
    # A process that dies after its last test has no failed test to show for it.
    [ "$f" -gt 0 ] || { say "$name: exit code $code without a failed test"; failed=$((failed + 1)); }
  fi
}

# Whether a project counts for coverage: not those that mostly start other processes, compare with fixtures or fuzz in tight loops.
is_covered() {
  case $1 in
    CoVR.Architecture.Tests | CoVR.Cli.Tests | CoVR.EndToEnd.Tests | CoVR.Modeling.Tests | CoVR.Parity.Tests | CoVR.Training.Tests) return 1 ;;
  esac
}

# Runs projects that no other worker has taken, until none is left; what a project writes is kept for its turn to be shown.
run_projects() {
  local project name code coverage
  for project in "$@"; do
    name=$(basename "$project" .csproj)
    mkdir "$results/$name.taken" 2>/dev/null || continue
    code=0 coverage=()
    # Only assemblies of this repository: a rewritten package would be seen by every project that links to it.
    ! is_covered "$name" || coverage=(--coverlet --coverlet-include '[CoVR]*' --coverlet-include '[CoVR.*]*' --coverlet-exclude '[CoVR.*Tests]*' --coverlet-exclude '[CoVR.Conformance]*' --coverlet-exclude '[CoVR.TestSupport]*' --coverlet-output-format cobertura --coverlet-file-prefix "$name" --coverlet-single-hit)
    dotnet "$(dirname "$project")/bin/$configuration/net10.0/$name.dll" --results-directory "$results" \
      --report-xunit-trx --report-xunit-trx-filename "$name.trx" --timeout 12m ${coverage[@]+"${coverage[@]}"} >"$results/$name.log" 2>&1 </dev/null || code=$?
    printf '%s' "$code" >"$results/$name.code.part"
    mv "$results/$name.code.part" "$results/$name.code"
  done
}

# Waits for a project that some worker runs, then shows what it wrote.
show_project() {
  local name worker working
  name=$(basename "$1" .csproj)
  while [ ! -f "$results/$name.code" ]; do
    working=
    for worker in $workers; do
      ! kill -0 "$worker" 2>/dev/null || working=yes
    done
    [ -n "$working" ] || [ -f "$results/$name.code" ] || printf '255' >"$results/$name.code"
    sleep 1
  done
  say ""
  say "== $name"
  cat "$results/$name.log" || true
  count "$results/$name.trx" "$name" "$(cat "$results/$name.code")"
}

finish() {
  say ""
  say "$passed passed, $failed failed, $skipped skipped"
  exit "$1"
}

run_tests() {
  passed=0 failed=0 skipped=0 status=0 results=$PWD/artifacts/test-results workers=
  say "== restore and build"
  want_postgres &
  local postgres=$!
  dotnet restore CoVR.sln --nologo || finish 1
  compile CoVR.sln --no-restore -v minimal || finish 1
  wait "$postgres" || true
  rm -rf "$results"
  mkdir -p "$results"
  # The format is checked beside the tests, which often wait for processes of their own.
  dotnet format CoVR.sln --verify-no-changes --no-restore >artifacts/format.log 2>&1 &
  local format=$!
  # Most tests keep one core busy or wait for other processes, so two projects run beside each other. Those that take longest start first.
  local projects=(tests/CoVR.{Cli,EndToEnd,Training}.Tests/*.Tests.csproj tests/*/*.Tests.csproj) project shown=" "
  run_projects "${projects[@]}" & workers="$workers $!"
  run_projects "${projects[@]}" & workers="$workers $!"
  trap 'trap - TERM; kill 0' INT TERM
  say "== tests, two projects at a time"
  for project in "${projects[@]}"; do
    case $shown in *" $project "*) continue ;; esac
    shown="$shown$project "
    show_project "$project"
  done
  say ""
  say "== format"
  wait "$format" || { cat artifacts/format.log; say "format: run 'dotnet format' and commit the changes"; status=1; }
  say ""
  say "== coverage of the libraries by the tests that count for it"
  dotnet "eng/House/bin/$configuration/net10.0/House.dll" coverage "$results" || true
  finish "$status"
}

pack() {
  local version=()
  [ $# -eq 0 ] || version=("-p:Version=$1")
  # The same commit gives the same bytes, wherever it is packed.
  dotnet pack CoVR.sln -c "$configuration" --nologo -o feed -p:ContinuousIntegrationBuild=true ${version[@]+"${version[@]}"}
}

# The short set: the check of the machine, then tokens, pictures and search.
bench() {
  local suites=('*HarnessBenchmarks*' '*TokenizerBenchmarks*' '*ImageBenchmarks*' '*SearchBenchmarks*')
  [ "${1:-}" != all ] || { suites=('*'); shift; }
  compile benchmarks/CoVR.Benchmarks/CoVR.Benchmarks.csproj -v quiet
  dotnet run --project benchmarks/CoVR.Benchmarks -c "$configuration" --no-build -- --filter "${suites[@]}" "$@"
}

# The reference comes from the built libraries and their doc comments; a broken link fails.
docs() {
  dotnet tool restore
  compile CoVR.sln -v quiet
  dotnet docfx metadata eng/docfx.json
  dotnet docfx build eng/docfx.json -o artifacts/site --warningsAsErrors
  say "the site is artifacts/site/docs/index.html; serve it with: dotnet docfx serve artifacts/site"
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
  demo) require_dotnet; require_ffmpeg; demo "$@" ;;
  test) require_dotnet; require_ffmpeg; want_openmpi; want_turbojpeg; run_tests ;;
  pack) require_dotnet; pack "$@" ;;
  docs) require_dotnet; docs ;;
  bench) require_dotnet; bench "$@" ;;
  house) require_dotnet; exec eng/house.sh "$@" ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
