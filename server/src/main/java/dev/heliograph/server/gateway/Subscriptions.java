package dev.heliograph.server.gateway;

import dev.heliograph.proto.device.v1.Ack;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.server.log.Channel;
import dev.heliograph.server.log.Position;
import dev.heliograph.server.log.SessionDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** What one session subscribes to: takes the frames that have to do with it. */
final class Subscriptions {

    /** What a refused Subscribe is told to wait. */
    private static final int UNAVAILABLE_RETRY_MS = 1_000;

    private final Session session;
    private final Gateway gateway;
    private final AtomicInteger firstReads = new AtomicInteger();

    /* Replaced as a whole, under this. */
    private volatile List<Subscription> all = List.of();

    Subscriptions(Session session, Gateway gateway) {
        this.session = session;
        this.gateway = gateway;
    }

    /** Answers a Subscribe. On the reader thread. */
    void subscribe(Subscribe subscribe) {
        String path = subscribe.getChannel();
        int subId = subscribe.getSubId();
        SubscribeRequest request;
        try {
            request = SubscribeRequest.check(subscribe, session.terms().principal());
        } catch (SubscribeRequest.Refused e) {
            session.error(e.code(), e.getMessage(), path, subId, 0);
            return;
        }
        end(request.channel());
        if (all.size() >= gateway.config().maxSubscriptions()) {
            session.error(
                    ErrorCode.ERROR_CODE_TOO_MANY_SUBSCRIPTIONS,
                    "The session has " + all.size() + " subscriptions, as many as it may",
                    path,
                    subId,
                    0);
            return;
        }
        if (firstReads.get() >= gateway.config().maxSubscriptions()) {
            // Subscribing again and again to one channel: each read has a virtual thread until its
            // turn comes.
            session.error(
                    ErrorCode.ERROR_CODE_UNAVAILABLE,
                    "As many subscriptions as are allowed are being made already",
                    path,
                    subId,
                    UNAVAILABLE_RETRY_MS);
            return;
        }
        firstReads.incrementAndGet();
        Subscription subscription = session.registry().join(session, request.channel(), subId);
        add(subscription);
        subscription.start(request.from());
    }

    /** Answers an Unsubscribe. On the reader thread. */
    void unsubscribe(String path) {
        Optional<Channel> channel = Channel.parse(session.terms().principal().tenant(), path);
        if (channel.isEmpty() || !end(channel.get())) {
            session.error(
                    ErrorCode.ERROR_CODE_NOT_SUBSCRIBED,
                    "Not subscribed to '" + path + "'",
                    path,
                    0,
                    0);
        }
    }

    /** Ends the subscription of a channel; false if there is none. On the reader thread. */
    private boolean end(Channel channel) {
        for (Subscription subscription : all) {
            if (subscription.hub().channel().equals(channel)) {
                subscription.end();
                drop(subscription);
                // Ahead of a Subscribe that begins at the kept cursor: the directory keeps the
                // order.
                session.forgetHello();
                gateway.records().keep(session, subscription.takeLast().stream().toList());
                return true;
            }
        }
        return false;
    }

    /** Ends the subscriptions that the token does not allow (T-7). On the reader thread. */
    void endForbidden() {
        for (Subscription subscription : all) {
            Channel channel = subscription.hub().channel();
            if (!SubscribeRequest.allows(session.terms().principal(), channel)) {
                end(channel);
                session.error(
                        ErrorCode.ERROR_CODE_FORBIDDEN,
                        "The new token does not allow '" + channel.path() + "'",
                        channel.path(),
                        subscription.subId(),
                        0);
            }
        }
    }

    private synchronized void add(Subscription subscription) {
        List<Subscription> more = new ArrayList<>(all);
        more.add(subscription);
        all = List.copyOf(more);
    }

    private synchronized void drop(Subscription subscription) {
        all = all.stream().filter(other -> other != subscription).toList();
    }

    /** Takes an Ack. On the reader thread. */
    void ack(Ack ack) {
        Subscription subscription = subscription(ack.getChannel());
        if (subscription == null) {
            String path = ack.getChannel();
            session.error(
                    ErrorCode.ERROR_CODE_NOT_SUBSCRIBED,
                    "Not subscribed to '" + path + "'",
                    path,
                    0,
                    0);
            return;
        }
        if (ack.getIdsCount() > 0) {
            subscription.ackOvertaken(ack.getIdsList());
            if (ack.getPosition().isEmpty()) {
                return;
            }
        }
        Optional<Position> position = Position.parse(ack.getPosition());
        if (position.isEmpty()) {
            session.error(
                    ErrorCode.ERROR_CODE_INVALID_POSITION,
                    "ack.position is not one that Heliograph issued",
                    ack.getChannel(),
                    0,
                    0);
            return;
        }
        subscription.ack(position.get());
        session.metrics().acked(System.currentTimeMillis() - position.get().id().ms());
    }

    /** The one of a channel's path; null when there is none. */
    private Subscription subscription(String path) {
        for (Subscription subscription : all) {
            if (subscription.hub().channel().isAt(path)) {
                return subscription;
            }
        }
        return null;
    }

    private Optional<Subscription> subscription(Channel channel) {
        return all.stream().filter(s -> s.hub().channel().equals(channel)).findFirst();
    }

    /** What the session directory should hear of. */
    List<SessionDirectory.Cursor> cursors(
            Function<Subscription, Optional<SessionDirectory.Cursor>> of) {
        return all.stream().map(of).flatMap(Optional::stream).toList();
    }

    /** The session directory could not be told. */
    void giveBack(List<SessionDirectory.Cursor> acked) {
        for (SessionDirectory.Cursor cursor : acked) {
            subscription(cursor.channel()).ifPresent(it -> it.giveBack(cursor));
        }
    }

    /** The log could not be read for a Subscribe. */
    void failed(Subscription subscription) {
        subscription.end();
        drop(subscription);
        session.error(
                ErrorCode.ERROR_CODE_UNAVAILABLE,
                "The log cannot be read at the moment",
                subscription.hub().channel().path(),
                subscription.subId(),
                UNAVAILABLE_RETRY_MS);
    }

    /** A subscription's first read is over, or will never be. */
    void firstReadEnded() {
        firstReads.decrementAndGet();
    }

    /** The outbox is empty. */
    void onDrained() {
        all.forEach(Subscription::onDrained);
    }

    /** Ends all, and tells what the session directory should hear of. On the reader thread. */
    List<SessionDirectory.Cursor> end() {
        all.forEach(Subscription::end);
        List<SessionDirectory.Cursor> cursors = cursors(Subscription::takeLast);
        all = List.of();
        return cursors;
    }
}
