package dev.heliograph.server.tls;

import dev.heliograph.server.config.TlsConfig.TlsFiles;
import io.helidon.common.pki.PemReader;
import io.helidon.common.pki.PkiException;
import io.helidon.common.tls.Tls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * What the files of a listener hold, checked.
 *
 * @param chain the listener's certificate first, each signed by the next
 * @param key of the first certificate
 * @param clientCas whose clients are let in; empty: any, without a certificate
 */
record TlsMaterial(
        List<X509Certificate> chain, PrivateKey key, Optional<List<X509Certificate>> clientCas) {

    /** The files as they were read together; equal as long as nothing has changed. */
    record Bytes(ByteBuffer certificate, ByteBuffer privateKey, Optional<ByteBuffer> clientCa) {

        /**
         * Reads them.
         *
         * @throws IllegalArgumentException naming the setting, the file and what is wrong
         */
        static Bytes read(TlsFiles files) {
            return new Bytes(
                    read(files.keys().certificate(), files.certificate()),
                    read(files.keys().privateKey(), files.privateKey()),
                    files.clientCa().map(file -> read(files.keys().clientCa(), file)));
        }

        private static ByteBuffer read(String setting, Path file) {
            try {
                return ByteBuffer.wrap(Files.readAllBytes(file));
            } catch (NoSuchFileException e) {
                throw bad(setting, file, "does not exist", e);
            } catch (AccessDeniedException e) {
                throw bad(setting, file, "may not be read by this process", e);
            } catch (IOException e) {
                throw bad(setting, file, "cannot be read: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Takes the files apart and checks that they belong together.
     *
     * @throws IllegalArgumentException naming the setting, the file and what is wrong
     */
    static TlsMaterial of(TlsFiles files, Bytes bytes) {
        TlsFiles.Keys keys = files.keys();
        List<X509Certificate> chain =
                certificates(keys.certificate(), files.certificate(), bytes.certificate());
        checkOrder(keys.certificate(), files.certificate(), chain);
        PrivateKey key;
        try {
            key =
                    PrivateKeyPem.read(
                            StandardCharsets.ISO_8859_1.decode(bytes.privateKey().duplicate()),
                            chain.getFirst().getPublicKey());
        } catch (GeneralSecurityException e) {
            throw bad(keys.privateKey(), files.privateKey(), e.getMessage(), e);
        }
        if (!PrivateKeyPem.belongsTo(key, chain.getFirst().getPublicKey())) {
            throw bad(
                    keys.privateKey(),
                    files.privateKey(),
                    "does not belong to the certificate of %s in %s (%s)"
                            .formatted(
                                    subject(chain.getFirst()),
                                    files.certificate(),
                                    keys.certificate()),
                    null);
        }
        return new TlsMaterial(
                chain,
                key,
                bytes.clientCa()
                        .map(
                                pem ->
                                        certificates(
                                                keys.clientCa(),
                                                files.clientCa().orElseThrow(),
                                                pem)));
    }

    private static List<X509Certificate> certificates(String setting, Path file, ByteBuffer pem) {
        try {
            return PemReader.readCertificates(new ByteArrayInputStream(pem.array()));
        } catch (PkiException | IllegalArgumentException e) {
            boolean none =
                    !StandardCharsets.ISO_8859_1
                            .decode(pem.duplicate())
                            .toString()
                            .contains("-----BEGIN CERTIFICATE-----");
            throw bad(
                    setting,
                    file,
                    none
                            ? "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
                            : "holds a certificate that is damaged",
                    e);
        }
    }

    private static void checkOrder(String setting, Path file, List<X509Certificate> chain) {
        for (int i = 0; i + 1 < chain.size(); i++) {
            try {
                chain.get(i).verify(chain.get(i + 1).getPublicKey());
            } catch (GeneralSecurityException e) {
                throw bad(
                        setting,
                        file,
                        "is out of order: %s is not signed by %s, which follows it"
                                .formatted(subject(chain.get(i)), subject(chain.get(i + 1))),
                        e);
            }
        }
    }

    /** A context that shows this certificate. Sessions of earlier ones are unknown to it. */
    SSLContext context() {
        return Tls.builder()
                .privateKey(key)
                .privateKeyCertChain(chain)
                .trust(clientCas.orElse(List.of()))
                .build()
                .sslContext();
    }

    /** When the first certificate of the chain ends that does. */
    Instant expires() {
        return chain.stream()
                .map(each -> each.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** Why clients will refuse the chain at this time, if they will. */
    Optional<String> outOfDate(Instant now) {
        return chain.stream()
                .filter(each -> now.isAfter(each.getNotAfter().toInstant()))
                .findFirst()
                .map(
                        each ->
                                "%s expired on %s"
                                        .formatted(subject(each), each.getNotAfter().toInstant()))
                .or(
                        () ->
                                chain.stream()
                                        .filter(
                                                each ->
                                                        now.isBefore(
                                                                each.getNotBefore().toInstant()))
                                        .findFirst()
                                        .map(
                                                each ->
                                                        "%s is valid from %s on only"
                                                                .formatted(
                                                                        subject(each),
                                                                        each.getNotBefore()
                                                                                .toInstant())));
    }

    String subject() {
        return subject(chain.getFirst());
    }

    private static String subject(X509Certificate certificate) {
        String name = certificate.getSubjectX500Principal().getName();
        return name.isEmpty() ? "serial number " + certificate.getSerialNumber() : name;
    }

    private static IllegalArgumentException bad(
            String setting, Path file, String problem, Exception cause) {
        return new IllegalArgumentException("%s: %s %s".formatted(setting, file, problem), cause);
    }
}
