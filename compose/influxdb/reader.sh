#!/bin/bash
# Runs once, when InfluxDB is set up: Grafana's user, who may read the bucket and nothing else.
set -eu
influx v1 auth create --username grafana --password="$(cat /run/secrets/influx_reader)" \
  --org "$DOCKER_INFLUXDB_INIT_ORG" --read-bucket "$DOCKER_INFLUXDB_INIT_BUCKET_ID" > /dev/null
