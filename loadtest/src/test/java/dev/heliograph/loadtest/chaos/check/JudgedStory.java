package dev.heliograph.loadtest.chaos.check;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.heliograph.loadtest.chaos.check.Story.Device;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** A history that is told by a test, with a phone in it, and what the checker says of it. */
abstract class JudgedStory {

    @TempDir private Path directory;
    final Story story = new Story();
    final Device phone = story.device("phone");

    /** The phone has taken 1 to 3, with 1 to 3 acknowledged. */
    final Device three() {
        phone.start().begin(1);
        story.stored(1, 3);
        return phone.takesAll(1, 3);
    }

    final Verdict verdict() {
        return story.verdict(directory);
    }

    /** Nothing is wrong. */
    final Verdict clean() {
        Verdict verdict = verdict();
        assertThat(verdict.findings().toString(), verdict.isClean(), is(true));
        return verdict;
    }

    /** These are wrong, and nothing else. */
    final Verdict finds(FindingKind... kinds) {
        Verdict verdict = verdict();
        Map<FindingKind, Long> expected = new EnumMap<>(FindingKind.class);
        for (FindingKind kind : FindingKind.values()) {
            expected.put(kind, 0L);
        }
        for (FindingKind kind : kinds) {
            expected.merge(kind, 1L, Long::sum);
        }
        assertThat(verdict.findings().toString(), verdict.counts(), is(expected));
        return verdict;
    }
}
