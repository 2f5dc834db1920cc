package dev.heliograph.loadtest.peer.centrifugo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heliograph.loadtest.peer.Installation;
import dev.heliograph.loadtest.peer.Peer;
import dev.heliograph.loadtest.peer.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Centrifugo, from a binary on this machine.
 *
 * <p>It knows idempotency keys for publications. They are not used, so that its figures are without
 * what they cost; for the same reason {@link Ability#IDEMPOTENCE} is not among its abilities here.
 */
public final class CentrifugoPeer implements Peer {

    /** Its name on the command line, where {@code =} and the path of the binary follow. */
    public static final String NAME = "centrifugo";

    /** What {@code centrifugo version} prints begins so. */
    private static final String VERSION = "Centrifugo v6.";

    private static final int VERSION_TIMEOUT_S = 20;

    private final Path binary;

    /** Centrifugo at this path. */
    public CentrifugoPeer(Path binary) {
        this.binary = binary.toAbsolutePath();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.of(
                Ability.AUTHENTICATION, Ability.RESUME, Ability.GAP_DETECTION, Ability.DURABILITY);
    }

    @Override
    public Installation start(Plan plan) throws IOException, InterruptedException {
        requireVersion();
        return CentrifugoInstallation.start(binary, plan);
    }

    private void requireVersion() throws IOException, InterruptedException {
        if (!Files.isExecutable(binary)) {
            throw new IOException(
                    "No executable file at "
                            + binary
                            + ": get Centrifugo 6 (https://centrifugal.dev/docs/getting-started/installation)"
                            + " and give the path of its binary as centrifugo=PATH");
        }
        Process process =
                new ProcessBuilder(binary.toString(), "version").redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(VERSION_TIMEOUT_S, TimeUnit.SECONDS)) {
                throw new IOException(
                        "%s version did not end within %d s".formatted(binary, VERSION_TIMEOUT_S));
            }
            String version = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            if (!version.startsWith(VERSION)) {
                throw new IOException(
                        "%s is not Centrifugo 6: it calls itself '%s'".formatted(binary, version));
            }
        } finally {
            process.destroyForcibly();
        }
    }
}
