# Runs a program for as long as its owner lives. The owner starts it, in a process group of its own, by
#   bash watchdog.sh <program> <argument>...
# and holds the other end of standard input. That pipe closes when the owner dies, whatever killed it: then the program is
# killed. The first line on standard output is the process id of the program; the program's own output follows.
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
kill -KILL "$program"
wait "$program"
