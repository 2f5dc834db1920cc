package dev.heliograph.server.tls;

import dev.heliograph.server.testkit.TestCertificate;
import java.io.IOException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** What a port of this machine shows. */
public final class ServedCertificate {

    private ServedCertificate() {}

    /** The subject, as a client sees it that was never there before. */
    public static String of(int port) throws IOException {
        return of(port, TestCertificate.trusting());
    }

    /** The same as a client sees it that may have been there before, with this context. */
    static String of(int port, SSLContext client) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }
}
