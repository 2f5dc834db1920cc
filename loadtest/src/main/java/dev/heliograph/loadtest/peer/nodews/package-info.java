/**
 * The architecture of well-known articles on notifications for many users: Node gateways with
 * {@code ws}, and a Redis stream with one consumer group for each.
 */
package dev.heliograph.loadtest.peer.nodews;
