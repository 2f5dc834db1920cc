# Runs one Redis for as long as its owner lives. The owner starts it by
#   bash -c "$(cat watchdog.sh)" heliograph-redis <redis-server> <home> keep|remove
# and holds the other end of standard input. That pipe closes when the owner dies, whatever killed it: then Redis is stopped
# and the home, if it is to be removed, is removed. The only line on standard output is the process id of Redis. This script
# ends when all of that is done.
#
# Job control gives watcher and Redis process groups of their own, so neither a terminal's Ctrl-C nor a SIGKILL to the
# owner's group reaches them. It has to be bash: dash has no job control without a terminal.
set -m
trap '' HUP INT QUIT TERM
watch() {
    "$1" "$2/redis.conf" </dev/null >>"$2/redis.log" 2>&1 &
    redis=$!
    echo "$redis"
    # Ends at the end of file: the owner never writes.
    while read -r _; do :; done
    kill -TERM "$redis" 2>/dev/null
    # 3 s for a clean shutdown, which leaves 2 of the 5 in which Redis has to be gone.
    tries=0
    while kill -0 "$redis" 2>/dev/null && [ "$tries" -lt 30 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -KILL "$redis" 2>/dev/null
    wait "$redis" 2>/dev/null
    if [ "$3" = remove ]; then
        rm -rf -- "$2"
    fi
}
watch "$@" <&0 2>/dev/null &
wait
