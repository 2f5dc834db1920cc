package dev.heliograph.server.conformance;

import dev.heliograph.server.WholeServer;
import java.io.IOException;
import java.nio.file.Path;

/** The same over TLS. */
class TlsConformanceTest extends ConformanceTest {

    @Override
    WholeServer server(Path directory, String... settings) throws IOException {
        return WholeServer.overTls(directory, settings);
    }

    @Override
    String transport() {
        return "TLS";
    }
}
