/** An installation on this machine: Redis, servers, and proxies between them. */
package dev.heliograph.loadtest.chaos.topology;
