package dev.heliograph.cli;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.auth.TokenIssuer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {

    @TempDir Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aTokenHoldsWhatWasAsked() throws Exception {
        Path key = directory.resolve("key.json");
        TokenIssuer.createKey(key);
        int code =
                run(
                        "token",
                        "--key",
                        key.toString(),
                        "--user",
                        "alice",
                        "--device",
                        "phone",
                        "--topics",
                        "news,team-*",
                        "--ttl",
                        "30m");
        assertThat(err.toString(), code, is(0));
        String claims =
                new String(
                        Base64.getUrlDecoder().decode(out.toString().split("\\.", 3)[1]),
                        StandardCharsets.UTF_8);
        assertThat(claims, containsString("\"sub\":\"alice\""));
        assertThat(claims, containsString("\"device\":\"phone\""));
        assertThat(claims, containsString("\"topics\":[\"news\",\"team-*\"]"));
        assertThat(claims, containsString("\"scope\":\"connect\""));
    }

    @Test
    void wrongOptionsAreNamed() {
        assertThat(run("token"), is(2));
        assertThat(err.toString(), containsString("--user"));
        assertThat(run("token", "--user", "a b"), is(2));
        assertThat(err.toString(), containsString("not 'a b'"));
        assertThat(run("token", "--user", "a", "--ttl", "soon"), is(2));
        assertThat(err.toString(), containsString("'soon' is not a time such as"));
        assertThat(run("token", "--user", "a", "--producer", "--device", "d"), is(2));
        assertThat(run("token", "--user", "a", "--key", directory + "/none"), is(1));
        assertThat(err.toString(), containsString("heliograph: Cannot use the key"));
    }

    @Test
    void everyCommandHasHelp() {
        for (String command : CommandLineTest.commands()) {
            assertThat(command, run(command, "--help"), is(0));
            assertThat(out.toString(), containsString("Usage: heliograph " + command));
        }
    }

    private static Iterable<String> commands() {
        return Main.commandLine().getSubcommands().keySet();
    }

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }
}
