package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.device.ChannelReset.Reason;
import dev.heliograph.client.device.Diagnostic.Kind;
import dev.heliograph.client.device.FakeTransport.FakeLink;
import dev.heliograph.proto.device.v1.ClientFrame.BodyCase;
import dev.heliograph.proto.device.v1.Deliver;
import dev.heliograph.proto.device.v1.Error;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Notification;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.Start;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A channel's life, on a manual clock. */
class ChannelSubscriptionTest {

    private final Gateway gateway = new Gateway();

    @Test
    void beginsWhereTheOptionsSayAndResolvesTheInbox_R4() {
        gateway.client.subscribe("inbox", SubscribeOptions.lastN(7), delivery -> {});
        FakeLink link = gateway.welcome(1);

        assertThat(Gateway.lastSubscribe(link).getChannel(), is(Gateway.INBOX));
        assertThat(Gateway.lastSubscribe(link).getStart(), is(Start.START_LAST_N));
        assertThat(Gateway.lastSubscribe(link).getLastN(), is(7));
    }

    @Test
    void goesOnFromTheStoredPosition_R4() throws IOException {
        gateway.store.save(Gateway.INBOX, "p41");
        gateway.subscribeInbox();
        FakeLink link = gateway.welcome(1);

        assertThat(Gateway.lastSubscribe(link).getPosition(), is("p41"));
    }

    @Test
    void resumesAfterTheLastFrameWithAllChannels_G5() {
        FakeLink first = live(1);
        gateway.client.subscribe("topic/news", delivery -> {});
        gateway.deliver(first, 1);
        gateway.skip(first, 2, 4);

        first.events.ended(1006, "");
        FakeLink second = gateway.welcome(2);

        assertThat(
                second.sent(BodyCase.SUBSCRIBE).stream()
                        .map(f -> f.getSubscribe().getChannel() + f.getSubscribe().getPosition())
                        .toList(),
                contains(Gateway.INBOX + "p4", "topic/news"));
    }

    @Test
    void ignoresFramesBetweenSubscribeAndItsAnswer_R3() {
        gateway.subscribeInbox();
        FakeLink link = gateway.welcome(1);

        gateway.deliver(link, 1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        gateway.deliver(link, 1);

        assertThat(gateway.handled, contains("n1"));
    }

    @Test
    void subscribesAgainFromTheLastPositionWhenItSeesAHole_D2() {
        FakeLink link = live(1);
        gateway.deliver(link, 1);

        gateway.deliver(link, 3);

        assertThat(gateway.handled, contains("n1"));
        assertThat(link.sent(BodyCase.SUBSCRIBE), hasSize(2));
        assertThat(Gateway.lastSubscribe(link).getPosition(), is("p1"));
        assertThat(kinds(), contains(Kind.HOLE));
        gateway.subscribed(link, Outcome.OUTCOME_OK, 2);
        gateway.deliver(link, 2);
        gateway.deliver(link, 3);
        assertThat(gateway.handled, contains("n1", "n2", "n3"));
    }

    @Test
    void doesNotAskInATightLoopWhenTheHoleStays_D2() {
        FakeLink link = live(1);
        gateway.deliver(link, 3);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);

        gateway.deliver(link, 3);

        assertThat(link.sent(BodyCase.SUBSCRIBE), hasSize(2));
        gateway.loop.advance(2_000);
        assertThat(link.sent(BodyCase.SUBSCRIBE), hasSize(3));
    }

    @Test
    void takesASkipWhoseCountsDoNotFillItsRangeForAHole_D5() {
        FakeLink link = live(1);

        gateway.skip(link, 1, 9, 1);

        assertThat(kinds(), contains(Kind.HOLE));
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        gateway.deliver(link, 1);
        assertThat(gateway.handled, contains("n1"));
    }

    @Test
    void aFrameWithoutAPositionLeavesItWhereItIs_D3() {
        FakeLink link = live(1);
        gateway.deliver(link, 1);
        link.receive(
                ServerFrame.newBuilder()
                        .setDeliver(
                                Deliver.newBuilder()
                                        .setChannel(Gateway.INBOX)
                                        .setSeq(2)
                                        .setNotification(Notification.newBuilder().setId("n2"))));
        gateway.loop.settle();

        link.events.ended(1006, "");

        assertThat(Gateway.lastSubscribe(gateway.welcome(2)).getPosition(), is("p1"));
        assertThat(gateway.handled, contains("n1", "n2"));
    }

    @Test
    void aSecondSubscribedThatLeavesEntriesOutIsToldAsAGap_R8() {
        List<ChannelReset> resets = new ArrayList<>();
        gateway.client.subscribe(
                "inbox", SubscribeOptions.head().onReset(resets::add), delivery -> {});
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);

