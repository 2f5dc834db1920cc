package dev.heliograph.server.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for this machine that a test's own authority has signed, with its key. The JDK's
 * {@code keytool} makes it, once in a process.
 *
 * @param chain the certificate, then the authority's
 */
public record TestCertificate(List<Certificate> chain, PrivateKey key) {

    private static final String PASSWORD = "changeit";
    private static final String AUTHORITY = "authority";
    private static final Path STORE = store();
    private static final Map<String, TestCertificate> MADE = new ConcurrentHashMap<>();

    /** Of an EC key. */
    public static TestCertificate named(String name) {
        return make(name, "-keyalg", "EC", "-groupname", "secp256r1");
    }

    /** Made with these options of keytool; one name stands for the same ones always. */
    public static synchronized TestCertificate make(String name, String... options) {
        return MADE.computeIfAbsent(name, _ -> issue(name, options));
    }

    /** The authority that all are signed by. */
    public static Certificate authority() {
        return read(AUTHORITY).chain().getFirst();
    }

    /** What a client needs to trust all of them, and nothing else. */
    public static SSLContext trusting() {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(AUTHORITY, authority());
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The chain as PEM. */
    public String chainPem() {
        StringBuilder pem = new StringBuilder();
        chain.forEach(each -> pem.append(pem(each)));
        return pem.toString();
    }

    /** A certificate as PEM. */
    public static String pem(Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key as PEM, in PKCS#8. */
    public String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** Bytes as PEM. */
    public static String pem(String label, byte[] der) {
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(
                        label,
                        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der),
                        label);
    }

    /** Writes {@code <listener>.crt} and {@code <listener>.key}. */
    public void write(Path directory, String listener) throws IOException {
        Files.writeString(directory.resolve(listener + ".key"), keyPem());
        Files.writeString(directory.resolve(listener + ".crt"), chainPem());
    }

    /** The settings for files that {@link #write} has written, keys and values in turn. */
    public static List<String> settings(Path directory, String... listeners) {
        List<String> settings = new ArrayList<>();
        for (String listener : listeners) {
            settings.add("tls." + listener + ".certificate");
            settings.add(directory.resolve(listener + ".crt").toString());
            settings.add("tls." + listener + ".private-key");
            settings.add(directory.resolve(listener + ".key").toString());
        }
        return settings;
    }

    private static Path store() {
        try {
            Path directory = Files.createTempDirectory("heliograph-certificates");
            Path store = directory.resolve("store.p12");
            directory.toFile().deleteOnExit();
            store.toFile().deleteOnExit();
            keytool(store, AUTHORITY, "-keyalg", "EC", "-ext", "bc:c", "-validity", "1000");
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TestCertificate issue(String name, String... options) {
        List<String> all =
                new ArrayList<>(
                        List.of("-signer", AUTHORITY, "-ext", "san=dns:localhost,ip:127.0.0.1"));
        all.addAll(List.of(options));
        keytool(STORE, name, all.toArray(String[]::new));
        return read(name);
    }

    private static void keytool(Path store, String name, String... options) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-J-XX:TieredStopAtLevel=1",
                                "-genkeypair",
                                "-keystore",
                                store.toString(),
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                PASSWORD,
                                "-alias",
                                name,
                                "-dname",
                                "CN=" + name));
        command.addAll(List.of(options));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " said " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static TestCertificate read(String name) {
        try (InputStream in = Files.newInputStream(STORE)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            return new TestCertificate(
                    Arrays.asList(store.getCertificateChain(name)),
                    (PrivateKey) store.getKey(name, PASSWORD.toCharArray()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
