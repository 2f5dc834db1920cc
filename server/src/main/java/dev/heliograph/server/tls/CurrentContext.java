package dev.heliograph.server.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * The context that Helidon keeps for the life of a listener. Each socket comes from the one that is
 * current then, so that a new certificate, new client CAs and an end of old TLS sessions take
 * effect together; Helidon's own reload changes the key of a context whose sessions go on. It is
 * also where what Helidon 4.5 does not pass to blocking sockets comes in: protocols and client
 * authentication.
 */
final class CurrentContext extends SSLContextSpi {

    private final TlsListener listener;

    private CurrentContext(TlsListener listener) {
        this.listener = listener;
    }

    static SSLContext of(TlsListener listener) {
        SSLContext first = listener.context();
        return new SSLContext(
                new CurrentContext(listener), first.getProvider(), first.getProtocol()) {};
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        return new Factory(listener);
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
            throws KeyManagementException {
        throw new KeyManagementException("It is made with its keys");
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        return listener.context().getServerSocketFactory();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return listener.context().createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return listener.context().createSSLEngine(host, port);
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        return listener.context().getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return listener.context().getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
        return listener.context().getDefaultSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
        return listener.context().getSupportedSSLParameters();
    }

    /** Makes the server's side of accepted connections, and nothing else. */
    private static final class Factory extends SSLSocketFactory {

        private final TlsListener listener;

        Factory(TlsListener listener) {
            this.listener = listener;
        }

        @Override
        public Socket createSocket(Socket accepted, InputStream consumed, boolean autoClose)
                throws IOException {
            if (consumed != null) {
                throw new UnsupportedOperationException("Nothing may have been read before");
            }
            return listener.layer(accepted);
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return listener.context().getDefaultSSLParameters().getCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return listener.context().getSupportedSSLParameters().getCipherSuites();
        }

        @Override
        public Socket createSocket(Socket socket, String host, int port, boolean autoClose) {
            throw noClient();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw noClient();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) {
            throw noClient();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw noClient();
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
            throw noClient();
        }

        private static UnsupportedOperationException noClient() {
            return new UnsupportedOperationException("This is a listener's context");
        }
    }
}
