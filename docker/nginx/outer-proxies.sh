#!/bin/sh
# Writes the outer proxies that nginx trusts, from ENTOURAGE_OUTER_PROXIES: addresses and networks such as 10.1.0.5 or 10.1.0.0/24, separated
# by spaces, commas or semicolons. None by default. The image's entry point runs this before nginx.
set -eu
export LC_ALL=C
folder="${ENTOURAGE_NGINX_FOLDER:-/tmp/entourage}"
mkdir -p "$folder"
: > "$folder/outer-proxies.geo"
: > "$folder/outer-proxies.realip"
# Turn off globbing, so that a pattern in the list does not expand to file names.
set -f
for proxy in $(printf %s "${ENTOURAGE_OUTER_PROXIES:-}" | tr ',;' '  '); do
    case "$proxy" in
        *[!0-9a-fA-F.:/]* | */*/* | /* | */)
            echo "ENTOURAGE_OUTER_PROXIES: '$proxy' is not a valid address or network. Write 10.1.0.5 or 10.1.0.0/24." >&2
            exit 1
            ;;
        */0)
            echo "ENTOURAGE_OUTER_PROXIES: '$proxy' matches every address, so any caller could forge its own. Use the proxy's address." >&2
            exit 1
            ;;
    esac
    echo "$proxy 1;" >> "$folder/outer-proxies.geo"
    echo "set_real_ip_from $proxy;" >> "$folder/outer-proxies.realip"
done
