package dev.heliograph.server.attack;

import dev.heliograph.server.WholeServer;
import java.io.IOException;
import java.nio.file.Path;

/** The same over TLS. */
class SlowReadersOverTlsTest extends SlowReadersTest {

    @Override
    WholeServer server(Path directory, String... settings) throws IOException {
        return WholeServer.overTls(directory, settings);
    }

    @Override
    String transport() {
        return "TLS";
    }
}
