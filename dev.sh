#!/usr/bin/env bash
# The project's commands: run · test [filter] · check · migrate NAME · bench
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
cd "$root"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
quiet=(-v quiet --nologo "-clp:ErrorsOnly;NoSummary")

need_sdk() {
  command -v dotnet >/dev/null || { echo "The .NET 10 SDK is missing: install it, then run this again." >&2; exit 1; }
}

free_port() { # the first port from $1 on that nobody listens on
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

stamp=src/Portal/obj/built # as old as the last build that succeeded

build() { # what is changed while it builds counts as changed afterwards
  mkdir -p "$(dirname "$stamp")"
  touch "$stamp.begun"
  dotnet build "$1" "${quiet[@]}"
  mv "$stamp.begun" "$stamp"
}

# Builds the portal unless nothing changed since the last build: asking MSBuild takes longer than starting.
build_portal() {
  local changed
  if [ -f "$stamp" ] && [ -f src/Portal/bin/Debug/net10.0/Portal.dll ]; then
    # A folder is as new as what was last put into it or deleted; those of the projects get bin, obj and .portal.
    changed=$(find src Directory.Build.props Directory.Packages.props .editorconfig BannedSymbols.txt \
      \( -name bin -o -name obj -o -name .portal \) -prune -o -newer "$stamp" \( -type f -o -path 'src/*/*' \) -print -quit)
    [ -n "$changed" ] || return 0
  fi
  build src/Portal
}

run() {
  need_sdk
  local portal sandbox
  portal=$(free_port "${PORT:-5180}")
  sandbox=$(free_port $((portal + 1)))
  build_portal
  echo "Portal: http://127.0.0.1:$portal   (stop with Ctrl+C; its state is in src/Portal/.portal, delete that folder to begin anew)"
  cd src/Portal
  export ASPNETCORE_ENVIRONMENT=Development ASPNETCORE_URLS="http://127.0.0.1:$portal"
  export Sandbox__Url="http://127.0.0.1:$sandbox" SignIn__Authority="http://127.0.0.1:$sandbox/" Connect__SandboxUrl="http://127.0.0.1:$sandbox/"
  exec dotnet bin/Debug/net10.0/Portal.dll "$@"
}

# What the tests need and this machine lacks: Chromium for the browser, PostgreSQL for the second database, curl and jq.
install_missing() {
  local packages=()
  command -v chromium >/dev/null || command -v google-chrome >/dev/null || packages+=(chromium)
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=(postgresql)
  local tool
  for tool in curl jq; do # the README's calls of the Data API
    command -v "$tool" >/dev/null || packages+=("$tool")
  done
  [ ${#packages[@]} -eq 0 ] && return
  local sudo=""
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  if command -v apt-get >/dev/null; then
    echo "Installing ${packages[*]} for the tests"
    export DEBIAN_FRONTEND=noninteractive
    { $sudo apt-get update && $sudo apt-get install -y --no-install-recommends "${packages[@]}"; } >/tmp/portal-install.log 2>&1 \
      || { tail -20 /tmp/portal-install.log >&2; echo "Could not install ${packages[*]}: the tests that need them cannot run." >&2; }
  else
    echo "Missing: ${packages[*]}. Install them to run every test." >&2
  fi
}

postgres_folder=""
stop_postgres() {
  if [ -n "$postgres_folder" ]; then
    as_postgres "$postgres_bin/pg_ctl" -D "$postgres_folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$postgres_folder"
  fi
}

as_postgres() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# A throw-away PostgreSQL on a free port; its superuser's connection string goes to the tests.
start_postgres() {
  [ -n "${PORTAL_TEST_POSTGRES:-}" ] && return
  local initdb
  initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1) || return 0
  postgres_bin=$(dirname "$initdb")
  postgres_folder=$(mktemp -d /tmp/portal-postgres.XXXXXX)
  chmod 755 "$postgres_folder"
  [ "$(id -u)" -eq 0 ] && chown postgres "$postgres_folder"
  local port
  port=$(free_port 15432) # below those of outgoing connections: one of these looks free, and cannot be listened on
  trap stop_postgres EXIT
  (cd "$postgres_folder" && as_postgres "$initdb" -D "$postgres_folder/data" -U portal --auth=trust --encoding=UTF8 --locale=C >/dev/null \
    && as_postgres "$postgres_bin/pg_ctl" -D "$postgres_folder/data" -w -l "$postgres_folder/log" \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$postgres_folder -c fsync=off -c max_connections=300" start >/dev/null) \
    || { cat "$postgres_folder/log" >&2; return 1; }
  export PORTAL_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Username=portal;Database=postgres"
}

passed=0 failed=0 skipped=0 broken=0
# Runs one test project on one database, shows its output and adds up its counts.
test_project() {
  local name=$1 provider=$2
  shift 2
  echo "── $name ($provider)"
  local log status=0
  log=$(mktemp)
  PORTAL_TEST_PROVIDER=$provider dotnet run --no-build --project "tests/$name" -- --progress off "$@" 2>&1 | tee "$log" || status=$?
  # 8: the filter matched nothing here.
  [ "$status" -eq 0 ] || [ "$status" -eq 8 ] || broken=1
  count() { sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E "^ +$1: [0-9]+" | tail -n 1 | grep -oE '[0-9]+' | head -n 1 || true; }
  local p f s
  p=$(count succeeded) f=$(count failed) s=$(count skipped)
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
  rm -f "$log"
}

# A filter is part of a class or method name: ./dev.sh test Wilson
run_tests() {
  need_sdk
  local filter=()
  [ -n "${1:-}" ] && filter=(--filter-method "*$1*")
  install_missing
  start_postgres
  build Portal.sln
  test_project Portal.Vertex.Tests Sqlite "${filter[@]}"
  test_project Portal.Tests Sqlite "${filter[@]}"
  if [ -n "${PORTAL_TEST_POSTGRES:-}" ]; then
    # What the sources say of each other is the same on every database.
    test_project Portal.Tests Postgres "${filter[@]:---filter-not-namespace=Portal.Tests.Architecture}"
  elif [ "${CI:-}" = true ]; then
    echo "PostgreSQL is missing, and CI must not skip it." >&2
    broken=1
  fi
  test_project Portal.EndToEnd Sqlite "${filter[@]}"
  [ "$broken" -eq 1 ] && [ "$failed" -eq 0 ] && failed=1
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
}

check() {
  need_sdk
  dotnet restore Portal.sln -v quiet
  dotnet format Portal.sln --verify-no-changes --no-restore
  run_tests
}

# One migration of the same name for each database. A merged one is never edited.
migrate() {
  local name=${1:?a name for the migration: ./dev.sh migrate AddSomething}
  need_sdk
  dotnet tool restore >/dev/null
  dotnet build src/Portal "${quiet[@]}"
  for provider in Sqlite SqlServer Postgres; do
    dotnet ef migrations add "$name" --no-build --project src/Portal --context "${provider}PortalDbContext" --output-dir "Persistence/$provider/Migrations" >/dev/null
    echo "$provider: $name"
  done
}

# bench crash [CALLS] [KILLS]: the portal killed under load, its ledger laid beside what callers have read.
bench() {
  if [ "${1:-}" = crash ]; then
    need_sdk
    build tests/Portal.Tests
    PORTAL_CRASH_CALLS=${2:-100000} PORTAL_CRASH_KILLS=${3:-100} \
      dotnet run --no-build --project tests/Portal.Tests -- --progress off --filter-class '*MeteringCrashTests'
  else
    dotnet run -c Release --project tests/Portal.Benchmarks -- "$@"
  fi
}

case "${1:-}" in
  run) shift; run "$@" ;;
  test) shift; run_tests "$@" ;;
  check) check ;;
  migrate) shift; migrate "$@" ;;
  bench) shift; bench "$@" ;;
  *) echo "usage: ./dev.sh run | test [filter] | check | migrate NAME | bench" >&2; exit 2 ;;
esac
