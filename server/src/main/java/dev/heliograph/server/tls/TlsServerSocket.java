package dev.heliograph.server.tls;

import dev.heliograph.server.tls.Deadlines.Deadline;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import javax.net.ssl.HandshakeCompletedListener;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * The JDK's TLS socket with ends like those of a plain one. The JDK's {@code close} waits for a
 * write that a slow peer holds up, and for room to write its own goodbye; here {@link #close} cuts
 * the connection at once, which wakes whoever reads or writes, and only {@link #shutdownOutput}
 * says goodbye. Handshake and goodbye have limited time.
 */
final class TlsServerSocket extends SSLSocket {

    private final Socket connection;
    private final SSLSocket tls;
    private final TlsListener listener;

    /** Held while application data is being written. */
    private final ReentrantLock writing = new ReentrantLock();

    TlsServerSocket(Socket connection, SSLSocket tls, TlsListener listener) {
        this.connection = connection;
        this.tls = tls;
        this.listener = listener;
    }

    // ---- Beginning and end

    @Override
    public void startHandshake() throws IOException {
        try (Deadline _ = listener.deadlines().of(connection)) {
            tls.startHandshake();
        } catch (IOException e) {
            listener.handshakeFailed(e);
            throw e;
        }
    }

    /** Tells the peer that nothing more comes, unless that would have to wait for a write. */
    @Override
    public void shutdownOutput() throws IOException {
        if (!writing.tryLock()) {
            connection.shutdownOutput();
            return;
        }
        try (Deadline _ = listener.deadlines().of(connection)) {
            tls.shutdownOutput();
        } catch (IOException e) {
            // The peer has left, and is owed nothing more.
            close();
        } finally {
            writing.unlock();
        }
    }

    /** Never waits. */
    @Override
    public void close() throws IOException {
        try {
            connection.shutdownOutput();
        } catch (IOException e) {
            // It was shut down or lost before.
        } finally {
            connection.close();
        }
    }

    @Override
    public boolean isClosed() {
        return connection.isClosed();
    }

    // ---- Data

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(tls.getInputStream()) {
            @Override
            public void close() throws IOException {
                TlsServerSocket.this.close();
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(tls.getOutputStream()) {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                writing.lock();
                try {
                    out.write(bytes, from, length);
                } finally {
                    writing.unlock();
                }
            }

            @Override
            public void close() throws IOException {
                TlsServerSocket.this.close();
            }
        };
    }

    // ---- The connection's

    @Override
    public boolean isConnected() {
        return connection.isConnected();
    }

    @Override
    public boolean isBound() {
        return connection.isBound();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return connection.getRemoteSocketAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return connection.getLocalSocketAddress();
    }

    @Override
    public InetAddress getInetAddress() {
        return connection.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return connection.getLocalAddress();
    }

    @Override
    public int getPort() {
        return connection.getPort();
    }

    @Override
    public int getLocalPort() {
        return connection.getLocalPort();
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return connection.getSoTimeout();
    }

    @Override
    public void setSoTimeout(int timeoutMs) throws SocketException {
        connection.setSoTimeout(timeoutMs);
    }

    // ---- The TLS socket's

    @Override
    public void shutdownInput() throws IOException {
        tls.shutdownInput();
    }

    @Override
    public boolean isInputShutdown() {
        return tls.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return tls.isOutputShutdown();
    }

    @Override
    public SSLSession getSession() {
        return tls.getSession();
    }

    @Override
    public SSLSession getHandshakeSession() {
        return tls.getHandshakeSession();
    }

    @Override
    public String getApplicationProtocol() {
        return tls.getApplicationProtocol();
    }

    @Override
    public String getHandshakeApplicationProtocol() {
        return tls.getHandshakeApplicationProtocol();
    }

    @Override
    public void setHandshakeApplicationProtocolSelector(
            BiFunction<SSLSocket, List<String>, String> selector) {
        tls.setHandshakeApplicationProtocolSelector(selector);
    }

    @Override
    public BiFunction<SSLSocket, List<String>, String> getHandshakeApplicationProtocolSelector() {
        return tls.getHandshakeApplicationProtocolSelector();
    }

    @Override
    public SSLParameters getSSLParameters() {
        return tls.getSSLParameters();
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {
        tls.setSSLParameters(parameters);
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return tls.getSupportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return tls.getEnabledCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        tls.setEnabledCipherSuites(suites);
    }

    @Override
    public String[] getSupportedProtocols() {
        return tls.getSupportedProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
        return tls.getEnabledProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        tls.setEnabledProtocols(protocols);
    }

    @Override
    public void addHandshakeCompletedListener(HandshakeCompletedListener completed) {
        tls.addHandshakeCompletedListener(completed);
    }

    @Override
    public void removeHandshakeCompletedListener(HandshakeCompletedListener completed) {
        tls.removeHandshakeCompletedListener(completed);
    }

    @Override
    public void setUseClientMode(boolean mode) {
        tls.setUseClientMode(mode);
    }

    @Override
    public boolean getUseClientMode() {
        return tls.getUseClientMode();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        tls.setNeedClientAuth(need);
    }

    @Override
    public boolean getNeedClientAuth() {
        return tls.getNeedClientAuth();
    }

    @Override
    public void setWantClientAuth(boolean want) {
        tls.setWantClientAuth(want);
    }

    @Override
    public boolean getWantClientAuth() {
        return tls.getWantClientAuth();
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {
        tls.setEnableSessionCreation(flag);
    }

    @Override
    public boolean getEnableSessionCreation() {
        return tls.getEnableSessionCreation();
    }
}
