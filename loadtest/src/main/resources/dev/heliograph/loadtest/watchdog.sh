# Runs a program for as long as its owner lives. The owner starts it by
#   bash -c "$(cat watchdog.sh)" heliograph-watchdog <program> <argument>...
# and holds the other end of standard input. That pipe closes when the owner dies, whatever killed it: then the program is
# stopped. The first line on standard output is the process id of the program; the program's own output follows.
#
# Job control gives the program a process group of its own, so that a terminal's Ctrl-C reaches only the owner, which then
# ends things in order.
set -m
# Caught, not ignored: what is ignored stays ignored in the program, and the server has to hear SIGTERM.
trap : HUP INT QUIT TERM
exec 3<&0
# The program's process tells its id itself, before it becomes the program: else a quick program's output could come first.
(
    echo "$BASHPID"
    exec "$@"
) </dev/null 3<&- 2>&1 &
program=$!
# Only the program writes from here on: its output ends when it does.
exec 1>/dev/null 2>/dev/null
# Ends at the end of file, for the owner never writes, or when the program has ended.
while kill -0 "$program"; do
    read -r -t 1 _ <&3
    # Above 128: nothing came within the second; 1: the end of file.
    [ $? -gt 128 ] || break
done
kill -TERM "$program"
# 3 s for an orderly end.
tries=0
while kill -0 "$program" && [ "$tries" -lt 30 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -KILL "$program"
wait "$program"
