package dev.heliograph.server.log;

import static dev.heliograph.server.log.RedisLog.text;

import io.lettuce.core.StreamMessage;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What mailboxes and broadcast streams bring: entries of logs, what is in no log, losses, sessions
 * that were replaced, and probes.
 */
final class MailboxMessages {

    private static final System.Logger LOGGER = System.getLogger(MailboxMessages.class.getName());

    /** What is no entry comes after those that it may be about. */
    private static final EntryId LAST = new EntryId(Long.MAX_VALUE, 0);

    private final MailboxListener listener;
    private final Consumer<String> probeSeen;

    /** {@code probeSeen} takes the token of each probe. */
    MailboxMessages(MailboxListener listener, Consumer<String> probeSeen) {
        this.listener = listener;
        this.probeSeen = probeSeen;
    }

    /**
     * Hands on what one read has brought. A channel that has changed over between mailboxes and
     * broadcasts has its entries in both: then they are brought into their order.
     *
     * @param mixed whether some come from mailboxes and some from broadcast streams
     */
    void takeAll(List<StreamMessage<String, byte[]>> read, boolean mixed) {
        if (mixed) {
            // By the places in the logs, which are in order within each channel.
            read.stream().sorted(Comparator.comparing(MailboxMessages::place)).forEach(this::take);
        } else {
            read.forEach(this::take);
        }
    }

    private static EntryId place(StreamMessage<String, byte[]> message) {
        byte[] id = message.getBody().get("i");
        try {
            return id == null ? LAST : EntryId.parse(text(id));
        } catch (NumberFormatException e) {
            return LAST;
        }
    }

    /** Hands a message on. One that cannot be understood must not keep the others away. */
    private void take(StreamMessage<String, byte[]> message) {
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
        if (!listener.listensTo(channel)) {
            return;
        }
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
        EntryId previous = EntryId.parse(text(body.get("p")));
        listener.onEntry(
                envelope == null
                        ? LogEntry.doorbell(channel, position, previous)
                        : new LogEntry(channel, position, previous, envelope));
    }
}
