package dev.heliograph.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProtocolConfigs;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.grpc.GrpcConfig;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionProvider;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * Makes the connections of the gRPC listener: Helidon's, reading through {@link PseudoHeaderNames}
 * and writing through {@link AnswerWriter}.
 */
final class GrpcConnections implements ServerConnectionSelector {

    private final ServerConnectionSelector http2;

    GrpcConnections(GrpcConfig grpc, Http2Config transport) {
        http2 =
                new Http2ConnectionProvider()
                        .create(
                                transport.name(),
                                transport,
                                ProtocolConfigs.create(List.of(grpc, transport)));
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http2.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http2.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http2.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        DataReader in = context.dataReader();
        PseudoHeaderNames names = new PseudoHeaderNames();
        DataReader reader = DataReader.create(() -> next(in, names));
        return http2.connection(
                new Rewritten(context, reader, new AnswerWriter(context.dataWriter())));
    }

    private static byte[] next(DataReader in, PseudoHeaderNames names) {
        byte[] bytes;
        do {
            in.ensureAvailable();
            bytes = names.rewrite(in.readBytes(in.available()));
        } while (bytes.length == 0);
        return bytes;
    }

    /** A connection's context with another reader and another writer. */
    private record Rewritten(
            ConnectionContext context, DataReader dataReader, DataWriter dataWriter)
            implements ConnectionContext {

        @Override
        public ListenerContext listenerContext() {
            return context.listenerContext();
        }

        @Override
        public ExecutorService executor() {
            return context.executor();
        }

        @Override
        public Router router() {
            return context.router();
        }

        @Override
        public Optional<ProxyProtocolData> proxyProtocolData() {
            return context.proxyProtocolData();
        }

        @Override
        public HelidonSocket serverSocket() {
            return context.serverSocket();
        }

        @Override
        public PeerInfo remotePeer() {
            return context.remotePeer();
        }

        @Override
        public PeerInfo localPeer() {
            return context.localPeer();
        }

        @Override
        public boolean isSecure() {
            return context.isSecure();
        }

        @Override
        public String socketId() {
            return context.socketId();
        }

        @Override
        public String childSocketId() {
            return context.childSocketId();
        }
    }
}
