#!/usr/bin/env bash
# Tests what deploy/ ships: checks the configuration files, builds the image offline, and runs the installation of
# compose.yaml in containers behind the real HAProxy. Needs root for the containers; makes its base images itself (a minute)
# and keeps them in ~/.cache/heliograph/deploy-test. Run it after the Java build, which fills the local Maven repository.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/heliograph/deploy-test
RUNTIME=$(mktemp -d /tmp/hg-deploy.XXXXXX)
WORK=$RUNTIME/work
NETNS=hg-$$
IMAGE=localhost/heliograph-test/server:$$
export ROOT RUNTIME NETNS IMAGE
# The containers take a third of a minute on two idle cores; on a busy machine a cold run still ends within four minutes.
readonly TOPOLOGY_LIMIT=150s

# shellcheck source=deploy/test/images.sh
source "$ROOT/deploy/test/images.sh"
# shellcheck source=deploy/test/network.sh
source "$ROOT/deploy/test/network.sh"
export NETWORK

passed=0 failed=0 skipped=0

pass() { passed=$((passed + 1)); echo "PASS $1"; }
fail() { failed=$((failed + 1)); echo "FAIL $1"; }
not_run() { skipped=$((skipped + 1)); echo "NOT RUN: $1: $2"; }

# Runs a command as case $1: quiet when it works, its last lines when not.
check() {
    local name=$1
    shift
    if "$@" >"$RUNTIME/output" 2>&1; then pass "$name"; else
        fail "$name"
        tail -30 "$RUNTIME/output" | sed 's/^/     /'
        return 1
    fi
}

# Prints what is missing of "<command>:<Debian package>" arguments after trying to install it.
missing_tools() {
    local pair packages=() missing=()
    for pair in "$@"; do command -v "${pair%%:*}" >/dev/null || packages+=("${pair#*:}"); done
    if ((${#packages[@]})) && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        apt_install "${packages[@]}" >"$RUNTIME/apt.log" 2>&1 || true
    fi
    for pair in "$@"; do command -v "${pair%%:*}" >/dev/null || missing+=("${pair%%:*}"); done
    echo "${missing[*]}"
}

# Services that come with a package are not started: RUNLEVEL tells invoke-rc.d so.
apt_install() {
    local options=(-o DPkg::Lock::Timeout=120 -y --no-install-recommends)
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    apt-get install "${options[@]}" "$@" || { apt-get update && apt-get install "${options[@]}" "$@"; }
}

# Goes on after an error: what is left is removed all the same.
clean_up() {
    local names
    set +e
    if [[ -x $RUNTIME/podman ]]; then
        names=$("$RUNTIME/podman" ps --all --quiet --filter "name=^$NETNS-")
        # shellcheck disable=SC2086 # ids, one word each
        [[ -z $names ]] || "$RUNTIME/podman" rm --force --time 0 $names >/dev/null
        "$RUNTIME/podman" rmi --force "$IMAGE" >/dev/null 2>&1
        "$RUNTIME/podman" image prune --force >/dev/null 2>&1
    fi
    remove_network "$NETNS"
    rm -rf "$RUNTIME"
}

# Compose files are YAML; the parser is whatever Python has one.
compose_as_json() {
    local python
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import yaml' 2>/dev/null || continue
        "$python" -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)' \
            <"$ROOT/deploy/compose.yaml" >"$RUNTIME/compose.json"
        return
    done
    echo "no Python with PyYAML"
    return 1
}

compose_services() {
    node -p 'Object.keys(JSON.parse(require("fs").readFileSync(process.argv[1])).services).join("\n")' "$RUNTIME/compose.json"
}

# A wrapper, so that the topology test uses the same storage.
write_podman() {
    local options
    mapfile -t options < <(storage)
    printf '#!/bin/sh\nCONTAINERS_CONF=%q exec podman %s "$@"\n' "$RUNTIME/containers.conf" "${options[*]@Q}" >"$RUNTIME/podman"
    chmod +x "$RUNTIME/podman"
}

run_topology() {
    local line
    while IFS= read -r line; do
        case $line in
        PASS\ *) pass "${line#PASS }" ;;
        FAIL\ *) fail "${line#FAIL }" ;;
        *) echo "$line" ;;
        esac
    done < <(timeout --kill-after=5s "$TOPOLOGY_LIMIT" nsenter --net="/run/netns/$NETNS" node "$ROOT/deploy/test/topology.mjs" 2>&1 ||
        echo "FAIL the topology test ends by itself within $TOPOLOGY_LIMIT (status $?)")
}

static_checks() {
    local missing
    missing=$(missing_tools haproxy:haproxy)
    if [[ $missing ]]; then not_run "haproxy.cfg is valid" "no $missing"; else
        check "haproxy.cfg is valid" haproxy -c -f "$ROOT/deploy/haproxy/haproxy.cfg" || true
    fi
    missing=$(missing_tools shellcheck:shellcheck)
    if [[ $missing ]]; then not_run "shell scripts are clean" "no $missing"; else
        check "shell scripts are clean" shellcheck -x -P "$ROOT" "$ROOT"/deploy/test.sh "$ROOT"/deploy/test/*.sh || true
    fi
    compose_as_json >/dev/null 2>&1 || missing_tools no-such-command:python3-yaml >/dev/null
    check "compose.yaml is valid YAML" compose_as_json
}

image_tests() {
    local missing tag jre maven services
    if [[ $(id -u) != 0 ]]; then not_run "the image runs" "containers and their network need root" && return; fi
    missing=$(missing_tools podman:podman buildah:buildah runc:runc debootstrap:debootstrap redis-server:redis-server \
        ip:iproute2 nsenter:util-linux mvn:maven conmon:conmon)
    if [[ $missing ]]; then not_run "the image runs" "no $missing, and it could not be installed" && return; fi
    if ! "${JAVA_HOME:-/none}/bin/java" -version 2>&1 | grep -q 'version "25'; then
        not_run "the image runs" "JAVA_HOME is not a JDK 25" && return
    fi
    mkdir -p "$CACHE" "$RUNTIME/auth" "$RUNTIME/redis" "$WORK"
    chmod 755 "$RUNTIME" "$RUNTIME/auth"
    exec 9>"$CACHE/lock"
    flock 9
    write_containers_conf
    write_podman
    echo "nameserver $NETWORK.1" >"$RUNTIME/resolv.conf"
    tag=$(base_tag) jre=localhost/heliograph-test/jre:$tag maven=localhost/heliograph-test/maven:$tag
    mapfile -t services < <(compose_services)
    check "base images are there" make_base_images "$jre" "$maven" || return 0
    check "the image builds offline from the sources" build_server_image "$IMAGE" "$jre" "$maven" || return 0
    check "a private network is there" create_network "$NETNS" "${services[@]}" || return 0
    run_topology
}

trap clean_up EXIT
if static_checks; then image_tests; else not_run "the image runs" "compose.yaml is broken"; fi
echo
if ((skipped)); then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
((failed == 0))
