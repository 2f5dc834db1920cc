package dev.heliograph.server.log;

import static dev.heliograph.server.testkit.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.heliograph.server.testkit.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TicketsTest {

    private static final Channel ALICE = Channel.user("default", "alice");

    private final TestRedis redis = TestRedis.start();
    private final RedisClients clients = new RedisClients(redis.config());
    private final RedisPipes control = new RedisPipes("control", clients, Optional.empty());
    private final Tickets tickets = new Tickets(control);

    @BeforeEach
    void connect() {
        control.connect();
    }

    @AfterEach
    void stop() {
        control.close();
        clients.close();
        redis.close();
    }

    @Test
    void k2ATicketIsGoodOnceAndOnlyWhole() {
        String ticket = tickets.issue(ALICE, "holder {1}").join();
        String other = tickets.issue(ALICE, "other").join();
        for (String wrong :
                List.of(
                        "",
                        "x",
                        ticket + "x",
                        ticket.substring(1),
                        ticket.replace('.', '-'),
                        ticket.substring(0, 17),
                        "é" + ticket.substring(1))) {
            assertThat(wrong, tickets.redeem(wrong).join(), is(Optional.empty()));
        }
        assertThat(new Tickets(control).redeem(ticket).join(), is(Optional.of("holder {1}")));
        assertThat(tickets.redeem(ticket).join(), is(Optional.empty()));
        assertThat(tickets.redeem(other).join(), is(Optional.of("other")));
    }

    @Test
    void k2ATicketExpiresAlsoWhileOthersOfTheUserLive() {
        Tickets brief = new Tickets(control, Duration.ofMillis(1));
        String young = tickets.issue(ALICE, "young").join();
        String old = brief.issue(ALICE, "old").join();
        long issued = nowMs();
        eventually("a moment passes", () -> nowMs() > issued + 1);
        assertThat(tickets.redeem(old).join(), is(Optional.empty()));
        assertThat(tickets.redeem(young).join(), is(Optional.of("young")));
        brief.issue(ALICE, "alone").join();
        eventually("nothing is left", () -> redis.commands().keys("*}:t:*").isEmpty());
    }

    @Test
    void k2AUserHasFiftyTicketsAtMostAndRedisHoldsNone() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 51; i++) {
            all.add(tickets.issue(ALICE, "holder").join());
        }
        assertThat(tickets.redeem(all.getFirst()).join(), is(Optional.empty()));
        assertThat(tickets.redeem(all.get(1)).join(), is(Optional.of("holder")));
        String key = redis.commands().keys("*}:t:*").getFirst();
        String kept = redis.commands().lrange(key, 0, -1).toString();
        assertThat(kept, not(containsString(all.get(2).substring(17))));
    }

    private long nowMs() {
        List<String> time = redis.commands().time();
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }
}
