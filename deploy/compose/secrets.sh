#!/bin/sh
# Make the secrets of compose.yaml, once: random, in .env beside it, readable by you only.
set -eu
cd "$(dirname "$0")"
if [ -e .env ]; then
    echo ".env is there already; delete it to make new secrets (and the volumes with it)." >&2
    exit 1
fi
secret() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }
umask 077
{
    echo "ELASTIC_PASSWORD=$(secret)"
    echo "KIBANA_PASSWORD=$(secret)"
    echo "KIBANA_KEY=$(secret)"
    echo "COPYDESK_ELASTICSEARCH_PASSWORD=$(secret)"
    echo "INSTALLER_LOGIN='basic copydesk_installer:$(secret)'"
} > .env.new
mv .env.new .env
echo "Made .env. Kibana's user elastic has the password ELASTIC_PASSWORD in it."
