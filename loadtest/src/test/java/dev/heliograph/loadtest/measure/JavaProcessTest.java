package dev.heliograph.loadtest.measure;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class JavaProcessTest {

    @Test
    void theHeapOfACollectorWithoutGenerationsIsOneLine() {
        String info =
                """
                1234:
                 garbage-first heap   total reserved 262144K, committed 63488K, used 41233K [0x1, 0x2)
                  region size 1024K, 3 young (3072K), 0 survivors (0K)
                 Metaspace       used 40212K, committed 40896K, reserved 1114112K
                  class space    used 4534K, committed 4864K, reserved 1048576K
                """;
        assertThat(JavaProcess.heapBytes(info), is(OptionalLong.of(41_233 * 1_024)));
    }

    @Test
    void generationsAreAddedUp() {
        String info =
                """
                1234:
                DefNew     total 9216K, used 17K [0x1, 0x2, 0x3)
                 eden space 8192K,   0% used [0x1, 0x2, 0x3)
                Tenured    total 20480K, used 12030K [0x1, 0x2, 0x3)
                 the  space 20480K,  58% used [0x1, 0x2, 0x3)
                Metaspace       used 20212K, committed 20896K, reserved 1114112K
                """;
        assertThat(JavaProcess.heapBytes(info), is(OptionalLong.of((17 + 12_030) * 1_024)));
    }

    @Test
    void otherOutputIsNoHeap() {
        assertThat(JavaProcess.heapBytes("1234: no such process"), is(OptionalLong.empty()));
    }
}
