# shellcheck shell=bash
# Base images made from this machine's own Debian mirror, JDK and Maven, since the test may reach no image registry.
# Sourced by test.sh, which owns CACHE (kept), RUNTIME and WORK (one run).

readonly SUITE=bookworm

# A storage of its own, apart from the user's images and containers. Podman remembers both paths: neither may change.
storage() { printf '%s\n' --root "$CACHE/storage" --runroot "$CACHE/run"; }

hg_podman() {
    local options
    mapfile -t options < <(storage)
    CONTAINERS_CONF="$RUNTIME/containers.conf" podman "${options[@]}" "$@"
}

hg_buildah() {
    local options
    mapfile -t options < <(storage)
    CONTAINERS_CONF="$RUNTIME/containers.conf" buildah "${options[@]}" "$@"
}

# Runc, since crun refuses cgroup v1; cgroupfs, since containers have no systemd; limits that
# a root without CAP_SYS_RESOURCE may set.
write_containers_conf() {
    local nofile
    nofile=$(ulimit -Hn)
    cat >"$RUNTIME/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$nofile:$nofile", "nproc=8192:8192"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "file"
CONF
}

# The name under which the base images are cached: another JDK, Maven or recipe makes new ones.
base_tag() {
    { cat "$JAVA_HOME/release"; mvn -v; declare -f make_base_images copy_into; } 2>/dev/null | sha256sum | cut -c1-12
}

# Makes the base images $1 (Java runtime) and $2 (JDK and Maven) on Debian's smallest system.
make_base_images() {
    local jre=$1 maven=$2 maven_home
    hg_podman image exists "$jre" && hg_podman image exists "$maven" && return
    hg_podman rmi --all --force >/dev/null 2>&1 || true
    debootstrap --variant=minbase "$SUITE" "$WORK/debian" http://deb.debian.org/debian
    rm -rf "$WORK"/debian/var/cache/apt/* "$WORK"/debian/usr/share/{doc,man,locale}/*
    tar -C "$WORK/debian" -c . | hg_podman import - "localhost/heliograph-test/debian:$SUITE"
    rm -rf "$WORK/debian"

    "$JAVA_HOME/bin/jlink" --output "$WORK/jre" --strip-java-debug-attributes --no-header-files --no-man-pages \
        --generate-cds-archive --add-modules java.se,jdk.unsupported,jdk.management,jdk.net,jdk.crypto.ec,jdk.naming.dns,jdk.jfr
    # Vendors ship this archive too, jlink does not make it; without it the image's JVM flags start slowly.
    "$WORK/jre/bin/java" -XX:+UseCompactObjectHeaders -Xshare:dump
    copy_into "$jre" "$WORK/jre" /opt/java
    rm -rf "$WORK/jre"

    maven_home=$(mvn -v | sed -n 's/.*Maven home: //p')
    mkdir "$WORK/tools"
    cp -rL "$JAVA_HOME" "$WORK/tools/java"
    cp -rL "$maven_home" "$WORK/tools/maven"
    copy_into "$maven" "$WORK/tools" /opt
    rm -rf "$WORK/tools"
}

# Makes image $1: Debian with directory $2 at $3.
copy_into() {
    hg_buildah bud --isolation chroot -q -t "$1" -f - "$2" <<FILE
FROM localhost/heliograph-test/debian:$SUITE
COPY . $3
ENV JAVA_HOME=/opt/java PATH=/opt/java/bin:/opt/maven/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
FILE
}

# Builds the server image $1 on the bases $2 (Java runtime) and $3 (JDK and Maven), offline from the local Maven repository.
build_server_image() {
    # Maven asks the user database for the home directory, not the variable HOME.
    local home
    home=$(getent passwd "$(id -u)" | cut -d: -f6)
    local repository=${MAVEN_REPOSITORY:-$home/.m2/repository}
    hg_buildah bud --isolation chroot -t "$1" -f "$ROOT/deploy/Dockerfile" \
        --build-arg BASE="$2" --build-arg BUILD_BASE="$3" \
        --build-arg MAVEN_ARGS="-o -Dmaven.repo.local=/repository" \
        --volume "$repository:/repository:ro" "$ROOT"
}
