package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import dev.heliograph.client.auth.TokenProvider.Reason;
import dev.heliograph.client.device.FakeTransport.FakeLink;
import dev.heliograph.client.internal.TokenSource;
import dev.heliograph.proto.device.v1.ClientFrame.BodyCase;
import dev.heliograph.proto.device.v1.CloseCode;
import dev.heliograph.proto.device.v1.Error;
import dev.heliograph.proto.device.v1.ErrorCode;
import dev.heliograph.proto.device.v1.Outcome;
import dev.heliograph.proto.device.v1.ServerFrame;
import dev.heliograph.proto.device.v1.TokenExpiring;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The client brings another token in time (T-7, T-8). */
class TokenRenewalTest {

    private final List<Reason> asked = new CopyOnWriteArrayList<>();

    /** Gives these tokens one after the other, and fails where one is null. */
    private Gateway gateway(String... tokens) {
        return new Gateway(
                new TokenSource(
                        reason -> {
                            asked.add(reason);
                            String token = tokens[asked.size() - 1];
                            if (token == null) {
                                throw new IOException("the backend is away");
                            }
                            return token;
                        }));
    }

    private static void expiring(Gateway gateway, FakeLink link, BooleanSupplier done) {
        link.receive(
                ServerFrame.newBuilder()
                        .setTokenExpiring(TokenExpiring.newBuilder().setRemainingMs(60_000)));
        gateway.until(done);
    }

    private static boolean told(Gateway gateway, String what) {
        return gateway.diagnostics.stream().anyMatch(it -> it.message().contains(what));
    }

    private static List<String> refreshes(FakeLink link) {
        return link.sent(BodyCase.REFRESH_TOKEN).stream()
                .map(frame -> frame.getRefreshToken().getToken())
                .toList();
    }

    @Test
    void bringsANewTokenOverTheSameConnection_T7() {
        Gateway gateway = gateway("one", "two", "three");
        FakeLink link = gateway.welcome(1);
        expiring(gateway, link, () -> refreshes(link).size() == 1);
        expiring(gateway, link, () -> refreshes(link).size() == 2);
        assertThat(refreshes(link), contains("two", "three"));
        assertThat(asked, contains(Reason.INITIAL, Reason.EXPIRING, Reason.EXPIRING));
        assertThat(gateway.transport.links, hasSize(1));

        link.events.ended(1006, "");
        assertThat("the next connection takes it", gateway.awaitLink(2).token, is("three"));
    }

    @Test
    void theSameTokenAgainIsNotSent_T7() {
        Gateway gateway = gateway("one", "one", "two");
        FakeLink link = gateway.welcome(1);
        expiring(gateway, link, () -> told(gateway, "no other yet"));
        assertThat(refreshes(link), hasSize(0));
        link.events.ended(CloseCode.CLOSE_CODE_TOKEN_EXPIRED_VALUE, "token_expired");
        assertThat(gateway.awaitLink(2).token, is("two"));
        assertThat(asked, contains(Reason.INITIAL, Reason.EXPIRING, Reason.EXPIRED));
    }

    @Test
    void aProviderThatFailsChangesNothingUntilTheTokenHasEnded_T8() {
        Gateway gateway = gateway("one", null, "two");
        FakeLink link = gateway.welcome(1);
        expiring(gateway, link, () -> told(gateway, "provider failed"));
        assertThat(refreshes(link), hasSize(0));
        assertThat(gateway.client.state() instanceof ConnectionState.Connected, is(true));
        link.events.ended(CloseCode.CLOSE_CODE_TOKEN_EXPIRED_VALUE, "token_expired");
        assertThat(gateway.awaitLink(2).token, is("two"));
    }

    @Test
    void aTokenThatTheGatewayRefusesIsNotUsedForTheNextConnection_T8() {
        Gateway gateway = gateway("one", "bad", "two");
        FakeLink link = gateway.welcome(1);
        expiring(gateway, link, () -> refreshes(link).size() == 1);
        link.receive(
                ServerFrame.newBuilder()
                        .setError(Error.newBuilder().setCode(ErrorCode.ERROR_CODE_INVALID_TOKEN)));
        link.events.ended(CloseCode.CLOSE_CODE_TOKEN_EXPIRED_VALUE, "token_expired");
        assertThat(gateway.awaitLink(2).token, is("two"));
        assertThat(asked, contains(Reason.INITIAL, Reason.EXPIRING, Reason.REFUSED));
    }

    @Test
    void aTokenThatDoesNotFitTheLargestMessageIsNotSent_T7() {
        Gateway gateway = gateway("one", "x".repeat(16_384));
        FakeLink link = gateway.welcome(1);
        expiring(gateway, link, () -> asked.size() == 2);
        gateway.loop.settle();
        assertThat(refreshes(link), hasSize(0));
    }

    @Test
    void aSubscriptionThatTheNewTokenDoesNotAllowFails_T7() {
        Gateway gateway = gateway("one", "two");
        Subscription inbox = gateway.subscribeInbox();
        FakeLink link = gateway.welcome(1);
        gateway.subscribed(link, Outcome.OUTCOME_OK, 1);
        int subId = Gateway.lastSubscribe(link).getSubId();
        forbid(gateway, link, subId + 1);
        assertThat("another subscription's", inbox.ended().isDone(), is(false));
        forbid(gateway, link, subId);
        assertThat(inbox.ended().isCompletedExceptionally(), is(true));
        assertThat(link.sent(BodyCase.UNSUBSCRIBE), hasSize(0));
    }

    private static void forbid(Gateway gateway, FakeLink link, int subId) {
        link.receive(
                ServerFrame.newBuilder()
                        .setError(
                                Error.newBuilder()
                                        .setCode(ErrorCode.ERROR_CODE_FORBIDDEN)
                                        .setChannel(Gateway.INBOX)
                                        .setSubId(subId)));
        gateway.loop.settle();
    }
}
