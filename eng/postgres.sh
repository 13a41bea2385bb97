#!/usr/bin/env bash
# Finds or makes a PostgreSQL with pgvector for the tests and prints the folder of its programs; exits with 1 and the reason where none can be had.
#   1. an installed PostgreSQL that has pgvector is used as it is;
#   2. else a copy in a private folder, from what is installed or from the packages of Debian and Ubuntu, gets pgvector from a package or built from Debian's source.
# Nothing is installed, and the machine's package lists stay as they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { printf '%s\n' "$*" >&2; exit 1; }

# Newest first.
installed() { { compgen -G '/usr/lib/postgresql/*/bin' || true; compgen -G '/usr/pgsql-*/bin' || true; dirname "$(command -v postgres || echo /none/postgres)"; } | sort -rV; }

share_of() { "$1/pg_config" --sharedir 2>/dev/null || echo /none; }

is_complete() { [ -x "$1/postgres" ] && [ -x "$1/initdb" ] && [ -x "$1/pg_ctl" ]; }

while read -r bin; do
  if is_complete "$bin" && [ -f "$(share_of "$bin")/extension/vector.control" ]; then
    printf '%s\n' "$bin"
    exit
  fi
done < <(installed)

# The servers of root run as another user, who must reach the private folder.
home=$PWD/artifacts/postgres
mkdir -p "$home"
if [ "$(id -u)" -eq 0 ] && ! setpriv --reuid nobody --regid nogroup --clear-groups test -x "$home" 2>/dev/null; then
  home=/var/cache/covr/postgres
  mkdir -p "$home"
fi

exec 9>"$home/lock"
! command -v flock >/dev/null || flock 9
if [ -f "$home/bin" ]; then
  cat "$home/bin"
  exit
fi

command -v apt-get >/dev/null || fail "no PostgreSQL with pgvector is installed, and there is no apt-get to get one by; install both or name a server by COVR_POSTGRES"
root=$home/root work=$home/work
rm -rf "$root" "$work"
mkdir -p "$root/usr" "$work/lists/partial" "$work/archives/partial" "$work/build"
exec 3>"$home/log"
apt() { apt-get -o Dir::Cache="$work" -o Debug::NoLocking=1 -o Acquire::Languages=none -o APT::Sandbox::User= "$@" >&3 2>&3; }
unpack() { local deb; for deb in "$1"/*.deb; do dpkg -x "$deb" "$root"; done; }

# Lists of the machine's own sources, where it has none or old ones.
private_lists() {
  lists=(-o Dir::State::lists="$work/lists")
  apt "${lists[@]}" update
}

get() { (cd "$work/build" && apt ${lists[@]+"${lists[@]}"} download "$@"); }

lists=()
version=$(installed | sed -n 's|^/usr/lib/postgresql/\([0-9]*\)/bin$|\1|p' | head -n 1)
if [ -z "$version" ]; then
  apt-cache show postgresql >/dev/null 2>&1 || private_lists || fail "the package lists of PostgreSQL cannot be read; see $home/log"
  version=$(apt-cache ${lists[@]+"${lists[@]}"} depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
  apt ${lists[@]+"${lists[@]}"} install -y --no-install-recommends --download-only "postgresql-${version:-none}" ||
    { private_lists && apt "${lists[@]}" install -y --no-install-recommends --download-only "postgresql-${version:-none}"; } ||
    fail "the packages of PostgreSQL cannot be downloaded; see $home/log"
  unpack "$work/archives"
else
  mkdir -p "$root/usr/lib/postgresql" "$root/usr/share/postgresql"
  cp -rs "/usr/lib/postgresql/$version" "$root/usr/lib/postgresql/"
  cp -rs "/usr/share/postgresql/$version" "$root/usr/share/postgresql/"
  # A program finds its files beside itself, wherever a link to it leads.
  rm -r "$root/usr/lib/postgresql/$version/bin"
  cp -rL "/usr/lib/postgresql/$version/bin" "$root/usr/lib/postgresql/$version/bin"
fi

bin=$root/usr/lib/postgresql/$version/bin
build() {
  command -v make >/dev/null && command -v cc >/dev/null || fail "pgvector has to be built for PostgreSQL $version, but make or a C compiler is missing"
  get "postgresql-server-dev-$version" || { private_lists && get "postgresql-server-dev-$version"; } || return 1
  unpack "$work/build"
  local key=/usr/share/keyrings/debian-archive-keyring.gpg source=$work/source.list
  [ ! -f "$key" ] || key="[signed-by=$key]"
  printf 'deb-src %s http://deb.debian.org/debian trixie main\n' "$([ "${key:0:1}" != '[' ] || printf '%s' "$key")" >"$source"
  local from=(-o Dir::Etc::sourcelist="$source" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$work/source-lists")
  mkdir -p "$work/source-lists/partial"
  apt "${from[@]}" update && (cd "$work/build" && apt "${from[@]}" source --download-only pgvector) || return 1
  tar -xzf "$work"/build/pgvector_*.orig.tar.gz -C "$work/build"
  # Without tuning for this processor: the folder may move to another machine.
  make -C "$work"/build/pgvector-* -j2 PG_CONFIG="$bin/pg_config" with_llvm=no OPTFLAGS="" install >&3 2>&3
}

if get "postgresql-$version-pgvector"; then
  unpack "$work/build"
else
  build || fail "pgvector could not be built for PostgreSQL $version; see $home/log"
fi

libraries=$(compgen -G "$root/usr/lib/*-linux-gnu" | head -n 1 || true)
is_complete "$bin" && [ -f "$root/usr/share/postgresql/$version/extension/vector.control" ] && LD_LIBRARY_PATH=$libraries "$bin/postgres" --version >&3 2>&3 ||
  fail "the private PostgreSQL in $root does not run; see $home/log"
rm -rf "$work"
printf '%s\n' "$bin" >"$home/bin.part"
mv "$home/bin.part" "$home/bin"
cat "$home/bin"
