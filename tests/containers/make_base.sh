#!/bin/sh
# A base image without a registry: Debian with Python and nginx. Arguments: folder to make it in, name of the image.
set -eu
rootfs=$1 name=$2
if [ ! -x "$rootfs/usr/bin/wget" ]; then
  rm -rf "$rootfs"
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,nginx-light,wget bookworm "$rootfs" > "$rootfs.log" 2>&1 \
    || { tail -5 "$rootfs.log" >&2; exit 1; }
  rm -rf "$rootfs"/var/cache/apt/archives/*.deb "$rootfs"/var/lib/apt/lists/*
fi
# Packages are fetched from where this machine may: it knows whom to trust.
cp /etc/ssl/certs/ca-certificates.crt "$rootfs/etc/ssl/certs/ca-certificates.crt"
tar -C "$rootfs" -c . | podman import --quiet --change 'ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt' - "$name"
