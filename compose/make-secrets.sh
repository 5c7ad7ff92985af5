#!/bin/sh
# Makes what docker-compose.yml needs and git must never see: secrets/ with random content, and .env that names it.
# What is there already stays as it is. Compose shows these files to containers with the owner and mode they have here, and
# containers run as users of their own: so the folder is for you alone (700), and the files in it can be read.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
chmod 700 secrets
for name in cluster influx_password influx_token influx_reader grafana_password; do
  if [ -s "secrets/$name" ]; then
    echo "secrets/$name is there already"
  else
    head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' > "secrets/$name" # no dash: programs take one for an option
    echo "secrets/$name made"
  fi
  chmod 444 "secrets/$name"
done
touch .env
grep -q '^ESR_SECRETS=' .env || echo 'ESR_SECRETS=./secrets' >> .env
echo "Next: docker compose up --build --detach --wait"
