package dev.heliograph.server.observe;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.gateway.Peer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectionLogTest {

    private static final Logger LOGGER = Logger.getLogger(ConnectionLog.class.getName());
    private static final String HOSTILE =
            "\"}\n{\"event\":\"forged\",\\ \u001b[2J {0} \u2028 $1 \ud800";

    private final List<String> lines = new ArrayList<>();
    private final Handler recorder =
            new Handler() {
                @Override
                public void publish(LogRecord record) {
                    lines.add(new JsonLogFormatter().format(record));
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void record() {
        LOGGER.setLevel(Level.INFO);
        LOGGER.addHandler(recorder);
    }

    @AfterEach
    void stop() {
        LOGGER.removeHandler(recorder);
    }

    @Test
    void writesTheLifeOfAConnection() {
        Peer peer = new Peer("10.0.0.1", "agent/1");
        ConnectionLog log = new ConnectionLog();
        log.connected("c1", "alice", "phone", peer, 7);
        log.disconnected("c1", "alice", "phone", peer, 4509, "replaced", 6);
        log.refused(peer, "overloaded", "full");
        JsonObject connected = line(0);
        assertThat(connected.getString("event"), is("connected"));
        assertThat(connected.getString("connection_id"), is("c1"));
        assertThat(connected.getString("user"), is("alice"));
        assertThat(connected.getString("device"), is("phone"));
        assertThat(connected.getString("ip"), is("10.0.0.1"));
        assertThat(connected.getString("user_agent"), is("agent/1"));
        assertThat(connected.getInt("active_connections"), is(7));
        assertThat(line(1).getInt("code"), is(4509));
        assertThat(line(1).getString("reason"), is("replaced"));
        assertThat(line(2).getString("code"), is("overloaded"));
    }

    @Test
    void aHostileUserAgentStaysOneValueOfOneLine() {
        new ConnectionLog().refused(new Peer("10.0.0.1", HOSTILE), "draining", "x");
        assertThat(lines.getFirst().indexOf('\n'), is(lines.getFirst().length() - 1));
        assertThat(
                lines.getFirst().chars().allMatch(c -> c == '\n' || (c >= ' ' && c <= '~')),
                is(true));
        assertThat(line(0).getString("user_agent"), is(HOSTILE));
        assertThat(line(0).getString("event"), is("refused"));
    }

    private JsonObject line(int index) {
        return Json.createReader(new StringReader(lines.get(index))).readObject();
    }
}
