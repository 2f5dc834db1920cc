package dev.heliograph.server.console;

import dev.heliograph.server.config.ServerConfig;
import dev.heliograph.server.config.ServerConfig.ConsoleConfig;
import dev.heliograph.server.notify.Notifier;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.PathMatchers;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * The console at {@code /}: a static page from {@code console.path}, and, only with {@code
 * console.devKeyFile}, the {@link DevApi} that it uses on a developer's machine.
 */
public final class ConsoleService implements HttpService {

    private static final HeaderName CSP = HeaderNames.create("Content-Security-Policy");

    /** The page loads nothing from elsewhere; it may open sockets to any gateway. */
    private static final String POLICY =
            "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Map<HeaderName, String> SECURITY_HEADERS =
            Map.of(
                    CSP,
                    POLICY,
                    HeaderNames.create("X-Content-Type-Options"),
                    "nosniff",
                    HeaderNames.create("Referrer-Policy"),
                    "no-referrer",
                    HeaderNames.create("X-Frame-Options"),
                    "DENY",
                    HeaderNames.create("Cross-Origin-Opener-Policy"),
                    "same-origin");

    private final Map<String, Asset> assets;
    private final Optional<DevApi> devApi;

    private ConsoleService(Map<String, Asset> assets, Optional<DevApi> devApi) {
        this.assets = assets;
        this.devApi = devApi;
    }

    /** Mints device tokens with the development key. */
    public interface DeviceTokens {
        /**
         * A token with the scope {@code connect}.
         *
         * @param device binds the token to a device, if present
         * @param topics topic names, or beginnings ending in {@code *}
         */
        String mint(String user, Optional<String> device, List<String> topics);
    }

    /**
     * A console for a server.
     *
     * @param version of Heliograph
     * @param grpcPort where the Notify API really listens; asked on each request, since the port
     *     may be picked at start
     * @param notifier stores what the console sends
     * @param tokens asked only when there is a development key
     * @throws IOException when the directory cannot be read
     */
    public static ConsoleService create(
            ServerConfig config,
            String version,
            IntSupplier grpcPort,
            Notifier notifier,
            DeviceTokens tokens)
            throws IOException {
        ConsoleConfig console = config.console();
        Optional<Path> path = console.path();
        return new ConsoleService(
                path.isPresent() ? Asset.readAll(path.get()) : Map.of(),
                console.devKeyFile()
                        .map(_ -> new DevApi(version, config.node(), grpcPort, notifier, tokens)));
    }

    @Override
    public void routing(HttpRules rules) {
        devApi.ifPresent(api -> rules.register("/console/api", api));
        rules.route(Method.predicate(Method.GET, Method.HEAD), PathMatchers.any(), this::serve);
    }

    private void serve(ServerRequest request, ServerResponse response) {
        String path = request.path().path();
        Asset asset = assets.get(path.equals("/") ? "/index.html" : path);
        if (asset == null) {
            response.next();
            return;
        }
        SECURITY_HEADERS.forEach(response::header);
        response.header(HeaderNames.ETAG, asset.etag())
                .header(HeaderNames.CACHE_CONTROL, asset.cacheControl())
                .header(HeaderNames.CONTENT_TYPE, asset.contentType());
        boolean unchanged =
                request.headers()
                        .first(HeaderNames.IF_NONE_MATCH)
                        .filter(sent -> sent.contains(asset.etag()))
                        .isPresent();
        if (unchanged) {
            response.status(Status.NOT_MODIFIED_304).send();
        } else {
            response.send(asset.content());
        }
    }
}
