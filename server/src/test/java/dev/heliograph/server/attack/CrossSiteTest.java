package dev.heliograph.server.attack;

import static dev.heliograph.server.websocket.WireFrames.utf8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import dev.heliograph.server.websocket.RawClient;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of others that act with what a browser keeps for its user. */
class CrossSiteTest extends AttackFamily {

    private static final List<String> PATHS =
            List.of(
                    "GET /v1/connect",
                    "GET /v1/sse?device=d",
                    "POST /v1/poll",
                    "POST /v1/ack",
                    "POST /v1/ticket");

    @Override
    String title() {
        return "Cross-site WebSocket hijacking";
    }

    @Override
    String[] settings() {
        return new String[] {
            "gateway.allowed-origins", "https://app.example.com, https://*.example.org"
        };
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "https://evil.net",
                "http://app.example.com",
                "https://app.example.com:8443",
                "https://app.example.com.evil.net",
                "https://evil-app.example.com",
                "https://app.example.co",
                "https://app.example.comm",
                "https://example.com",
                "https://sub.app.example.com",
                "https://example.org",
                "https://evilexample.org",
                "https://a.example.org.evil.net",
                "http://a.example.org",
                "https://evil.net/.example.org",
                "null",
                "file://",
                "app.example.com",
                "https://app.example.com, https://evil.net",
                "https://app.example.com\r\nOrigin: https://evil.net",
                "https://evil.net\r\nOrigin: https://app.example.com"
            })
    void c5APageOfAnotherOriginIsRefusedEverywhere(String origin) throws Exception {
        String header = "Origin: " + origin;
        attack(
                () -> {
                    refused(client().upgrade(bearer("alice"), JSON, header), 403, "forbidden");
                    refused(
                            client().upgrade(
                                            JSON + ", heliograph.token." + whole.token("alice"),
                                            header),
                            403,
                            "forbidden");
                    for (String path : PATHS) {
                        refused(ask(path, bearer("alice"), header), 403, "forbidden");
                    }
                });
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "Cookie: token=TOKEN",
                "Cookie: Authorization=Bearer TOKEN; access_token=TOKEN",
                "Authorization: Basic YWxpY2U6YWxpY2U=",
                "Proxy-Authorization: Bearer TOKEN",
                "X-Auth-Token: TOKEN"
            })
    void c3NothingThatABrowserSendsByItselfSpeaksForAUser(String ambient) throws Exception {
        String header = ambient.replace("TOKEN", whole.token("alice"));
        String ours = "Origin: https://app.example.com";
        attack(
                () -> {
                    refused(client().upgrade(JSON, header, ours), 401, "unauthenticated");
                    for (String path : PATHS) {
                        refused(ask(path, header, ours), 401, "unauthenticated");
                    }
                });
    }

    @Test
    void noAnswerLetsAPageUseWhatTheBrowserKeeps() throws Exception {
        attack(
                () -> {
                    for (String path : PATHS) {
                        String bare = path.substring(path.indexOf(' ') + 1);
                        RawClient.Answer preflight =
                                client().request(
                                                "OPTIONS " + bare,
                                                List.of(
                                                        "Origin: https://evil.net",
                                                        "Access-Control-Request-Method: POST",
                                                        "Access-Control-Request-Headers:"
                                                                + " Authorization"));
                        assertThat(
                                preflight.header("access-control-allow-credentials"),
                                is(nullValue()));
                        RawClient.Answer answer =
                                ask(path, "Cookie: token=x", "Origin: https://evil.net");
                        assertThat(
                                answer.header("access-control-allow-credentials"), is(nullValue()));
                        assertThat(answer.header("set-cookie"), is(nullValue()));
                    }
                });
    }

    private RawClient.Answer ask(String path, String... headers) throws IOException {
        RawClient client = client();
        StringBuilder request = new StringBuilder(path).append(" HTTP/1.1\r\nHost: localhost\r\n");
        List.of(headers).forEach(header -> request.append(header).append("\r\n"));
        client.send(
                utf8(
                        path.startsWith("POST")
                                ? request + "Content-Length: 2\r\n\r\n{}"
                                : request + "\r\n"));
        return client.answer();
    }

    private static void refused(RawClient.Answer answer, int status, String code) {
        assertThat(answer.toString(), answer.status(), is(status));
        assertThat(answer.body(), containsString("\"code\":\"" + code + "\""));
    }
}
