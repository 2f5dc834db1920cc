package dev.heliograph.loadtest.chaos.check;

import dev.heliograph.loadtest.chaos.history.HistoryEvent;
import dev.heliograph.loadtest.chaos.history.HistoryEvent.Start;
import dev.heliograph.loadtest.chaos.history.HistoryJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * All events of a history in the order of their times, one at a time.
 *
 * <p>A line that cannot be read is torn, and harmless, at the end of a file and ahead of the start
 * of another incarnation: a killed process had not finished it, so what it tells of had not
 * happened for the SDK either. Anywhere else the history is damaged.
 */
final class HistoryMerge implements AutoCloseable {

    private static final int LINE_BITS = 40;

    private final List<Path> files;
    private final Findings findings;
    private final PriorityQueue<Cursor> cursors = new PriorityQueue<>();
    private final List<Cursor> opened = new ArrayList<>();
    private Cursor current;
    private long torn;
    private long lines;

    HistoryMerge(List<Path> files, Findings findings) throws IOException {
        this.files = files;
        this.findings = findings;
        for (int i = 0; i < files.size(); i++) {
            Cursor cursor = new Cursor(i, Files.newBufferedReader(files.get(i)));
            opened.add(cursor);
            if (cursor.advance()) {
                cursors.add(cursor);
            }
        }
    }

    /** Moves to the next event; false at the end. */
    boolean next() throws IOException {
        if (current != null && current.advance()) {
            cursors.add(current);
        }
        current = cursors.poll();
        return current != null;
    }

    HistoryEvent event() {
        return current.event;
    }

    /** Where the event stands, for {@link #file} and {@link #line}. */
    long at() {
        return ((long) current.file << LINE_BITS) | current.line;
    }

    static int file(long at) {
        return (int) (at >>> LINE_BITS);
    }

    static long line(long at) {
        return at & ((1L << LINE_BITS) - 1);
    }

    long torn() {
        return torn;
    }

    long lines() {
        return lines;
    }

    @Override
    public void close() throws IOException {
        for (Cursor cursor : opened) {
            cursor.reader.close();
        }
    }

    private final class Cursor implements Comparable<Cursor> {

        private final int file;
        private final BufferedReader reader;
        private long line;
        private HistoryEvent event;

        Cursor(int file, BufferedReader reader) {
            this.file = file;
            this.reader = reader;
        }

        boolean advance() throws IOException {
            long unreadable = 0;
            long before = event == null ? Long.MIN_VALUE : event.t();
            event = null;
            while (event == null) {
                String text = reader.readLine();
                if (text == null) {
                    torn += unreadable == 0 ? 0 : 1;
                    return false;
                }
                line++;
                if (text.isEmpty()) {
                    continue;
                }
                lines++;
                try {
                    event = HistoryJson.parse(text);
                } catch (IllegalArgumentException e) {
                    if (unreadable != 0) {
                        damaged(unreadable, "This line cannot be read");
                    }
                    unreadable = line;
                }
            }
            if (unreadable != 0 && event instanceof Start) {
                torn++;
            } else if (unreadable != 0) {
                damaged(
                        unreadable,
                        "This line cannot be read, and is not where a killed writer stops");
            }
            if (event.t() < before) {
                damaged(line, "Time goes back within a file");
            }
            return true;
        }

        private void damaged(long where, String why) {
            findings.add(
                    FindingKind.BAD_HISTORY,
                    "",
                    "",
                    files.get(file).getFileName() + ": " + why,
                    ((long) file << LINE_BITS) | where);
        }

        @Override
        public int compareTo(Cursor other) {
            int byTime = Long.compare(event.t(), other.event.t());
            return byTime != 0 ? byTime : Integer.compare(file, other.file);
        }
    }
}
