package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.server.log.DeviceMemory;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.SessionDirectory;
import java.util.List;
import java.util.Optional;

/** What the session directory is told of a node's sessions, and asked about their devices. */
final class SessionRecords {

    private static final System.Logger LOGGER = System.getLogger(SessionRecords.class.getName());

    private final SessionDirectory directory;
    private final HubRegistry registry;

    SessionRecords(SessionDirectory directory, HubRegistry registry) {
        this.directory = directory;
        this.registry = registry;
    }

    /**
     * Makes a new session the only one of its device. Blocks.
     *
     * @param mailbox through which it can be evicted
     * @return what is remembered of the device; empty if a newer session has taken over
     */
    Optional<DeviceMemory> attach(SessionDirectory.Entry entry, String mailbox) {
        return directory.attach(entry, mailbox, false).join();
    }

    /** Tells under which mailbox a session can be evicted now. Blocks. */
    void reattach(Session session) {
        session.entry()
                .ifPresent(
                        entry -> {
                            String mailbox = registry.mailbox(entry.inbox());
                            try {
                                if (directory.attach(entry, mailbox, true).join().isEmpty()) {
                                    session.close(CloseCode.CLOSE_CODE_REPLACED);
                                }
                            } catch (RuntimeException e) {
                                registry.later(() -> reattach(session));
                            }
                        });
    }

    /**
     * Keeps how far a session's device has got with its channels. Does not wait: what could not be
     * kept is given back.
     */
    void keep(Session session, List<SessionDirectory.Cursor> cursors) {
        if (!cursors.isEmpty()) {
            var unused =
                    directory
                            .keep(session.entry().orElseThrow(), cursors)
                            .whenComplete(
                                    (kept, e) -> {
                                        if (e != null) {
                                            session.subscriptions().giveBack(cursors);
                                        }
                                    });
        }
    }

    /**
     * What is remembered of a device. Blocks.
     *
     * @throws LogException when the directory cannot be asked
     */
    DeviceMemory memory(SessionDirectory.Entry entry) {
        return HubRegistry.join(directory.memory(entry));
    }

    /** A session has ended, having got this far with the channels that it had. Does not wait. */
    void detach(
            Session session, List<SessionDirectory.Cursor> cursors, SessionTransport transport) {
        session.entry()
                .ifPresent(
                        entry ->
                                registry.run(
                                        () -> {
                                            try {
                                                directory.detach(entry, cursors).join();
                                            } catch (RuntimeException e) {
                                                LOGGER.log(
                                                        System.Logger.Level.DEBUG,
                                                        "A session is left in the directory: {0}",
                                                        e.getMessage());
                                            } finally {
                                                transport.noted();
                                            }
                                        }));
    }
}
