/** What runs found, for terminals, programs and people. */
package dev.heliograph.loadtest.report;
