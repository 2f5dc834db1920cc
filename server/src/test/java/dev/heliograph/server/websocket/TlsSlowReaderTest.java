package dev.heliograph.server.websocket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/** With TLS slow readers are found, borne and ended as without. */
class TlsSlowReaderTest extends SlowReaderTest {

    @TempDir Path directory;

    @Override
    GatewayFixture gateway(Duration stallTimeout) {
        try {
            return new GatewayFixture(stallTimeout, new TlsFixture(directory).server());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    RawClient connect(GatewayFixture gateway, int receiveBuffer) throws IOException {
        return TlsFixture.connect(gateway, receiveBuffer);
    }
}
