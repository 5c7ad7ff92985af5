#!/bin/sh
# Makes what k8s/ names and never holds, with random content that is shown nowhere. Call it after `kubectl apply -k`: pods
# wait for their secrets. What is there already stays as it is. Options are kubectl's own, such as --context=NAME.
#   hms-esr-cluster       secret                     masters and workers of a run
#   hms-esr-influx-admin  username, password, token  InfluxDB alone
#   hms-esr-influx        token                      may write points: control tower, masters
#   hms-esr-grafana       password, influx-token     Grafana; its token may only read
set -eu
kube() { kubectl --namespace hms-esr "$@"; }
if [ "$#" -gt 0 ]; then
  options=$*
  # shellcheck disable=SC2086  # several options, split on purpose
  kube() { kubectl --namespace hms-esr $options "$@"; }
fi
random() { head -c 32 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'; }
have() { kube get secret "$1" --output name > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
umask 077

# make NAME: a secret of the files in $folder, which are gone afterwards; values are on no command line
make() {
  kube create secret generic "$1" --from-file="$folder/in" > /dev/null
  rm -rf "$folder/in"
  echo "$1 made"
}

# token KIND: a new token of InfluxDB that may read or write buckets
token() {
  # shellcheck disable=SC2016  # the pod's own environment
  create='influx auth create --host http://localhost:8086 --org hms-esr --json --token "$DOCKER_INFLUXDB_INIT_ADMIN_TOKEN"'
  kube exec influxdb-0 -- sh -c "$create --$1-buckets" | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p' | tr -d '\n'
}

if have hms-esr-cluster; then echo "hms-esr-cluster is there already"; else
  mkdir "$folder/in"
  random > "$folder/in/secret"
  make hms-esr-cluster
fi
if have hms-esr-influx-admin; then echo "hms-esr-influx-admin is there already"; else
  mkdir "$folder/in"
  printf hms-esr > "$folder/in/username"
  random > "$folder/in/password"
  random > "$folder/in/token"
  make hms-esr-influx-admin
fi
if ! kube get pod influxdb-0 --output name > /dev/null 2>&1; then
  echo "There is no pod influxdb-0: kubectl apply -k k8s/, then this again" >&2
  exit 4
fi
kube wait --for=condition=Ready pod/influxdb-0 --timeout=5m > /dev/null
for one in "hms-esr-influx token write" "hms-esr-grafana influx-token read"; do
  # shellcheck disable=SC2086  # three words
  set -- $one
  if have "$1"; then
    echo "$1 is there already"
    continue
  fi
  mkdir "$folder/in"
  token "$3" > "$folder/in/$2"
  [ -s "$folder/in/$2" ] || { echo "InfluxDB made no token for $1" >&2; exit 4; }
  if [ "$1" = hms-esr-grafana ]; then random > "$folder/in/password"; fi
  make "$1"
done
