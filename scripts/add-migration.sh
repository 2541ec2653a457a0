#!/usr/bin/env bash
# Adds a migration to both stores: bash scripts/add-migration.sh Name
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:?specify the name of the migration, such as AddAlerts}

dotnet tool restore
dotnet build src/Entourage.Infrastructure -p:RunAnalyzers=false
for store in Sqlite SqlServer; do
  dotnet ef migrations add "$name" --no-build --project src/Entourage.Infrastructure \
    --context "${store}EntourageDb" --output-dir "Persistence/Migrations/$store"
done
