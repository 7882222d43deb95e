#!/usr/bin/env bash
# The project's commands: run · test [filter] · check · migrate NAME · bench
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
cd "$root"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

free_port() { # the first port from $1 on that nobody listens on
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

run() {
  command -v dotnet >/dev/null || { echo "The .NET 10 SDK is missing: install it, then run this again." >&2; exit 1; }
  local portal sandbox
  portal=$(free_port "${PORT:-5180}")
  sandbox=$(free_port $((portal + 1)))
  dotnet build src/Portal -v quiet --nologo -clp:ErrorsOnly\;NoSummary
  echo "Portal: http://127.0.0.1:$portal   (stop with Ctrl+C; its state is in src/Portal/.portal, delete that folder to begin anew)"
  cd src/Portal
  export ASPNETCORE_ENVIRONMENT=Development ASPNETCORE_URLS="http://127.0.0.1:$portal"
  export Sandbox__Url="http://127.0.0.1:$sandbox" SignIn__Authority="http://127.0.0.1:$sandbox/" Connect__SandboxUrl="http://127.0.0.1:$sandbox/"
  exec dotnet bin/Debug/net10.0/Portal.dll "$@"
}

# One migration of the same name for each database. A merged one is never edited.
migrate() {
  local name=${1:?a name for the migration: ./dev.sh migrate AddSomething}
  dotnet tool restore >/dev/null
  dotnet build src/Portal -v quiet --nologo -clp:ErrorsOnly\;NoSummary
  for provider in Sqlite SqlServer Postgres; do
    dotnet ef migrations add "$name" --no-build --project src/Portal --context "${provider}PortalDbContext" \
      --output-dir "Persistence/$provider/Migrations" >/dev/null
    echo "$provider: $name"
  done
}

case "${1:-}" in
  run) shift; run "$@" ;;
  migrate) shift; migrate "$@" ;;
  *) echo "usage: ./dev.sh run | test [filter] | check | migrate NAME | bench" >&2; exit 2 ;;
esac
