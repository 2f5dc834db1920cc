package dev.heliograph.server.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text that devices keep, and what only looks like it. */
class PositionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0123456789abcdef.1.1700000000000-0.0a1b2c3d",
                "ffffffffffffffff.9999999999999999.9999999999999999-9999999999999999.ffffffff",
                "0000000000000000.0.0-0.00000000"
            })
    void isReadAsItWasWritten(String token) {
        assertThat(Position.parse(token).map(Position::token), is(Optional.of(token)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "-",
                "0123456789abcdef",
                "0123456789abcdef.",
                "0123456789abcdef.1",
                "0123456789abcdef.1.1",
                "0123456789abcdef.1.1-",
                "0123456789abcdef.1.1-1",
                "0123456789abcdef.1.1-1.",
                "0123456789abcdef.1.1-1.0a1b2c3",
                "0123456789abcdef.1.1-1.0a1b2c3d4",
                "0123456789abcdef.1.1-1.0A1B2C3D",
                "0123456789abcdeF.1.1-1.0a1b2c3d",
                "0123456789abcde.1.1-1.0a1b2c3d",
                "0123456789abcdef0.1.1-1.0a1b2c3d",
                "0123456789abcdef..1-1.0a1b2c3d",
                "0123456789abcdef.1.-1.0a1b2c3d",
                "0123456789abcdef.1.1-.0a1b2c3d",
                "0123456789abcdef.-1.1-1.0a1b2c3d",
                "0123456789abcdef.1.1--1.0a1b2c3d",
                "0123456789abcdef.+1.1-1.0a1b2c3d",
                "0123456789abcdef.1.1-1-1.0a1b2c3d",
                "0123456789abcdef.1.1.1-1.0a1b2c3d",
                "0123456789abcdef.12345678901234567.1-1.0a1b2c3d",
                "0123456789abcdef.1.12345678901234567-1.0a1b2c3d",
                "0123456789abcdef.1.1-12345678901234567.0a1b2c3d",
                "0123456789abcdef.\u0661.1-1.0a1b2c3d",
                " 0123456789abcdef.1.1-1.0a1b2c3d",
                "0123456789abcdef.1.1-1.0a1b2c3d ",
                "0123456789abcdef.1.1-1.0a1b2c3d\n"
            })
    void whatIsNotOneIsRefused(String token) {
        assertThat(Position.parse(token), is(Optional.empty()));
    }
}
