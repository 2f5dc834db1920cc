package dev.heliograph.loadtest.peer.launch;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The programs in {@code loadtest/peers}, with the packages that their lock file names. They are
 * installed once for each state of that folder, into a directory below {@code .build/peers}.
 */
public final class NodePrograms {

    /** For 70 small packages over a slow line. */
    private static final int INSTALL_TIMEOUT_S = 300;

    /** Names the state of the folder: enough not to meet by chance. */
    private static final int DIGEST_HEX_DIGITS = 16;

    private static final String SOURCES = "loadtest/peers";
    private static final String LOCK_FILE = "package-lock.json";
    private static final String GET_NODE =
            ": install Node.js 20.19 or newer (https://nodejs.org/en/download) and put its"
                    + " directory into PATH";

    private final Path node;
    private final Path directory;

    private NodePrograms(Path node, Path directory) {
        this.node = node;
        this.directory = directory;
    }

    /**
     * Finds Node, and installs the packages unless they are there.
     *
     * @throws IOException when Node, npm, the folder or the network is missing; the message says
     *     which, and what to do
     */
    public static NodePrograms install() throws IOException, InterruptedException {
        String searchPath = System.getenv("PATH");
        return install(root(), searchPath == null ? "" : searchPath);
    }

    static NodePrograms install(Path root, String searchPath)
            throws IOException, InterruptedException {
        Path node = program("node", searchPath);
        Path sources = root.resolve(SOURCES);
        if (!Files.exists(sources.resolve(LOCK_FILE))) {
            throw new IOException(
                    sources
                            + " is missing: run this in a checkout of Heliograph, or give its place"
                            + " as -Dheliograph.root=<directory>");
        }
        List<Path> files = files(sources);
        Path target = root.resolve(".build/peers").resolve(digest(sources, files));
        if (!Files.exists(target)) {
            install(sources, files, target, program("npm", searchPath), searchPath);
        }
        return new NodePrograms(node, target);
    }

    /** The command that runs a program. */
    public List<String> command(String program) {
        return List.of(node.toString(), directory.resolve(program).toString());
    }

    /** Where the sources are: as the launcher says, else around the working directory. */
    private static Path root() {
        String told = System.getProperty("heliograph.root", "");
        Path here = Path.of(told).toAbsolutePath();
        return told.isEmpty() && !Files.exists(here.resolve(SOURCES)) && here.getParent() != null
                ? here.getParent()
                : here;
    }

    private static Path program(String name, String searchPath) throws IOException {
        return Stream.of(searchPath.split(File.pathSeparator))
                .map(directory -> Path.of(directory, name).toAbsolutePath())
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("No " + name + " in PATH" + GET_NODE));
    }

    private static List<Path> files(Path sources) throws IOException {
        try (Stream<Path> all = Files.walk(sources)) {
            return all.filter(Files::isRegularFile)
                    .map(sources::relativize)
                    .filter(file -> !file.startsWith("node_modules"))
                    .sorted()
                    .toList();
        }
    }

    private static String digest(Path sources, List<Path> files) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(sources.resolve(file)));
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, DIGEST_HEX_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Each Java has SHA-256", e);
        }
    }

    /** Nothing is at the target until all of it is: another run may install at the same time. */
    private static void install(
            Path sources, List<Path> files, Path target, Path npm, String searchPath)
            throws IOException, InterruptedException {
        Files.createDirectories(target.getParent());
        Path next = Files.createTempDirectory(target.getParent(), "installing-");
        try {
            for (Path file : files) {
                Path copy = next.resolve(file);
                Files.createDirectories(copy.getParent());
                Files.copy(sources.resolve(file), copy);
            }
            runNpm(npm, next, searchPath);
            Files.move(next, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another run was faster, with the same result.
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("Cannot rename within " + target.getParent(), e);
        } finally {
            remove(next);
        }
    }

    private static void runNpm(Path npm, Path directory, String searchPath)
            throws IOException, InterruptedException {
        Path log = directory.resolve("npm.log");
        ProcessBuilder builder =
                new ProcessBuilder(npm.toString(), "ci", "--no-audit", "--no-fund", "--omit=dev")
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        // npm is a script for node, which it looks for there.
        builder.environment().put("PATH", searchPath);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(INSTALL_TIMEOUT_S, TimeUnit.SECONDS);
            if (!ended || process.exitValue() != 0) {
                throw new IOException(
                        "npm could not install the packages of %s/%s %s. It needs the npm registry, or a cache that has them. It said:%n%s"
                                .formatted(
                                        SOURCES,
                                        LOCK_FILE,
                                        ended
                                                ? "(exit code " + process.exitValue() + ")"
                                                : "within " + INSTALL_TIMEOUT_S + " s",
                                        Files.readString(log).strip()));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> content = Files.walk(directory)) {
            for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
