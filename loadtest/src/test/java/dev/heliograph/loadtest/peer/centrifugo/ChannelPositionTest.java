package dev.heliograph.loadtest.peer.centrifugo;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

class ChannelPositionTest {

    private final ChannelPosition position = new ChannelPosition("personal:#u0");

    @Test
    void goesOnAfterWhatTheAnswerBroughtThoughItsOffsetIsOlder() {
        assertThat(subscribed("{'epoch':'e','offset':2}"), is(true));

        boolean recovered =
                subscribed(
                        "{'epoch':'e','recovered':true,'offset':3,"
                                + "'publications':[{'offset':3},{'offset':4}]}");

        assertThat(recovered, is(true));
        assertThat(position.request().get("offset").getAsLong(), is(4L));
        assertThat(position.next(5), is(true));
        assertThat(position.next(7), is(false));
    }

    @Test
    void whatCannotBeRecoveredIsLost() {
        assertThat(subscribed("{'epoch':'e','offset':2}"), is(true));
        assertThat(subscribed("{'epoch':'f','offset':9}"), is(false));
    }

    private boolean subscribed(String result) {
        JsonObject json = JsonParser.parseString(result.replace('\'', '"')).getAsJsonObject();
        return position.subscribed(json);
    }
}
