package dev.heliograph.server.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

import dev.heliograph.server.log.SessionDirectory.Cursor;
import dev.heliograph.server.log.SessionDirectory.Entry;
import dev.heliograph.server.testkit.TestRedis;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the installation remembers of devices, against a real Redis. */
class SessionDirectoryTest {

    private static final String EPOCH = "0123456789abcdef";
    private static final AtomicInteger USERS = new AtomicInteger();
    private static final AtomicInteger CONNECTIONS = new AtomicInteger();

    private static TestRedis redis;
    private static LogStore log;
    private static SessionDirectory directory;

    private final Channel inbox = Channel.user("default", "ü{" + USERS.incrementAndGet());
    private final Channel topic = Channel.topic("default", "news");

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        log = LogStore.connect(redis.config(), TestRedis.logConfig());
        directory = log.sessions();
    }

    @AfterAll
    static void stop() {
        log.close();
        redis.close();
    }

    private Entry session(String device) {
        int number = CONNECTIONS.incrementAndGet();
        return new Entry(inbox, device, "c" + number, number);
    }

    /** A session whose gateway lives. */
    private Entry attached(String device) {
        Entry entry = session(device);
        redis.commands()
                .xadd(MailboxGroups.OF_ONE_SERVER.prefix(inbox) + "one.1", Map.of("n", "one"));
        directory.attach(entry, "one.1", false).join();
        return entry;
    }

    private static Position at(long seq) {
        return at(EPOCH, seq);
    }

    private static Position at(String epoch, long seq) {
        return new Position(epoch, seq, new EntryId(1_000 + seq, 0), "aaaaaaaa");
    }

    private static List<Cursor> cursors(Channel channel, Position position) {
        return List.of(new Cursor(channel, position, false));
    }

    private Optional<Position> cursor(String device, Channel channel) {
        return directory.cursor(session(device), channel).join();
    }

    @Test
    void cursorsOutliveTheSessionAndTheNextOne_A3() {
        Entry first = attached("phone");
        assertThat(directory.keep(first, cursors(inbox, at(1))).join(), is(true));
        assertThat(directory.detach(first, cursors(topic, at(7))).join(), is(true));
        Entry second = attached("phone");
        assertThat(cursor("phone", inbox), is(Optional.of(at(1))));
        assertThat(cursor("phone", topic), is(Optional.of(at(7))));
        directory.detach(second, List.of()).join();
        assertThat(cursor("phone", inbox), is(Optional.of(at(1))));
        assertThat(cursor("laptop", inbox), is(Optional.empty()));
        assertThat(redis.commands().hlen(Keys.devices(inbox)), is(1L));
    }

    @Test
    void aSessionThatWasReplacedKeepsNothingAndEndsNothing_A4() {
        Entry older = attached("phone");
        directory.keep(older, cursors(inbox, at(1))).join();
        Entry newer = attached("phone");
        assertThat(directory.keep(older, cursors(inbox, at(5))).join(), is(false));
        assertThat(directory.detach(older, cursors(inbox, at(6))).join(), is(false));
        assertThat(cursor("phone", inbox), is(Optional.of(at(1))));
        assertThat(directory.keep(newer, cursors(inbox, at(2))).join(), is(true));
        assertThat(cursor("phone", inbox), is(Optional.of(at(2))));
    }

    @Test
    void aCursorMovesForwardUnlessTheLogLostItsTailOrBeganAnew_A4() {
        Entry phone = attached("phone");
        directory.keep(phone, cursors(inbox, at(9))).join();
        directory.keep(phone, cursors(inbox, at(4))).join();
        assertThat(cursor("phone", inbox), is(Optional.of(at(9))));
        directory.keep(phone, List.of(new Cursor(inbox, at(4), true))).join();
        assertThat(cursor("phone", inbox), is(Optional.of(at(4))));
        Position reborn = at("fedcba9876543210", 1);
        directory.keep(phone, cursors(inbox, reborn)).join();
        assertThat(cursor("phone", inbox), is(Optional.of(reborn)));
    }

    @Test
    void ofMoreThanAHundredCursorsTheOldestGoes() {
        Entry phone = attached("phone");
        List<Cursor> all = new ArrayList<>();
        for (int i = 1; i <= 101; i++) {
            all.add(new Cursor(Channel.topic("default", "t" + i), at(i == 50 ? 0 : i), false));
        }
        directory.keep(phone, all).join();
        assertThat(cursor("phone", all.get(49).channel()), is(Optional.empty()));
        assertThat(cursor("phone", all.get(0).channel()), is(Optional.of(at(1))));
        assertThat(cursor("phone", all.get(100).channel()), is(Optional.of(at(101))));
    }

    @Test
    void aDeviceThatIsAwayMakesRoomBeforeOneThatIsConnected() {
        Entry gone = session("gone");
        directory.attach(gone, "dead.1", false).join();
        Entry away = attached("away");
        directory.detach(away, cursors(inbox, at(1))).join();
        for (int i = 3; i <= SessionDirectory.MAX_DEVICES; i++) {
            attached("d" + i);
        }
        attached("new");
        assertThat(devices(), not(hasItem("gone")));
        attached("newer");
        assertThat(devices(), not(hasItem("away")));
        attached("newest");
        assertThat(devices(), not(hasItem("d3")));
        assertThat(devices(), hasSize(SessionDirectory.MAX_DEVICES));
    }

    private List<String> devices() {
        return redis.commands().hkeys(Keys.devices(inbox));
    }

    @Test
    void aDeviceThatWasAwayForTooLongBeginsAnew() {
        Entry phone = attached("phone");
        directory.detach(phone, cursors(inbox, at(1))).join();
        String key = Keys.devices(inbox);
        String kept = redis.commands().hget(key, "phone");
        String longAgo =
                kept.replaceFirst(
                        "- - \\d+", "- - " + (System.currentTimeMillis() - 2_592_001_000L));
        redis.commands().hset(key, "phone", longAgo);
        attached("phone");
        assertThat(cursor("phone", inbox), is(Optional.empty()));
    }

    @Test
    void aMailboxThatCannotBeWrittenToKeepsNobodyOut_C11() {
        Entry older = session("phone");
        directory.attach(older, "odd.1", false).join();
        redis.commands().set(MailboxGroups.OF_ONE_SERVER.prefix(inbox) + "odd.1", "not a stream");
        Entry newer = attached("phone");
        assertThat(directory.keep(newer, cursors(inbox, at(2))).join(), is(true));
        redis.commands().del(MailboxGroups.OF_ONE_SERVER.prefix(inbox) + "odd.1");
    }

    @Test
    void aUsersOnlyDeviceWithItsCursorTakesAtMost220Bytes() {
        Channel plain = Channel.user("default", "user-00001");
        Entry phone = new Entry(plain, "phone-0001", "0123456789abcdef", 1_795_308_628_950L);
        directory.attach(phone, "gateway-1-abcdef.0123456789abcdef", false).join();
        Position emptyLog = new Position(EPOCH, 0, EntryId.ZERO, Position.NO_FINGERPRINT);
        directory.keep(phone, cursors(plain, emptyLog)).join();
        assertThat(redis.commands().memoryUsage(Keys.devices(plain)), lessThanOrEqualTo(220L));
    }
}
