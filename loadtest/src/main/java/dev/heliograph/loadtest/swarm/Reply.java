package dev.heliograph.loadtest.swarm;

import org.HdrHistogram.Histogram;

/**
 * What a process of a swarm answers to an {@link Order}, as a line of JSON. What the order did not
 * ask for is null.
 *
 * @param failure why the order was not carried out
 */
record Reply(String failure, Snapshot snapshot, Figures interval, Settlement settlement) {

    static final Reply DONE = new Reply(null, null, null, null);

    /** An {@link IntervalResult} with its histograms as text. */
    record Figures(
            double seconds,
            Snapshot counts,
            String latency,
            String connect,
            String away,
            String lag) {

        static Figures of(IntervalResult result) {
            return new Figures(
                    result.seconds(),
                    result.counts(),
                    Micros.text(result.latency()),
                    Micros.text(result.connect()),
                    Micros.text(result.away()),
                    Micros.text(result.lag()));
        }

        /** Adds it to the sum of others. */
        IntervalResult addTo(IntervalResult sum) {
            return new IntervalResult(
                    Math.max(seconds, sum.seconds()),
                    sum.counts().plus(counts),
                    add(latency, sum.latency()),
                    add(connect, sum.connect()),
                    add(away, sum.away()),
                    add(lag, sum.lag()));
        }

        private static Histogram add(String text, Histogram sum) {
            sum.add(Micros.histogram(text));
            return sum;
        }
    }

    static Reply failed(String why) {
        return new Reply(why, null, null, null);
    }

    static Reply of(Snapshot snapshot) {
        return new Reply(null, snapshot, null, null);
    }

    static Reply of(IntervalResult result) {
        return new Reply(null, null, Figures.of(result), null);
    }

    static Reply of(Settlement settlement) {
        return new Reply(null, null, null, settlement);
    }

    String line() {
        return Order.GSON.toJson(this);
    }

    static Reply of(String line) {
        return Order.GSON.fromJson(line, Reply.class);
    }
}
