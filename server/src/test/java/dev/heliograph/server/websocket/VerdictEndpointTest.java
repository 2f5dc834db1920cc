package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.heliograph.server.gateway.SessionFactory.Admission;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VerdictEndpointTest {

    private final GatewayFixture gateway = new GatewayFixture();

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void c6AGoodTokenIsOkWithExactlyThreeKeys() throws Exception {
        RawClient.Answer answer = ask("Authorization: Bearer good-alice");
        assertThat(answer.status(), is(200));
        assertThat(answer.body(), is("{\"code\":\"ok\",\"retry_after_ms\":0,\"message\":\"\"}"));
        assertThat(answer.header("access-control-allow-origin"), is("*"));
        assertThat(answer.header("cache-control"), is("no-store"));
    }

    @Test
    void c6AnExpiredTokenIsToldFromOneThatIsNotTrusted() throws Exception {
        RawClient.Answer expired = ask("Authorization: Bearer expired");
        assertThat(expired.status(), is(401));
        assertThat(expired.body(), startsWith("{\"code\":\"token_expired\",\"retry_after_ms\":0,"));
        for (String[] headers :
                new String[][] {
                    {}, {"Authorization: Bearer forged"}, {"authorization: Bearer no-scope"}
                }) {
            RawClient.Answer answer = ask(headers);
            assertThat(answer.status(), is(401));
            assertThat(answer.body(), startsWith("{\"code\":\"unauthenticated\","));
            assertThat(answer.body(), not(containsString("forged")));
            assertThat(answer.header("access-control-allow-origin"), is("*"));
        }
    }

    @Test
    void c6OverloadTellsWhenToComeBack() throws Exception {
        gateway.admission = new Admission.Refused("overloaded", 1_500);
        RawClient.Answer answer = ask("Authorization: Bearer good-alice");
        assertThat(answer.status(), is(503));
        assertThat(answer.header("retry-after"), is("2"));
        assertThat(answer.body(), startsWith("{\"code\":\"overloaded\",\"retry_after_ms\":1500,"));
    }

    @Test
    void c6ABrowsersPreflightIsAnswered() throws Exception {
        try (RawClient client = new RawClient(gateway.port())) {
            RawClient.Answer answer =
                    client.request(
                            "OPTIONS /v1/connect",
                            List.of(
                                    "Origin: https://app.example",
                                    "Access-Control-Request-Method: GET",
                                    "Access-Control-Request-Headers: authorization"));
            assertThat(answer.status(), is(204));
            assertThat(answer.header("access-control-allow-origin"), is("*"));
            assertThat(answer.header("access-control-allow-methods"), is("GET"));
            assertThat(answer.header("access-control-allow-headers"), is("Authorization"));
        }
    }

    private RawClient.Answer ask(String... headers) throws IOException {
        try (RawClient client = new RawClient(gateway.port())) {
            return client.request("GET /v1/connect", List.of(headers));
        }
    }
}
