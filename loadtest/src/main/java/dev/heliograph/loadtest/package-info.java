/** Measures an installation, end to end and through the real APIs. */
package dev.heliograph.loadtest;
