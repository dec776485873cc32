#!/bin/sh
# What starts with a dash, or is no program, is for node.
set -e
case "${1-}" in
  -*) exec node "$@" ;;
esac
if [ "$#" -gt 0 ] && ! command -v "$1" >/dev/null; then exec node "$@"; fi
exec "$@"
