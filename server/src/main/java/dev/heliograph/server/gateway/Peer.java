package dev.heliograph.server.gateway;

/**
 * Who is at the other end of a connection, for logs.
 *
 * @param ip textual address
 * @param userAgent the User-Agent header, cut to 200 characters; empty when there was none
 */
public record Peer(String ip, String userAgent) {}
