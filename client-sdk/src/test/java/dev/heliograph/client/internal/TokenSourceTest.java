package dev.heliograph.client.internal;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.auth.TokenProvider.Reason;
import dev.heliograph.client.auth.UnauthorizedException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TokenSourceTest {

    private final List<Reason> asked = new CopyOnWriteArrayList<>();

    @Test
    void asksOnceHoweverManyWait() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        TokenSource source =
                new TokenSource(
                        reason -> {
                            asked.add(reason);
                            release.await();
                            return "t";
                        });
        CompletableFuture<String> first = source.token();
        CompletableFuture<String> second = source.token();
        release.countDown();

        assertThat(get(first) + get(second) + get(source.token()), is("ttt"));
        assertThat(asked, contains(Reason.INITIAL));
    }

    @Test
    void asksAgainOnlyWhenTheTokenInForceWasRefused() throws Exception {
        TokenSource source =
                new TokenSource(
                        reason -> {
                            asked.add(reason);
                            return "t" + asked.size();
                        });
        assertThat(get(source.token()), is("t1"));
        source.invalidate("t1", Reason.EXPIRED);
        assertThat(get(source.token()), is("t2"));
        source.invalidate("t1", Reason.REFUSED);
        assertThat(get(source.token()), is("t2"));
        assertThat(asked, contains(Reason.INITIAL, Reason.EXPIRED));
    }

    @Test
    void takesATokenWithoutItsLineBreak() throws Exception {
        assertThat(get(new TokenSource(reason -> "t\n").token()), is("t"));
    }

    @Test
    void refusesWhatNoHeaderCanHoldWithoutRepeatingIt() {
        for (String token : List.of("", " ", "secret\nsecret", "s\u00e9cret")) {
            ExecutionException e =
                    assertThrows(
                            ExecutionException.class,
                            () -> get(new TokenSource(reason -> token).token()));
            assertThat(e.getCause(), is(instanceOf(IllegalArgumentException.class)));
            assertThat(e.getCause().getMessage().contains("secret"), is(false));
        }
    }

    @Test
    void asksAgainAfterAFailure() throws Exception {
        TokenSource source =
                new TokenSource(
                        reason -> {
                            asked.add(reason);
                            if (asked.size() == 1) {
                                throw new IOException("backend is away");
                            }
                            return "t";
                        });
        assertThrows(ExecutionException.class, () -> get(source.token()));
        assertThat(get(source.token()), is("t"));
    }

    /** Over a provider that numbers its tokens, and gives those that are renewed when told to. */
    private TokenSource renewingAfter(CountDownLatch release) {
        return new TokenSource(
                reason -> {
                    asked.add(reason);
                    if (reason == Reason.EXPIRING) {
                        release.await();
                    }
                    return "t" + asked.size();
                });
    }

    @Test
    void asksOnceForWhatFollowsATokenThatExpiresAndKeepsItMeanwhile() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        TokenSource source = renewingAfter(release);
        assertThat(get(source.token()), is("t1"));
        CompletableFuture<String> first = source.renew("t1");
        CompletableFuture<String> second = source.renew("t1");
        assertThat("it still counts", get(source.token()), is("t1"));
        release.countDown();
        assertThat(get(first) + get(second), is("t2t2"));
        assertThat(get(source.token()), is("t2"));
        assertThat("there is one already", get(source.renew("t1")), is("t2"));
        assertThat(asked, contains(Reason.INITIAL, Reason.EXPIRING));
    }

    @Test
    void aTokenThatEndsDuringItsRenewalIsNotAskedForTwice() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        TokenSource source = renewingAfter(release);
        assertThat(get(source.token()), is("t1"));
        var unused = source.renew("t1");
        source.invalidate("t1", Reason.EXPIRED);
        CompletableFuture<String> next = source.token();
        release.countDown();
        assertThat(get(next), is("t2"));
        assertThat(asked, contains(Reason.INITIAL, Reason.EXPIRING));
    }

    @Test
    void aFailedRenewalLeavesTheTokenInForce() throws Exception {
        TokenSource source =
                new TokenSource(
                        reason -> {
                            if (reason == Reason.EXPIRING) {
                                throw new IOException("backend is away");
                            }
                            return "t";
                        });
        assertThat(get(source.token()), is("t"));
        assertThrows(ExecutionException.class, () -> get(source.renew("t")));
        assertThat(get(source.token()), is("t"));
    }

    @Test
    void aFixedTokenIsAllThereIs() throws Exception {
        TokenSource source = new TokenSource(TokenProvider.fixed("only"));
        assertThat(get(source.token()), is("only"));
        source.invalidate("only", Reason.EXPIRED);
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> get(source.token()));
        assertThat(failure.getCause(), is(instanceOf(UnauthorizedException.class)));
    }

    private static String get(CompletableFuture<String> future) throws Exception {
        return future.get(5, TimeUnit.SECONDS);
    }
}
