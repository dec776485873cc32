#!/usr/bin/env bash
# The contract of the official image's entry point, as far as it is used: a first start makes the cluster, the user and the database that
# POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB name, and runs what is in /docker-entrypoint-initdb.d with a server that listens on its
# socket only. So "ready to accept connections" stands in the log twice, as it does there.
set -euo pipefail

sockets=/var/run/postgresql
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}

[[ ${1:-} == -* ]] && set -- postgres "$@"
[[ ${1:-} == postgres ]] || exec "$@"

if [[ $(id -u) == 0 ]]; then
  mkdir -p "$PGDATA"
  chown -R postgres:postgres "$PGDATA" "$sockets"
  exec setpriv --reuid postgres --regid postgres --clear-groups "$BASH_SOURCE" "$@"
fi

sql() { PGPASSWORD=${POSTGRES_PASSWORD:-} psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --host "$sockets" --username "$user" "$@"; }

make_cluster() {
  if [[ -z ${POSTGRES_PASSWORD:-} && ${POSTGRES_HOST_AUTH_METHOD:-} != trust ]]; then
    echo 'Error: Database is uninitialized and superuser password is not specified: set POSTGRES_PASSWORD' >&2
    exit 1
  fi
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  # Word splitting is the contract of POSTGRES_INITDB_ARGS.
  initdb --pgdata "$PGDATA" --username "$user" --pwfile <(printf '%s\n' "${POSTGRES_PASSWORD:-}") --encoding UTF8 ${POSTGRES_INITDB_ARGS:-}
  echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  printf "%s = '%s'\n" listen_addresses '*' unix_socket_directories "$sockets" >>"$PGDATA/postgresql.conf"
}

run_scripts() {
  shopt -s nullglob
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) if [[ -x $file ]]; then "$file"; else . "$file"; fi ;;
      *.sql) sql --dbname "$database" --file "$file" ;;
    esac
  done
}

if [[ ! -s $PGDATA/PG_VERSION ]]; then
  make_cluster
  settings=("${@:2}" -c listen_addresses=)
  pg_ctl --pgdata "$PGDATA" --wait start --options "${settings[*]@Q}"
  [[ $database == postgres ]] || sql --dbname postgres --set name="$database" <<<'CREATE DATABASE :"name"'
  run_scripts
  pg_ctl --pgdata "$PGDATA" --mode fast --wait stop
  echo 'PostgreSQL init process complete; ready for start up.'
fi
exec "$@"
