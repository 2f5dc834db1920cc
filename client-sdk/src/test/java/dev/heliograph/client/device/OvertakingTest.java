package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.device.FakeTransport.FakeLink;
import dev.heliograph.proto.device.v1.ClientFrame.BodyCase;
import dev.heliograph.proto.device.v1.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What comes ahead of its turn is handled once, and moves no position (D-8). */
class OvertakingTest {

    private final Gateway gateway = new Gateway();
    private final List<Delivery> told = new ArrayList<>();
    private final List<CompletableFuture<Void>> calls = new ArrayList<>();

    private FakeLink live(long nextSeq) {
        gateway.client.subscribe(DeviceClient.INBOX, told::add);
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, nextSeq);
        return link;
    }

    /** The same with a handler whose calls the test finishes. */
    private FakeLink slow() {
        gateway.client.subscribeAsync(
                DeviceClient.INBOX,
                SubscribeOptions.head().attempts(1),
                delivery -> {
                    told.add(delivery);
                    calls.add(new CompletableFuture<>());
                    return calls.getLast();
                });
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        return link;
    }

    private void finish(int call) {
        calls.get(call).complete(null);
        gateway.loop.settle();
    }

    private List<String> ids() {
        return told.stream().map(Delivery::id).toList();
    }

    private static List<List<String>> ackedIds(FakeLink link) {
        return link.sent(BodyCase.ACK).stream()
                .map(frame -> List.copyOf(frame.getAck().getIdsList()))
                .filter(acked -> !acked.isEmpty())
                .toList();
    }

    private String stored() throws IOException {
        gateway.loop.advance(ChannelSubscription.SAVE_DELAY_MS);
        return gateway.store.load(Gateway.INBOX).orElse("");
    }

    @Test
    void isHandledAtOnceMarkedAndAcknowledgedByItsIdWhileThePositionStays_D8_A5()
            throws IOException {
        FakeLink link = live(1);
        gateway.deliver(link, 1);
        gateway.overtake(link, 5);
        assertThat(ids(), contains("n1", "n5"));
        assertThat(told.getLast().outOfOrder(), is(true));
        assertThat(told.getFirst().outOfOrder(), is(false));
        assertThat(told.getLast().seq(), is(5L));
        assertThat(ackedIds(link), contains(List.of("n5")));
        assertThat(link.sent(BodyCase.ACK).getLast().getAck().getPosition(), is(""));
        assertThat(stored(), is("p1"));
        assertThat(gateway.diagnostics, is(empty()));
    }

    @Test
    void theSkipOrTheDeliverOfItsTurnCallsNoHandlerAndMovesThePosition_D8() throws IOException {
        FakeLink link = live(1);
        gateway.overtake(link, 2);
        gateway.overtake(link, 3);
        gateway.deliver(link, 1);
        gateway.skip(link, 2, 2);
        assertThat(stored(), is("p2"));
        gateway.deliver(link, 3);
        gateway.deliver(link, 4);
        assertThat(ids(), contains("n2", "n3", "n1", "n4"));
        assertThat(stored(), is("p4"));
    }

    @Test
    void afterAReconnectItIsKnownToo_D8_D4() throws IOException {
        FakeLink first = live(1);
        gateway.overtake(first, 3);
        first.events.ended(1006, "");
        FakeLink second = gateway.welcome(2);
        assertThat(Gateway.lastSubscribe(second).getPosition(), is("p0"));
        gateway.subscribed(second, Outcome.OUTCOME_OK, 1);
        gateway.overtake(second, 3);
        for (long seq = 1; seq <= 4; seq++) {
            gateway.deliver(second, seq);
        }
        assertThat(ids(), contains("n3", "n1", "n2", "n4"));
        assertThat(stored(), is("p4"));
    }

    @Test
    void overtakesWhatWaitsForTheHandlerAndKeepsTheOrderAmongItsKind_D8() {
        FakeLink link = slow();
        gateway.deliver(link, 1);
        gateway.deliver(link, 2);
        gateway.overtake(link, 5);
        gateway.overtake(link, 6);
        for (int call = 0; call < 4; call++) {
            finish(call);
        }
        assertThat(ids(), contains("n1", "n5", "n6", "n2"));
        assertThat(ackedIds(link), contains(List.of("n5"), List.of("n6")));
    }

    @Test
    void thePositionWaitsUntilItIsHandledAlsoWhenItsTurnHasCome_D3() throws IOException {
        FakeLink link = slow();
        gateway.overtake(link, 1);
        gateway.deliver(link, 1);
        assertThat(ids(), contains("n1"));
        assertThat(stored(), is("p0"));
        assertThat(ackedIds(link), is(empty()));
        finish(0);
        assertThat(stored(), is("p1"));
        assertThat(ids(), contains("n1"));
    }

    @Test
    void whatItsHandlerFailedOnComesToTheNextSubscription_D3() {
        FakeLink link = slow();
        gateway.overtake(link, 2);
        calls.getFirst().completeExceptionally(new IllegalStateException("broken"));
        gateway.loop.settle();
        assertThat(ackedIds(link), is(empty()));
        gateway.subscribeInbox();
        gateway.loop.settle();
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        gateway.deliver(link, 1);
        gateway.deliver(link, 2);
        assertThat(gateway.handled, contains("n1", "n2"));
    }

    @Test
    void beforeTheChannelIsConfirmedOrBehindWhatIsCoveredItIsNotTaken_R3_D2() {
        Subscription subscription = gateway.client.subscribe(DeviceClient.INBOX, told::add);
        FakeLink link = gateway.welcome(1);
        gateway.overtake(link, 4);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 3);
        gateway.skip(link, 3, 3);
        gateway.overtake(link, 3);
        assertThat(ids(), is(empty()));
        assertThat(subscription.position(), is(Optional.of("p3")));
        gateway.deliver(link, 4);
        assertThat(ids(), contains("n4"));
    }
}
