package dev.heliograph.loadtest.peer.centrifugo;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A stub of the protocol only: what the adapter says to a Centrifugo node and hears from it, in one
 * process, without Redis. It proves nothing of Centrifugo.
 */
public final class CentrifugoStub {

    /** Another one for each life. */
    private static final String EPOCH = Long.toString(System.nanoTime());

    private static final HeaderName API_KEY = HeaderNames.create("X-API-Key");

    private final ReentrantLock lock = new ReentrantLock();
    /* Guarded by lock: publications by channel, and who listens. */
    private final Map<String, List<String>> history = new HashMap<>();
    private final Map<String, Set<WsSession>> listeners = new HashMap<>();

    /** {@code version}, or {@code --config=<file>}. */
    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("version")) {
            System.out.println("Centrifugo v6.0.0 (Go version: none, a stub)");
            return;
        }
        Path file = Path.of(arguments[0].substring("--config=".length()));
        JsonObject config = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        String key = config.getAsJsonObject("http_api").get("key").getAsString();
        int port = config.getAsJsonObject("http_server").get("port").getAsInt();
        CentrifugoStub stub = new CentrifugoStub();
        WebServer.builder()
                .host("127.0.0.1")
                .port(port)
                .addRouting(
                        HttpRouting.builder()
                                .get("/health", (request, response) -> response.send("{}"))
                                .post(
                                        "/api/{method}",
                                        (request, response) -> {
                                            JsonObject body =
                                                    JsonParser.parseString(
                                                                    request.content()
                                                                            .as(String.class))
                                                            .getAsJsonObject();
                                            boolean known =
                                                    key.equals(
                                                            request.headers()
                                                                    .first(API_KEY)
                                                                    .orElse(""));
                                            response.send(
                                                    known
                                                            ? stub.api(body).toString()
                                                            : "{\"error\":{\"code\":101}}");
                                        }))
                .addRouting(WsRouting.builder().endpoint("/connection/websocket", stub::listener))
                .build()
                .start();
        System.out.println("serving websocket, api, health endpoints on 127.0.0.1:" + port);
        Thread.currentThread().join();
    }

    private JsonObject api(JsonObject body) {
        JsonObject answer = new JsonObject();
        if (body.has("commands")) {
            JsonArray replies = new JsonArray();
            body.getAsJsonArray("commands")
                    .forEach(
                            command -> {
                                publish(command.getAsJsonObject().getAsJsonObject("publish"));
                                replies.add(new JsonObject());
                            });
            answer.add("replies", replies);
        } else {
            publish(body);
            answer.add("result", new JsonObject());
        }
        return answer;
    }

    private void publish(JsonObject request) {
        String channel = request.get("channel").getAsString();
        lock.lock();
        try {
            List<String> all = history.computeIfAbsent(channel, name -> new ArrayList<>());
            all.add(request.get("data").toString());
            String push =
                    "{\"push\":{\"channel\":\"%s\",\"pub\":{\"data\":%s,\"offset\":%d}}}"
                            .formatted(channel, all.getLast(), all.size());
            listeners
                    .computeIfAbsent(channel, name -> new HashSet<>())
                    .removeIf(session -> !sent(session, push));
        } finally {
            lock.unlock();
        }
    }

    private static boolean sent(WsSession session, String push) {
        try {
            session.send(push, true);
            return true;
        } catch (RuntimeException e) {
            return false; // It was cut.
        }
    }

    private WsListener listener() {
        return new WsListener() {
            @Override
            public void onMessage(WsSession session, String text, boolean last) {
                text.lines().forEach(line -> answer(session, line));
            }

            @Override
            public void onClose(WsSession session, int status, String reason) {
                forget(session);
            }

            @Override
            public void onError(WsSession session, Throwable error) {
                forget(session);
            }
        };
    }

    private void forget(WsSession session) {
        lock.lock();
        try {
            listeners.values().forEach(sessions -> sessions.remove(session));
        } finally {
            lock.unlock();
        }
    }

    private void answer(WsSession session, String line) {
        JsonObject command = JsonParser.parseString(line).getAsJsonObject();
        lock.lock();
        try {
            if (command.has("connect")) {
                JsonObject subscriptions =
                        command.getAsJsonObject("connect").getAsJsonObject("subs");
                String personal = subscriptions.keySet().iterator().next();
                // A ping and the reply, in one message.
                session.send(
                        "{}\n{\"id\":%d,\"connect\":{\"client\":\"c\",\"version\":\"6\",\"subs\":{\"%s\":%s},\"ping\":25,\"pong\":true}}"
                                .formatted(
                                        command.get("id").getAsInt(),
                                        personal,
                                        subscribe(
                                                session,
                                                personal,
                                                subscriptions.getAsJsonObject(personal))),
                        true);
            } else if (command.has("subscribe")) {
                JsonObject request = command.getAsJsonObject("subscribe");
                session.send(
                        "{\"id\":%d,\"subscribe\":%s}"
                                .formatted(
                                        command.get("id").getAsInt(),
                                        subscribe(
                                                session,
                                                request.get("channel").getAsString(),
                                                request)),
                        true);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Fields of 0 and false are left out, as Centrifugo does. */
    private String subscribe(WsSession session, String channel, JsonObject request) {
        List<String> all = history.getOrDefault(channel, List.of());
        listeners.computeIfAbsent(channel, name -> new HashSet<>()).add(session);
        JsonObject result = new JsonObject();
        result.addProperty("recoverable", true);
        result.addProperty("epoch", EPOCH);
        if (request.has("recover")) {
            JsonArray publications = new JsonArray();
            for (int i = request.get("offset").getAsInt(); i < all.size(); i++) {
                JsonObject publication = new JsonObject();
                publication.add("data", JsonParser.parseString(all.get(i)));
                publication.addProperty("offset", i + 1);
                publications.add(publication);
            }
            result.addProperty("was_recovering", true);
            if (request.get("epoch").getAsString().equals(EPOCH)) {
                result.addProperty("recovered", true);
                result.add("publications", publications);
            }
        }
        if (!all.isEmpty()) {
            result.addProperty("offset", all.size());
        }
        return result.toString();
    }
}
