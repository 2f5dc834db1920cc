package dev.heliograph.server.attack;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import dev.heliograph.server.WholeServer;
import dev.heliograph.server.websocket.RawClient;
import dev.heliograph.server.websocket.WireFrames;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A family of attacks: a whole server, its bystanders, and what attackers need. */
@ExtendWith(AttackReport.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AttackFamily {

    static final String JSON = "Sec-WebSocket-Protocol: heliograph.v1.json";

    /** What {@link #closeCode} says of a connection that ended without a Close. */
    static final int LOST = 1006;

    WholeServer whole;
    Bystanders bystanders;
    private final List<RawClient> clients = new ArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final Handler recorder =
            new Handler() {
                @Override
                public void publish(LogRecord said) {
                    if (said.getLevel().intValue() >= Level.WARNING.intValue()
                            && (said.getThrown() != null || said.getLevel() == Level.SEVERE)) {
                        faults.add(
                                "%s: %s, %s"
                                        .formatted(
                                                said.getLoggerName(),
                                                said.getMessage(),
                                                said.getThrown()));
                    }
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    /** What the report calls the family. */
    abstract String title();

    /** Keys below {@code heliograph} with values. */
    abstract String[] settings();

    /** What the report calls the way to the server. */
    String transport() {
        return "plain";
    }

    WholeServer server(Path directory, String... settings) throws IOException {
        return new WholeServer(directory, settings);
    }

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        whole = server(directory, settings());
        bystanders = new Bystanders(whole);
    }

    @AfterAll
    void stop() throws IOException {
        bystanders.close();
        whole.close();
    }

    @BeforeEach
    void listen() {
        faults.clear();
        Logger.getLogger("").addHandler(recorder);
    }

    /** No attacker may fill the log with what looks like the server's own faults. */
    @AfterEach
    void noFaultWasLogged() {
        Logger.getLogger("").removeHandler(recorder);
        assertThat(faults, is(empty()));
    }

    @AfterEach
    void leave() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        clients.clear();
    }

    /** Runs an attack, and checks that the bystanders got everything meanwhile. */
    void attack(Bystanders.Attack attack) throws Exception {
        bystanders.undisturbedBy(attack);
    }

    /** A connection on which nothing has been said; ends with the test. */
    RawClient client() throws IOException {
        return client(0);
    }

    /** The same with a receive buffer of so many bytes. */
    RawClient client(int receiveBuffer) throws IOException {
        RawClient client = whole.client(receiveBuffer);
        clients.add(client);
        return client;
    }

    String bearer(String user) {
        return "Authorization: Bearer " + whole.token(user);
    }

    /** A connection that has been upgraded to JSON frames. */
    RawClient upgraded(String user, int receiveBuffer) throws IOException {
        RawClient client = client(receiveBuffer);
        RawClient.Answer answer = client.upgrade(bearer(user), JSON);
        assertThat(answer.toString(), answer.status(), is(101));
        return client;
    }

    /** A device that has been welcomed. */
    RawClient welcomed(String user, String device) throws IOException {
        return welcomed(user, device, 0);
    }

    /** The same with a receive buffer of so many bytes. */
    RawClient welcomed(String user, String device, int receiveBuffer) throws IOException {
        RawClient client = upgraded(user, receiveBuffer);
        client.send(WireFrames.text("{\"hello\":{\"deviceId\":\"" + device + "\"}}"));
        assertThat(client.frame(), startsWith("text {\"welcome\""));
        return client;
    }

    /** Reads until the end: the code of the Close, {@link #LOST} without one. */
    static int closeCode(RawClient client) throws IOException {
        try {
            while (true) {
                RawClient.Received received = client.receive();
                if (received.opcode() == WireFrames.CLOSE) {
                    byte[] payload = received.payload();
                    return ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
                }
            }
        } catch (EOFException | SocketException | SSLException e) {
            return LOST;
        }
    }

    /** Reads until a frame that contains this. */
    static String until(RawClient client, String part) throws IOException {
        String frame = client.frame();
        while (!frame.contains(part)) {
            frame = client.frame();
        }
        return frame;
    }
}
