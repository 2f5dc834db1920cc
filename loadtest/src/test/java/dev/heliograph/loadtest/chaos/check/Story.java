package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.AckLevel;
import dev.heliograph.loadtest.chaos.history.HistoryEvent;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Ack;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Deliver;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Fail;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.FaultBegan;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.FaultEnded;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Got;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Handled;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Invoke;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Killed;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Lost;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Memory;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Ok;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Quiet;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Refused;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Reset;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Run;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Saved;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Skip;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Start;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Stop;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Stored;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Subscribe;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Subscribed;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Unknown;
import dev.heliograph.loadtest.chaos.history.HistoryJson;
import dev.heliograph.loadtest.chaos.history.Loses;
import dev.heliograph.server.log.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A history told by hand: each event a millisecond after the one before. Op n has the id {@code
 * id-n} unless told otherwise; its channel is alice's inbox unless told otherwise.
 */
final class Story {

    static final String INBOX = "user/alice";
    static final int KEPT = 10;
    static final long RETENTION_MS = 600_000;

    private static final long MS = 1_000_000;

    private final List<String> lines = new ArrayList<>();
    private long t = 1_000 * MS;

    /** Of alice's log; the first eight digits are its life. */
    String epoch = "000000aa00000000";

    private AckLevel level = AckLevel.ACCEPTED;
    private long ttlMs;
    private long faults;

    Story() {
        add(new Run(now(), "single", 1, KEPT, RETENTION_MS));
    }

    private long now() {
        t += MS;
        return t;
    }

    Story add(HistoryEvent event) {
        lines.add(HistoryJson.line(event));
        return this;
    }

    Story line(String text) {
        lines.add(text);
        return this;
    }

    Story after(long ms) {
        t += ms * MS;
        return this;
    }

    Story level(AckLevel promised) {
        level = promised;
        return this;
    }

    Story ttl(long ms) {
        ttlMs = ms;
        return this;
    }

    Story invoke(long op, String... channels) {
        List<String> all = channels.length == 0 ? List.of(INBOX) : List.of(channels);
        return add(new Invoke(now(), op, 1, null, all, "k" + op, level, "d" + op, ttlMs));
    }

    Story ok(long op, long seq) {
        return ok(op, INBOX, seq, "id-" + op);
    }

    Story ok(long op, String channel, long seq, String id) {
        return add(new Ok(now(), op, 1, List.of(new Stored(channel, id, seq, "r", false))));
    }

    Story fail(long op) {
        return add(new Fail(now(), op, 1, List.of(INBOX), "INVALID_ARGUMENT"));
    }

    Story unknown(long op) {
        return add(new Unknown(now(), op, 1, List.of(INBOX), "UNAVAILABLE"));
    }

    /** Ops from..through, each stored under its own number. */
    Story stored(long from, long through) {
        for (long op = from; op <= through; op++) {
            invoke(op).ok(op, op);
        }
        return this;
    }

    Story fault(Loses loses) {
        return fault("test", loses);
    }

    Story fault(String kind, Loses loses) {
        return add(new FaultBegan(now(), ++faults, kind, "target", loses));
    }

    Story healed() {
        return add(new FaultEnded(now(), faults));
    }

    Story quiet(String... missing) {
        return add(new Quiet(now(), List.of(missing)));
    }

    String position(long seq, String id) {
        String print = seq == 0 ? Position.NO_FINGERPRINT : Position.fingerprint(id);
        return epoch + '.' + seq + '.' + (seq + 100) + "-0." + print;
    }

    String position(long seq) {
        return position(seq, "id-" + seq);
    }

    Device device(String name) {
        return new Device(name, INBOX);
    }

