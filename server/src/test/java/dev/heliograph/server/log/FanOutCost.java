package dev.heliograph.server.log;

import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.LogAppender.Append;
import dev.heliograph.server.testkit.Eventually;
import dev.heliograph.server.testkit.TestRedis;
import io.lettuce.core.XReadArgs;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Prints what a publish to many gateways costs Redis, with mailboxes alone, as gateways of earlier
 * builds want it, and with broadcast stream and doorbells. Not one of the tests: it runs when it is
 * named, {@code -Dtest=FanOutCost}. Mailboxes are those of gateways that do not read meanwhile;
 * then each reads everything once.
 */
class FanOutCost {

    private static final MailboxGroups GROUPS = MailboxGroups.OF_ONE_SERVER;
    private static final int CALLS = 2_000;
    private static final int IN_FLIGHT = 50;

    /** What the mailboxes of a run may hold: Redis is to have room. */
    private static final int KEPT_BYTES = 100_000_000;

    private static final int[] GATEWAYS = {2, 4, 8, 50};
    private static final int[] SIZES = {200, 2_048, 4_096, 16_384, 65_536};

    @Test
    void print() {
        try (TestRedis redis = TestRedis.start()) {
            redis.commands().configSet("appendfsync", "no");
            redis.commands().configSet("auto-aof-rewrite-percentage", "0");
            redis.commands().configSet("appendonly", "yes");
            Eventually.eventually(
                    "an AOF", () -> number(redis, "persistence", "aof_rewrite_in_progress") == 0);
            System.out.println(
                    "| gateways | bytes | way | publish script, us | Redis CPU, us | reads, us |"
                            + " AOF bytes | kept bytes |");
            try (RedisClients clients = new RedisClients(redis.config());
                    LogPipes pipes = LogPipes.open(clients)) {
                RedisLog log = pipes.log(Clock.systemUTC());
                new Run(redis, log, 2, 200, "2").measure(CALLS);
                for (int gateways : GATEWAYS) {
                    for (int size : SIZES) {
                        for (String understands : List.of("1", "2")) {
                            Run run = new Run(redis, log, gateways, size, understands);
                            System.out.println(
                                    run.measure(Math.min(CALLS, KEPT_BYTES / size / gateways)));
                        }
                    }
                }
            }
        }
    }

    private record Run(TestRedis redis, RedisLog log, int gateways, int size, String understands) {

        private static final Channel CHANNEL = Channel.topic("default", "news");

        String measure(int calls) {
            redis.commands().flushall();
            redis.commands().xadd(stream(), Map.of("n", "test"));
            for (int i = 0; i < gateways; i++) {
                redis.commands().xadd(mailbox(i), Map.of("n", "test"));
                redis.commands().hset(Keys.state(CHANNEL), "@" + name(i), understands);
            }
            append(calls / 10);
            List<XReadArgs.StreamOffset<String>> from = new ArrayList<>();
            from.add(XReadArgs.StreamOffset.from(stream(), last(stream())));
            for (int i = 0; i < gateways; i++) {
                from.add(XReadArgs.StreamOffset.from(mailbox(i), last(mailbox(i))));
            }
            Position position =
                    log.read(CHANNEL, Optional.empty(), new From.Head(), 1).join().head();
            redis.commands().configResetstat();
            double cpu = cpuMicros();
            long written = number(redis, "persistence", "aof_current_size");

            append(calls);

            double published = (cpuMicros() - cpu) / calls;
            written = number(redis, "persistence", "aof_current_size") - written;
            double script = usecPerCall();
            long kept = kept(stream());
            for (int i = 0; i < gateways; i++) {
                kept += kept(mailbox(i));
            }
            cpu = cpuMicros();
            boolean doorbells = false;
            for (int i = 0; i < gateways; i++) {
                doorbells |= drain(from.get(0)) + drain(from.get(i + 1)) < (long) calls * size / 2;
            }
            if (doorbells) {
                for (int i = 0; i < gateways; i++) {
                    fetch(position, calls);
                }
            }
            double reads = (cpuMicros() - cpu) / calls;
            String way =
                    understands.equals("1")
                            ? "mailboxes"
                            : gateways > 8 ? "broadcast" : "mailboxes";
            return "| %d | %,d | %s | %.1f | %.1f | %.1f | %,d | %,d |"
                    .formatted(
                            gateways,
                            size,
                            doorbells ? way + ", doorbell" : way,
                            script,
                            published,
                            reads,
                            written / calls,
                            kept / (calls + calls / 10));
        }

        private void append(int calls) {
            List<CompletableFuture<?>> flight = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                byte[] envelope = new byte[size];
                flight.add(log.append(new Append(CHANNEL, "n" + i, envelope, Optional.empty())));
                if (flight.size() == IN_FLIGHT) {
                    flight.forEach(CompletableFuture::join);
                    flight.clear();
                }
            }
            flight.forEach(CompletableFuture::join);
        }

        /**
         * As a reader of a busy mailbox does: several entries a read. Returns the envelopes' bytes.
         */
        private long drain(XReadArgs.StreamOffset<String> from) {
            long bytes = 0;
            XReadArgs.StreamOffset<String> next = from;
            while (true) {
                var read = redis.commands().xread(XReadArgs.Builder.count(20), next);
                if (read.isEmpty()) {
                    return bytes;
                }
                for (var message : read) {
                    bytes += message.getBody().getOrDefault("d", "").length();
                }
                next = XReadArgs.StreamOffset.from(from.getName(), read.getLast().getId());
            }
        }

        /** One read of the log for each doorbell; several channels' are under way at a time. */
        private void fetch(Position from, int calls) {
            List<CompletableFuture<?>> flight = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                flight.add(log.read(CHANNEL, Optional.of(name(0)), new From.After(from), 1));
                if (flight.size() == IN_FLIGHT) {
                    flight.forEach(CompletableFuture::join);
                    flight.clear();
                }
            }
            flight.forEach(CompletableFuture::join);
        }

        private String last(String key) {
            return redis.commands()
                    .xrevrange(
                            key, io.lettuce.core.Range.unbounded(), io.lettuce.core.Limit.from(1))
                    .getFirst()
                    .getId();
        }

        private long kept(String key) {
            return redis.commands().memoryUsage(key);
        }

        private double usecPerCall() {
            String stats = redis.commands().info("commandstats");
            Matcher matcher =
                    Pattern.compile("cmdstat_evalsha:.*usec_per_call=([0-9.]+)").matcher(stats);
            return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
        }

        private double cpuMicros() {
            String cpu = redis.commands().info("cpu");
            double total = 0;
            Matcher matcher =
                    Pattern.compile("used_cpu_(?:sys|user)_main_thread:([0-9.]+)").matcher(cpu);
            while (matcher.find()) {
                total += Double.parseDouble(matcher.group(1));
            }
            return total * Duration.ofSeconds(1).toNanos() / 1_000;
        }

        private static String name(int number) {
            return "gateway" + number + ".0123456789abcdef";
        }

        private static String mailbox(int number) {
            return GROUPS.prefix(CHANNEL) + name(number);
        }

        private static String stream() {
            return GROUPS.broadcasts(GROUPS.of(CHANNEL));
        }
    }

    private static long number(TestRedis redis, String section, String field) {
        Matcher matcher =
                Pattern.compile("(?m)^" + field + ":(\\d+)")
                        .matcher(redis.commands().info(section));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }
}
