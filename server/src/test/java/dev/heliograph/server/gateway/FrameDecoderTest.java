package dev.heliograph.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.heliograph.proto.device.v1.ClientFrame;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON as devices may and may not write it. */
class FrameDecoderTest {

    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    @ParameterizedTest(name = "C-2 {0} is sub_id 4 of a")
    @ValueSource(
            strings = {
                "{\"subscribe\":{\"channel\":\"a\",\"subId\":4}}",
                "{\"subscribe\":{\"channel\":\"a\",\"sub_id\":\"4\",\"position\":null}}",
                "{\"subscribe\":{\"channel\":\"a\",\"subId\":4.0,\"new\":{\"x\":[1e99999999]}},\"x\":2}",
                " {\"subscribe\":{\"channel\":\"a\",\"subId\":\"40e-1\"}}\r\n",
            })
    void takesBothSpellingsAndWhatItDoesNotKnow(String json) throws InvalidProtocolBufferException {
        ClientFrame frame = decode(json);
        assertThat(frame.getSubscribe().getChannel(), is("a"));
        assertThat(frame.getSubscribe().getSubId(), is(4));
    }

    @Test
    void aDeviceMayBeCalledLikeANumber() throws InvalidProtocolBufferException {
        ClientFrame frame = decode("{\"hello\":{\"deviceId\":\"1e99999999\"}}");
        assertThat(frame.getHello().getDeviceId(), is("1e99999999"));
    }

    @ParameterizedTest(name = "F-1 {0}")
    @ValueSource(
            strings = {
                "{\"heartbeat\":{}}{\"heartbeat\":{}}",
                "{\"heartbeat\":{}} x",
                "{heartbeat:{}}",
                "{'heartbeat':{}}",
                "{\"heartbeat\":{},}",
                "{/* alive */\"heartbeat\":{}}",
                "{\"x\":NaN}",
                "{\"heartbeat\":{}",
                "",
                "null",
                "[]",
            })
    void refusesWhatIsNotOneJsonObject(String json) {
        assertThrows(InvalidProtocolBufferException.class, () -> decode(json));
    }

    @ParameterizedTest(name = "F-1 {0}")
    @ValueSource(
            strings = {
                "{\"subscribe\":{\"subId\":\"1e99999999\"}}",
                "{\"subscribe\":{\"sub_id\":1E+99999999}}",
                "{\"subscribe\":{\"lastN\":\"\\u0031e99999999\"}}",
                "{\"subscribe\":{\"start\":\"1e99999999\"}}",
                "{\"subscribe\":{\"subId\":\"\uff11e\uff19\uff19\uff19\uff19\uff19\uff19\uff19\"}}",
            })
    void refusesAHugeExponentWithoutWritingItOut(String json) {
        assertTimeoutPreemptively(
                AT_ONCE,
                () -> assertThrows(InvalidProtocolBufferException.class, () -> decode(json)));
    }

    private static ClientFrame decode(String json) throws InvalidProtocolBufferException {
        return FrameDecoder.decode(Encoding.JSON, json.getBytes(UTF_8));
    }
}