        gateway.subscribed(link, Outcome.OUTCOME_OK, 5);

        assertThat(
                resets.stream().map(ChannelReset::reason).toList(),
                contains(ChannelReset.Reason.GAP));
    }

    @Test
    void aHandlerThatReturnsNoStageHasFailed_D3() {
        Subscription subscription =
                gateway.client.subscribeAsync(
                        "inbox", SubscribeOptions.head().attempts(1), delivery -> null);
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);

        gateway.deliver(link, 1);

        assertThat(subscription.ended().isCompletedExceptionally(), is(true));
    }

    @Test
    void acknowledgesAndSavesNothingThatTheHandlerHasNotFinished_A1() throws IOException {
        List<CompletableFuture<Void>> calls = new ArrayList<>();
        gateway.client.subscribeAsync(
                "inbox",
                SubscribeOptions.head(),
                delivery -> {
                    calls.add(new CompletableFuture<>());
                    return calls.getLast();
                });
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        gateway.deliver(link, 1);
        gateway.deliver(link, 2);

        calls.getFirst().complete(null);
        gateway.loop.advance(ChannelSubscription.ACK_DELAY_MS);

        assertThat(calls, hasSize(2));
        assertThat(link.sent(BodyCase.ACK).getLast().getAck().getPosition(), is("p1"));
        assertThat(gateway.store.load(Gateway.INBOX), is(Optional.of("p1")));
    }

    @Test
    void ignoresWhatWasCoveredBefore_D2() {
        FakeLink link = live(5);

        gateway.deliver(link, 4, "old");
        gateway.deliver(link, 5);
        gateway.skip(link, 4, 5);

        assertThat(gateway.handled, contains("n5"));
        assertThat(link.sent(BodyCase.SUBSCRIBE), hasSize(1));
    }

    @Test
    void movesThePositionOnlyAfterTheHandlerFinished_D3() {
        CompletableFuture<Void> work = new CompletableFuture<>();
        Subscription subscription =
                gateway.client.subscribeAsync("inbox", SubscribeOptions.head(), delivery -> work);
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);

        gateway.deliver(link, 1);
        gateway.loop.advance(1_000);
        assertThat(subscription.position(), is(Optional.of("p0")));
        work.complete(null);
        gateway.loop.settle();

        assertThat(subscription.position(), is(Optional.of("p1")));
    }

    @Test
    void givesNoIdToTheHandlerTwice_D4() {
        FakeLink link = live(1);
        gateway.deliver(link, 1);
        link.receive(
                ServerFrame.newBuilder()
                        .setSubscribed(
                                dev.heliograph.proto.device.v1.Subscribed.newBuilder()
                                        .setChannel(Gateway.INBOX)
                                        .setSubId(Gateway.lastSubscribe(link).getSubId())
                                        .setOutcome(Outcome.OUTCOME_EPOCH)
                                        .setNextSeq(1)
                                        .setPosition("q0")));
        gateway.loop.settle();

        gateway.deliver(link, 1, "n1");
        gateway.deliver(link, 2, "n2");

        assertThat(gateway.handled, contains("n1", "n2"));
        assertThat(kinds(), contains(Kind.DUPLICATE));
    }

    @ParameterizedTest
    @CsvSource({
        "OUTCOME_TRIMMED, 9, TRIMMED",
        "OUTCOME_EPOCH, 1, EPOCH",
        "OUTCOME_FORK, 2, FORK",
        "OUTCOME_UNSPECIFIED, 2, EPOCH",
        "OUTCOME_OK, 9, GAP"
    })
    void tellsTheAppThatContinuityBrokeBeforeWhatComesNext_R5(
            Outcome outcome, long nextSeq, Reason reason) {
        List<String> seen = new ArrayList<>();
        List<ChannelReset> resets = new ArrayList<>();
        gateway.client.subscribe(
                "inbox",
                SubscribeOptions.head()
                        .onReset(
                                reset -> {
                                    resets.add(reset);
                                    seen.add("reset");
                                }),
                delivery -> seen.add(delivery.id()));
        FakeLink first = gateway.welcome(1);
        gateway.subscribed(first, Outcome.OUTCOME_OK, 4);
        gateway.deliver(first, 4);
        first.events.ended(1006, "");
        FakeLink second = gateway.welcome(2);

        gateway.subscribed(second, outcome, nextSeq);
        gateway.deliver(second, nextSeq, "after");

        assertThat(seen, contains("n4", "reset", "after"));
        assertThat(resets.getFirst().reason(), is(reason));
        assertThat(resets.getFirst().lastSeq().getAsLong(), is(4L));
        assertThat(resets.getFirst().nextSeq(), is(nextSeq));
        assertThat(resets.getFirst().lastPosition(), is(Optional.of("p4")));
        assertThat(resets.getFirst().nextPosition(), is("p" + (nextSeq - 1)));
        boolean comparable = reason == Reason.TRIMMED || reason == Reason.GAP;
        assertThat(
                resets.getFirst().lost(),
                is(comparable ? OptionalLong.of(4) : OptionalLong.empty()));
    }

    @Test
    void dropsAPositionThatIsNotKnownAndSaysSo_R6() throws IOException {
        gateway.store.save(Gateway.INBOX, "bogus");
        List<ChannelReset> resets = new ArrayList<>();
        gateway.client.subscribe(
                "inbox", SubscribeOptions.head().onReset(resets::add), delivery -> {});
        FakeLink link = gateway.welcome(1);

        error(link, ErrorCode.ERROR_CODE_INVALID_POSITION, 0);
        assertThat(Gateway.lastSubscribe(link).getPosition(), is(""));
        assertThat(Gateway.lastSubscribe(link).getStart(), is(Start.START_EARLIEST));
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);

        assertThat(resets.getFirst().reason(), is(Reason.INVALID_POSITION));
        assertThat(resets.getFirst().lastPosition(), is(Optional.of("bogus")));
        assertThat(resets.getFirst().lastSeq(), is(OptionalLong.empty()));
    }

    @Test
    void resumesFromSubscribedWhenItWasCutBeforeTheFirstDeliver_R7() throws IOException {
        FakeLink link = live(12);

        assertThat(gateway.store.load(Gateway.INBOX), is(Optional.of("p11")));
        link.events.ended(1006, "");
        assertThat(Gateway.lastSubscribe(gateway.welcome(2)).getPosition(), is("p11"));
    }

    @Test
    void subscribesAgainAfterTheTimeThatTheGatewayAsksFor_R9() {
        gateway.subscribeInbox();
        FakeLink link = gateway.welcome(1);
        int first = Gateway.lastSubscribe(link).getSubId();

        error(link, ErrorCode.ERROR_CODE_UNAVAILABLE, 3_000);
        gateway.loop.advance(2_999);
        assertThat(link.sent(BodyCase.SUBSCRIBE), hasSize(1));
        gateway.loop.advance(251);

        assertThat(Gateway.lastSubscribe(link).getSubId(), is(first + 1));
    }

    @Test
    void endsWhenTheChannelIsForbidden_R1() {
        Subscription subscription = gateway.subscribeInbox();
        FakeLink link = gateway.welcome(1);

        error(link, ErrorCode.ERROR_CODE_FORBIDDEN, 0);

        assertThat(subscription.ready().isCompletedExceptionally(), is(true));
        assertThat(subscription.ended().isCompletedExceptionally(), is(true));
    }

    @Test
    void acknowledgesAfter256NotificationsOrTwoSeconds_A1() {
        FakeLink link = live(1);
        int before = link.sent(BodyCase.ACK).size();

        deliver(link, 1, 260);
        assertThat(acks(link, before), contains("p256"));
        gateway.loop.advance(ChannelSubscription.ACK_DELAY_MS);

        assertThat(acks(link, before), contains("p256", "p260"));
    }

    @Test
    void acknowledgesAtARandomTimeOfTheLastSecond_A1() {
        FakeLink link = live(1);
        int before = link.sent(BodyCase.ACK).size();

        gateway.deliver(link, 1);
        gateway.loop.advance(ChannelSubscription.ACK_DELAY_MS / 2 - 1);
        gateway.deliver(link, 2);
        assertThat(acks(link, before), is(empty()));
        gateway.loop.advance(ChannelSubscription.ACK_DELAY_MS / 2 + 1);

        assertThat(acks(link, before), contains("p2"));
    }

    @Test
    void savesAfter32NotificationsOr100MsWithoutAnAck_D3() throws IOException {
        FakeLink link = live(1);
        int before = link.sent(BodyCase.ACK).size();

        deliver(link, 1, 40);
        assertThat(gateway.store.load(Gateway.INBOX), is(Optional.of("p32")));
        gateway.loop.advance(ChannelSubscription.SAVE_DELAY_MS);

        assertThat(gateway.store.load(Gateway.INBOX), is(Optional.of("p40")));
        assertThat(acks(link, before), is(empty()));
    }

    @Test
    void triesAFailedNotificationAgainAndThenEndsWithoutSkippingIt_D3() throws IOException {
        List<String> tried = new ArrayList<>();
        Subscription subscription =
                gateway.client.subscribe(
                        "inbox",
                        SubscribeOptions.head().attempts(3),
                        delivery -> {
                            tried.add(delivery.id());
                            if (delivery.id().equals("n2")) {
                                throw new IOException("disk full");
                            }
                        });
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        gateway.deliver(link, 1);
        gateway.deliver(link, 2);
        gateway.deliver(link, 3);

        gateway.loop.advance(10_000);

        assertThat(tried, contains("n1", "n2", "n2", "n2"));
        assertThat(subscription.ended().isCompletedExceptionally(), is(true));
        assertThat(gateway.store.load(Gateway.INBOX), is(Optional.of("p1")));
        gateway.subscribeInbox();
        gateway.loop.settle();
        assertThat(Gateway.lastSubscribe(link).getPosition(), is("p1"));
        gateway.subscribed(link, Outcome.OUTCOME_OK, 2);
        gateway.deliver(link, 2);
        assertThat(gateway.handled, contains("n2"));
    }

    @Test
    void leavesTheChannelWhenTheHandlerIsSlowAndGoesOnWithoutAGap() {
        List<CompletableFuture<Void>> work = new ArrayList<>();
        gateway.client.subscribeAsync(
                "inbox",
                SubscribeOptions.head(),
                delivery -> {
                    work.add(new CompletableFuture<>());
                    return work.getLast();
                });
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);

        for (int seq = 1; seq <= 2 * DeliveryWindow.MAX_ENTRIES; seq++) {
            gateway.deliver(link, seq);
        }
        assertThat(link.sent(BodyCase.UNSUBSCRIBE), hasSize(1));
        for (int i = 0; i < DeliveryWindow.MAX_ENTRIES; i++) {
            work.get(i).complete(null);
            gateway.loop.settle();
        }

        assertThat(link.sent(BodyCase.SUBSCRIBE), hasSize(2));
        assertThat(Gateway.lastSubscribe(link).getPosition(), is("p" + DeliveryWindow.MAX_ENTRIES));
    }

    @Test
    void asksAgainWhenTheAnswerDoesNotCome() {
        gateway.subscribeInbox();
        FakeLink link = gateway.welcome(1);

        gateway.loop.advance(ChannelSubscription.ANSWER_TIMEOUT_MS);

        assertThat(link.sent(BodyCase.SUBSCRIBE), hasSize(2));
    }

    @Test
    void refusesASecondSubscriptionForTheSameChannel() {
        gateway.subscribeInbox();
        Subscription second = gateway.client.subscribe(Gateway.INBOX, delivery -> {});
        FakeLink link = gateway.welcome(1);

        assertThat(second.ended().isCompletedExceptionally(), is(true));
        assertThat(link.sent(BodyCase.SUBSCRIBE), hasSize(1));
        assertThat(link.sent(BodyCase.UNSUBSCRIBE), is(empty()));
    }

    @Test
    void unsubscribesAndSavesWhenTheAppClosesIt() throws IOException {
        Subscription subscription = gateway.subscribeInbox();
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        gateway.deliver(link, 1);

        subscription.close();
        gateway.loop.settle();
        gateway.deliver(link, 2);

        assertThat(link.sent(BodyCase.UNSUBSCRIBE), hasSize(1));
        assertThat(gateway.store.load(Gateway.INBOX), is(Optional.of("p1")));
        assertThat(gateway.handled, contains("n1"));
        assertThat(subscription.ended().isDone(), is(true));
    }

    private FakeLink live(long nextSeq) {
        gateway.subscribeInbox();
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, nextSeq);
        return link;
    }

    private void error(FakeLink link, ErrorCode code, int retryAfterMs) {
        link.receive(
                ServerFrame.newBuilder()
                        .setError(
                                Error.newBuilder()
                                        .setCode(code)
                                        .setChannel(Gateway.INBOX)
                                        .setSubId(Gateway.lastSubscribe(link).getSubId())
                                        .setRetryAfterMs(retryAfterMs)));
        gateway.loop.settle();
    }

    private void deliver(FakeLink link, int first, int last) {
        for (int seq = first; seq <= last; seq++) {
            gateway.deliver(link, seq);
        }
    }

    private List<String> acks(FakeLink link, int from) {
        List<String> positions = new ArrayList<>();
        link.sent(BodyCase.ACK).stream()
                .skip(from)
                .forEach(f -> positions.add(f.getAck().getPosition()));
        return positions;
    }

    private List<Kind> kinds() {
        return gateway.diagnostics.stream()
                .map(Diagnostic::kind)
                .filter(kind -> kind != Kind.CONNECTION)
                .toList();
    }
}
