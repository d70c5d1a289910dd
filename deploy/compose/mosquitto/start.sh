#!/bin/sh
# Makes the password file of the secrets, for the broker alone to read, and becomes the broker.
set -eu
umask 077
secrets=${SECRETS:-/run/secrets} config=${CONFIG:-/mosquitto/config} run=${RUN:-/run/mosquitto}
printf 'hedgewatch:%s\ndesk:%s\n' "$(cat "$secrets/mqtt-password")" "$(cat "$secrets/desk-password")" >"$run/passwd"
mosquitto_passwd -U "$run/passwd"
cat "$config/hedgewatch.acl" >"$run/acl"
exec mosquitto -c "$config/mosquitto.conf"
