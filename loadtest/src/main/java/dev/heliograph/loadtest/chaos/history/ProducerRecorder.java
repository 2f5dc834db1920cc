package dev.heliograph.loadtest.chaos.history;

import com.google.protobuf.ByteString;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.NotifyException;
import dev.heliograph.client.producer.NotifyResult;
import dev.heliograph.client.producer.NotifyResult.Outcome;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Fail;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Invoke;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Ok;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Stored;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Unknown;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * Sends numbered notifications and records each call and what is known of it. It repeats calls by
 * itself, so that each one is seen: give it clients with {@code RetryPolicy.NONE}. Safe for any
 * thread.
 */
public final class ProducerRecorder implements AutoCloseable {

    /**
     * What a definite refusal looks like: checked before anything is stored, or the log is full.
     */
    private static final Set<Code> REFUSALS =
            Set.of(
                    Code.INVALID_ARGUMENT,
                    Code.UNAUTHENTICATED,
                    Code.PERMISSION_DENIED,
                    Code.RESOURCE_EXHAUSTED,
                    Code.NOT_FOUND,
                    Code.OUT_OF_RANGE,
                    Code.UNIMPLEMENTED);

    private final HistoryWriter out;
    private final IntFunction<ProducerClient> clients;
    private final String keyPrefix;
    private final AtomicLong ops = new AtomicLong();

    private ProducerRecorder(
            HistoryWriter out, IntFunction<ProducerClient> clients, String keyPrefix) {
        this.out = out;
        this.clients = clients;
        this.keyPrefix = keyPrefix;
    }

    /**
     * A recorder that writes {@code producer.jsonl}. One per run: it numbers the notifications.
     *
     * @param clients the client for an attempt, so that a retry may take another node: gets a
     *     number that grows with each call
     * @param keyPrefix of idempotency keys, so that runs on one installation stay apart
     */
    public static ProducerRecorder open(
            Path directory, IntFunction<ProducerClient> clients, String keyPrefix)
            throws IOException {
        return new ProducerRecorder(HistoryWriter.open(directory, "producer"), clients, keyPrefix);
    }

    /**
     * What to send.
     *
     * @param level what its OK is to promise
     * @param bytes size of the payload
     * @param attempts calls at most
     * @param pause time between them
     * @param adapt last changes of the request, such as its ack level
     */
    public record Order(
            Target target,
            Optional<Duration> ttl,
            AckLevel level,
            int bytes,
            int attempts,
            Duration pause,
            UnaryOperator<Notification.Builder> adapt) {

        /** A small one at ACCEPTED that rides out half a minute. */
        public static Order to(Target target) {
            return new Order(
                    target,
                    Optional.empty(),
                    AckLevel.ACCEPTED,
                    200,
                    120,
                    Duration.ofMillis(250),
                    UnaryOperator.identity());
        }

        /** With a time to live. */
        public Order ttl(Duration time) {
            return new Order(target, Optional.of(time), level, bytes, attempts, pause, adapt);
        }

        /** With an ack level, and what tells the API so. */
        public Order level(AckLevel promise, UnaryOperator<Notification.Builder> tell) {
            return new Order(target, ttl, promise, bytes, attempts, pause, tell);
        }

        /** With another patience. */
        public Order attempts(int count, Duration between) {
            return new Order(target, ttl, level, bytes, count, between, adapt);
        }
    }

    /** What became of an order in the end. */
    public enum Fate {
        /** Every channel has it. */
        STORED,
        /** Some channel has definitely not got it. */
        REFUSED,
        /** It is not known for some channel. */
        UNKNOWN
    }

    /**
     * A finished order.
     *
     * @param op its number
     * @param stored what was answered per channel that has it
     */
    public record Sent(long op, Fate fate, Map<String, Stored> stored) {}

