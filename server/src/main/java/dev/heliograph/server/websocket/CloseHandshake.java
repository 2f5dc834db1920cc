package dev.heliograph.server.websocket;

/**
 * How far the end of a connection has come. Owned by its connection and guarded by the connection's
 * lock. The first code that is set stays: it is the one that the session is told.
 */
final class CloseHandshake {

    /** What the peer will still do. */
    enum Peer {
        /** It talks. */
        TALKING,
        /** It broke framing: what it sends cannot be read any more. */
        UNREADABLE,
        /** It sent its Close: nothing more comes. */
        DONE
    }

    private int code;
    private String reason = "";
    private Peer peer = Peer.TALKING;
    private boolean closeWritten;
    private boolean ended;

    /** Whether frames may be queued. */
    boolean open() {
        return code == 0 && !ended;
    }

    /** Sets the code of the end; false when there is one already. */
    boolean begin(int code, String reason) {
        if (!open()) {
            return false;
        }
        this.code = code;
        this.reason = reason;
        return true;
    }

    /** The peer is done, or cannot be read any more. */
    void peer(Peer now) {
        peer = now;
    }

    /** The kernel has taken all that was queued, the Close frame with it if there was one. */
    void queueWritten() {
        closeWritten = code != 0;
    }

    /** Both Close frames have been exchanged: the socket can go. */
    boolean complete() {
        return closeWritten && peer == Peer.DONE;
    }

    /** The Close frame is out, and the peer's cannot be recognised: read until it hangs up. */
    boolean lingers() {
        return closeWritten && peer == Peer.UNREADABLE;
    }

    /** The socket is gone. */
    void end() {
        ended = true;
    }

    boolean ended() {
        return ended;
    }

    /** The code of the end, {@link ControlFrames#ABNORMAL} when none was set. */
    int code() {
        return code == 0 ? ControlFrames.ABNORMAL : code;
    }

    /** The reason that belongs to the code. */
    String reason() {
        return reason;
    }
}
