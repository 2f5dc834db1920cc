package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.helidon.http.HeaderNames;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.websocket.WsUpgrader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Any header lines. */
class HandshakeFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void aRequestIsAnUpgradeOrIsRefusedWith400(byte[] octets) {
        WritableHeaders<?> headers = WritableHeaders.create();
        for (String line : new String(octets, StandardCharsets.ISO_8859_1).split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.add(
                        HeaderNames.create(line.substring(0, colon)),
                        line.substring(colon + 1).strip());
            }
        }
        ConnectRequest request = ConnectRequest.parse(headers);
        Optional<Verdict.Refused> malformed = GatewayUpgrader.malformed(request, headers);

        if (malformed.isPresent()) {
            assertThat(malformed.get().status(), is(400));
            assertThat(malformed.get().code(), is("invalid_argument"));
        } else {
            assertThat(request.encoding().isPresent(), is(true));
            assertThat(headers.get(WsUpgrader.WS_KEY).allValues(), hasSize(1));
            assertThat(
                    Base64.getDecoder().decode(headers.get(WsUpgrader.WS_KEY).get()).length,
                    is(16));
        }
    }
}
