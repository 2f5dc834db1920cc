package dev.heliograph.server.conformance;

import static dev.heliograph.server.websocket.WireFrames.FIN;
import static dev.heliograph.server.websocket.WireFrames.masked;

import dev.heliograph.server.gateway.Encoding;
import java.util.List;
import java.util.OptionalInt;

/**
 * Sections 12 and 13: compression is not negotiated (F-7), whatever is offered. That the answer
 * names no extension, {@link RawDevice} checks on every connection.
 */
final class ExtensionCases {

    private static final String OFFER = "Sec-WebSocket-Extensions: ";
    private static final int RSV_1 = 0x40;

    private ExtensionCases() {}

    static Group group() {
        return new Group(
                "12 and 13 Extensions",
                List.of(
                        offered("12.1.1", "permessage-deflate"),
                        offered(
                                "13.1.1",
                                "permessage-deflate; client_no_context_takeover;"
                                        + " client_max_window_bits"),
                        offered(
                                "13.2.1",
                                "permessage-deflate; server_max_window_bits=9, permessage-deflate,"
                                        + " x-webkit-deflate-frame"),
                        new Case(
                                "13.3.1",
                                "a compressed frame after an offer of permessage-deflate",
                                Encoding.JSON,
                                OptionalInt.of(1002),
                                List.of(OFFER + "permessage-deflate"),
                                device ->
                                        device.send(
                                                masked(
                                                        FIN | RSV_1 | device.opcode(),
                                                        device.asking("compressed"))))));
    }

    private static Case offered(String number, String extension) {
        return new Case(
                number,
                "an offer of " + extension + " is left aside",
                Encoding.JSON,
                OptionalInt.empty(),
                List.of(OFFER + extension),
                device -> {
                    device.send(device.ask("uncompressed"));
                    device.repeats("uncompressed");
                });
    }
}
