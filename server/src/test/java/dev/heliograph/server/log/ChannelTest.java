package dev.heliograph.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and paths of channels. */
class ChannelTest {

    private static final int MAX = Channel.MAX_NAME_BYTES;

    @ParameterizedTest
    @ValueSource(strings = {"a", "alice@example.org", "a/b:c", "ünïcode", "通知", "😀", "%20"})
    void isAName(String name) {
        assertThat(Channel.validName(name), is(true));
        assertThat(Channel.user("t", name).path(), is("user/" + name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "a b", "a\tb", "a\u0000", "\u007f", "\u0085", "\u00a0", "\u2003", "\u2028",
                "\ud83d", "\ude00x"
            })
    void isNoName(String name) {
        assertThat(Channel.validName(name), is(false));
        assertThat(Channel.parse("t", "topic/" + name).isPresent(), is(false));
    }

    @Test
    void isNoLongerThanItsBytesMayBe() {
        assertThat(Channel.validName("a".repeat(MAX)), is(true));
        assertThat(Channel.validName("a".repeat(MAX + 1)), is(false));
        for (String letter : new String[] {"ü", "通", "😀"}) {
            int bytes = letter.getBytes(UTF_8).length;
            String most = letter.repeat(MAX / bytes);
            assertThat(Channel.validName(most), is(true));
            assertThat(Channel.validName(most + letter), is(false));
        }
    }

    @Test
    void countsBytesAsUtf8Does() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            StringBuilder name = new StringBuilder();
            random.ints(random.nextInt(1, 60), 0x21, 0x1_FFFF)
                    .filter(
                            c ->
                                    Character.isDefined(c)
                                            && !Character.isISOControl(c)
                                            && !Character.isSpaceChar(c)
                                            && !Character.isWhitespace(c)
                                            && Character.getType(c) != Character.SURROGATE)
                    .forEach(name::appendCodePoint);
            int bytes = name.toString().getBytes(UTF_8).length;
            assertThat(
                    name.toString(),
                    Channel.validName(name.toString()),
                    is(bytes > 0 && bytes <= MAX));
        }
    }

    @Test
    void isAtItsOwnPathOnly() {
        Channel inbox = Channel.user("t", "alice");
        assertThat(inbox.isAt("user/alice"), is(true));
        assertThat(inbox.isAt("user/alicf"), is(false));
        assertThat(inbox.isAt("user/alic"), is(false));
        assertThat(inbox.isAt("topic/alice"), is(false));
        assertThat(inbox.isAt("user/alice/alice"), is(false));
        assertThat(Channel.topic("t", "r").isAt("topic/r"), is(true));
        assertThat(Channel.topic("t", "r").isAt("user/r "), is(false));
        assertThat(inbox.isAt(""), is(false));
    }
}
