package dev.heliograph.server.gateway;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.EntryId;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.Position;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Any entry of a log, as only something else than Heliograph can have written it. */
class EnvelopeFuzzTest {

    private static final Channel INBOX = Channel.user("default", "alice");
    private static final Position POSITION =
            new Position("0123456789abcdef", 7, EntryId.parse("7-0"), "00000000");
    private static final Logger FRAMES = Logger.getLogger(Frames.class.getName());

    @BeforeAll
    static void unreadableEntriesAreExpected() {
        FRAMES.setLevel(Level.OFF);
    }

    @AfterAll
    static void logAgain() {
        FRAMES.setLevel(null);
    }

    @FuzzTest(maxDuration = "2m")
    void anEntryIsCoveredByAFrameThatCanBeSentInBothEncodings(byte[] octets) {
        Frame frame =
                Frames.covering(new LogEntry(INBOX, POSITION, EntryId.ZERO, octets), 1_000, false);
        for (Encoding encoding : Encoding.values()) {
            assertThat(frame.wire(encoding).length, greaterThan(2));
        }
    }
}
