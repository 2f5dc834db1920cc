package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.device.FakeTransport.FakeLink;
import dev.heliograph.proto.device.v1.ClientFrame.BodyCase;
import dev.heliograph.proto.device.v1.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is in no log: a handler gets it, and nothing else of it is left (D-9). */
class EphemeralTest {

    private final Gateway gateway = new Gateway();

    @Test
    void aHandlerGetsItInItsPlaceAndThePositionStays_D9() throws Exception {
        List<Delivery> told = new ArrayList<>();
        Subscription subscription = gateway.client.subscribe(DeviceClient.INBOX, told::add);
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        gateway.deliver(link, 1);
        gateway.ephemeral(link, "typing");
        gateway.loop.advance(ChannelSubscription.ACK_DELAY_MS);
        int acks = link.sent(BodyCase.ACK).size();
        gateway.ephemeral(link, "typing");
        gateway.loop.advance(ChannelSubscription.ACK_DELAY_MS);

        assertThat(told.stream().map(Delivery::id).toList(), contains("n1", "typing", "typing"));
        assertThat(told.stream().map(Delivery::ephemeral).toList(), contains(false, true, true));
        assertThat(told.getLast().seq(), is(0L));
        assertThat(subscription.position(), is(Optional.of("p1")));
        assertThat(gateway.store.load(Gateway.INBOX), is(Optional.of("p1")));
        assertThat("nothing to acknowledge", link.sent(BodyCase.ACK), hasSize(acks));
        gateway.deliver(link, 2);
        assertThat(told.getLast().id(), is("n2"));
        assertThat(gateway.diagnostics, is(empty()));
    }

    @Test
    void beforeTheChannelIsConfirmedItIsNotTaken_R3() {
        gateway.subscribeInbox();
        FakeLink link = gateway.welcome(1);
        gateway.ephemeral(link, "typing");
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        gateway.deliver(link, 1);
        assertThat(gateway.handled, contains("n1"));
    }

    @Test
    void aHandlerThatFailsOnItGetsNoSecondTryAndTheChannelGoesOn() {
        List<String> told = new ArrayList<>();
        Subscription subscription =
                gateway.client.subscribe(
                        DeviceClient.INBOX,
                        SubscribeOptions.head().attempts(1),
                        delivery -> {
                            told.add(delivery.id());
                            if (delivery.ephemeral()) {
                                throw new IllegalStateException("broken");
                            }
                        });
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        gateway.ephemeral(link, "typing");
        gateway.deliver(link, 1);
        gateway.loop.advance(60_000);
        assertThat(told, contains("typing", "n1"));
        assertThat(subscription.ended().isDone(), is(false));
        assertThat(gateway.diagnostics.getFirst().kind(), is(Diagnostic.Kind.HANDLER));
    }
}
