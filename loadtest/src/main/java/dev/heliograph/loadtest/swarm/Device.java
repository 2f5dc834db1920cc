package dev.heliograph.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;

/** A device that stays connected for as long as it is wanted. Belongs to its event loop. */
final class Device implements DeviceEvents {

    /** Until a device is ready, an attempt may take this long (H-2). */
    private static final long ATTEMPT_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** After this time as ready the next wait is a short one again (G-3). */
    private static final long STABLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Codes from here to {@link #LAST_STOP} tell a device not to come back (G-1). */
    private static final int FIRST_STOP = 4500;

    private static final int LAST_STOP = 4999;

    private final int index;
    private final DeviceGroup group;
    private final Conversation conversation;
    /* The connection that it uses; null when it has none. */
    private Link link;
    /* The connection that it opens; null when it opens none. */
    private Link opening;
    private int attempt;
    private int target;
    private boolean wanted;
    private boolean ready;
    private boolean waiting;
    /* It has been asked to leave its connection for another. */
    private boolean moving;
    private boolean first = true;
    private long sinceNanos;
    private int pace = -1;

    Device(int index, DeviceGroup group) {
        this.index = index;
        this.group = group;
        this.target = group.number(index);
        this.conversation = group.conversation(index, this);
    }

    boolean isSlow() {
        return pace >= 0;
    }

    /** It comes, and comes back from now on. */
    void connect() {
        wanted = true;
        open();
    }

    /** It goes, and stays away. */
    void disconnect() {
        wanted = false;
        if (opening != null) {
            opening.cut();
        }
        closeInOrder();
    }

    private void closeInOrder() {
        if (link != null) {
            conversation.closing(link);
            link.close(Link.CLOSE_NORMAL);
        }
    }

    /** Its connections end with a reset. */
    void cut() {
        if (link != null) {
            link.cut();
        }
        if (opening != null) {
            opening.cut();
        }
    }

    /** It goes, and comes back after this time. */
    void leave(boolean orderly, long millis) {
        if (link == null || !wanted || waiting) {
            return;
        }
        comeBackAfter(millis);
        if (orderly) {
            closeInOrder();
        } else {
            link.cut();
        }
    }

    /** It reads so fast from now on; see {@link Link#pace}. */
    void pace(int bytesPerSecond) {
        pace = bytesPerSecond;
        if (link != null) {
            link.pace(bytesPerSecond);
        }
    }

    /** Looks after connections that do not answer. */
    void sweep(long nowNanos) {
        if (opening != null && nowNanos - opening.startedNanos() > ATTEMPT_LIMIT_NANOS) {
            opening.giveUp("no answer to the upgrade");
        }
        if (link == null || isSlow()) {
            return;
        }
        if (!ready && nowNanos - link.startedNanos() > ATTEMPT_LIMIT_NANOS) {
            link.giveUp("not subscribed in time");
        } else if (nowNanos - link.heardNanos() > link.silenceNanos()) {
            link.giveUp("silence");
        }
    }

    /** The gateway of its connection leaves. */
    void move(Link leaving) {
        if (leaving == link && wanted && opening == null && !waiting) {
            moving = true;
            target = group.otherTarget(target);
            open();
        }
    }

    private void open() {
        if (opening != null) {
            return;
        }
        opening = group.link(this, index, target);
        opening.start(group.sockets());
    }

    private void comeBackAfter(long millis) {
        waiting = true;
        group.after(
                millis,
                () -> {
                    waiting = false;
                    if (wanted && opening == null && (link == null || moving)) {
                        open();
                    }
                });
    }

    void opened(Link opened) {
        if (opened != opening || !wanted) {
            opened.close(Link.CLOSE_NORMAL);
            return;
        }
        Link before = link;
        link = opening;
        opening = null;
        moving = false;
        if (before == null) {
            group.tally().up++;
        } else {
            unready();
            conversation.closed();
            before.close(Link.CLOSE_NORMAL);
        }
        if (isSlow()) {
            link.pace(pace);
        }
        conversation.opened(link);
    }

    void message(Link from, ByteBuf message, boolean binary) {
        if (from == link) {
            conversation.message(message, binary, from);
        }
    }

    /** The server closes with a code. */
    void told(Link from, int code) {
        if (from == link && code >= FIRST_STOP && code <= LAST_STOP) {
            wanted = false;
        }
    }

    /** How is empty when the swarm has ended it. */
    void closed(Link gone, String how) {
        if (gone == opening) {
            opening = null;
        } else if (gone == link) {
            link = null;
            moving = false;
            group.tally().up--;
            if (ready && System.nanoTime() - sinceNanos > STABLE_NANOS) {
                attempt = 0;
            }
            unready();
            conversation.closed();
        } else {
            // One that it has left already.
            return;
        }
        if (!how.isEmpty()) {
            group.tally().ended(how);
        }
        if (wanted && !waiting && opening == null) {
            target = group.otherTarget(target);
            comeBackAfter(
                    Backoff.millis(attempt++)
                            + TimeUnit.SECONDS.toMillis(gone.retryAfterSeconds()));
        }
    }

    private void unready() {
        if (ready) {
            ready = false;
            group.tally().ready--;
            sinceNanos = System.nanoTime();
        }
    }

    @Override
    public void ready() {
        if (ready || link == null) {
            return;
        }
        long now = System.nanoTime();
        ready = true;
        group.tally().ready++;
        group.tally().connected(now - link.startedNanos());
        if (!first) {
            group.tally().back(now - sinceNanos);
        }
        first = false;
        sinceNanos = now;
    }

    @Override
    public void received(ByteBuf payload) {
        group.received(index, payload, isSlow());
    }

    @Override
    public void hole() {
        group.tally().holes++;
    }

    @Override
    public void reset() {
        group.tally().resets++;
    }

    @Override
    public void failed(String why) {
        group.tally().failed(why);
    }
}
