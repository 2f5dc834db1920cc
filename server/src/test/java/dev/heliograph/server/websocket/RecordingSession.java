package dev.heliograph.server.websocket;

import dev.heliograph.server.gateway.SessionHandler;
import dev.heliograph.server.gateway.SessionTransport;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what its transport told it. The message {@code fail} makes it throw. */
final class RecordingSession implements SessionHandler {

    private static final long LIMIT_S = 10;

    final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    final AtomicInteger ends = new AtomicInteger();
    final AtomicInteger drains = new AtomicInteger();
    private volatile Thread reader;
    private final CompletableFuture<SessionTransport> transport = new CompletableFuture<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    SessionTransport transport() throws Exception {
        return transport.get(LIMIT_S, TimeUnit.SECONDS);
    }

    /** The thread that opened it; present once {@link #transport} is. */
    Thread reader() {
        return reader;
    }

    /** Code and reason of the end, once it has come. */
    String end() throws Exception {
        return end.get(LIMIT_S, TimeUnit.SECONDS);
    }

    boolean ended() {
        return end.isDone();
    }

    String message() throws InterruptedException {
        return messages.poll(LIMIT_S, TimeUnit.SECONDS);
    }

    @Override
    public void onOpen(SessionTransport opened) {
        reader = Thread.currentThread();
        transport.complete(opened);
    }

    @Override
    public void onMessage(byte[] payload) {
        String text = new String(payload, StandardCharsets.UTF_8);
        if (text.equals("fail")) {
            throw new IllegalStateException("A session that fails on purpose");
        }
        messages.add(text);
    }

    @Override
    public void onDrained() {
        drains.incrementAndGet();
    }

    @Override
    public void onEnd(int code, String reason) {
        ends.incrementAndGet();
        end.complete(code + " " + reason);
    }
}
