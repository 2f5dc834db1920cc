package dev.heliograph.server.log;

import static dev.heliograph.server.log.RedisLog.ascii;
import static dev.heliograph.server.log.RedisLog.text;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;

/**
 * What a mailbox reader follows of one group: the mailbox, which is its own, and the broadcast
 * stream, which it shares with all gateways. Owned by the reader's thread.
 */
final class FollowedGroup {

    /**
     * A mailbox without its reader dies after this: the publishes that find it gone drop its
     * interest.
     */
    private static final long MAILBOX_LIFE_MS = 30_000;

    /**
     * Entries of a broadcast stream are dropped after this, since nobody knows of all its readers:
     * twice the time after which a reader that was away begins anew. The stream itself dies that
     * long after the last gateway.
     */
    private static final long BROADCAST_LIFE_MS = 60_000;

    private final StreamCursor mailbox;
    private final StreamCursor broadcasts;

    private FollowedGroup(StreamCursor mailbox, StreamCursor broadcasts) {
        this.mailbox = mailbox;
        this.broadcasts = broadcasts;
    }

    /** Makes a mailbox; what was broadcast before this moment is not read. */
    static FollowedGroup begin(
            RedisCommands<String, byte[]> redis, String mailbox, String broadcasts, String node) {
        List<Object> made =
                redis.eval(
                        Script.BEGIN.text(),
                        ScriptOutputType.MULTI,
                        new String[] {mailbox, broadcasts},
                        ascii(node),
                        ascii(MAILBOX_LIFE_MS),
                        ascii(BROADCAST_LIFE_MS));
        return new FollowedGroup(
                new StreamCursor(mailbox, EntryId.parse(text(made.get(0))), 1),
                new StreamCursor(broadcasts, EntryId.parse(text(made.get(1))), (Long) made.get(2)));
    }

    StreamCursor mailbox() {
        return mailbox;
    }

    StreamCursor broadcasts() {
        return broadcasts;
    }

    /**
     * Keeps the mailbox alive and drops what was read of it.
     *
     * @return why something may have been lost that was not read; empty if nothing was
     */
    String tend(RedisCommands<String, byte[]> redis) {
        EntryId next = new EntryId(mailbox.last().ms(), mailbox.last().n() + 1);
        byte[] verdict =
                redis.eval(
                        Script.TEND.text(),
                        ScriptOutputType.VALUE,
                        new String[] {mailbox.key(), broadcasts.key()},
                        ascii(MAILBOX_LIFE_MS),
                        ascii(next),
                        ascii(mailbox.read()),
                        ascii(BROADCAST_LIFE_MS),
                        ascii(broadcasts.read()));
        return text(verdict);
    }
}
