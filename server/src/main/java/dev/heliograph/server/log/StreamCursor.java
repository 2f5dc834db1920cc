package dev.heliograph.server.log;

/** How far a stream has been read. Owned by the reader's thread. */
final class StreamCursor {

    private final String key;
    private EntryId last;
    private long read;

    /**
     * A place in a stream.
     *
     * @param last the newest entry before it
     * @param read how many entries the stream was given up to that one
     */
    StreamCursor(String key, EntryId last, long read) {
        this.key = key;
        this.last = last;
        this.read = read;
    }

    void advance(EntryId id) {
        last = id;
        read++;
    }

    String key() {
        return key;
    }

    EntryId last() {
        return last;
    }

    long read() {
        return read;
    }
}
