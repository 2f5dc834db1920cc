package dev.heliograph.server.fallback;

import dev.heliograph.proto.device.v1.ClientInfo;
import dev.heliograph.proto.device.v1.PollRequest;
import dev.heliograph.proto.device.v1.Subscribe;
import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.gateway.SessionFactory;
import dev.heliograph.server.log.LogStore;
import dev.heliograph.server.observe.GatewayMetrics;
import dev.heliograph.server.websocket.Answers;
import dev.heliograph.server.websocket.HttpDoor;
import dev.heliograph.server.websocket.HttpDoor.Guest;
import dev.heliograph.server.websocket.HttpDoor.Refused;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * {@code /v1/sse}, {@code /v1/poll}, {@code /v1/ack} and {@code /v1/ticket}: devices without a
 * WebSocket (section 11 of PROTOCOL.md).
 */
public final class FallbackService implements HttpService, AutoCloseable {

    /** Each event repeats the positions of all: some 70 bytes each. */
    private static final int MAX_STREAM_CHANNELS = 10;

    /** Below the 30 s after which many proxies give up a request without an answer. */
    private static final int MAX_WAIT_MS = 25_000;

    /** Of nginx: not to gather a stream's events. */
    private static final HeaderName X_ACCEL_BUFFERING = HeaderNames.create("X-Accel-Buffering");

    private final GatewayConfig config;
    private final SessionFactory sessions;
    private final HttpDoor door;
    private final LongConsumer queued;
    private final TicketOffice tickets;
    private final Acks acks;
    private final StallWatch watch;

    /**
     * A service whose watch runs.
     *
     * @param queued hears how many bytes were queued for devices, or, negative, went
     */
    public FallbackService(
            GatewayConfig config,
            SessionFactory sessions,
            LogStore log,
            HttpDoor door,
            GatewayMetrics metrics,
            LongConsumer queued) {
        this.config = config;
        this.sessions = sessions;
        this.door = door;
        this.queued = queued;
        this.tickets = new TicketOffice(log.tickets());
        this.acks = new Acks(log.sessions(), metrics, config.maxSubscriptions());
        this.watch = new StallWatch(config.stallTimeout());
    }

    /** What answers a request that was let in; a refusal is sent by the caller. */
    private interface Handler {
        void handle(ServerRequest request, ServerResponse response)
                throws Refused, IOException, InterruptedException;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/v1/sse", guarded(this::stream))
                .post("/v1/poll", guarded(this::poll))
                .post("/v1/ack", guarded(this::ack))
                .post("/v1/ticket", guarded(this::ticket))
                .options(
                        "/v1/sse",
                        (_, response) ->
                                Answers.preflight(response, "GET", "Authorization, Last-Event-ID"));
        for (String path : List.of("/v1/poll", "/v1/ack", "/v1/ticket")) {
            rules.options(
                    path,
                    (_, response) ->
                            Answers.preflight(response, "POST", "Authorization, Content-Type"));
        }
    }

    private io.helidon.webserver.http.Handler guarded(Handler handler) {
        return (request, response) -> {
            try {
                handler.handle(request, response);
            } catch (Refused e) {
                door.refuse(request, response, e);
            } catch (IOException e) {
                throw new CloseConnectionException("The device left", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CloseConnectionException("The server stops", e);
            }
        };
    }

    private void stream(ServerRequest request, ServerResponse response)
            throws Refused, IOException, InterruptedException {
        StreamQuery query = StreamQuery.parse(request);
        try (Guest guest =
                query.ticket().isPresent()
                        ? door.enter(request, () -> tickets.redeem(query.ticket().get()))
                        : door.enter(request)) {
            List<Subscribe> subscribes =
                    query.subscribes(
                            guest.principal(),
                            Math.min(MAX_STREAM_CHANNELS, config.maxSubscriptions()));
            FrameQueue queue = queue(guest, false);
            HttpSession session = new HttpSession(sessions.open(guest.principal()), queue);
            try {
                session.open("device", query.device(), ClientInfo.getDefaultInstance(), subscribes);
                guest.onLeft(() -> queue.close(HttpSession.LOST, ""));
                Answers.open(response)
                        .header(HeaderNames.CONNECTION, "close")
                        .header(HeaderNames.CONTENT_TYPE, "text/event-stream")
                        .header(X_ACCEL_BUFFERING, "no");
                HttpDoor.Stream counted = door.stream();
                Positions positions = new Positions(subscribes);
                try {
                    new EventStream(session, queue, positions, watch, response.outputStream())
                            .run();
                } finally {
                    counted.ended(session.lost().getCode());
                }
            } finally {
                session.lost();
                queue.drop();
            }
        }
    }

    private void poll(ServerRequest request, ServerResponse response)
            throws Refused, IOException, InterruptedException {
        byte[] body = JsonBody.read(request);
        try (Guest guest = door.enter(request)) {
            PollRequest.Builder asked = PollRequest.newBuilder();
            JsonBody.parse(body, asked);
            int waitMs = waitMs(asked);
            List<Subscribe> subscribes =
                    ChannelList.check(
                            asked.getSubscribeList(), guest.principal(), config.maxSubscriptions());
            FrameQueue queue = queue(guest, true);
            HttpSession session = new HttpSession(sessions.open(guest.principal()), queue);
            try {
                session.open("deviceId", asked.getDeviceId(), asked.getClient(), subscribes);
                byte[] answer =
                        new Poll(session, queue, asked.build(), subscribes)
                                .answer(Duration.ofMillis(waitMs).toNanos());
                if (!watch.run(() -> false, () -> Answers.json(response, answer))) {
                    throw new CloseConnectionException("The device takes no bytes");
                }
            } finally {
                session.lost();
                queue.drop();
            }
        }
    }

    private static int waitMs(PollRequest.Builder asked) throws Refused {
        int waitMs = asked.hasMaxWaitMs() ? asked.getMaxWaitMs() : MAX_WAIT_MS;
        if (waitMs < 0 || waitMs > MAX_WAIT_MS) {
            throw Refused.badRequest(
                    "maxWaitMs has to be 0 to "
                            + MAX_WAIT_MS
                            + ", not "
                            + Integer.toUnsignedString(waitMs));
        }
        return waitMs;
    }

    private void ack(ServerRequest request, ServerResponse response) throws Refused, IOException {
        acks.keep(JsonBody.read(request), door.identify(request));
        Answers.json(response, JsonBody.EMPTY);
    }

    private void ticket(ServerRequest request, ServerResponse response) throws Refused {
        Answers.json(response, JsonBody.of(tickets.issue(door.identify(request))));
    }

    private FrameQueue queue(Guest guest, boolean asksOnce) {
        return new FrameQueue(guest.peer(), asksOnce, config.outboxSoftLimitBytes(), queued);
    }

    /** Ends the watch, once no request is left. */
    @Override
    public void close() {
        watch.close();
    }
}
