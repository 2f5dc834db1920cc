package dev.heliograph.loadtest.chaos.topology;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Which process of this machine a connection belongs to, as Linux tells in /proc, see proc(5). */
final class SocketOwner {

    private static final List<Path> TABLES =
            List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

    /* Fields of a line of /proc/net/tcp. */
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int INODE = 9;

    private SocketOwner() {}

    /** Whether one of the processes holds the end at the local port. */
    static boolean isOneOf(Collection<Long> pids, int localPort, int remotePort) {
        Optional<String> inode = inode(localPort, remotePort);
        return inode.isPresent()
                && pids.stream().anyMatch(pid -> holds(pid, "socket:[" + inode.get() + "]"));
    }

    private static Optional<String> inode(int localPort, int remotePort) {
        String local = ":%04X".formatted(localPort);
        String remote = ":%04X".formatted(remotePort);
        for (Path table : TABLES) {
            try {
                for (String line : Files.readAllLines(table)) {
                    String[] fields = line.strip().split("\\s+", -1);
                    if (fields.length > INODE
                            && fields[LOCAL].endsWith(local)
                            && fields[REMOTE].endsWith(remote)) {
                        return Optional.of(fields[INODE]);
                    }
                }
            } catch (IOException _) {
                // A machine without this family, or without /proc: nobody is known there.
            }
        }
        return Optional.empty();
    }

    private static boolean holds(long pid, String socket) {
        Path descriptors = Path.of("/proc", Long.toString(pid), "fd");
        try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
            for (Path descriptor : all) {
                if (points(descriptor, socket)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException _) {
            // It has ended meanwhile.
        }
        return false;
    }

    private static boolean points(Path descriptor, String socket) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals(socket);
        } catch (IOException _) {
            // Closed meanwhile.
            return false;
        }
    }
}
