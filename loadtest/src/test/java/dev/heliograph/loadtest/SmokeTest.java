package dev.heliograph.loadtest;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.heliograph.server.redis.LocalRedis;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smoke test in small, with real processes. Times are not judged: the machine may be busy. */
class SmokeTest {

    @TempDir Path directory;

    @Test
    void losesNothingRepeatsNothingAndSeesNoHole() throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        SmokeReport report;
        try (LocalRedis redis = LocalRedis.start(Optional.empty())) {
            report =
                    new Smoke(
                                    new Smoke.Plan(20, 200, 2, 1, 200),
                                    new PrintStream(log, true, StandardCharsets.UTF_8))
                            .run(redis.uri(), directory);
        }
        String seen = log.toString(StandardCharsets.UTF_8) + report.text();

        assertThat(seen, report.isClean(), is(true));
        assertThat(seen, report.delivered(), is(equalTo(550L)));
        assertThat(seen, report.holes(), is(equalTo(0L)));
        assertThat(seen, report.gatewayCpuUsPerDelivery(), is(greaterThan(0.0)));
        assertThat(seen, report.redisCpuUsPerDelivery(), is(greaterThan(0.0)));
    }
}
