#!/bin/sh
# Give Kibana, Copydesk and the installer of dashboards their users in Elasticsearch, each with what
# it needs and no more. Harmless to run again. Passwords reach curl by standard input, not as words.
set -eu
secrets=${SECRETS:-/run/secrets}
url=$ELASTICSEARCH_URL
admin=${ELASTICSEARCH_ADMIN:-elastic}

# They are written into JSON and into curl's own configuration.
for each in elastic_password kibana_password copydesk_password installer_login; do
    case $(cat "$secrets/$each") in
        *[\"\\]*)
            echo "setup: $each holds a quotation mark or backslash; choose one without" >&2
            exit 1
            ;;
    esac
done

put() { # path, body
    status=$({
        printf 'user = "%s:%s"\n' "$admin" "$(cat "$secrets/elastic_password")"
        printf 'header = "Content-Type: application/json"\n'
        printf 'data = "%s"\n' "$(printf '%s' "$2" | tr '\n' ' ' | sed 's/\\/\\\\/g; s/"/\\"/g')"
    } | curl -sS -o /dev/null -w '%{http_code}' -X PUT --max-time 30 -K - "$url$1")
    if [ "$status" != 200 ]; then
        echo "setup: PUT $1 was answered with HTTP $status" >&2
        exit 1
    fi
    echo "setup: $1"
}

# The desk's role: templates and indices that begin with copydesk-, and nobody else's.
put /_security/role/copydesk_writer '{
  "cluster": ["monitor", "manage_index_templates", "manage_ilm"],
  "indices": [{"names": ["copydesk-*"], "privileges": ["manage", "read", "write"]}]
}'
# For people who look at the dashboards: give it to your own users beside Kibana's viewer.
put /_security/role/copydesk_reader '{
  "indices": [{"names": ["copydesk-*"], "privileges": ["read", "view_index_metadata"]}]
}'
# Only Kibana's saved objects of the default space; nothing of the news itself.
put /_security/role/copydesk_installer '{
  "applications": [{
    "application": "kibana-.kibana",
    "privileges": ["feature_savedObjectsManagement.all"],
    "resources": ["space:default"]
  }]
}'
login=$(cat "$secrets/installer_login")
put /_security/user/copydesk "{
  \"password\": \"$(cat "$secrets/copydesk_password")\", \"roles\": [\"copydesk_writer\"]
}"
put /_security/user/copydesk_installer "{
  \"password\": \"${login#*:}\", \"roles\": [\"copydesk_installer\"]
}"
put /_security/user/kibana_system/_password "{\"password\": \"$(cat "$secrets/kibana_password")\"}"
