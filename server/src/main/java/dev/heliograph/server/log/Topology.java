package dev.heliograph.server.log;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Which Redis server has which keys: one, the primary that Sentinels name, or a Cluster's. */
interface Topology extends AutoCloseable {

    /** How partitions share mailboxes here. */
    MailboxGroups mailboxGroups();

    /** The server that has a key, as far as is known. Never blocks. */
    Endpoint endpoint(String key);

    /** All servers that have keys. */
    Set<Endpoint> endpoints();

    /**
     * Asks again who has what, since an answer or its lack said that this has changed. Calls that
     * come close to each other share one look, and their futures complete in their order. They
     * never fail.
     */
    CompletableFuture<Void> refresh();

    /** Runs this whenever {@link #endpoints} has changed. It must not block. */
    void onChange(Runnable listener);

    @Override
    void close();
}
