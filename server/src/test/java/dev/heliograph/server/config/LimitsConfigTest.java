package dev.heliograph.server.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.TestServer;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsConfigTest {

    @ParameterizedTest
    @ValueSource(ints = {400, 512, 1_024, 4_096, 5_000, 6_500, 20_000, 65_536, 1_048_576})
    void allPortsTogetherStayBelowTheLimitOfOpenFiles(int limit) {
        OpenFiles files = new OpenFiles(limit);
        int devices = files.maxConnections(OptionalInt.of(1_000_000), true, false);
        int sockets =
                devices
                        + OpenFiles.spareSockets(devices)
                        + files.grpcConnections()
                        + files.adminConnections();
        assertThat(sockets, is(lessThanOrEqualTo(limit - 256)));
    }

    @Test
    void aNumberThatTheFilesCarryIsTakenAndALargerOneLowered() {
        OpenFiles files = new OpenFiles(20_000);
        assertThat(files.maxConnections(OptionalInt.of(400), true, false), is(400));
        assertThat(files.maxConnections(OptionalInt.of(19_000), false, false), is(19_000));
        assertThat(files.maxConnections(OptionalInt.of(50_000), false, false), is(19_132));
        assertThat(files.maxConnections(OptionalInt.of(50_000), true, false), is(18_132));
    }

    @Test
    void withoutANumberTheHeapCountsToo() {
        assertThat(
                new OpenFiles(Long.MAX_VALUE).maxConnections(OptionalInt.empty(), true, false),
                is((int) (Runtime.getRuntime().maxMemory() / 32_768)));
        assertThat(
                new OpenFiles(Long.MAX_VALUE).maxConnections(OptionalInt.empty(), true, true),
                is((int) (Runtime.getRuntime().maxMemory() / 65_536)));
    }

    @Test
    void tooFewFilesForAnyDeviceAreAnErrorThatNamesThem() {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new OpenFiles(256).maxConnections(OptionalInt.empty(), false, false));
        assertThat(e.getMessage(), containsString("256 files (ulimit -n)"));
    }

    @Test
    void theFrameRateFollowsTheSubscriptions() {
        assertThat(framesPerSecond("gateway.max-subscriptions", "1000"), is(20_000));
        assertThat(framesPerSecond("gateway.max-subscriptions", "1"), is(200));
        assertThat(framesPerSecond("gateway.max-frames-per-second", "7"), is(7));
    }

    private static int framesPerSecond(String key, String value) {
        return TestServer.config(Path.of("jwks.json"), key, value)
                .gateway()
                .limits()
                .framesPerSecond();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.1.2.3/12, 10.15.0.0, true",
        "10.1.2.3/12, 10.16.0.0, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "0.0.0.0/0, 192.0.2.2, true",
        "0.0.0.0/0, ::1, false",
        "fd00::/8, fdff::1, true",
        "fd00::/8, fe00::1, false",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "10.0.0.0/8, ::ffff:10.0.0.1, true"
    })
    void aRangeHoldsTheAddressesThatBeginAsItDoes(String range, String address, boolean held) {
        assertThat(AddressRange.parse(range).contains(InetAddress.ofLiteral(address)), is(held));
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example.com, true",
        "HTTPS://App.Example.com, true",
        "https://app.example.com:8443, false",
        "http://app.example.com, false",
        "https://app.example.com.evil.net, false",
        "https://a.example.org, true",
        "https://a.b.example.org, true",
        "https://example.org, false",
        "https://.example.org, false",
        "https://evilexample.org, false",
        "https://evil.net/.example.org, false",
        "null, false"
    })
    void anOriginHasToBeListedOrBelowAListedName(String origin, boolean allowed) {
        AllowedOrigins origins =
                new AllowedOrigins(List.of("https://app.example.com", "https://*.example.org"));
        assertThat(origins.allow(Optional.of(origin)), is(allowed));
        assertThat(origins.allow(Optional.empty()), is(true));
        assertThat(new AllowedOrigins(List.of()).allow(Optional.of(origin)), is(true));
    }
}
