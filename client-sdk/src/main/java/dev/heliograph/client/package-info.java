/** What backends and devices share. */
package dev.heliograph.client;
