package dev.heliograph.server.auth;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import dev.heliograph.server.testkit.TestKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JwksSourceTest {

    private static final TestKey OLD = TestKey.hs256("old");
    private static final TestKey NEW = TestKey.es256("new");
    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final Duration NEVER = Duration.ofDays(1);

    @TempDir Path directory;

    @Test
    void takesANewKeyAndDropsARemovedOneWithoutARestart() throws IOException {
        Path file = write(TestKey.jwks(OLD));
        try (JwksSource source = JwksSource.create(file.toString(), OFTEN)) {
            assertThat(source.keysWith("old").isPresent(), is(true));
            write(TestKey.jwks(NEW));
            await(() -> source.keysWith("old").isEmpty());
            assertThat(source.keysWith("new").isPresent(), is(true));
        }
    }

    @Test
    void anUnknownKeyIsLookedForAtOnce() throws IOException {
        Path file = write(TestKey.jwks(OLD));
        try (JwksSource source = JwksSource.create(file.toString(), NEVER)) {
            write(TestKey.jwks(OLD, NEW));
            assertThat(source.keysWith("new").isPresent(), is(true));
        }
    }

    @Test
    void aFailedReloadKeepsTheOldKeys() throws IOException {
        Path file = write(TestKey.jwks(OLD));
        try (JwksSource source = JwksSource.create(file.toString(), NEVER)) {
            for (String broken : new String[] {"", "{", "[]", "{}", TestKey.jwks(OLD, OLD)}) {
                write(broken);
                source.keysWith("unknown");
                assertThat(broken, source.keysWith("old").isPresent(), is(true));
            }
        }
    }

    @Test
    void aFloodOfUnknownKeysCostsOneReloadASecond() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/jwks",
                exchange -> {
                    requests.incrementAndGet();
                    byte[] body = TestKey.jwks(OLD).getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks";
        try (JwksSource source = JwksSource.create(url, NEVER)) {
            long start = System.nanoTime();
            Thread[] threads = new Thread[16];
            for (int i = 0; i < threads.length; i++) {
                threads[i] =
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            for (int n = 0; n < 100; n++) {
                                                source.keysWith("unknown-" + n);
                                            }
                                        });
            }
            for (Thread thread : threads) {
                thread.join();
            }
            int seconds = (int) Duration.ofNanos(System.nanoTime() - start).toSeconds();
            assertThat(requests.get(), lessThanOrEqualTo(2 + seconds));
            assertThat(source.keysWith("old").isPresent(), is(true));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aSetThatCannotBeReadAtTheStartIsAClearError() {
        Path missing = directory.resolve("missing.json");
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> JwksSource.create(missing.toString(), NEVER));
        assertThat(e.getMessage(), containsString("heliograph.auth.jwks"));
        assertThat(e.getMessage(), containsString(missing.toString()));
    }

    private Path write(String text) throws IOException {
        Path next = Files.writeString(directory.resolve("next.json"), text);
        return Files.move(
                next,
                directory.resolve("jwks.json"),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within 10 s");
            }
            Thread.onSpinWait();
        }
    }
}