    Verdict verdict(Path directory) {
        try {
            Files.writeString(directory.resolve("all.jsonl"), String.join("\n", lines) + "\n");
            return Checker.check(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One device of alice and one channel of it. */
    final class Device {

        private final String dev;
        private final String channel;
        private int inc = -1;
        private long sub;
        private int conn = 1;
        private boolean marks;

        Device(String name, String channel) {
            this.dev = "alice/" + name;
            this.channel = channel;
        }

        Device marking() {
            marks = true;
            return this;
        }

        Device start() {
            return start(Memory.NONE, false);
        }

        Device start(Memory memory, boolean durable) {
            inc++;
            add(
                    new Start(
                            now(),
                            dev,
                            inc,
                            null,
                            "alice",
                            List.of(INBOX, "topic/news"),
                            memory,
                            durable,
                            "HEAD",
                            "java",
                            marks));
            return this;
        }

        /** Subscribes without a position; the first to come is {@code next}. */
        Device begin(long next) {
            return begin(next, "HEAD", next - 1);
        }

        Device begin(long next, String start, long head) {
            sub++;
            add(new Subscribe(now(), dev, inc, conn, channel, sub, "", start));
            return subscribed("OK", next, head, position(next - 1));
        }

        Device resume(long seq, String outcome, long next, long head) {
            return resume(position(seq), outcome, next, head);
        }

        Device resume(String position, String outcome, long next, long head) {
            ask(position);
            return subscribed(outcome, next, head, position(next - 1));
        }

        Device ask(String position) {
            sub++;
            add(new Subscribe(now(), dev, inc, conn, channel, sub, position, ""));
            return this;
        }

        Device subscribed(String outcome, long next, long head, String position) {
            add(new Subscribed(now(), dev, inc, conn, channel, sub, outcome, next, head, position));
            return this;
        }

        Device later(long ms) {
            after(ms);
            return this;
        }

        Device refused(String code) {
            add(new Refused(now(), dev, inc, conn, channel, sub, code, "no"));
            return this;
        }

        Device lost() {
            add(new Lost(now(), dev, inc, conn, "1006"));
            conn++;
            return this;
        }

        Device got(long seq, String id) {
            long op = id.matches("id-\\d+") ? Long.parseLong(id.substring(3)) : 0;
            add(new Got(now(), dev, inc, conn, channel, seq, id, op, position(seq, id)));
            return this;
        }

        Device got(long seq) {
            return got(seq, "id-" + seq);
        }

        Device skip(long from, long through, long count, String reason) {
            add(
                    new Skip(
                            now(),
                            dev,
                            inc,
                            conn,
                            channel,
                            from,
                            through,
                            position(through),
                            Map.of(reason, count)));
            return this;
        }

        /** One that had expired, as its position names it. */
        Device skip(long seq, String id) {
            String place = position(seq, id);
            Map<String, Long> counts = Map.of("expired", 1L);
            add(new Skip(now(), dev, inc, conn, channel, seq, seq, place, counts));
            return this;
        }

        Device deliver(long seq, long op, String id, String digest, boolean redelivered) {
            add(new Deliver(now(), dev, inc, channel, seq, id, op, digest, redelivered));
            return this;
        }

        Device deliver(long seq) {
            return deliver(seq, seq, "id-" + seq, "d" + seq, false);
        }

        Device handled(long seq, long op, String id) {
            add(new Handled(now(), dev, inc, channel, seq, id, op));
            return this;
        }

        Device handled(long seq) {
            return handled(seq, seq, "id-" + seq);
        }

        /** Comes, is handled. */
        Device takes(long seq) {
            return got(seq).deliver(seq).handled(seq);
        }

        Device takes(long seq, long op) {
            String id = "id-" + op;
            return got(seq, id).deliver(seq, op, id, "d" + op, false).handled(seq, op, id);
        }

        Device takesAll(long from, long last) {
            for (long seq = from; seq <= last; seq++) {
                takes(seq);
            }
            return this;
        }

        Device saved(long seq) {
            add(new Saved(now(), dev, inc, channel, position(seq)));
            return this;
        }

        Device ack(long seq) {
            add(new Ack(now(), dev, inc, conn, channel, position(seq)));
            return this;
        }

        Device told(String reason, long next) {
            add(new Reset(now(), dev, inc, channel, reason, null, next, 0));
            return this;
        }

        Device killed() {
            add(new Killed(now(), dev, inc));
            conn++;
            return this;
        }

        Device stopped() {
            add(new Stop(now(), dev, inc));
            conn++;
            return this;
        }

        Device on(String other) {
            Device same = new Device(dev.substring(dev.indexOf('/') + 1), other);
            same.inc = inc;
            same.conn = conn;
            same.sub = sub + 100;
            return same;
        }
    }
}