    /** Sends and waits until its fate is known or attempts are used up. */
    public Sent send(Order order) throws InterruptedException {
        long op = ops.incrementAndGet();
        ByteString payload = Content.payload(op, order.bytes());
        String key = keyPrefix + op;
        Notification.Builder described =
                Notification.of(order.target(), Content.TYPE)
                        .payload(payload, Content.MEDIA_TYPE)
                        .idempotencyKey(key);
        order.ttl().ifPresent(described::ttl);
        Notification notification = order.adapt().apply(described).build();
        String digest =
                Content.digest(
                        notification.type(),
                        notification.contentType(),
                        notification.attributes(),
                        notification.payload());
        List<String> channels = channels(order.target());
        Call call = new Call(op, channels);
        for (int attempt = 1; attempt <= order.attempts() && call.open(); attempt++) {
            if (attempt > 1) {
                Thread.sleep(order.pause());
            }
            int number = attempt;
            out.write(
                    t ->
                            new Invoke(
                                    t,
                                    op,
                                    number,
                                    HistoryEvent.DEFAULT_TENANT,
                                    channels,
                                    key,
                                    order.level(),
                                    digest,
                                    order.ttl().map(Duration::toMillis).orElse(0L)));
            call.attempt(number, notification);
        }
        return new Sent(op, call.fate(), Map.copyOf(call.stored));
    }

    /** The channels of a target. */
    public static List<String> channels(Target target) {
        return switch (target) {
            case Target.User user -> List.of("user/" + user.id());
            case Target.ManyUsers users -> users.ids().stream().map(id -> "user/" + id).toList();
            case Target.Topic topic -> List.of("topic/" + topic.name());
        };
    }

    @Override
    public void close() {
        out.close();
    }

    /** One op over its attempts. */
    private final class Call {

        private final long op;
        private final List<String> channels;
        private final Map<String, Stored> stored = new java.util.HashMap<>();
        private final Set<String> doubtful = new java.util.HashSet<>();
        private final Set<String> refused = new java.util.HashSet<>();

        Call(long op, List<String> channels) {
            this.op = op;
            this.channels = channels;
        }

        /** Whether another attempt may tell or change something. */
        boolean open() {
            return channels.stream()
                    .anyMatch(ch -> !stored.containsKey(ch) && !refused.contains(ch));
        }

        Fate fate() {
            if (channels.stream().allMatch(stored::containsKey)) {
                return Fate.STORED;
            }
            return channels.stream()
                            .anyMatch(ch -> !stored.containsKey(ch) && doubtful.contains(ch))
                    ? Fate.UNKNOWN
                    : Fate.REFUSED;
        }

        void attempt(int number, Notification notification) {
            try {
                book(number, clients.apply((int) (op + number)).notify(notification));
            } catch (NotifyException e) {
                e.result()
                        .ifPresentOrElse(
                                result -> book(number, result),
                                () -> failed(number, channels, e.code()));
            }
        }

        private void book(int number, NotifyResult result) {
            List<Stored> fresh = new ArrayList<>();
            for (Outcome.Stored each : result.stored()) {
                fresh.add(
                        new Stored(
                                each.channel(),
                                each.notificationId(),
                                each.seq(),
                                each.ref(),
                                each.duplicate()));
            }
            if (!fresh.isEmpty()) {
                fresh.forEach(each -> stored.put(each.ch(), each));
                out.write(t -> new Ok(t, op, number, fresh));
            }
            for (Outcome.Failed each : result.failed()) {
                failed(number, List.of(each.channel()), each.error().code());
            }
        }

        /**
         * A refusal that may pass, such as a full log, is tried again; of others only what an
         * earlier attempt left in doubt stays in doubt.
         */
        private void failed(int number, List<String> where, Code code) {
            if (REFUSALS.contains(code)) {
                out.write(t -> new Fail(t, op, number, where, code.name()));
                if (code != Code.RESOURCE_EXHAUSTED) {
                    refused.addAll(where);
                }
            } else {
                doubtful.addAll(where);
                out.write(t -> new Unknown(t, op, number, where, code.name()));
            }
        }
    }
}
