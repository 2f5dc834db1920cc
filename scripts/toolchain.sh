# shellcheck shell=bash
# Finds JDK, Maven and Node, and says how to get what is missing. Sourced; sets JAVA_HOME and PATH.

readonly MIN_JAVA=25
# Maven 3.8.7 is what Debian 12 has; the build enforces it.
readonly MIN_MAVEN=3.8.7
# First Node 20 that can require ES modules, as the build tools do.
readonly MIN_NODE=20.19.0

# True when version $1 is $2 or newer; both dotted numbers.
at_least() {
    local have=$1 want=$2 have_part want_part i
    for i in 1 2 3; do
        have_part=$(printf '%s' "$have" | cut -d. -f"$i" | sed 's/[^0-9].*//')
        want_part=$(printf '%s' "$want" | cut -d. -f"$i")
        have_part=${have_part:-0}
        want_part=${want_part:-0}
        if [ "$have_part" -gt "$want_part" ]; then return 0; fi
        if [ "$have_part" -lt "$want_part" ]; then return 1; fi
    done
    return 0
}

# The feature release of the JDK in $1, from its release file or by asking it; nothing when it is no JDK.
jdk_version() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    local said
    said=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null) || said=
    if [ -z "$said" ]; then
        said=$("$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
    fi
    printf '%s' "$said"
}

# Sets JAVA_HOME to the first JDK that is new enough.
find_jdk() {
    local on_path candidate found
    on_path=$(command -v javac 2>/dev/null) || on_path=
    if [ -n "$on_path" ]; then
        # Follows links, which /usr/bin/javac usually is; readlink -f is not everywhere.
        while [ -L "$on_path" ]; do
            case $(readlink "$on_path") in
                /*) on_path=$(readlink "$on_path") ;;
                *) on_path=$(dirname "$on_path")/$(readlink "$on_path") ;;
            esac
        done
        on_path=$(dirname "$(dirname "$on_path")")
    fi
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
        [ -n "$candidate" ] || continue
        found=$(jdk_version "$candidate")
        if [ -n "$found" ] && [ "$found" -ge "$MIN_JAVA" ]; then
            JAVA_HOME=$candidate
            export JAVA_HOME
            return 0
        fi
    done
    return 1
}

# Which install hint fits this machine.
platform() {
    if [ "$(uname -s)" = Darwin ]; then
        echo macos
    elif command -v apt-get >/dev/null 2>&1; then
        echo debian
    elif command -v dnf >/dev/null 2>&1; then
        echo fedora
    else
        echo other
    fi
}

hint() {
    case "$1-$(platform)" in
        java-macos) echo "brew install --cask temurin@25" ;;
        java-debian) echo "apt-get install temurin-25-jdk   (repository: https://adoptium.net/installation/linux)" ;;
        java-fedora) echo "dnf install java-25-openjdk-devel" ;;
        java-other) echo "https://adoptium.net/temurin/releases/?version=25, unpacked below ~/.jdks" ;;
        maven-macos) echo "brew install maven" ;;
        maven-debian) echo "apt-get install maven" ;;
        maven-fedora) echo "dnf install maven" ;;
        maven-other) echo "https://maven.apache.org/download.cgi, its bin on the PATH" ;;
        node-macos) echo "brew install node" ;;
        node-debian) echo "https://github.com/nodesource/distributions, or nvm install 20" ;;
        node-fedora) echo "dnf install nodejs" ;;
        node-other) echo "https://nodejs.org/en/download, its bin on the PATH" ;;
    esac
}

# Checks all that are named, then fails once with everything that is missing.
require_toolchain() {
    local tool have missing=0
    for tool in "$@"; do
        case $tool in
            java)
                if ! find_jdk; then
                    missing=1
                    echo "heliograph: no JDK $MIN_JAVA or newer in JAVA_HOME, on the PATH or in the usual places." >&2
                    echo "            Get one: $(hint java)" >&2
                fi
                ;;
            maven)
                have=$(mvn --version 2>/dev/null | sed -n 's/^[^A]*Apache Maven \([0-9.]*\).*/\1/p' | head -n 1) || have=
                if [ -z "$have" ] || ! at_least "$have" "$MIN_MAVEN"; then
                    missing=1
                    echo "heliograph: no Maven $MIN_MAVEN or newer on the PATH${have:+ (found $have)}." >&2
                    echo "            Get it: $(hint maven)" >&2
                fi
                ;;
            node)
                have=$(node --version 2>/dev/null | sed 's/^v//') || have=
                if [ -z "$have" ] || ! at_least "$have" "$MIN_NODE"; then
                    missing=1
                    echo "heliograph: no Node $MIN_NODE or newer on the PATH${have:+ (found $have)}." >&2
                    echo "            Get it: $(hint node)" >&2
                fi
                ;;
        esac
    done
    [ "$missing" = 0 ] || exit 1
}
