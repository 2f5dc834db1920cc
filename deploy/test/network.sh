# shellcheck shell=bash
# A private network for the topology: a namespace for each service, joined by a bridge in a namespace of its own, in which the
# test itself runs. Nothing of it touches the machine's interfaces, ports or NAT rules, so every service keeps its real ports.
# Sourced by test.sh.

readonly NETWORK=10.77.0

# Creates namespace $1 with the bridge (address .1), and $1-<service> (addresses .10, .11, …) for each further argument.
create_network() {
    local prefix=$1 number=10 service
    shift
    ip netns add "$prefix"
    ip -n "$prefix" link set lo up
    ip -n "$prefix" link add br0 type bridge
    ip -n "$prefix" addr add "$NETWORK.1/24" dev br0
    ip -n "$prefix" link set br0 up
    for service in "$@"; do
        ip netns add "$prefix-$service"
        ip -n "$prefix-$service" link set lo up
        ip -n "$prefix" link add "v$number" type veth peer name eth0 netns "$prefix-$service"
        ip -n "$prefix" link set "v$number" master br0 up
        ip -n "$prefix-$service" addr add "$NETWORK.$number/24" dev eth0
        ip -n "$prefix-$service" link set eth0 up
        number=$((number + 1))
    done
}

# Removes the namespaces that create_network made for prefix $1.
remove_network() {
    local namespace
    for namespace in $(ip netns list 2>/dev/null | awk -v p="$1" '$1 == p || index($1, p "-") == 1 { print $1 }'); do
        ip netns del "$namespace"
    done
}
