#!/bin/sh
# Runs init.sql as sa, once the server is up. Passwords are in the environment; sqlcmd gets them there and on its standard input, never on
# a command line, which other processes can read.
set -eu
export LC_ALL=C

# These end up in T-SQL and in connection strings, where other characters would need an escape.
check() {
    case "$2" in
        '')
            echo "$1 is not set. Copy .env.example to .env and set it." >&2
            exit 1
            ;;
        =* | *[!A-Za-z0-9_.:/+=@%^*!?~,-]*)
            echo "$1 has a character that it must not have. Use letters, digits and _.:/+=@%^*!?~,- only, with no = at the start: openssl rand -base64 24" >&2
            exit 1
            ;;
    esac
}

check ENTOURAGE_DB_PASSWORD "${ENTOURAGE_DB_PASSWORD:-}"
check ENTOURAGE_DB_SCHEMA_PASSWORD "${ENTOURAGE_DB_SCHEMA_PASSWORD:-}"
if [ "$ENTOURAGE_DB_PASSWORD" = "$ENTOURAGE_DB_SCHEMA_PASSWORD" ] || [ "$ENTOURAGE_DB_PASSWORD" = "$MSSQL_SA_PASSWORD" ] \
    || [ "$ENTOURAGE_DB_SCHEMA_PASSWORD" = "$MSSQL_SA_PASSWORD" ]; then
    echo "MSSQL_SA_PASSWORD, ENTOURAGE_DB_PASSWORD and ENTOURAGE_DB_SCHEMA_PASSWORD must differ: one that leaks must not be the others." >&2
    exit 1
fi

# Where the image keeps it; older ones have no 18.
for tool in "${SQLCMD:-/opt/mssql-tools18/bin/sqlcmd}" /opt/mssql-tools/bin/sqlcmd; do
    [ -x "$tool" ] && break
done

export SQLCMDPASSWORD="$MSSQL_SA_PASSWORD"
{
    printf ':setvar DATABASE "entourage"\n:setvar APP_LOGIN "entourage_app"\n:setvar SCHEMA_LOGIN "entourage_schema"\n'
    printf ':setvar APP_PASSWORD "%s"\n:setvar SCHEMA_PASSWORD "%s"\n' "$ENTOURAGE_DB_PASSWORD" "$ENTOURAGE_DB_SCHEMA_PASSWORD"
    cat "$(dirname "$0")/init.sql"
} | "$tool" -C -S "${ENTOURAGE_DB_SERVER:-db}" -U sa -b -l 30
echo "The database and its logins are ready."
