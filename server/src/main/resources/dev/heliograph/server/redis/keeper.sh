# Runs programs for as long as their owner lives. The owner starts it by
#   bash -c "$(cat keeper.sh)" heliograph-keeper <directory>
# and holds the other end of standard input. Each line there starts a program: the file for its output, the program and its
# arguments, parted by tabs. The answer on standard output is its process id. When the pipe closes, whatever killed the owner,
# all of them are killed and the directory is removed: what such programs keep is as short-lived as they are.
#
# Job control gives the keeper a process group of its own, so neither a terminal's Ctrl-C nor a SIGKILL to the owner's group
# reaches it. It has to be bash: dash has no job control without a terminal.
set -m
trap '' HUP INT QUIT TERM
keep() {
    while IFS=$'\t' read -r -a words; do
        "${words[@]:1}" </dev/null >>"${words[0]}" 2>&1 &
        echo "$!"
    done
    # Running jobs only: the number of one that has ended may be another's by now.
    # shellcheck disable=SC2046 # One word a process.
    kill -KILL $(jobs -rp)
    wait
    rm -rf -- "$1"
}
keep "$@" <&0 2>/dev/null &
wait
