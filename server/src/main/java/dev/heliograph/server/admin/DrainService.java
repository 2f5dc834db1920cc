package dev.heliograph.server.admin;

import dev.heliograph.server.gateway.Drain;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;

/**
 * Lets an operator on the node's own machine take its devices away, before an update or for good.
 *
 * <ul>
 *   <li>{@code POST /drain} begins, or changes nothing when it has begun → 202
 *   <li>{@code GET /drain} → 200
 *   <li>{@code DELETE /drain} calls it off → 200, or 409 when the process is ending
 *   <li>each answers {@code {"phase","asked","to_ask","connections"}}; other machines get 403 and
 *       {@code {"code","message"}}
 * </ul>
 */
public final class DrainService implements HttpService {

    private static final String PATH = "/drain";

    private final Drain drain;

    /** For the drain of this process' gateway. */
    public DrainService(Drain drain) {
        this.drain = drain;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get(PATH, guarded((_, response) -> answer(response, Status.OK_200)))
                .post(PATH, guarded(this::begin))
                .delete(PATH, guarded(this::cancel));
    }

    private void begin(ServerRequest request, ServerResponse response) {
        drain.begin();
        answer(response, Status.ACCEPTED_202);
    }

    private void cancel(ServerRequest request, ServerResponse response) {
        answer(response, drain.cancel() ? Status.OK_200 : Status.CONFLICT_409);
    }

    private void answer(ServerResponse response, Status status) {
        Drain.Progress progress = drain.progress();
        send(
                response,
                status,
                "{\"phase\":\"%s\",\"asked\":%d,\"to_ask\":%d,\"connections\":%d}"
                        .formatted(
                                progress.phase().label(),
                                progress.asked(),
                                progress.toAsk(),
                                progress.connections()));
    }

    private static Handler guarded(Handler handler) {
        return (request, response) -> {
            Optional<String> refusal = LocalCallers.refusal(request, "the drain of a node");
            if (refusal.isPresent()) {
                // It holds nothing that JSON would have to escape.
                send(
                        response,
                        Status.FORBIDDEN_403,
                        "{\"code\":\"permission_denied\",\"message\":\"%s\"}"
                                .formatted(refusal.get()));
            } else {
                handler.handle(request, response);
            }
        };
    }

    private static void send(ServerResponse response, Status status, String json) {
        response.status(status)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .header(HeaderNames.CACHE_CONTROL, "no-store")
                .send(json);
    }
}
