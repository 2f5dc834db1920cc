package dev.heliograph.server.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Which listeners speak TLS, and with which files. A listener without files is plain.
 *
 * @param http devices and console
 * @param grpc the Notify API
 * @param admin health and metrics
 */
public record TlsConfig(
        Optional<TlsFiles> http, Optional<TlsFiles> grpc, Optional<TlsFiles> admin) {

    /** All listeners plain. */
    public static final TlsConfig NONE =
            new TlsConfig(Optional.empty(), Optional.empty(), Optional.empty());

    static TlsConfig read(ConfigReader reader) {
        return new TlsConfig(files(reader, "http"), files(reader, "grpc"), files(reader, "admin"));
    }

    private static Optional<TlsFiles> files(ConfigReader reader, String listener) {
        TlsFiles.Keys keys = TlsFiles.Keys.of("tls." + listener);
        Optional<Path> certificate = reader.path(keys.certificate());
        Optional<Path> privateKey = reader.path(keys.privateKey());
        Optional<Path> clientCa = reader.path(keys.clientCa());
        if (certificate.isEmpty() && privateKey.isEmpty() && clientCa.isEmpty()) {
            return Optional.empty();
        }
        String given =
                certificate.isPresent()
                        ? keys.certificate()
                        : privateKey.isPresent() ? keys.privateKey() : keys.clientCa();
        return Optional.of(
                new TlsFiles(
                        listener,
                        required(reader, keys.certificate(), given),
                        required(reader, keys.privateKey(), given),
                        clientCa));
    }

    private static Path required(ConfigReader reader, String key, String given) {
        return Path.of(
                reader.requiredText(
                        key,
                        "%s.%s is, and TLS takes the certificate and its private key, each a PEM file"
                                .formatted(ConfigReader.ROOT, given)));
    }

    /**
     * The PEM files of one listener.
     *
     * @param listener {@code http}, {@code grpc} or {@code admin}
     * @param certificate the listener's certificate, then those that lead to a root
     * @param privateKey the key of the first certificate, not encrypted
     * @param clientCa if present, clients need a certificate that one of these has signed
     */
    public record TlsFiles(
            String listener, Path certificate, Path privateKey, Optional<Path> clientCa) {

        /** The whole names of the settings. */
        public Keys keys() {
            return Keys.of(ConfigReader.ROOT + ".tls." + listener);
        }

        /** Names of the settings behind the files. */
        public record Keys(String certificate, String privateKey, String clientCa) {

            static Keys of(String prefix) {
                return new Keys(
                        prefix + ".certificate", prefix + ".private-key", prefix + ".client-ca");
            }
        }
    }
}
