package dev.heliograph.loadtest;

import java.util.Locale;

/**
 * What a smoke run found.
 *
 * @param delivered distinct notifications that a handler got
 * @param lost stored and never delivered
 * @param duplicates deliveries to a handler beyond the first
 * @param failed Notify calls that failed after all retries
 * @param holes times that a device saw a hole and resumed
 * @param repeats notifications that came again and that the SDK kept from the handler
 * @param reconnects connections that ended during the run
 * @param p50Ms latency from the intended send time to the handler
 * @param gatewayCpuUsPerDelivery CPU of the server, which also takes the Notify calls
 * @param rssPerConnectionBytes resident memory of the server per idle subscribed device, above the
 *     empty server
 */
record SmokeReport(
        long delivered,
        long lost,
        long duplicates,
        long failed,
        long holes,
        long repeats,
        long reconnects,
        double p50Ms,
        double p99Ms,
        double p999Ms,
        double gatewayCpuUsPerDelivery,
        double redisCpuUsPerDelivery,
        long rssPerConnectionBytes) {

    /** Whether every notification came exactly once. */
    boolean isClean() {
        return lost == 0 && duplicates == 0 && failed == 0 && delivered > 0;
    }

    String text() {
        return String.format(
                Locale.ROOT,
                """
                delivered          %,d
                lost               %d
                duplicates         %d
                failed calls       %d
                holes              %d, repeats kept from the handler %d, connections that ended %d
                latency            p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms (intended send time to handler)
                server CPU         %.3f s per 1,000 deliveries (gRPC and gateway)
                Redis CPU          %.3f s per 1,000 deliveries
                server RSS         %,d bytes per idle connection above the empty server
                """,
                delivered,
                lost,
                duplicates,
                failed,
                holes,
                repeats,
                reconnects,
                p50Ms,
                p99Ms,
                p999Ms,
                gatewayCpuUsPerDelivery / 1_000,
                redisCpuUsPerDelivery / 1_000,
                rssPerConnectionBytes);
    }

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"delivered\":%d,\"lost\":%d,\"duplicates\":%d,\"failed\":%d,\"holes\":%d,"
                        + "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,"
                        + "\"gateway_cpu_us_per_delivery\":%.2f,\"redis_cpu_us_per_delivery\":%.2f,"
                        + "\"rss_per_connection_bytes\":%d}",
                delivered,
                lost,
                duplicates,
                failed,
                holes,
                p50Ms,
                p99Ms,
                p999Ms,
                gatewayCpuUsPerDelivery,
                redisCpuUsPerDelivery,
                rssPerConnectionBytes);
    }
}
