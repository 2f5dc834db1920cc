package dev.heliograph.loadtest.chaos.history;

import java.util.List;
import java.util.Map;

/**
 * One line of a history. Component names are the field names of the JSON line, which begins with
 * the event's name under {@code e}. {@code t} is CLOCK_MONOTONIC in nanoseconds, the same clock in
 * all processes of a machine; within a file it never goes back.
 *
 * <p>{@code dev} names a device as {@code user/device}; {@code inc} numbers its incarnations from 0
 * on; {@code conn} numbers the connections of an incarnation. {@code pos} is a position token,
 * empty for none. What is on the wire (subscribe, subscribed, got, skip, ack, refused) is recorded
 * below the SDK; what the app sees (deliver, handled, reset, saved) above it.
 */
public sealed interface HistoryEvent {

    /** When, in CLOCK_MONOTONIC nanoseconds. */
    long t();

    /** An event of a device. */
    sealed interface OfDevice extends HistoryEvent {
        /** {@code user/device}. */
        String dev();

        /** Incarnation, from 0 on. */
        int inc();
    }

    /** An event of one channel of a device. */
    sealed interface OfChannel extends OfDevice {
        /** {@code user/<id>} or {@code topic/<name>}. */
        String ch();
    }

    // The run

    /**
     * The installation under test. The first event of a run.
     *
     * @param maxLength notifications that a channel's log keeps at least
     * @param retentionMs age up to which it keeps them
     */
    record Run(long t, String topology, long seed, int maxLength, long retentionMs)
            implements HistoryEvent {}

    /**
     * The producers have stopped and the devices had their time to catch up.
     *
     * @param missing devices that have not, as {@code user/device channel}
     */
    record Quiet(long t, List<String> missing) implements HistoryEvent {
        /** Reads an absent list as empty. */
        public Quiet {
            missing = missing == null ? List.of() : List.copyOf(missing);
        }
    }

    /**
     * A fault begins to act.
     *
     * @param fault its number in the schedule
     * @param kind such as {@code gateway-kill}
     * @param target what it hits
     * @param loses what it may take with it; null reads as NOTHING
     */
    record FaultBegan(long t, long fault, String kind, String target, Loses loses)
            implements HistoryEvent {
        /** Reads an absent loss as none. */
        public FaultBegan {
            loses = loses == null ? Loses.NOTHING : loses;
        }
    }

    /** A fault was undone, or has done all that it does. */
    record FaultEnded(long t, long fault) implements HistoryEvent {}

    // Producers

    /**
     * A call of the Notify API is about to be made. A later one of the same op is a retry under the
     * same key.
     *
     * @param op number of the notification in this run, also in its payload
     * @param attempt from 1 on
     * @param channels the channels that this call asks for
     * @param digest of the content, see {@link Content}
     * @param ttlMs 0 for none
     */
    record Invoke(
            long t,
            long op,
            int attempt,
            String tenant,
            List<String> channels,
            String key,
            AckLevel level,
            String digest,
            long ttlMs)
            implements HistoryEvent {
        /** Reads absent fields as their defaults. */
        public Invoke {
            tenant = tenant == null ? DEFAULT_TENANT : tenant;
            channels = List.copyOf(channels);
            level = level == null ? AckLevel.ACCEPTED : level;
        }
    }

    /** What the Notify API answered for a channel. */
    record Stored(String ch, String id, long seq, String ref, boolean duplicate) {}

    /** The notification is stored in these channels. */
    record Ok(long t, long op, int attempt, List<Stored> stored) implements HistoryEvent {
        /** Keeps a copy. */
        public Ok {
            stored = List.copyOf(stored);
        }
    }

    /** This call has definitely stored nothing in these channels. */
    record Fail(long t, long op, int attempt, List<String> channels, String code)
            implements HistoryEvent {
        /** Keeps a copy. */
        public Fail {
            channels = List.copyOf(channels);
        }
    }

    /** It is not known whether this call has stored anything in these channels. */
    record Unknown(long t, long op, int attempt, List<String> channels, String code)
            implements HistoryEvent {
        /** Keeps a copy. */
        public Unknown {
            channels = List.copyOf(channels);
        }
    }

    // Devices: life

    /** What a device knows of earlier incarnations. */
    enum Memory {
        /** Nothing: it begins at its start, or where the server thinks. */
        NONE,
        /** The positions that the incarnation before it had saved. */
        POSITIONS
    }

