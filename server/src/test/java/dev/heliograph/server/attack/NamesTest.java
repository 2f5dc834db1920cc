package dev.heliograph.server.attack;

import static dev.heliograph.server.websocket.WireFrames.text;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonPrimitive;
import dev.heliograph.server.WholeServer;
import dev.heliograph.server.testkit.TestProducer;
import dev.heliograph.server.websocket.RawClient;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that mean something to Redis, to JSON, to logs or to event streams. */
class NamesTest extends AttackFamily {

    @Override
    String title() {
        return "Names";
    }

    @Override
    String[] settings() {
        return new String[0];
    }

    @ParameterizedTest(name = "<{0}>")
    @ValueSource(
            strings = {
                "{innocent}",
                "{}innocent",
                "}{",
                "a}b{c",
                "{",
                "}",
                "{{innocent}}",
                "x}:s:default/user/innocent",
                "innocent:{0}",
                "*",
                "inno?ent",
                "[i]nnocent",
                "innocent\\",
                "../user/innocent",
                "user/innocent",
                "@mailbox",
                "\"quoted\"",
                "<script>alert(1)</script>",
                "%s%n%x",
                "${jndi:ldap://127.0.0.1/x}",
                "'; return redis.call('FLUSHALL') --"
            })
    void aUserHasAnInboxOfItsOwnWhateverItIsCalled(String name) throws Exception {
        String user = name.replace(" ", "_");
        attack(
                () -> {
                    RawClient device = client();
                    String token = whole.rsa().token(claims(user));
                    assertThat(
                            device.upgrade("Authorization: Bearer " + token, JSON).status(),
                            is(101));
                    device.send(text("{\"hello\":{\"deviceId\":\"d\"}}"));
                    until(device, "\"welcome\"");
                    device.send(subscribe("user/" + user));
                    until(device, "\"subscribed\"");
                    String id = whole.producer().notify(whole.token("backend"), user);
                    assertThat(until(device, "\"deliver\""), containsString(id));
                    // The bystanders' family would tell if they had got it too.
                    for (String key : whole.redis().commands().keys("*")) {
                        assertThat(key, key.matches(TAG_FIRST), is(true));
                    }
                });
    }

    /** Every key begins with a tag of the server's own. */
    private static final String TAG_FIRST = "(?s)hg:\\{[^{}]+\\}:.*";

    @ParameterizedTest(name = "<{0}>")
    @ValueSource(
            strings = {
                "a\\u0000b",
                "a\\nb",
                "a\\r\\nb",
                "a\\tb",
                "a b",
                "\\u0085",
                "\\u00a0",
                "\\u2028",
                "\\u2029",
                "\\u007f",
                "\\ud800",
                ""
            })
    void t2ANameWithControlCharactersOrSpacesIsNoUsersAndNoChannels(String escaped)
            throws Exception {
        String name = unescaped(escaped);
        attack(
                () -> {
                    String token = whole.rsa().token(claimsEscaped(escaped));
                    assertThat(
                            client().upgrade("Authorization: Bearer " + token, JSON).status(),
                            is(401));
                    RawClient device = welcomed("mallory", "d");
                    for (String kind : List.of("user/", "topic/")) {
                        device.send(
                                text(
                                        "{\"subscribe\":{\"channel\":\""
                                                + kind
                                                + escaped
                                                + "\",\"subId\":7}}"));
                        String answer = device.frame();
                        assertThat(answer, containsString("ERROR_CODE_INVALID_ARGUMENT"));
                    }
                    if (escaped.contains("ud800")) {
                        return; // Protobuf does not carry half a character.
                    }
                    Status.Code code =
                            assertThrows(
                                            StatusRuntimeException.class,
                                            () ->
                                                    whole.producer()
                                                            .api(whole.token("backend"))
                                                            .notify(TestProducer.request(name)))
                                    .getStatus()
                                    .getCode();
                    assertThat(code, is(Status.Code.INVALID_ARGUMENT));
                });
    }

    @ParameterizedTest(name = "<{0}>")
    @ValueSource(
            strings = {
                "user/{innocent}",
                "user/innocent",
                "user/*",
                "user/mallory/../innocent",
                "user/mallory}:s:default/user/innocent",
                "topic/*",
                "topic/new?",
                "topic/[n]ews",
                "topic/{news}",
                "topic/news}",
                "topic/NEWS",
                "topic/news.",
                "topic/\u202Enews",
                "user/Mallory"
            })
    void r1AChannelThatOnlyLooksLikeOnesOwnIsForbiddenEverywhere(String channel) throws Exception {
        attack(
                () -> {
                    RawClient device = welcomed("mallory", "d");
                    device.send(subscribe(channel));
                    until(device, "ERROR_CODE_FORBIDDEN");
                    assertThat(sse(channel).status(), is(403));
                });
    }

    @ParameterizedTest(name = "<{0}>")
    @ValueSource(
            strings = {
                "user/mallory\r\nid: 1",
                "user/mallory\n\ndata: {}",
                "user/\u0000",
                "user/mallory\u2028event: deliver",
                "USER/mallory",
                "user//",
                "mailbox/x",
                "",
                "user",
                "/user/mallory"
            })
    void s1AChannelThatIsNoneWritesNothingIntoAnEventStream(String channel) throws Exception {
        attack(
                () -> {
                    RawClient.Answer answer = sse(channel);
                    assertThat(answer.toString(), answer.status() / 100, is(4));
                    assertThat(answer.header("content-type"), is("application/json"));
                    assertThat(answer.body(), not(containsString("\n")));
                });
    }

    @ParameterizedTest(name = "<{0}>")
    @ValueSource(
            strings = {
                "{d}",
                "d\\u0000",
                "d\\n",
                "d d",
                "d/d",
                "*",
                "../d",
                "\\u0434",
                "d\\\"",
                ""
            })
    void c10ADeviceOfAnotherShapeIsRefused(String escaped) throws Exception {
        attack(
                () -> {
                    RawClient device = upgraded("mallory", 0);
                    device.send(text("{\"hello\":{\"deviceId\":\"" + escaped + "\"}}"));
                    assertThat(closeCode(device), is(4501));
                });
    }

    private RawClient.Answer sse(String channel) throws IOException {
        return client().request(
                        "GET /v1/sse?device=d&channel="
                                + URLEncoder.encode(channel, StandardCharsets.UTF_8),
                        List.of(bearer("mallory")));
    }

    private static byte[] subscribe(String channel) {
        return text("{\"subscribe\":{\"channel\":" + new JsonPrimitive(channel) + ",\"subId\":7}}");
    }

    private static String claims(String user) {
        String quoted = new JsonPrimitive(user).toString();
        return claimsEscaped(quoted.substring(1, quoted.length() - 1));
    }

    private static String claimsEscaped(String user) {
        return WholeServer.claims("USER", "heliograph", "heliograph", 600).replace("USER", user);
    }

    private static String unescaped(String json) {
        return com.google.gson.JsonParser.parseString("\"" + json + "\"").getAsString();
    }
}
