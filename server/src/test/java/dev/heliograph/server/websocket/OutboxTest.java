package dev.heliograph.server.websocket;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final Outbox outbox = new Outbox();

    @Test
    void aSingleFrameIsNotCopied() {
        byte[] frame = {1, 2, 3};
        outbox.add(frame);
        assertThat(outbox.gather(2), is(sameInstance(frame)));
        assertThat(outbox.isEmpty(), is(true));
    }

    @Test
    void aPongGoesFirstAndOnlyTheNewestOfAFloodIsKept() {
        outbox.add(new byte[] {9});
        for (byte i = 0; i < 100; i++) {
            outbox.pong(new byte[] {i, i});
        }
        assertThat(outbox.bytes(), is(3L));
        assertThat(outbox.gather(100), is(new byte[] {99, 99, 9}));
    }

    @Test
    void gathersWholeFramesInOrderUpToTheLimit() {
        Random random = new Random(11);
        ByteArrayOutputStream in = new ByteArrayOutputStream();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < 10_000; i++) {
            if (random.nextInt(3) > 0) {
                byte[] frame = new byte[1 + random.nextInt(50)];
                random.nextBytes(frame);
                in.writeBytes(frame);
                outbox.add(frame);
            } else if (!outbox.isEmpty()) {
                byte[] gathered = outbox.gather(120);
                assertThat(gathered.length <= 120, is(true));
                out.writeBytes(gathered);
            }
            assertThat(outbox.bytes(), is((long) in.size() - out.size()));
        }
        while (!outbox.isEmpty()) {
            out.writeBytes(outbox.gather(120));
        }
        assertThat(out.toByteArray(), is(in.toByteArray()));
    }

    @Test
    void nothingIsLeftAfterAClear() {
        outbox.add(new byte[5]);
        outbox.add(new byte[5]);
        outbox.pong(new byte[5]);
        outbox.clear();
        assertThat(outbox.isEmpty(), is(true));
        assertThat(outbox.bytes(), is(0L));
    }
}
