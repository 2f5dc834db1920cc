package dev.heliograph.server.websocket;

import dev.heliograph.server.config.ServerConfig.GatewayConfig;
import dev.heliograph.server.observe.GatewayMetrics;

/** What all connections of a gateway share. */
record Wiring(GatewayConfig config, Flushers flushers, GatewayMetrics metrics) {}
