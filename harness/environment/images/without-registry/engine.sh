#!/usr/bin/env bash
# A Docker engine of floodmark's own, for a machine that reaches no container registry. Needs root.
#   engine.sh start     starts it unless it runs, and prints the settings by which Docker's and Testcontainers' clients find it
#   engine.sh stop      ends its containers and itself, and keeps its images for the next start
#   engine.sh remove    its images go too
# All that it has is in one folder, $FLOODMARK_ENGINE. A system's own Docker is neither used nor touched: this one has a containerd, a socket,
# a bridge, addresses and control groups of its own, and no firewall rule but one that lets its own containers speak to one another.
set -euo pipefail

folder=$(realpath --canonicalize-missing "${FLOODMARK_ENGINE:-${XDG_CACHE_HOME:-$HOME/.cache}/floodmark/engine}")
socket=$folder/docker.sock
# Network devices need names of at most 15 characters, and each engine of a machine one of its own. Its control groups are named alike.
own_name=floodmark-$(cksum <<<"$folder" | cut --characters=1-5)
start_limit_s=60
stop_limit_s=30

say() { printf 'engine.sh: %s\n' "$*" >&2; }
client() { docker --host "unix://$socket" "$@"; }
answers() { client version >/dev/null 2>&1; }

# A pid file outlives a crash, and by then the number may be somebody else's.
runs() { local pid; pid=$(cat "$folder/$1.pid" 2>/dev/null) && grep --quiet --text --fixed-strings "$folder/" "/proc/$pid/cmdline" 2>/dev/null; }
has_ended() { ! runs "$1"; }

# wait_until <seconds> <command...>: false when the time is up.
wait_until() {
  local limit_s=$1; shift
  for ((tries = 0; tries < limit_s * 5; tries++)); do "$@" && return; sleep 0.2; done
  return 1
}

start() {
  [[ $(id --user) == 0 ]] || { say 'a Docker engine of its own needs root'; exit 77; }
  for program in dockerd containerd docker ip iptables; do
    command -v "$program" >/dev/null || { say "$program is missing: apt-get install docker.io iproute2"; exit 69; }
  done
  if ! { runs dockerd && answers; }; then
    # What an earlier one left that was killed.
    stop
    trap stop EXIT
    mkdir --parents "$folder"
    choose_addresses
    make_bridge
    start_containerd
    start_dockerd
    trap - EXIT
  fi
  # Published ports are on loopback, so its host is to be looked for there; and Ryuk is given the socket that there is.
  printf 'export %s\n' "DOCKER_HOST=unix://$socket" TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 "TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE=$socket"
}

# Its containers get addresses from a network that this machine has no route to, if possible those of its last start.
choose_addresses() {
  local routes known
  routes=$(ip route show table all)
  known=$(cat "$folder/network" 2>/dev/null) || known=
  for network in $known 10.{213..254}; do
    grep --quiet --extended-regexp "(^| )${network/./\\.}\." <<<"$routes" && continue
    echo "$network" >"$folder/network"
    return
  done
  say 'no network is free from 10.213.0.0/16 to 10.254.0.0/16'
  exit 69
}

make_bridge() {
  ip link add "$own_name" type bridge
  ip address add "$network.0.1/24" dev "$own_name"
  ip link set "$own_name" up
  # A kernel without a firewall has nothing to be let through.
  firewall_rule --insert || true
}

# Where another Docker has made the firewall drop what is forwarded, containers would not reach one another without this.
firewall_rule() { iptables --wait "$1" FORWARD --source "$network.0.0/16" --destination "$network.0.0/16" --jump ACCEPT 2>/dev/null; }

# launch <name> <command...>: in a session of its own, since it is to outlive this shell. The log is that of the last start.
launch() {
  local name=$1; shift
  setsid nohup "$@" >"$folder/$name.log" 2>&1 </dev/null &
  echo $! >"$folder/$name.pid"
}

# wait_for <name> <command...>: until the command is true; ends this script where the daemon has ended or takes too long.
wait_for() {
  local name=$1; shift
  # By its number, which nobody else can have yet: until it has become the daemon its command line is another's, or empty.
  is_decided() { "$@" || ! kill -0 "$(cat "$folder/$name.pid")" 2>/dev/null; }
  wait_until "$start_limit_s" is_decided "$@" || true
  "$@" || { say "$name did not start; the end of its log:"; tail --lines 5 "$folder/$name.log" >&2; exit 69; }
}

# One of its own: dockerd would share the system's where there is one.
start_containerd() {
  printf '%s\n' 'version = 2' 'disabled_plugins = ["io.containerd.grpc.v1.cri"]' '[plugins."io.containerd.internal.v1.opt"]' "path = \"$folder/opt\"" >"$folder/containerd.toml"
  launch containerd containerd --config "$folder/containerd.toml" --root "$folder/containerd" --state "$folder/containerd-state" --address "$folder/containerd.sock"
  wait_for containerd test -S "$folder/containerd.sock"
}

start_dockerd() {
  # In place of the system's settings, which are for the system's engine.
  echo '{}' >"$folder/dockerd.json"
  launch dockerd dockerd --config-file "$folder/dockerd.json" --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/docker.pid" \
    --host "unix://$socket" --containerd "$folder/containerd.sock" --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$own_name" \
    --ip 127.0.0.1 --bridge "$own_name" --default-address-pool "base=$network.0.0/16,size=24" --iptables=false --ip-masq=false --ip-forward=false
  wait_for dockerd answers
}

stop() {
  [[ -s $folder/network ]] || return 0
  network=$(cat "$folder/network")
  if runs dockerd && answers; then
    client ps --all --quiet | xargs --no-run-if-empty docker --host "unix://$socket" rm --force --volumes >/dev/null
    client network prune --force >/dev/null
  fi
  end dockerd
  end_shims
  end containerd
  # The bridge, and what an engine that was killed could not take down.
  awk -v folder="$folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort --reverse | xargs --no-run-if-empty umount --lazy
  ip -oneline -4 address | awk -v network="$network." 'index($4, network) == 1 { print $2 }' | xargs --no-run-if-empty --max-args 1 ip link delete
  while firewall_rule --delete; do :; done
  find /sys/fs/cgroup -depth -type d -path "*/$own_name*" -exec rmdir {} + 2>/dev/null || true
  rm --recursive --force "$folder"/{exec,containerd-state,*.pid,*.sock*}
}

end() {
  runs "$1" || return 0
  kill "$(cat "$folder/$1.pid")"
  wait_until "$stop_limit_s" has_ended "$1" || kill -KILL "$(cat "$folder/$1.pid")"
}

# Where dockerd was killed, each container's shim is still there. Shims name the containerd that they belong to.
end_shims() {
  for process in /proc/[0-9]*; do
    if tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep --quiet "^[^ ]*containerd-shim.* -address $folder/containerd.sock"; then
      pkill -KILL --parent "${process#/proc/}" || true
      kill -KILL "${process#/proc/}" || true
    fi
  done
}

# Only a folder that an engine was started in: a setting may be wrong.
remove() {
  stop
  [[ ! -s $folder/network ]] || rm --recursive --force "$folder"
}

case "${1:-}" in
  start | stop | remove) "$1" ;;
  *) say 'say start, stop or remove'; exit 64 ;;
esac
