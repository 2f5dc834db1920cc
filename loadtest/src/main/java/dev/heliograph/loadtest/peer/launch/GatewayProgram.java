package dev.heliograph.loadtest.peer.launch;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How a gateway of another system is started.
 *
 * @param command program and arguments
 * @param environment variables besides the rig's own
 * @param started found in the line that it prints when its port is open; its first group, if it has
 *     one, is that port
 */
public record GatewayProgram(
        List<String> command, Map<String, String> environment, Pattern started) {

    /** Makes the program of one gateway. */
    @FunctionalInterface
    public interface Maker {
        /**
         * The program.
         *
         * @param gateway counts from 0
         * @param port that it has to listen on, on loopback; 0 for a free one
         */
        GatewayProgram make(int gateway, int port);
    }

    /** Keeps copies. */
    public GatewayProgram {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
