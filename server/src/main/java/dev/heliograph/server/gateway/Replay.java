package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.SkipReason;
import dev.heliograph.server.log.ChannelLog.From;
import dev.heliograph.server.log.DeviceMemory;
import dev.heliograph.server.log.LogEntry;
import dev.heliograph.server.log.LogException;
import dev.heliograph.server.log.Page;
import dev.heliograph.server.log.Position;
import java.util.Locale;
import java.util.Optional;

/**
 * The reading of the log for a subscription that is not at the head, page by page, until it is, or
 * its outbox is full, or it has ended. There is one at a time for each subscription, on a virtual
 * thread of the registry, and none while nothing is to be read.
 */
final class Replay {

    private static final System.Logger LOGGER = System.getLogger(Replay.class.getName());

    /** Entries per read: with small notifications a page is well below the outbox' soft limit. */
    private static final int PAGE = 128;

    /** No read of the log since the last reset has shown the cursor to lie in it. */
    private static final int UNPROVEN = -1;

    private final Subscription subscription;
    private final Session session;
    private final ChannelHub hub;
    private final Progress progress;

    Replay(Subscription subscription, Session session, ChannelHub hub, Progress progress) {
        this.subscription = subscription;
        this.session = session;
        this.hub = hub;
        this.progress = progress;
    }

    /** Answers the Subscribe with the first read, and goes on from there. Blocks. */
    void first(From from) {
        ending(
                () -> {
                    try {
                        int proof = hub.resets();
                        if (!subscription.hasEnded() && answer(from)) {
                            catchUp(proof);
                        }
                    } finally {
                        session.subscriptions().firstReadEnded();
                    }
                });
    }

    /** Reads on from the cursor. Blocks. */
    void on() {
        ending(() -> catchUp(UNPROVEN));
    }

    /**
     * A defect must not leave a device without what it waits for, and without a word: its session
     * ends, and it comes back with its position.
     */
    private void ending(Runnable reading) {
        try {
            reading.run();
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.ERROR, "A subscription could not be served", e);
            session.close(CloseCode.CLOSE_CODE_INTERNAL_ERROR);
        }
    }

    /** The first read. False when it failed and the device was told. */
    private boolean answer(From asked) {
        Page page;
        DeviceMemory.Known known;
        boolean byKept = false;
        From from = asked;
        try {
            known = session.known(hub.channel());
            if (!(asked instanceof From.After)) {
                byKept = known.cursor().isPresent();
                from = known.cursor().<From>map(From.After::new).orElse(asked);
            }
            page = page(from, known);
        } catch (LogException _) {
            session.subscriptions().failed(subscription);
            return false;
        }
        if (byKept || asked instanceof From.After) {
            count(page);
        }
        progress.sentBefore(known.sentThrough(page.head()));
        begin(page, from, byKept);
        cover(page);
        return true;
    }

    /**
     * Without a read where that says the same. Who asks only once gets what is in the log now,
     * though it may be on its way here.
     */
    private Page page(From from, DeviceMemory.Known known) {
        return hub.recent(from, PAGE, head -> !session.asksOnce() && known.isWithin(head))
                .orElseGet(() -> hub.read(from, PAGE));
    }

    private void count(Page page) {
        session.metrics().resumed(page.outcome().name().toLowerCase(Locale.ROOT));
    }

    /** Tells the device where its channel goes on. */
    private void begin(Page page, From from, boolean byKept) {
        if (page.outcome() == Page.Outcome.FORK) {
            progress.fork();
        }
        boolean stands = from instanceof From.After(Position place) && page.followsOn(place);
        if (page.outcome() == Page.Outcome.EPOCH
                || (page.outcome() == Page.Outcome.FORK && !stands)) {
            progress.anew();
            subscription.forgetOvertaken();
        }
        progress.beginAt(page.base());
        subscription.send(
                Frames.subscribed(
                        hub.channel(), subscription.subId(), page, byKept, progress.sentBefore()));
    }

    private void catchUp(int proofAtCursor) {
        int proof = proofAtCursor;
        while (!hub.goLive(subscription, proof)) {
            if (session.outboxFull() && subscription.lags()) {
                return;
            }
            Page page;
            From from = new From.After(progress.cursor());
            proof = hub.resets();
            Optional<Page> recent = hub.recent(from, PAGE, _ -> true);
            try {
                page = recent.isPresent() ? recent.get() : hub.read(from, PAGE);
            } catch (LogException _) {
                session.registry().later(this::on);
                return;
            }
            if (page.outcome() != Page.Outcome.OK) {
                count(page);
                begin(page, from, false);
            } else if (page.entries().isEmpty() && recent.isPresent()) {
                continue;
            } else if (page.entries().isEmpty() && !hub.goLive(subscription, proof)) {
                // The hub has heard of more than the log holds, as after a failover: it will know.
                session.registry().later(this::on);
                return;
            } else if (page.entries().isEmpty()) {
                return;
            }
            cover(page);
        }
    }

    /**
     * Sends what covers the entries of a page; neighbours that are skipped for one reason share a
     * Skip.
     */
    private void cover(Page page) {
        long now = System.currentTimeMillis();
        SkipReason skipping = SkipReason.SKIP_REASON_UNSPECIFIED;
        long skippingFrom = 0;
        for (LogEntry entry : page.entries()) {
            long seq = entry.position().seq();
            Frame frame = Frames.covering(entry, now, seq <= progress.sentBefore());
            SkipReason reason = skipReason(frame);
            if (reason != skipping) {
                skip(skipping, skippingFrom);
                skipping = reason;
                skippingFrom = seq;
            }
            if (reason == SkipReason.SKIP_REASON_UNSPECIFIED) {
                subscription.send(frame);
            }
            progress.moveTo(entry.position());
        }
        skip(skipping, skippingFrom);
    }

    /** Why an entry is not delivered; unspecified if it is. */
    private SkipReason skipReason(Frame frame) {
        return subscription.wasHandledAhead(frame)
                ? SkipReason.SKIP_REASON_ALREADY_DELIVERED
                : frame.message().hasSkip()
                        ? frame.message().getSkip().getCounts(0).getReason()
                        : SkipReason.SKIP_REASON_UNSPECIFIED;
    }

    /** Sends the Skip from a number up to the cursor. */
    private void skip(SkipReason reason, long from) {
        if (reason != SkipReason.SKIP_REASON_UNSPECIFIED) {
            subscription.send(Frames.skip(hub.channel(), from, progress.cursor(), reason));
        }
    }
}
