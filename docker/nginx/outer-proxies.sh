#!/bin/sh
# Writes which outer proxies nginx trusts, from ENTOURAGE_OUTER_PROXIES: addresses and networks such as 10.1.0.5 or 10.1.0.0/24, with
# spaces, commas or semicolons between them. None by default. The image's entry point runs this before nginx.
set -eu
export LC_ALL=C
folder="${ENTOURAGE_NGINX_FOLDER:-/tmp/entourage}"
mkdir -p "$folder"
: > "$folder/outer-proxies.geo"
: > "$folder/outer-proxies.realip"
# No pattern in a list of addresses names a file.
set -f
for proxy in $(printf %s "${ENTOURAGE_OUTER_PROXIES:-}" | tr ',;' '  '); do
    case "$proxy" in
        *[!0-9a-fA-F.:/]* | */*/* | /* | */)
            echo "ENTOURAGE_OUTER_PROXIES: '$proxy' is no address or network. Write 10.1.0.5 or 10.1.0.0/24." >&2
            exit 1
            ;;
        */0)
            echo "ENTOURAGE_OUTER_PROXIES: '$proxy' is everybody, so anyone could forge an address. Name the proxy's own." >&2
            exit 1
            ;;
    esac
    echo "$proxy 1;" >> "$folder/outer-proxies.geo"
    echo "set_real_ip_from $proxy;" >> "$folder/outer-proxies.realip"
done
