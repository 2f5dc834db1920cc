package dev.heliograph.server.websocket;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;

/** Answers over plain HTTP that web pages of any origin can read: no token rides on cookies. */
public final class Answers {

    /** How long browsers may remember the preflight: the most that any of them does is a day. */
    private static final String PREFLIGHT_SECONDS = "86400";

    private Answers() {}

    /** Marks an answer as one for any page, and for nobody's cache. */
    public static ServerResponse open(ServerResponse response) {
        return response.header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .header(HeaderNames.CACHE_CONTROL, "no-store");
    }

    /** Sends JSON. */
    public static void json(ServerResponse response, byte[] body) {
        open(response).header(HeaderNames.CONTENT_TYPE, "application/json").send(body);
    }

    /** Sends a verdict (C-6). */
    static void verdict(ServerResponse response, Verdict verdict) {
        if (verdict instanceof Verdict.Refused refused && refused.retryAfterMs() > 0) {
            response.header(HeaderNames.RETRY_AFTER, Long.toString(refused.retryAfterSeconds()));
        }
        if (verdict.httpStatus() == Status.UNAUTHORIZED_401.code()) {
            response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        open(response)
                .status(Status.create(verdict.httpStatus()))
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .send(verdict.json());
    }

    /** Answers a browser that asks what it may send. */
    public static void preflight(ServerResponse response, String method, String headers) {
        response.status(Status.NO_CONTENT_204)
                .header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .header(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, method)
                .header(HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, headers)
                .header(HeaderNames.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS)
                .send();
    }
}
