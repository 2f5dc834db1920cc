/** Tokens for devices and backends. */
package dev.heliograph.client.auth;
