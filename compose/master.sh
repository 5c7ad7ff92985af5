#!/bin/sh
# The master of one run over the cluster's workers, told by the environment (docs/compose.md); with arguments, hms-esr itself.
set -eu
[ $# -eq 0 ] || exec hms-esr "$@"
set -- run "${RUN_FILE:?is to name a scenario}" --target "$TARGET" --i-may-load "$MAY_LOAD" --no-dashboard \
  --master --bind 0.0.0.0:5557 --expect-workers "$WORKERS" --wait 2m --cluster-secret-file /run/secrets/cluster
case "$STREAM" in
  on) set -- "$@" --influx http://influxdb:8086 --influx-org hms-esr --influx-token-file /run/secrets/influx_token ;;
  off) ;;
  *) echo "STREAM=$STREAM: allowed are on (points go to InfluxDB) and off" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086 # options are words
exec hms-esr "$@" $RUN_OPTIONS
