package dev.heliograph.server.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import io.lettuce.core.StreamMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What one read of mailboxes and broadcast streams brings, and in which order it is handed on. */
class MailboxMessagesTest {

    private final List<String> handed = new ArrayList<>();
    private final MailboxMessages messages =
            new MailboxMessages(
                    new MailboxListener() {
                        @Override
                        public boolean listensTo(Channel channel) {
                            return !channel.name().equals("unheard");
                        }

                        @Override
                        public void onEntry(LogEntry entry) {
                            handed.add(entry.channel().name() + entry.position().seq());
                        }

                        @Override
                        public void onEphemeral(Channel channel, byte[] envelope) {
                            throw new IllegalStateException("nothing ephemeral is sent here");
                        }

                        @Override
                        public void onLoss(Channel channel, String epoch) {
                            handed.add(channel.name() + " lost");
                        }

                        @Override
                        public void onEvict(String connectionId) {
                            handed.add(connectionId);
                        }

                        @Override
                        public void onNewGeneration(MailboxGeneration generation) {}
                    },
                    handed::add);

    @Test
    void entriesOfAChannelThatCameBothWaysAreHandedInTheOrderOfItsLog() {
        messages.takeAll(
                List.of(
                        entry("mailbox", "a", 1),
                        entry("mailbox", "a", 4),
                        entry("mailbox", "b", 2),
                        entry("broadcasts", "a", 2),
                        entry("broadcasts", "a", 3),
                        entry("broadcasts", "a", 5),
                        entry("broadcasts", "b", 1)),
                true);
        assertThat(
                handed.stream().filter(it -> it.startsWith("a")).toList(),
                contains("a1", "a2", "a3", "a4", "a5"));
        assertThat(handed.stream().filter(it -> it.startsWith("b")).toList(), contains("b1", "b2"));
    }

    @Test
    void whatIsNoEntryIsHandedOnBehindTheEntries() {
        messages.takeAll(
                List.of(
                        message("mailbox", Map.of("c", "default/topic/a", "e", "0123456789abcdef")),
                        message("mailbox", Map.of("x", "connection")),
                        message("mailbox", Map.of("q", "probe")),
                        message("mailbox", Map.of("i", "nonsense")),
                        entry("broadcasts", "a", 1)),
                true);
        assertThat(handed, contains("a1", "a lost", "connection", "probe"));
    }

    @Test
    void aChannelThatNobodyListensToIsNotLookedAtAnyFurther() {
        messages.takeAll(
                List.of(message("broadcasts", Map.of("c", "default/topic/unheard", "s", "x"))),
                false);
        messages.takeAll(List.of(entry("broadcasts", "unheard", 1)), false);
        assertThat(handed, is(empty()));
    }

    private static StreamMessage<String, byte[]> entry(String stream, String topic, int seq) {
        return message(
                stream,
                Map.of(
                        "c",
                        "default/topic/" + topic,
                        "e",
                        "0123456789abcdef",
                        "s",
                        Integer.toString(seq),
                        "i",
                        "1-" + seq,
                        "p",
                        "1-" + (seq - 1),
                        "f",
                        "00000000",
                        "d",
                        "envelope"));
    }

    private static StreamMessage<String, byte[]> message(String stream, Map<String, String> body) {
        Map<String, byte[]> bytes = new HashMap<>();
        body.forEach((field, value) -> bytes.put(field, value.getBytes(StandardCharsets.UTF_8)));
        return new StreamMessage<>(stream, "1-1", bytes);
    }
}
