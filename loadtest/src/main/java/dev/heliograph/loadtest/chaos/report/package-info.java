/** What a run found, as a page, as JSON and in a few lines. */
package dev.heliograph.loadtest.chaos.report;
