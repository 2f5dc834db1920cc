package dev.heliograph.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Values;
import dev.heliograph.client.Priority;
import dev.heliograph.client.auth.TokenProvider;
import dev.heliograph.client.producer.AckLevel;
import dev.heliograph.client.producer.Notification;
import dev.heliograph.client.producer.NotifyException;
import dev.heliograph.client.producer.NotifyResult;
import dev.heliograph.client.producer.NotifyResult.Outcome;
import dev.heliograph.client.producer.ProducerClient;
import dev.heliograph.client.producer.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "notify",
        description = "Sends a notification, by default to the running './heliograph up'.",
        footer = {
            "",
            "Example: ./heliograph notify --user alice --type greeting --data '{\"text\":\"hi\"}'",
            "Exit codes: 0 stored for every target, or, with --ephemeral, handed on; 1 failed for some or not known;",
            "2 wrong options."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class NotifyCommand implements Callable<Integer> {

    private static final Duration TOKEN_TTL = Duration.ofMinutes(5);

    @ArgGroup(multiplicity = "1")
    private To to;

    private static final class To {
        @Option(names = "--user", paramLabel = "<id>", description = "All devices of one user.")
        private String user;

        @Option(
                names = "--users",
                split = ",",
                paramLabel = "<id>",
                description = "Several users, with commas between.")
        private List<String> users;

        @Option(
                names = "--topic",
                paramLabel = "<name>",
                description = "The devices subscribed to a topic.")
        private String topic;

        Target target() {
            if (user != null) {
                return Target.user(user);
            }
            return users != null ? Target.users(users) : Target.topic(topic);
        }
    }

    @Option(
            names = "--type",
            required = true,
            paramLabel = "<name>",
            description = "The app's name for this kind of notification, such as order.shipped.")
    private String type;

    @ArgGroup(multiplicity = "1")
    private Data data;

    private static final class Data {
        @Option(names = "--data", paramLabel = "<text>", description = "The payload, as UTF-8.")
        private String text;

        @Option(
                names = "--data-file",
                paramLabel = "<file>",
                description = "The payload, byte by byte from a file.")
        private Path file;

        ByteString bytes() {
            try {
                return file == null
                        ? ByteString.copyFromUtf8(text)
                        : ByteString.copyFrom(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new CommandException(
                        "Cannot read --data-file " + file + ": " + e.getMessage(), e);
            }
        }
    }

    @Option(
            names = "--content-type",
            defaultValue = "application/json",
            paramLabel = "<type>",
            description = "Media type of the payload. Default: ${DEFAULT-VALUE}.")
    private String contentType;

    @Option(
            names = "--attribute",
            paramLabel = "<key=value>",
            description = "A pair beside the payload. May be repeated.")
    private Map<String, String> attributes = Map.of();

    @Option(
            names = "--ttl",
            converter = DurationConverter.class,
            paramLabel = "<time>",
            description =
                    "How long it is worth delivering, such as 10m. Default: as long as the log keeps it.")
    private Duration ttl;

    @Option(
            names = "--priority",
            paramLabel = "PRIORITY",
            defaultValue = "NORMAL",
            description =
                    "How much it matters that it comes soon: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private Priority priority;

    @Option(
            names = "--ephemeral",
            description =
                    "Only for devices that are connected and not behind at this moment; it is stored nowhere.")
    private boolean ephemeral;

    @Option(
            names = "--ack-level",
            paramLabel = "LEVEL",
            defaultValue = "ACCEPTED",
            description =
                    "What it has to survive before the call succeeds: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private AckLevel ackLevel;

    @Option(
            names = "--idempotency-key",
            paramLabel = "<key>",
            description = "The same key stores nothing twice. Default: a random one.")
    private String idempotencyKey;

    @Option(
            names = "--url",
            paramLabel = "<host:port>",
            description = {
                "The Notify API of another installation, with --token. TLS, unless it begins with http://.",
            })
    private String url;

    @Option(
            names = "--token",
            defaultValue = "${env:HELIOGRAPH_TOKEN}",
            paramLabel = "<jwt>",
            description =
                    "A token with the scope notify; better given by HELIOGRAPH_TOKEN, since other users see command lines.")
    private String token;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Notification.Builder builder =
                Notification.of(to.target(), type).payload(data.bytes(), contentType);
        attributes.forEach(builder::attribute);
        builder.ackLevel(ackLevel).priority(priority);
        if (ephemeral) {
            builder.ephemeral();
        }
        if (ttl != null) {
            builder.ttl(ttl);
        }
        if (idempotencyKey != null) {
            builder.idempotencyKey(idempotencyKey);
        }
        Notification notification = builder.build();
        try (ProducerClient producer = producer()) {
            print(producer.notify(notification));
            return Main.OK;
        } catch (NotifyException e) {
            if (e.result().isPresent()) {
                print(e.result().get());
            } else {
                print(e);
            }
            return Main.FAILED;
        }
    }

    private ProducerClient producer() {
        if (url == null) {
            StateDirectory.Run run =
                    StateDirectory.ofUser()
                            .running()
                            .orElseThrow(
                                    () ->
                                            new CommandException(
                                                    "There is no running './heliograph up' to send to. Start it in another terminal, or"
                                                            + " name another installation by --url and --token."));
            String own =
                    token != null
                            ? token
                            : StateDirectory.issuer(run.key())
                                    .producer("heliograph-cli", TOKEN_TTL);
            return ProducerClient.builder("127.0.0.1:" + run.grpcPort(), TokenProvider.fixed(own))
                    .plaintext()
                    .build();
        }
        if (token == null) {
            throw new ParameterException(
                    spec.commandLine(), "--url needs --token or HELIOGRAPH_TOKEN");
        }
        boolean plaintext = url.startsWith("http://");
        String address = url.replaceFirst("^https?://", "").replaceFirst("/$", "");
        ProducerClient.Builder builder =
                ProducerClient.builder(address, TokenProvider.fixed(token));
        return plaintext ? builder.plaintext().build() : builder.build();
    }

    private void print(NotifyResult result) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        ListValue.Builder targets = ListValue.newBuilder();
        for (Outcome outcome : result.outcomes()) {
            switch (outcome) {
                case Outcome.Stored stored -> {
                    targets.addValues(
                            Values.of(
                                    Struct.newBuilder()
                                            .putFields("channel", Values.of(stored.channel()))
                                            .putFields("id", Values.of(stored.notificationId()))
                                            .putFields("seq", Values.of((double) stored.seq()))
                                            .putFields("ref", Values.of(stored.ref()))
                                            .putFields("duplicate", Values.of(stored.duplicate()))
                                            .build()));
                    if (!json) {
                        out.printf(
                                "%s  stored as number %d, id %s%s%n",
                                stored.channel(),
                                stored.seq(),
                                stored.notificationId(),
                                stored.duplicate() ? " (by an earlier call with this key)" : "");
                    }
                }
                case Outcome.Sent sent -> {
                    targets.addValues(
                            Values.of(
                                    Struct.newBuilder()
                                            .putFields("channel", Values.of(sent.channel()))
                                            .putFields("id", Values.of(sent.notificationId()))
                                            .putFields(
                                                    "gateways", Values.of((double) sent.gateways()))
                                            .build()));
                    if (!json) {
                        out.printf(
                                "%s  handed to %d gateways and stored nowhere, id %s%n",
                                sent.channel(), sent.gateways(), sent.notificationId());
                    }
                }
                case Outcome.Failed failed -> {
                    targets.addValues(
                            Values.of(
                                    error(failed.error())
                                            .putFields("channel", Values.of(failed.channel()))
                                            .build()));
                    if (!json) {
                        out.printf(
                                ephemeral ? "%s  NOT sent: %s%n" : "%s  NOT stored: %s%n",
                                failed.channel(),
                                failed.error().getMessage());
                    }
                }
            }
        }
        if (json) {
            printJson(
                    Struct.newBuilder()
                            .putFields(
                                    "targets", Value.newBuilder().setListValue(targets).build()));
        }
        out.flush();
    }

    private void print(NotifyException failure) throws IOException {
        if (json) {
            printJson(error(failure));
            return;
        }
        PrintWriter err = spec.commandLine().getErr();
        err.println("heliograph: " + failure.getMessage());
        for (var violation : failure.violations()) {
            err.println("  " + violation.field() + ": " + violation.description());
        }
    }

    private static Struct.Builder error(NotifyException failure) {
        ListValue.Builder violations = ListValue.newBuilder();
        for (var violation : failure.violations()) {
            violations.addValues(
                    Values.of(
                            Struct.newBuilder()
                                    .putFields("field", Values.of(violation.field()))
                                    .putFields("description", Values.of(violation.description()))
                                    .build()));
        }
        return Struct.newBuilder()
                .putFields("code", Values.of(failure.code().name()))
                .putFields("message", Values.of(failure.getMessage()))
                .putFields("violations", Value.newBuilder().setListValue(violations).build());
    }

    private void printJson(Struct.Builder object) throws IOException {
        spec.commandLine()
                .getOut()
                .println(JsonFormat.printer().omittingInsignificantWhitespace().print(object));
    }
}
