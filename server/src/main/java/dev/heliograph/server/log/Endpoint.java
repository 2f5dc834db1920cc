package dev.heliograph.server.log;

/** Where one Redis server is reached. */
record Endpoint(String host, int port) {

    @Override
    public String toString() {
        return host + ':' + port;
    }
}
