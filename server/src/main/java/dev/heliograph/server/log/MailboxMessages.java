package dev.heliograph.server.log;

import static dev.heliograph.server.log.RedisLog.text;

import io.lettuce.core.StreamMessage;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What mailboxes bring: entries of logs, what is in no log, losses, sessions that were replaced,
 * and probes.
 */
final class MailboxMessages {

    private static final System.Logger LOGGER = System.getLogger(MailboxMessages.class.getName());

    private final MailboxListener listener;
    private final Consumer<String> probeSeen;

    /** {@code probeSeen} takes the token of each probe. */
    MailboxMessages(MailboxListener listener, Consumer<String> probeSeen) {
        this.listener = listener;
        this.probeSeen = probeSeen;
    }

    /** Hands a message on. One that cannot be understood must not keep the others away. */
    void take(StreamMessage<String, byte[]> message) {
        try {
            take(message.getBody());
        } catch (RuntimeException e) {
            LOGGER.log(
                    System.Logger.Level.ERROR,
                    "Message " + message.getId() + " of a mailbox cannot be handled",
                    e);
        }
    }

    private void take(Map<String, byte[]> body) {
        byte[] evicted = body.get("x");
        if (evicted != null) {
            listener.onEvict(text(evicted));
            return;
        }
        byte[] probe = body.get("q");
        if (probe != null) {
            probeSeen.accept(text(probe));
            return;
        }
        String name = text(body.get("c"));
        int slash = name.indexOf('/');
        Channel channel =
                Channel.parse(name.substring(0, slash), name.substring(slash + 1)).orElseThrow();
        byte[] seq = body.get("s");
        byte[] envelope = body.get("d");
        if (seq == null && envelope != null) {
            listener.onEphemeral(channel, envelope);
            return;
        }
        if (seq == null) {
            listener.onLoss(channel, text(body.get("e")));
            return;
        }
        Position position =
                new Position(
                        text(body.get("e")),
                        Long.parseLong(text(seq)),
                        EntryId.parse(text(body.get("i"))),
                        text(body.get("f")));
        listener.onEntry(
                new LogEntry(channel, position, EntryId.parse(text(body.get("p"))), envelope));
    }
}
