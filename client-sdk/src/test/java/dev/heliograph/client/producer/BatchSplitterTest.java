package dev.heliograph.client.producer;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import com.google.protobuf.ByteString;
import dev.heliograph.proto.notify.v1.NotifyBatchRequest;
import dev.heliograph.proto.notify.v1.NotifyRequest;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchSplitterTest {

    @Test
    void cutsAtAThousandItemsInOrder() {
        List<NotifyRequest> requests =
                IntStream.range(0, 2_001).mapToObj(i -> request("u" + i, 1)).toList();

        List<List<NotifyRequest>> calls = BatchSplitter.split(requests);

        assertThat(calls.stream().map(List::size).toList(), contains(1_000, 1_000, 1));
        assertThat(calls.stream().flatMap(List::stream).toList(), is(requests));
    }

    @Test
    void keepsEachCallWithinAMebibyte() {
        List<List<NotifyRequest>> calls =
                BatchSplitter.split(
                        IntStream.range(0, 100).mapToObj(i -> request("u" + i, 65_536)).toList());

        for (List<NotifyRequest> call : calls) {
            int bytes =
                    NotifyBatchRequest.newBuilder()
                            .addAllRequests(call)
                            .build()
                            .getSerializedSize();
            assertThat(bytes, is(lessThanOrEqualTo(BatchSplitter.MAX_BYTES)));
        }
        assertThat(calls.getFirst().size(), is(15));
    }

    @Test
    void keepsTheAnswerSmallWhenItemsHaveManyUsers() {
        List<String> users = IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
        NotifyRequest many = Notification.of(Target.users(users), "t").text("x").build().toProto();

        assertThat(
                BatchSplitter.split(java.util.Collections.nCopies(25, many)).stream()
                        .map(List::size)
                        .toList(),
                contains(10, 10, 5));
    }

    @Test
    void sendsOneThatIsTooLargeByItself() {
        NotifyRequest huge = request("u", 2 << 20);

        assertThat(
                BatchSplitter.split(List.of(request("a", 1), huge, request("b", 1))).size(), is(3));
        assertThat(BatchSplitter.split(List.of()).size(), is(0));
    }

    private static NotifyRequest request(String user, int bytes) {
        return Notification.of(Target.user(user), "t")
                .payload(ByteString.copyFrom(new byte[bytes]), "x/y")
                .build()
                .toProto();
    }
}
