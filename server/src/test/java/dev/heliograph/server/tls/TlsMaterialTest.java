package dev.heliograph.server.tls;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heliograph.server.TestServer;
import dev.heliograph.server.config.TlsConfig;
import dev.heliograph.server.config.TlsConfig.TlsFiles;
import dev.heliograph.server.testkit.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which files are taken, and what is said of the others. */
class TlsMaterialTest {

    private static final int OCTET_STRING = 0x04;

    @TempDir Path directory;
    private Path certificate;
    private Path key;

    @BeforeEach
    void write() throws IOException {
        certificate = directory.resolve("grpc.crt");
        key = directory.resolve("grpc.key");
        TestCertificate.named("one").write(directory, "grpc");
    }

    private TlsMaterial read() {
        TlsFiles files = new TlsFiles("grpc", certificate, key, Optional.empty());
        return TlsMaterial.of(files, TlsMaterial.Bytes.read(files));
    }

    private void assertRefused(String... parts) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, this::read);
        for (String part : parts) {
            assertThat(e.getMessage(), containsString(part));
        }
    }

    @Test
    void aChainAndItsKeyAreTakenWithWhenTheFirstOfThemExpires() {
        TlsMaterial material = read();
        assertThat(material.subject(), is("CN=one"));
        assertThat(material.chain().size(), is(2));
        assertThat(material.expires().isAfter(Instant.now()), is(true));
        assertThat(material.outOfDate(Instant.now()), is(Optional.empty()));
        assertThat(
                material.outOfDate(material.expires().plusSeconds(1)).orElseThrow(),
                startsWith("CN=one expired on "));
        assertThat(
                material.outOfDate(Instant.EPOCH).orElseThrow(), containsString("is valid from "));
    }

    @ParameterizedTest
    @CsvSource({"rsa, RSA, RSA PRIVATE KEY", "one, EC, EC PRIVATE KEY"})
    void keysAreTakenInTheirOlderFormsToo(String name, String algorithm, String label)
            throws IOException {
        TestCertificate pair = TestCertificate.make(name, "-keyalg", algorithm);
        pair.write(directory, "grpc");
        assertThat(read().key(), is(pair.key()));
        byte[] pkcs8 = pair.key().getEncoded();
        // The bare key is the octet string at the end.
        int at = 0;
        while (pkcs8[at] != OCTET_STRING
                || at + header(pkcs8, at) + contentLength(pkcs8, at) != pkcs8.length) {
            at++;
        }
        byte[] bare = Arrays.copyOfRange(pkcs8, at + header(pkcs8, at), pkcs8.length);
        Files.writeString(key, "a comment\n" + TestCertificate.pem(label, bare));
        assertThat(read().key(), is(pair.key()));
    }

    private static int header(byte[] der, int at) {
        return (der[at + 1] & 0x80) == 0 ? 2 : 2 + (der[at + 1] & 0x7F);
    }

    private static int contentLength(byte[] der, int at) {
        int length = der[at + 1] & 0xFF;
        if (length > 0x80) {
            length = 0;
            for (int i = 2; i < header(der, at) && at + i < der.length; i++) {
                length = length << 8 | der[at + i] & 0xFF;
            }
        }
        return length;
    }

    @Test
    void ed25519IsTaken() throws IOException {
        TestCertificate pair = TestCertificate.make("ed", "-keyalg", "Ed25519");
        pair.write(directory, "grpc");
        assertThat(read().key(), is(pair.key()));
    }

    @Test
    void aFileThatIsNotThereIsNamedWithItsSetting() throws IOException {
        Files.delete(key);
        assertRefused("heliograph.tls.grpc.private-key: " + key + " does not exist");
        Files.delete(certificate);
        assertRefused("heliograph.tls.grpc.certificate: " + certificate + " does not exist");
    }

    @Test
    void aFileThatCannotBeReadIsNamedWithItsSetting() throws IOException {
        certificate = Files.createDirectory(directory.resolve("directory"));
        assertRefused("heliograph.tls.grpc.certificate: " + certificate + " cannot be read: ");
    }

    @Test
    void aFileThatIsNoPemIsNamedWithItsSetting() throws IOException {
        Files.write(certificate, TestCertificate.named("one").key().getEncoded());
        assertRefused(
                "heliograph.tls.grpc.certificate: " + certificate + " holds no certificate in PEM");
        TestCertificate.named("one").write(directory, "grpc");
        Files.writeString(key, TestCertificate.named("one").chainPem());
        assertRefused("heliograph.tls.grpc.private-key: " + key + " holds no private key in PEM");
    }

    @Test
    void whatIsDamagedIsNamedWithItsSetting() throws IOException {
        Files.writeString(certificate, TestCertificate.pem("CERTIFICATE", new byte[] {1, 2, 3}));
        assertRefused("heliograph.tls.grpc.certificate: " + certificate, "damaged");
        TestCertificate.named("one").write(directory, "grpc");
        Files.writeString(key, TestCertificate.pem("PRIVATE KEY", new byte[] {1, 2, 3}));
        assertRefused("heliograph.tls.grpc.private-key: " + key, "no intact key", "EC");
        Files.writeString(key, TestCertificate.pem("EC PRIVATE KEY", new byte[300]));
        assertRefused("heliograph.tls.grpc.private-key: " + key, "no intact key", "EC");
    }

    @Test
    void anEncryptedKeyIsRefusedWithTheWayOut() throws IOException {
        Files.writeString(key, TestCertificate.pem("ENCRYPTED PRIVATE KEY", new byte[8]));
        assertRefused("heliograph.tls.grpc.private-key: " + key + " is encrypted", "openssl pkey");
    }

    @ParameterizedTest
    @CsvSource({"two, EC", "rsa, RSA"})
    void aKeyOfAnotherCertificateIsRefused(String name, String algorithm) throws IOException {
        Files.writeString(key, TestCertificate.make(name, "-keyalg", algorithm).keyPem());
        assertRefused("heliograph.tls.grpc.private-key: " + key);
    }

    @Test
    void aKeyOfTheSameKindThatDoesNotBelongIsSaidSo() throws IOException {
        Files.writeString(key, TestCertificate.named("two").keyPem());
        assertRefused(key + " does not belong to the certificate of CN=one in " + certificate);
    }

    @Test
    void aChainInTheWrongOrderIsRefused() throws IOException {
        TestCertificate one = TestCertificate.named("one");
        TestCertificate two = TestCertificate.named("two");
        Files.writeString(certificate, one.chainPem() + two.chainPem());
        assertRefused(
                "heliograph.tls.grpc.certificate: " + certificate,
                "CN=authority is not signed by CN=two");
    }

    @ParameterizedTest
    @CsvSource({
        "tls.http.certificate, tls.http.private-key",
        "tls.grpc.private-key, tls.grpc.certificate",
        "tls.admin.client-ca, tls.admin.certificate"
    })
    void oneFileTakesTheOther(String given, String missing) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> TestServer.config(Path.of("jwks.json"), given, "some.pem"));
        assertThat(
                e.getMessage(),
                startsWith("heliograph." + missing + " is not set: heliograph." + given + " is"));
    }

    @Test
    void withoutFilesAllPortsArePlain() {
        assertThat(TestServer.config(Path.of("jwks.json")).tls(), is(TlsConfig.NONE));
        List<String> settings = TestCertificate.settings(directory, "http", "admin");
        TlsConfig tls =
                TestServer.config(Path.of("jwks.json"), settings.toArray(String[]::new)).tls();
        assertThat(tls.http().orElseThrow().certificate(), is(directory.resolve("http.crt")));
        assertThat(tls.admin().orElseThrow().privateKey(), is(directory.resolve("admin.key")));
        assertThat(tls.grpc(), is(Optional.empty()));
    }
}
