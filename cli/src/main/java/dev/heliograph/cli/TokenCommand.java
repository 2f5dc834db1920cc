package dev.heliograph.cli;

import dev.heliograph.server.auth.TokenIssuer;
import dev.heliograph.server.log.Channel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "token",
        description = {
            "Prints a token signed with the development key of the running './heliograph up', else of ~/.heliograph.",
            "Other installations get theirs from their identity provider."
        },
        footer = {
            "",
            "Example: ./heliograph token --user alice --topics news,team-*",
            "Exit codes: 0 done, 1 no usable key, 2 wrong options."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TokenCommand implements Callable<Integer> {

    @Option(
            names = "--user",
            required = true,
            paramLabel = "<id>",
            description = "Who it speaks for: a user, or with --producer a service.")
    private String user;

    @Option(
            names = "--device",
            paramLabel = "<id>",
            description = "Binds the token to one device id.")
    private String device;

    @Option(
            names = "--topics",
            split = ",",
            paramLabel = "<name>",
            description =
                    "Topics that the device may subscribe to, with commas between; one that ends in * allows all with that"
                            + " beginning. Default: none.")
    private List<String> topics = List.of();

    @Option(
            names = "--ttl",
            defaultValue = "1h",
            converter = DurationConverter.class,
            paramLabel = "<time>",
            description = "How long it is good, such as 30m or 7d. Default: ${DEFAULT-VALUE}.")
    private Duration ttl;

    @Option(
            names = "--producer",
            description =
                    "For a backend that sends notifications (scope notify) instead of a device.")
    private boolean producer;

    @Option(
            names = "--key",
            paramLabel = "<file>",
            description = "Another key set file with an HS256 key.")
    private Path key;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        if (!Channel.validName(user)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--user has to be 1 to "
                            + Channel.MAX_NAME_BYTES
                            + " bytes without control characters and white space, not '"
                            + user
                            + "'");
        }
        if (producer && (device != null || !topics.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--device and --topics are for devices, not for --producer");
        }
        TokenIssuer issuer = StateDirectory.issuer(keyFile());
        spec.commandLine()
                .getOut()
                .println(
                        producer
                                ? issuer.producer(user, ttl)
                                : issuer.device(user, topics, Optional.ofNullable(device), ttl));
        return Main.OK;
    }

    private Path keyFile() {
        if (key != null) {
            return key;
        }
        StateDirectory state = StateDirectory.ofUser();
        return state.running()
                .map(StateDirectory.Run::key)
                .orElseGet(() -> StateDirectory.keyIn(state.path()));
    }
}
