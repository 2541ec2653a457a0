#!/bin/sh
# Runs init.sql as sa, once the server is up. sqlcmd gets the passwords from the environment and its standard input, never from a command
# line, which other processes can read.
set -eu
export LC_ALL=C

# The passwords are used in T-SQL and in connection strings, where other characters would need escaping.
check() {
    case "$2" in
        '')
            echo "$1 is not set. Copy .env.example to .env and set it." >&2
            exit 1
            ;;
        =* | *[!A-Za-z0-9_.:/+=@%^*!?~,-]*)
            echo "$1 contains an invalid character. Use only letters, digits and _.:/+=@%^*!?~,- with no = at the start: openssl rand -base64 24" >&2
            exit 1
            ;;
    esac
}

check ENTOURAGE_DB_PASSWORD "${ENTOURAGE_DB_PASSWORD:-}"
check ENTOURAGE_DB_SCHEMA_PASSWORD "${ENTOURAGE_DB_SCHEMA_PASSWORD:-}"
if [ "$ENTOURAGE_DB_PASSWORD" = "$ENTOURAGE_DB_SCHEMA_PASSWORD" ] || [ "$ENTOURAGE_DB_PASSWORD" = "$MSSQL_SA_PASSWORD" ] \
    || [ "$ENTOURAGE_DB_SCHEMA_PASSWORD" = "$MSSQL_SA_PASSWORD" ]; then
    echo "MSSQL_SA_PASSWORD, ENTOURAGE_DB_PASSWORD and ENTOURAGE_DB_SCHEMA_PASSWORD must differ, so that one leaked password does not give away the others." >&2
    exit 1
fi

# The tool's path in current images, then in older ones.
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
