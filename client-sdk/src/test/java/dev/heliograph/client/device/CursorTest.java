package dev.heliograph.client.device;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CursorTest {

    @ParameterizedTest(name = "expected {0}, frame {1} to {2}: {3}, then {4}")
    @CsvSource({
        "5, 5, 5, TAKE, 6",
        "5, 5, 9, TAKE, 10",
        "5, 3, 5, TAKE, 6",
        "5, 3, 8, TAKE, 9",
        "5, 4, 4, IGNORE, 5",
        "5, 1, 4, IGNORE, 5",
        "5, 6, 6, HOLE, 5",
        "5, 7, 9, HOLE, 5",
        "5, 6, 5, HOLE, 5",
        "1, 1, 1, TAKE, 2",
        "1, 0, 0, IGNORE, 1"
    })
    void takesIgnoresOrSeesAHole_D2(
            long expected, long from, long through, Cursor.Verdict verdict, long then) {
        Cursor cursor = new Cursor();
        cursor.startAt(expected);

        assertThat(cursor.offer(from, through), is(verdict));
        assertThat(cursor.expected().getAsLong(), is(then));
    }
}
