package dev.heliograph.client.store;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilePositionStoreTest {

    @TempDir Path directory;

    @Test
    void findsPositionsAgainAfterARestart() throws IOException {
        Path file = directory.resolve("positions");
        FilePositionStore store = FilePositionStore.open(file);
        store.save("user/älice=1", "p1");
        store.save("user/älice=1", "p2");
        store.save("topic/x", "p3");
        store.remove("topic/x");

        FilePositionStore reopened = FilePositionStore.open(file);

        assertThat(reopened.load("user/älice=1"), is(Optional.of("p2")));
        assertThat(reopened.load("topic/x"), is(Optional.empty()));
    }

    @Test
    void saysWhatToDoAboutAFileThatIsNone() throws IOException {
        Path file = directory.resolve("positions");
        Files.writeString(file, "a=\\u00zz");

        assertThrows(IOException.class, () -> FilePositionStore.open(file));
    }
}
