#!/bin/bash
# First start: a bucket, a user who may do everything, the mounted scripts. Every start: InfluxDB behind nginx on 8086.
set -euo pipefail
data=/var/lib/influxdb2
cat > /tmp/influxd.conf <<CONF
reporting-disabled = true
bind-address = "127.0.0.1:8088"
[meta]
  dir = "$data/meta"
[data]
  dir = "$data/data"
  wal-dir = "$data/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:8087"
  auth-enabled = true
  log-enabled = false
[logging]
  level = "error"
CONF
influxd run -config /tmp/influxd.conf &
until wget -q -O /dev/null http://127.0.0.1:8087/ping; do sleep 0.2; done

password=$(cat "$DOCKER_INFLUXDB_INIT_PASSWORD_FILE")
if [ ! -e "$data/set_up" ]; then
  # InfluxDB 1 calls for its first user before anything else.
  wget -q -O /dev/null --post-data "q=CREATE USER \"$DOCKER_INFLUXDB_INIT_USERNAME\" WITH PASSWORD '$password' WITH ALL PRIVILEGES" \
    http://127.0.0.1:8087/query
  influx do "CREATE DATABASE \"$DOCKER_INFLUXDB_INIT_BUCKET\""
  export DOCKER_INFLUXDB_INIT_BUCKET_ID=$DOCKER_INFLUXDB_INIT_BUCKET
  run-parts --regex ".*sh$" --report --exit-on-error /docker-entrypoint-initdb.d
  touch "$data/set_up"
fi

all="$(printf '%s:%s' "$DOCKER_INFLUXDB_INIT_USERNAME" "$password" | base64 --wrap 0)"
cat > /tmp/nginx.conf <<CONF
daemon off; pid /tmp/nginx.pid; error_log stderr; worker_processes 1;
events { worker_connections 256; }
http {
  access_log off; default_type application/json; client_max_body_size 64m;
  client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
  map \$arg_precision \$unit { default \$arg_precision; us u; }
  server {
    listen 8086;
    location / { proxy_pass http://127.0.0.1:8087; }
    location = /api/v2/write {
      if (\$http_authorization != "Token $(cat "$DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE")") {
        return 401 '{"code":"unauthorized","message":"unauthorized access"}';
      }
      if (\$arg_org != "$DOCKER_INFLUXDB_INIT_ORG") { return 404 '{"code":"not found","message":"organization not found"}'; }
      proxy_set_header Authorization "Basic $all";
      rewrite ^ /write?db=\$arg_bucket&precision=\$unit break;
      proxy_pass http://127.0.0.1:8087;
    }
  }
}
CONF
exec nginx -e stderr -c /tmp/nginx.conf
