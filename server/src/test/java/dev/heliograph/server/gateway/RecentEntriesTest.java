package dev.heliograph.server.gateway;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.EntryId;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What may be answered without the log, and how little it may cost. */
class RecentEntriesTest {

    private static final String EPOCH = "0123456789abcdef";
    private static final int PAGE = 128;

    private final Channel topic = Channel.topic("default", "news");
    private final RecentEntries recent = new RecentEntries();

    private static Position at(long seq) {
        return seq == 0
                ? new Position(EPOCH, 0, EntryId.ZERO, Position.NO_FINGERPRINT)
                : new Position(EPOCH, seq, new EntryId(1_000 + seq, 0), "%08x".formatted(seq));
    }

    private static LogEntry entry(Channel channel, long seq, int bytes) {
        return new LogEntry(channel, at(seq), at(seq - 1).id(), new byte[bytes]);
    }

    private void add(long from, long through) {
        for (long seq = from; seq <= through; seq++) {
            recent.add(at(seq - 1), entry(topic, seq, 10));
        }
    }

    private Optional<Page> page(Position head, From from) {
        return recent.page(topic, head, from, PAGE, 0);
    }

    private static List<Long> seqs(Page page) {
        return page.entries().stream().map(entry -> entry.position().seq()).toList();
    }

    @Test
    void everyPlaceOfTheChainIsAnsweredAsTheLogWouldAnswer() {
        add(5, 7);
        Page page = page(at(7), new From.After(at(5))).orElseThrow();
        assertThat(seqs(page), is(List.of(6L, 7L)));
        assertThat(page.outcome(), is(Page.Outcome.OK));
        assertThat(page.base(), is(at(5)));
        assertThat(page.head(), is(at(7)));
        assertThat(seqs(page(at(7), new From.After(at(4))).orElseThrow()).size(), is(3));
        assertThat(seqs(page(at(7), new From.After(at(7))).orElseThrow()), is(List.of()));
        assertThat(page(at(7), new From.Head()).orElseThrow().base(), is(at(7)));
        Page newest = page(at(7), new From.LastN(2)).orElseThrow();
        assertThat(newest.base(), is(at(5)));
        assertThat(seqs(newest), is(List.of(6L, 7L)));
    }

    @Test
    void nothingButThePlaceItselfIsAProof_R5() {
        add(5, 7);
        Position good = at(6);
        for (Position other :
                List.of(
                        new Position("0123456700000000", good.seq(), good.id(), good.fingerprint()),
                        new Position(EPOCH, 5, good.id(), good.fingerprint()),
                        new Position(EPOCH, 6, new EntryId(1_006, 1), good.fingerprint()),
                        new Position(EPOCH, 6, good.id(), "deadbeef"),
                        new Position(EPOCH, 7, at(7).id(), "deadbeef"),
                        at(3),
                        at(8))) {
            assertThat(page(at(7), new From.After(other)), is(Optional.empty()));
        }
        assertThat(page(at(7), new From.Earliest()), is(Optional.empty()));
        assertThat(page(at(7), new From.LastN(4)), is(Optional.empty()));
    }

    @Test
    void aHeadThatMovedByAnotherWayEndsTheChain() {
        add(5, 7);
        assertThat(page(at(8), new From.After(at(6))), is(Optional.empty()));
        assertThat(recent.bytes(), is(0L));
        add(5, 7);
        recent.add(at(9), entry(topic, 10, 10));
        assertThat(page(at(10), new From.After(at(6))), is(Optional.empty()));
        assertThat(seqs(page(at(10), new From.After(at(9))).orElseThrow()), is(List.of(10L)));
    }

    @Test
    void whatIsOlderThanTheLogKeepsIsNotAnswered() {
        add(5, 7);
        long after = at(5).id().ms() + 1;
        assertThat(
                recent.page(topic, at(7), new From.After(at(4)), PAGE, after),
                is(Optional.empty()));
        assertThat(
                recent.page(topic, at(7), new From.After(at(5)), PAGE, after).isPresent(),
                is(true));
    }

    @Test
    void aPageOfTheLogIsPutInFrontIfItReachesTheChain() {
        recent.addOlder(at(7), read(4, 7, at(7)), topic);
        assertThat(seqs(page(at(7), new From.After(at(4))).orElseThrow()).size(), is(3));
        add(8, 9);
        recent.addOlder(at(9), read(1, 5, at(9)), topic);
        assertThat(page(at(9), new From.After(at(1))).orElseThrow().base(), is(at(1)));
        assertThat(
                seqs(page(at(9), new From.After(at(1))).orElseThrow()),
                is(List.of(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L)));
        Channel other = Channel.topic("default", "other");
        recent.addOlder(at(9), read(1, 5, at(9)), other);
        assertThat(recent.page(other, at(9), new From.After(at(2)), PAGE, 0), is(Optional.empty()));
    }

    private Page read(long after, long through, Position head) {
        List<LogEntry> entries = new ArrayList<>();
        for (long seq = after + 1; seq <= through; seq++) {
            entries.add(entry(topic, seq, 10));
        }
        return new Page(Page.Outcome.OK, at(after), head, entries);
    }

    @Test
    void aChainIsBoundedByCountAndBytes() {
        add(1, 1_000);
        Position oldest = at(1_000 - RecentEntries.MAX_ENTRIES);
        assertThat(
                page(at(1_000), new From.After(oldest)).orElseThrow().entries().size(), is(PAGE));
        assertThat(page(at(1_000), new From.After(at(oldest.seq() - 1))), is(Optional.empty()));
        for (long seq = 1_001; seq <= 1_020; seq++) {
            recent.add(at(seq - 1), entry(topic, seq, 64 * 1024));
        }
        assertThat(recent.bytes(), is(lessThanOrEqualTo(RecentEntries.MAX_BYTES)));
        assertThat(page(at(1_020), new From.After(at(1_018))).isPresent(), is(true));
    }

    @Test
    void aGatewayIsBoundedAndForgetsWhatNobodyUsedForLongest() {
        for (int i = 0; i < 100; i++) {
            for (long seq = 1; seq <= 4; seq++) {
                Channel channel = Channel.topic("default", "t" + i);
                recent.add(at(seq - 1), entry(channel, seq, 60_000));
            }
            Channel first = Channel.topic("default", "t0");
            assertThat(
                    recent.page(first, at(4), new From.After(at(2)), PAGE, 0).isPresent(),
                    is(true));
            assertThat(recent.bytes(), is(lessThanOrEqualTo(RecentEntries.MAX_BYTES_IN_ALL)));
        }
        assertThat(
                recent.page(Channel.topic("default", "t1"), at(4), new From.After(at(2)), PAGE, 0),
                is(Optional.empty()));
        for (int i = 0; i < 100; i++) {
            recent.forget(Channel.topic("default", "t" + i));
        }
        assertThat(recent.bytes(), is(0L));
    }
}
