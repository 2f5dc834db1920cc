# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # root comes from, and version goes to, the script that sources this.
# Builds what is stale. Sourced; needs root, JAVA_HOME and the tools on the PATH.

version=$(sed -n 's:^    <version>\(.*\)</version>:\1:p' "$root/pom.xml" | head -n 1)

# True when stamp $1 is missing or older than any file below the others, leaving out what builds write.
stale() {
    local stamp=$root/.build/$1
    shift
    [ -e "$stamp" ] || return 0
    [ -n "$(find "$@" \( -name target -o -name node_modules -o -name dist -o -name gen \) -prune \
        -o -type f -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

# Runs a step with its output in .build/<name>.log, and shows the end of that when it fails.
build_step() {
    local name=$1 what=$2 start log
    shift 2
    log=$root/.build/$name.log
    start=$(date +%s)
    printf '%s … ' "$what" >&2
    if "$@" </dev/null >"$log" 2>&1; then
        echo "$(($(date +%s) - start)) s" >&2
    else
        echo "failed" >&2
        tail -n 30 "$log" >&2
        echo "heliograph: the build failed; the whole log is $log" >&2
        exit 1
    fi
}

java_is_stale() {
    [ ! -d "$root/cli/target/libs" ] || stale java.stamp "$root/pom.xml" \
        "$root/proto" "$root/server" "$root/client-sdk" "$root/loadtest" "$root/cli"
}

build_java() {
    mkdir -p "$root/.build"
    if java_is_stale; then
        # Dated before the build, so that an edit during it counts.
        touch "$root/.build/java.next"
        build_step java "Building the Java modules (the first time takes minutes)" \
            mvn -q -f "$root/pom.xml" -DskipTests -Dspotless.check.skip=true package
        # The JVM does not renew class archives whose jars changed; the next run of each command does.
        rm -f "$root"/.build/*.jsa
        mv "$root/.build/java.next" "$root/.build/java.stamp"
    fi
}

install_npm() {
    mkdir -p "$root/.build"
    if [ ! -d "$root/ts-client/node_modules" ] || stale npm.stamp "$root/ts-client/package-lock.json"; then
        touch "$root/.build/npm.next"
        build_step npm "Installing npm packages" npm --prefix "$root/ts-client" ci --no-audit --no-fund
        mv "$root/.build/npm.next" "$root/.build/npm.stamp"
    fi
}

console_is_stale() {
    [ ! -f "$root/ts-client/dist/console/index.html" ] || stale console.stamp "$root/ts-client" "$root/proto/src"
}

build_console() {
    if console_is_stale; then
        install_npm
        touch "$root/.build/console.next"
        build_step console "Building the TypeScript SDK and the console" npm --prefix "$root/ts-client" run build
        mv "$root/.build/console.next" "$root/.build/console.stamp"
    fi
}