    /**
     * An incarnation begins.
     *
     * @param channels what it will subscribe to
     * @param memory what it knows
     * @param durable whether what it saves will survive it
     * @param begin HEAD or EARLIEST, where a channel without a position begins
     * @param sdk java or ts
     * @param marks whether its SDK says of a notification that it may have been handled before
     */
    record Start(
            long t,
            String dev,
            int inc,
            String tenant,
            String user,
            List<String> channels,
            Memory memory,
            boolean durable,
            String begin,
            String sdk,
            boolean marks)
            implements OfDevice {
        /** Reads absent fields as their defaults. */
        public Start {
            tenant = tenant == null ? DEFAULT_TENANT : tenant;
            channels = List.copyOf(channels);
            memory = memory == null ? Memory.NONE : memory;
            begin = begin == null ? "HEAD" : begin;
        }
    }

    /** An incarnation was abandoned or killed. */
    record Killed(long t, String dev, int inc) implements OfDevice {}

    /** An incarnation was closed in good order, after everything that it saved. */
    record Stop(long t, String dev, int inc) implements OfDevice {}

    /** The SDK's connection state changed. */
    record State(long t, String dev, int inc, String state, String detail) implements OfDevice {}

    /** A connection ended. */
    record Lost(long t, String dev, int inc, int conn, String why) implements OfDevice {}

    // Devices: the wire

    /** The device asks for a channel. */
    record Subscribe(
            long t, String dev, int inc, int conn, String ch, long sub, String pos, String start)
            implements OfChannel {
        /** Reads absent fields as their defaults. */
        public Subscribe {
            pos = pos == null ? "" : pos;
            start = start == null ? "" : start;
        }
    }

    /** The device leaves a channel. */
    record Unsubscribe(long t, String dev, int inc, int conn, String ch) implements OfChannel {}

    /** The gateway answers, or resets by itself. */
    record Subscribed(
            long t,
            String dev,
            int inc,
            int conn,
            String ch,
            long sub,
            String outcome,
            long next,
            long head,
            String pos)
            implements OfChannel {
        /** Reads absent fields as their defaults. */
        public Subscribed {
            pos = pos == null ? "" : pos;
        }
    }

    /**
     * A Deliver frame came.
     *
     * @param op number in the payload; 0 when the payload is not one of a run
     */
    record Got(
            long t,
            String dev,
            int inc,
            int conn,
            String ch,
            long seq,
            String id,
            long op,
            String pos)
            implements OfChannel {
        /** Reads absent fields as their defaults. */
        public Got {
            id = id == null ? "" : id;
            pos = pos == null ? "" : pos;
        }
    }

    /** A Skip frame came. Reasons in lower case, such as {@code expired}. */
    record Skip(
            long t,
            String dev,
            int inc,
            int conn,
            String ch,
            long from,
            long through,
            String pos,
            Map<String, Long> counts)
            implements OfChannel {
        /** Reads absent fields as their defaults. */
        public Skip {
            pos = pos == null ? "" : pos;
            counts = counts == null ? Map.of() : Map.copyOf(counts);
        }
    }

    /** An Error frame came. */
    record Refused(
            long t, String dev, int inc, int conn, String ch, long sub, String code, String message)
            implements OfChannel {
        /** Reads absent fields as their defaults. */
        public Refused {
            ch = ch == null ? "" : ch;
        }
    }

    /** The device acknowledges up to a position. */
    record Ack(long t, String dev, int inc, int conn, String ch, String pos) implements OfChannel {}

    // Devices: the app

    /**
     * The handler is called.
     *
     * @param op number in the payload; 0 when the payload is not one of this run
     * @param digest of the content as it came
     * @param redelivered the SDK says that it may have been handled before
     */
    record Deliver(
            long t,
            String dev,
            int inc,
            String ch,
            long seq,
            String id,
            long op,
            String digest,
            boolean redelivered)
            implements OfChannel {}

    /** The handler has finished. */
    record Handled(long t, String dev, int inc, String ch, long seq, String id, long op)
            implements OfChannel {}

    /** The SDK tells the app that continuity broke. */
    record Reset(
            long t,
            String dev,
            int inc,
            String ch,
            String reason,
            Long lastSeq,
            long nextSeq,
            long headSeq)
            implements OfChannel {}

    /** The position store has taken a position. */
    record Saved(long t, String dev, int inc, String ch, String pos) implements OfChannel {}

    /** The SDK saw a hole and resumes. */
    record Hole(long t, String dev, int inc, String ch, String text) implements OfChannel {}

    /** The SDK kept a notification from the handler that it had handled. */
    record Duplicate(long t, String dev, int inc, String ch, String text) implements OfChannel {}

    /** A subscription ended by itself. */
    record Failed(long t, String dev, int inc, String ch, String text) implements OfChannel {}

    /** The tenant of installations without tenants. */
    String DEFAULT_TENANT = "default";
}
