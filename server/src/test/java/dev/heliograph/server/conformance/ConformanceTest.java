package dev.heliograph.server.conformance;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.notify.v1.NotifyServiceGrpc.NotifyServiceBlockingStub;
import dev.heliograph.server.WholeServer;
import dev.heliograph.server.testkit.TestProducer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cases of Autobahn's test suite against a whole server, as far as the device protocol leaves
 * them a meaning. After what is valid, the session still gets a notification; after what is not,
 * the connection ends with the code of RFC 6455; a bystander is served throughout.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {

    /** Room for the messages of 65,536 octets, and for some beyond. */
    static final int MAX_MESSAGE_BYTES = 128 * 1024;

    private static final String[] SETTINGS = {
        "gateway.max-message-bytes",
        String.valueOf(MAX_MESSAGE_BYTES),
        // None falls into a case.
        "gateway.heartbeat-interval",
        "1h",
        // Some cases are nothing but many small frames.
        "gateway.max-frames-per-second",
        "1000000"
    };

    /** Of all transports. */
    private static final ConformanceReport REPORT = new ConformanceReport();

    private WholeServer whole;
    private NotifyServiceBlockingStub backend;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        whole = server(directory, SETTINGS);
        backend = whole.producer().api(whole.token("backend"));
    }

    WholeServer server(Path directory, String... settings) throws IOException {
        return new WholeServer(directory, settings);
    }

    /** What the report calls the way to the server. */
    String transport() {
        return "plain";
    }

    @AfterAll
    void stop() throws IOException {
        whole.close();
        REPORT.write(Path.of(System.getProperty("basedir", "."), "target", "conformance.md"));
    }

    @TestFactory
    Stream<DynamicContainer> cases() {
        return Stream.of(
                        FramingCases.group(),
                        PingCases.group(),
                        ReservedCases.bits(),
                        ReservedCases.opcodes(),
                        FragmentCases.group(),
                        Utf8Cases.group(),
                        CloseCases.group(),
                        LimitCases.sizes(),
                        LimitCases.pieces(),
                        ExtensionCases.group())
                .map(this::container);
    }

    private DynamicContainer container(Group group) {
        return dynamicContainer(
                group.title(),
                Stream.concat(
                        group.cases().stream()
                                .map(it -> dynamicTest(it.name(), () -> run(group, it))),
                        Stream.of(
                                dynamicTest(
                                        "the bystander is served after section " + group.title(),
                                        whole::bystanderStillReceives))));
    }

    private void run(Group group, Case it) {
        boolean well = false;
        try {
            play(it);
            well = true;
        } catch (AssertionError | IOException e) {
            throw new AssertionError(it.name(), e); // some reporters number dynamic tests
        } finally {
            REPORT.add(transport(), group, it, well);
        }
    }

    private void play(Case it) throws IOException {
        String user = "case-" + it.number();
        try (RawDevice device =
                new RawDevice(
                        whole.client(), whole.token(user), user, it.encoding(), it.offers())) {
            it.script().play(device);
            if (it.closeCode().isPresent()) {
                int code = it.closeCode().getAsInt();
                device.closed(code, code == CloseCode.CLOSE_CODE_PROTOCOL_VIOLATION_VALUE);
            } else {
                device.delivers(
                        backend.notify(TestProducer.request(user))
                                .getResults(0)
                                .getStored()
                                .getNotificationId());
            }
        }
    }
}
