#!/usr/bin/env bash
# A Docker engine of floodmark's own, for a machine that reaches no container registry: starts it, stops it, removes it. Needs root.
#   eval "$(engine.sh start)"    starts it unless it runs, and prints what Docker's and Testcontainers' clients need to find it
#   engine.sh stop               ends its containers and itself, and keeps its images for the next start
#   engine.sh remove             stops it, and its images go too
# Everything it has is in one folder, $FLOODMARK_ENGINE. A system's own Docker is neither used nor touched: this engine has a containerd,
# a socket, a bridge and addresses of its own, and no rule in the firewall but one that lets its own containers speak to one another.
set -euo pipefail

folder=${FLOODMARK_ENGINE:-${XDG_CACHE_HOME:-$HOME/.cache}/floodmark/engine}
docker_host=unix://$folder/docker.sock
# Names of network devices have 15 characters at most, and every engine on the machine needs one.
bridge=floodmark-$(cksum <<<"$folder" | cut -c1-5)
start_limit_s=60
stop_limit_s=30

fail() { printf 'engine.sh: %s\n' "$*" >&2; exit 69; }
answers() { docker --host "$docker_host" version >/dev/null 2>&1; }
answers_or_ended() { answers || ! runs "$1"; }
# A pid file outlives a crash, and its number may be somebody else's by now.
runs() { local pid; pid=$(cat "$folder/$1.pid" 2>/dev/null) && grep -q "$folder" "/proc/$pid/cmdline" 2>/dev/null; }

# wait_until <seconds> <command...>: false when the time is up.
wait_until() {
  local limit_s=$1; shift
  for ((tries = 0; tries < limit_s * 5; tries++)); do "$@" && return; sleep 0.2; done
  return 1
}

# The first two numbers of every address that its containers get: those of a network that this machine had no route to at the first start.
address_prefix() {
  if [[ ! -s $folder/address-prefix ]]; then
    for number in {213..254} none; do ip route show table all | grep -qE "(^| )10\.$number\." || break; done
    [[ $number != none ]] || fail 'no free network from 10.213.0.0/16 to 10.254.0.0/16'
    echo "10.$number" >"$folder/address-prefix"
  fi
  cat "$folder/address-prefix"
}

# Where another Docker made dropping the rule, containers of one network would not reach one another without this.
firewall_rule() { iptables --wait "$1" FORWARD --source "$prefix.0.0/16" --destination "$prefix.0.0/16" --jump ACCEPT 2>/dev/null; }

start() {
  [[ $(id -u) == 0 ]] || fail 'a Docker engine needs root'
  for program in dockerd containerd docker ip iptables; do command -v "$program" >/dev/null || fail "$program is missing: apt-get install docker.io iproute2"; done
  mkdir -p "$folder"
  if ! { runs dockerd && answers; }; then
    stop
    prefix=$(address_prefix)
    ip link add "$bridge" type bridge
    ip address add "$prefix.0.1/24" dev "$bridge"
    ip link set "$bridge" up
    firewall_rule --insert
    start_containerd
    start_dockerd
  fi
  # Published ports are on loopback, so that is where its host is to be looked for; Ryuk gets the socket that is there.
  cat <<LINES
export DOCKER_HOST=$docker_host
export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
export TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE=$folder/docker.sock
LINES
}

# In the background with a session of its own: outlives the shell, and a terminal's Ctrl-C does not reach it. The log of the last start is kept.
launch() { local name=$1; shift; setsid nohup "$@" >"$folder/$name.log" 2>&1 </dev/null & echo $! >"$folder/$name.pid"; }

# One of its own, since dockerd would share the system's where one runs.
start_containerd() {
  printf 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[plugins."io.containerd.internal.v1.opt"]\npath = "%s/opt"\n' "$folder" >"$folder/containerd.toml"
  launch containerd containerd --config "$folder/containerd.toml" --root "$folder/containerd" --state "$folder/containerd-state" --address "$folder/containerd.sock"
  wait_until "$start_limit_s" test -S "$folder/containerd.sock" || fail "containerd did not start: $(tail -3 "$folder/containerd.log")"
}

start_dockerd() {
  # Instead of the system's settings, which are for the system's engine.
  echo '{}' >"$folder/dockerd.json"
  launch dockerd dockerd --config-file "$folder/dockerd.json" --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/docker.pid" \
    --host "$docker_host" --containerd "$folder/containerd.sock" --ip 127.0.0.1 --bridge "$bridge" --default-address-pool "base=$prefix.0.0/16,size=24" \
    --iptables=false --ip-forward=false --ip-masq=false
  wait_until "$start_limit_s" answers_or_ended dockerd && answers || fail "dockerd did not start: $(tail -3 "$folder/dockerd.log")"
}

stop() {
  if runs dockerd && answers; then
    docker --host "$docker_host" ps --all --quiet | xargs --no-run-if-empty docker --host "$docker_host" rm --force --volumes >/dev/null
    docker --host "$docker_host" network prune --force >/dev/null
  fi
  end dockerd
  end_shims
  end containerd
  # What an engine that was killed could not take down itself.
  awk -v folder="$folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort --reverse | xargs --no-run-if-empty umount --lazy
  if [[ -s $folder/address-prefix ]]; then
    prefix=$(address_prefix)
    ip -oneline -4 address | awk -v network="$prefix." 'index($4, network) == 1 { print $2 }' | xargs --no-run-if-empty -n 1 ip link delete
    while firewall_rule --delete; do :; done
  fi
  rm -rf "${folder:?}"/{exec,containerd-state,*.pid,*.sock*}
}

end() {
  runs "$1" || return 0
  kill "$(cat "$folder/$1.pid")"
  ended() { ! runs "$name"; }
  name=$1 wait_until "$stop_limit_s" ended || kill -KILL "$(cat "$folder/$1.pid")"
}

# Where dockerd was killed, each container still has its shim. They name the containerd that they belong to.
end_shims() {
  for cmdline in /proc/[0-9]*/cmdline; do
    if tr '\0' ' ' <"$cmdline" 2>/dev/null | grep -q "^[^ ]*containerd-shim.* -address $folder/containerd.sock"; then
      pid=${cmdline#/proc/}; pid=${pid%/cmdline}
      pkill -KILL --parent "$pid" || true
      kill -KILL "$pid" || true
    fi
  done
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  remove) stop; rm -rf "${folder:?}" ;;
  *) printf 'usage: engine.sh start|stop|remove\n' >&2; exit 64 ;;
esac
