package org.o365relay.sandbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class FaultTest {

    @ParameterizedTest
    @MethodSource
    void parsesTheCommandLineSyntax(String text, Fault fault) {
        assertThat(Fault.parse(text)).isEqualTo(fault);
    }

    @ParameterizedTest
    @MethodSource("parsesTheCommandLineSyntax")
    void formatsTheSyntaxItParses(String text, Fault fault) {
        assertThat(Fault.parse(fault.toString())).as(text).isEqualTo(fault);
    }

    static Stream<Arguments> parsesTheCommandLineSyntax() {
        return Stream.of(
                Arguments.of(
                        "auth:535 5.7.3 no*3", new Fault(FaultPoint.AUTH, new FaultAction.Reply("535 5.7.3 no"), 3)),
                Arguments.of(
                        "mail:451 4.7.0 a: b*",
                        new Fault(FaultPoint.MAIL, new FaultAction.Reply("451 4.7.0 a: b*"), Fault.ALWAYS)),
                Arguments.of(
                        "RCPT/a@b:550 no*1", new Fault(FaultPoint.RCPT, new FaultAction.Reply("550 no"), 1, "a@b")),
                Arguments.of("content:drop", new Fault(FaultPoint.CONTENT, new FaultAction.Drop(), Fault.ALWAYS)),
                Arguments.of(
                        "content:drop-after-accepting*1",
                        new Fault(FaultPoint.CONTENT, new FaultAction.DropAfterAccepting(), 1)),
                Arguments.of("handshake:hang", new Fault(FaultPoint.HANDSHAKE, new FaultAction.Hang(), Fault.ALWAYS)),
                Arguments.of(
                        "ehlo:delay 250ms", new Fault(FaultPoint.EHLO, delay(Duration.ofMillis(250)), Fault.ALWAYS)),
                Arguments.of("ehlo:delay 3s*2", new Fault(FaultPoint.EHLO, delay(Duration.ofSeconds(3)), 2)),
                Arguments.of(
                        "token:AADSTS7000215*3", new Fault(FaultPoint.TOKEN, new FaultAction.Aadsts(7_000_215), 3)),
                Arguments.of("token:delay 2s", new Fault(FaultPoint.TOKEN, delay(Duration.ofSeconds(2)), Fault.ALWAYS)),
                Arguments.of(
                        "graph:503-after-accepting*1",
                        new Fault(FaultPoint.GRAPH, new FaultAction.Status(503, true, null, "", ""), 1)),
                Arguments.of(
                        "graph/sendMail:429 retry-after 5 ApplicationThrottled Too much.",
                        new Fault(
                                FaultPoint.GRAPH,
                                new FaultAction.Status(429, false, 5, "ApplicationThrottled", "Too much."),
                                Fault.ALWAYS,
                                "sendMail")),
                Arguments.of(
                        "graph:drop-after-accepting*1",
                        new Fault(FaultPoint.GRAPH, new FaultAction.DropAfterAccepting(), 1)),
                Arguments.of(
                        "mx-rcpt/a@b:550 no*1",
                        new Fault(FaultPoint.RCPT, new FaultAction.Reply("550 no"), 1, "a@b", true)),
                Arguments.of("ehlo:delay 2m", new Fault(FaultPoint.EHLO, delay(Duration.ofMinutes(2)), Fault.ALWAYS)));
    }

    private static FaultAction delay(Duration time) {
        return new FaultAction.Delay(time);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        nonsense                    | POINT:ACTION*TIMES
        lunch:drop                  | unknown point "lunch"
        auth:please                 | not an SMTP reply: please
        auth:delay soon             | delay 3s
        auth:drop*0                 | must occur at least once
        auth:drop-after-accepting   | only allowed at content
        handshake:421 no            | handshake cannot have a reply
        mail:AADSTS7000215          | not an SMTP reply: AADSTS7000215
        graph:AADSTS7000215         | only allowed at token
        graph:please                | not an HTTP status
        graph:700                   | not an HTTP status: 700
        mx-token:503                | there is no mx-token
        """)
    void reportsSyntaxErrors(String text, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> Fault.parse(text)).withMessageContaining(message);
    }
}
