package org.o365relay.deliver.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.health.HealthEvent.RequestMessageProbe;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.time.SteadyClock;

/// The transitions of the health of a mailbox, as tables. `docs/delivery.md` describes them.
///
/// States are written as [HealthScript#state()] does: `retrying check 1s` is probed by a check in one second,
/// `blocked time 2h` ends by itself in two hours. The last column has the events written to the journal.
class HealthTransitionTest {

    /// The events that lead to a state.
    private static final Map<String, String> STATES = Map.of(
            "open", "",
            "open after 2 lost", "transaction failed, transaction failed",
            "retrying CONNECT", "unreachable CONNECT",
            "retrying CONTENT", "transaction failed, transaction failed, transaction failed",
            "retrying by message", "transaction failed, transaction failed, transaction failed, answered",
            "suspended AUTH", "upstream failed AUTH",
            "suspended CONTENT", "upstream failed CONTENT",
            "blocked AUTH", "mailbox failed AUTH",
            "blocked CONTENT", "mailbox failed CONTENT");

    /// Where the next attempt is a check, only the possible results of a check are listed.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        open                | accepted                | open                                     |
        open                | refused RCPT            | open                                     |
        open                | refused END_OF_CONTENT  | open                                     |
        open                | answered                | open                                     |
        open                | unreachable CONNECT     | retrying check 1s                        | unreachable
        open                | transaction failed      | open                                     |
        open                | connection lost         | open                                     |
        open                | upstream failed AUTH    | suspended check 1m                       | blocked
        open                | upstream failed CONTENT | suspended message 1m                     | blocked
        open                | mailbox failed AUTH     | open, blocked check 1m                   | blocked
        open                | mailbox failed CONTENT  | open, blocked message 1m                 | blocked
        open                | quota used up           | open, blocked time 2h                    | blocked
        open                | quota reserved          | open, waiting time 1m                    |
        open after 2 lost   | accepted                | open                                     |
        open after 2 lost   | refused RCPT            | open                                     |
        open after 2 lost   | refused END_OF_CONTENT  | open                                     |
        open after 2 lost   | answered                | open                                     |
        open after 2 lost   | unreachable CONNECT     | retrying check 1s                        | unreachable
        open after 2 lost   | transaction failed      | retrying check 1s                        | unreachable
        open after 2 lost   | connection lost         | open                                     |
        open after 2 lost   | upstream failed AUTH    | suspended check 1m                       | blocked
        open after 2 lost   | upstream failed CONTENT | suspended message 1m                     | blocked
        open after 2 lost   | mailbox failed AUTH     | open, blocked check 1m                   | blocked
        open after 2 lost   | mailbox failed CONTENT  | open, blocked message 1m                 | blocked
        open after 2 lost   | quota used up           | open, blocked time 2h                    | blocked
        open after 2 lost   | quota reserved          | open, waiting time 1m                    |
        retrying CONNECT    | answered                | open                                     | reachable
        retrying CONNECT    | unreachable CONNECT     | retrying check 2s                        |
        retrying CONNECT    | connection lost         | retrying check 2s                        |
        retrying CONNECT    | upstream failed AUTH    | suspended check 1m                       | blocked
        retrying CONNECT    | upstream failed CONTENT | suspended message 1m                     | blocked
        retrying CONNECT    | mailbox failed AUTH     | retrying check 0s, blocked check 1m      | blocked
        retrying CONNECT    | mailbox failed CONTENT  | retrying check 0s, blocked message 1m    | blocked
        retrying CONTENT    | answered                | retrying message 0s                      |
        retrying CONTENT    | unreachable CONNECT     | retrying check 2s                        |
        retrying CONTENT    | connection lost         | retrying check 2s                        |
        retrying CONTENT    | upstream failed AUTH    | suspended check 1m                       | blocked
        retrying CONTENT    | upstream failed CONTENT | suspended message 1m                     | blocked
        retrying CONTENT    | mailbox failed AUTH     | retrying check 0s, blocked check 1m      | blocked
        retrying CONTENT    | mailbox failed CONTENT  | retrying check 0s, blocked message 1m    | blocked
        retrying by message | accepted                | open                                     | reachable
        retrying by message | refused RCPT            | retrying message 0s                      |
        retrying by message | refused END_OF_CONTENT  | open                                     | reachable
        retrying by message | answered                | open                                     | reachable
        retrying by message | unreachable CONNECT     | retrying check 2s                        |
        retrying by message | transaction failed      | retrying check 2s                        |
        retrying by message | connection lost         | retrying check 2s                        |
        retrying by message | upstream failed AUTH    | suspended check 1m                       | blocked
        retrying by message | upstream failed CONTENT | suspended message 1m                     | blocked
        retrying by message | mailbox failed AUTH     | retrying message 0s, blocked check 1m    | blocked
        retrying by message | mailbox failed CONTENT  | retrying message 0s, blocked message 1m  | blocked
        retrying by message | quota used up           | retrying message 0s, blocked time 2h     | blocked
        retrying by message | quota reserved          | retrying message 0s, waiting time 1m     |
        suspended AUTH      | answered                | open                                     | unblocked
        suspended AUTH      | unreachable CONNECT     | suspended check 2m                       |
        suspended AUTH      | connection lost         | suspended check 2m                       |
        suspended AUTH      | upstream failed AUTH    | suspended check 2m                       |
        suspended AUTH      | upstream failed CONTENT | suspended message 2m                     | blocked
        suspended AUTH      | mailbox failed AUTH     | suspended check 0s, blocked check 1m     | blocked
        suspended AUTH      | mailbox failed CONTENT  | suspended check 0s, blocked message 1m   | blocked
        suspended CONTENT   | accepted                | open                                     | unblocked
        suspended CONTENT   | refused RCPT            | suspended message 1m                     |
        suspended CONTENT   | refused END_OF_CONTENT  | open                                     | unblocked
        suspended CONTENT   | answered                | suspended message 1m                     |
        suspended CONTENT   | unreachable CONNECT     | suspended message 2m                     |
        suspended CONTENT   | transaction failed      | suspended message 2m                     |
        suspended CONTENT   | connection lost         | suspended message 2m                     |
        suspended CONTENT   | upstream failed AUTH    | suspended check 2m                       | blocked
        suspended CONTENT   | upstream failed CONTENT | suspended message 2m                     |
        suspended CONTENT   | mailbox failed AUTH     | suspended message 0s, blocked check 1m   | blocked
        suspended CONTENT   | mailbox failed CONTENT  | suspended message 0s, blocked message 1m | blocked
        suspended CONTENT   | quota used up           | suspended message 0s, blocked time 2h    | blocked
        suspended CONTENT   | quota reserved          | suspended message 0s, waiting time 1m    |
        blocked AUTH        | answered                | open                                     | unblocked
        blocked AUTH        | unreachable CONNECT     | open, blocked check 2m                   |
        blocked AUTH        | connection lost         | open, blocked check 2m                   |
        blocked AUTH        | upstream failed AUTH    | suspended check 1m                       | blocked
        blocked AUTH        | upstream failed CONTENT | suspended message 1m                     | blocked
        blocked AUTH        | mailbox failed AUTH     | open, blocked check 2m                   |
        blocked AUTH        | mailbox failed CONTENT  | open, blocked message 2m                 | blocked
        blocked CONTENT     | accepted                | open                                     | unblocked
        blocked CONTENT     | refused RCPT            | open, blocked message 1m                 |
        blocked CONTENT     | refused END_OF_CONTENT  | open                                     | unblocked
        blocked CONTENT     | answered                | open, blocked message 1m                 |
        blocked CONTENT     | unreachable CONNECT     | open, blocked message 2m                 |
        blocked CONTENT     | transaction failed      | open, blocked message 2m                 |
        blocked CONTENT     | connection lost         | open, blocked message 2m                 |
        blocked CONTENT     | upstream failed AUTH    | suspended check 1m                       | blocked
        blocked CONTENT     | upstream failed CONTENT | suspended message 1m                     | blocked
        blocked CONTENT     | mailbox failed AUTH     | open, blocked check 2m                   | blocked
        blocked CONTENT     | mailbox failed CONTENT  | open, blocked message 2m                 |
        blocked CONTENT     | quota used up           | open, blocked time 2h                    | blocked
        blocked CONTENT     | quota reserved          | open, blocked message 1m                 |
        """)
    void theResultOfAnAttemptOnTheOnlyUpstream(String state, String result, String next, @Nullable String journal) {
        HealthScript script = new HealthScript(1).apply(Objects.requireNonNull(STATES.get(state)));
        script.journal();
        script.apply(result);
        assertThat(script.state()).isEqualTo(next);
        assertThat(script.journal()).isEqualTo(journal == null ? "" : journal);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                                                                      | unreachable CONNECT           | retrying check 1s + open                        | failover
                                                                      | upstream failed AUTH          | suspended check 1m + open                       | failover
                                                                      | upstream failed CONTENT       | suspended message 1m + open                     | failover
                                                                      | mailbox failed AUTH           | open + open, blocked check 1m                   | blocked
        unreachable CONNECT                                           | check answered                | open + open                                     | failback
        unreachable CONNECT                                           | check unreachable CONNECT     | retrying check 2s + open                        |
        unreachable CONNECT                                           | check upstream failed AUTH    | suspended check 1m + open                       | failover
        unreachable CONNECT                                           | accepted                      | retrying check 1s + open                        |
        unreachable CONNECT                                           | unreachable CONNECT           | retrying check 1s + retrying check 1s           | unreachable
        unreachable CONNECT, unreachable CONNECT                      | check answered                | open + retrying check 0s                        | reachable
        unreachable CONNECT, unreachable CONNECT                      | check upstream failed AUTH    | suspended check 1m + retrying check 0s          | blocked
        unreachable CONNECT                                           | upstream failed AUTH          | retrying check 1s + suspended check 1m          | blocked
        unreachable CONNECT, upstream failed AUTH                     | check answered                | open + suspended check 59s                      | unblocked
        unreachable CONNECT                                           | mailbox failed AUTH           | retrying check 1s + open, blocked check 1m      | blocked
        upstream failed AUTH                                          | check answered                | open + open                                     | failback
        upstream failed AUTH                                          | check upstream failed AUTH    | suspended check 2m + open                       |
        upstream failed AUTH                                          | check upstream failed EHLO    | suspended check 2m + open                       | failover
        upstream failed AUTH                                          | check unreachable CONNECT     | suspended check 2m + open                       |
        upstream failed AUTH                                          | check mailbox failed AUTH     | suspended check 0s + open, blocked check 1m     | blocked
        upstream failed AUTH                                          | accepted                      | suspended check 1m + open                       |
        upstream failed AUTH                                          | unreachable CONNECT           | suspended check 1m + retrying check 1s          | unreachable
        upstream failed AUTH, unreachable CONNECT                     | check answered                | suspended check 59s + open                      | reachable
        upstream failed AUTH, unreachable CONNECT                     | check upstream failed AUTH    | suspended check 59s + suspended check 1m        | blocked
        upstream failed AUTH                                          | upstream failed CONTENT       | suspended check 1m + suspended message 1m       | blocked
        upstream failed AUTH, upstream failed CONTENT                 | check answered                | open + suspended message 0s                     | unblocked
        upstream failed AUTH, upstream failed CONTENT                 | check upstream failed AUTH    | suspended check 2m + suspended message 0s       |
        upstream failed AUTH, upstream failed CONTENT                 | probe upstream failed RCPT    | suspended check 0s + suspended message 2m       | blocked
        upstream failed AUTH, upstream failed CONTENT                 | probe accepted                | suspended check 0s + open                       | unblocked
        upstream failed AUTH, upstream failed CONTENT, probe accepted | check answered                | open + open                                     | failback
        upstream failed CONTENT                                       | probe accepted                | open + open                                     | failback
        upstream failed CONTENT                                       | probe upstream failed CONTENT | suspended message 2m + open                     |
        upstream failed CONTENT                                       | probe refused RCPT            | suspended message 1m + open                     |
        upstream failed CONTENT                                       | probe mailbox failed RCPT     | suspended message 0s + open, blocked message 1m | blocked
        upstream failed CONTENT                                       | accepted                      | suspended message 1m + open                     |
        mailbox failed AUTH                                           | check answered                | open + open                                     | unblocked
        mailbox failed AUTH                                           | check upstream failed AUTH    | suspended check 1m + open                       | failover, unblocked
        mailbox failed CONTENT                                        | accepted                      | open + open                                     | unblocked
        mailbox failed CONTENT                                        | upstream failed RCPT          | suspended message 1m + open                     | failover, unblocked
        mailbox failed CONTENT                                        | quota used up                 | open + open, blocked time 2h                    | blocked
        quota used up                                                 | time passes                   | open + open                                     | unblocked
        quota reserved                                                | time passes                   | open + open                                     |
        upstream failed AUTH, quota used up                           | time passes                   | suspended check 0s + open                       | unblocked
        upstream failed AUTH, quota used up, time passes              | check answered                | open + open                                     | failback
        upstream failed CONTENT, mailbox failed AUTH                  | check answered                | suspended message 0s + open                     | unblocked
        """)
    void failoverAndFailback(@Nullable String before, String event, String next, @Nullable String journal) {
        HealthScript script = new HealthScript(2).apply(before == null ? "" : before);
        script.journal();
        script.apply(event);
        assertThat(script.state()).isEqualTo(next);
        assertThat(script.journal()).isEqualTo(journal == null ? "" : journal);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        unreachable CONNECT     |                               | 1s 2s 4s 8s 16s 30s 30s
        unreachable CONNECT     | check answered                | 1s 2s 4s 8s 16s 30s 30s
        unreachable CONNECT     | check answered, accepted      | 1s 1s 1s
        unreachable CONNECT     | check answered, refused RCPT  | 1s 1s 1s
        upstream failed AUTH    |                               | 1m 2m 4m 8m 15m 15m
        upstream failed AUTH    | unreachable CONNECT           | 1m 4m 15m 15m
        mailbox failed CONTENT  |                               | 1m 2m 4m 8m 15m 15m
        mailbox failed CONTENT  | answered                      | 1m 2m 4m 8m 15m 15m
        """)
    void delaysBetweenProbes(String result, @Nullable String between, String delays) {
        HealthScript script = new HealthScript(1);
        for (String delay : delays.split(" ", -1)) {
            script.apply(result);
            assertThat(script.health().untilNextAttempt(script.now())).isEqualTo(Duration.parse("PT" + delay));
            script.apply(between == null ? "" : between);
        }
    }

    /// The wait is computed while the attempt that failed still holds its permit, because its message is
    /// settled before the permit is returned.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        1 |                                                                | unreachable CONNECT     | 1s
        1 |                                                                | upstream failed CONTENT | 1m
        1 |                                                                | mailbox failed CONTENT  | 1m
        1 | unreachable CONNECT                                            | unreachable CONNECT     | 2s
        1 | upstream failed AUTH                                           | upstream failed AUTH    | 2m
        1 | upstream failed CONTENT                                        | upstream failed CONTENT | 2m
        1 | upstream failed CONTENT                                        | upstream failed RCPT    | 2m
        1 | upstream failed CONTENT                                        | mailbox failed CONTENT  | 1m
        1 | upstream failed CONTENT                                        | transaction failed      | 2m
        1 | upstream failed CONTENT                                        | connection lost         | 2m
        1 | upstream failed CONTENT                                        | answered                | 1m
        1 | upstream failed CONTENT, upstream failed CONTENT               | upstream failed CONTENT | 4m
        1 | mailbox failed CONTENT                                         | mailbox failed CONTENT  | 2m
        1 | mailbox failed CONTENT                                         | upstream failed CONTENT | 1m
        1 | mailbox failed AUTH                                            | mailbox failed AUTH     | 2m
        1 | transaction failed, transaction failed, transaction failed     | connection lost         | 2s
        1 | transaction failed, transaction failed, transaction failed, answered | transaction failed | 2s
        2 | upstream failed CONTENT, upstream failed CONTENT               | upstream failed CONTENT | 0s
        """)
    void theWaitAfterAFailedProbeEndsWhenTheNextProbeIsDue(
            int upstreams, @Nullable String before, String result, String wait) {
        HealthScript script = new HealthScript(upstreams).apply(before == null ? "" : before);
        DeliveryPermit permit = script.beginNext();
        script.apply(script.event(result, permit));

        Duration whileItHoldsItsPermit = script.health().untilNextAttempt(script.now());
        script.apply(new HealthEvent.PermitReturned(permit));

        assertThat(whileItHoldsItsPermit).isEqualTo(Duration.parse("PT" + wait));
        assertThat(script.health().untilNextAttempt(script.now())).isEqualTo(whileItHoldsItsPermit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"upstream failed CONTENT", "mailbox failed CONTENT"})
    void returningThePermitOfAnEarlierProbeDoesNotEndTheNextProbe(String failure) {
        HealthScript script = new HealthScript(1).apply(failure);
        DeliveryPermit first = script.beginNext();
        script.apply(script.event(failure, first)).passTime(Duration.ofMinutes(2));
        script.beginNext();

        script.apply(new HealthEvent.PermitReturned(first));

        assertThat(script.permits()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accepted",
                "refused CONTENT",
                "answered",
                "unreachable CONNECT",
                "transaction failed",
                "connection lost",
                "upstream failed CONTENT",
                "mailbox failed CONTENT",
                "quota used up",
                "quota reserved"
            })
    void theResultOfAnAttemptThatBeganBeforeTheStateChangedIsIgnored(String result) {
        for (String change : List.of(
                "unreachable CONNECT",
                "upstream failed AUTH",
                "mailbox failed CONTENT",
                "mailbox failed CONTENT, accepted",
                "quota used up, time passes")) {
            HealthScript script = new HealthScript(1);
            DeliveryPermit early = script.begin();
            MailboxHealth changed = script.apply(change).health();
            script.apply(script.event(result, early));
            assertThat(script.health()).as(change).isEqualTo(changed);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                                | pause            | open                         | PAUSED   |
                                | pause, resume    | open                         | OPEN     | delivery 0
        unreachable CONNECT     | retry            | retrying check 0s            | RETRYING | check 0
        unreachable CONNECT     | pause            | retrying check 1s            | PAUSED   |
        unreachable CONNECT     | pause, retry     | retrying check 0s            | PAUSED   | check 0
        upstream failed AUTH    | retry            | suspended check 0s           | BLOCKED  | check 0
        upstream failed AUTH    | pause, resume    | suspended check 0s           | BLOCKED  | check 0
        upstream failed CONTENT | retry            | suspended message 0s         | BLOCKED  | message probe 0
        upstream failed CONTENT | pause, retry     | suspended message 0s         | PAUSED   |
        upstream failed CONTENT | retry, upstream failed CONTENT | suspended message 2m | BLOCKED |
        mailbox failed AUTH     | retry            | open, blocked check 0s       | BLOCKED  | check 0
        mailbox failed CONTENT  | retry            | open, blocked message 0s     | BLOCKED  | message probe 0
        mailbox failed CONTENT  | retry, answered  | open, blocked message 1m     | BLOCKED  |
        quota used up           | retry            | open                         | OPEN     | delivery 0
        quota used up           | retry without quota | open, blocked time 2h     | BLOCKED  |
        quota reserved          | retry            | open                         | OPEN     | delivery 0
        quota reserved          | retry without quota | open, waiting time 1m     | RETRYING |
        """)
    void whatAnOperatorRequests(
            @Nullable String before, String request, String next, State shown, @Nullable String permits) {
        HealthScript script =
                new HealthScript(1).apply(before == null ? "" : before).apply(request);
        assertThat(script.state()).isEqualTo(next);
        assertThat(new MailboxStatusView(script.health(), SteadyClock.system())
                        .status()
                        .state())
                .isEqualTo(shown);
        assertThat(script.permits()).isEqualTo(permits == null ? "" : permits);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                                                  | OPEN     | 0
        upstream failed AUTH                      | FAILOVER | 0
        unreachable CONNECT                       | FAILOVER | 0
        unreachable CONNECT, unreachable CONNECT  | RETRYING | 60
        upstream failed AUTH, unreachable CONNECT | RETRYING | 60
        unreachable CONNECT, upstream failed AUTH | BLOCKED  | now
        mailbox failed CONTENT                    | BLOCKED  | now
        quota used up                             | BLOCKED  | now
        quota reserved                            | RETRYING | 0
        pause                                     | PAUSED   | now
        """)
    void theStateShownAndWhenThePoolTakesOver(@Nullable String events, State shown, String outOfServiceAfter) {
        HealthScript script = new HealthScript(2).apply(events == null ? "" : events);
        assertThat(new MailboxStatusView(script.health(), SteadyClock.system())
                        .status()
                        .state())
                .isEqualTo(shown);
        assertThat(script.health().isOutOfService(script.now())).isEqualTo(outOfServiceAfter.equals("now"));
        assertThat(script.health().isOutOfService(script.now().plusSeconds(60)))
                .isEqualTo(!outOfServiceAfter.equals("0"));
    }

    /// An upstream that had asked the relay to wait is probed by the next message without such a request.
    @Test
    void aRequestForAMessageProbeIsForgottenIfNoFailureNeedsOne() {
        HealthScript script = new HealthScript(1);
        MailboxHealth open = script.health();

        MailboxHealth requested = HealthTransition.of(open, new RequestMessageProbe("anna"), script.now())
                .health();

        assertThat(requested).isEqualTo(open);
    }

    @Test
    void oneProbeIsMadeAtATimeAndNoMoreDeliveriesThanConnections() {
        HealthScript script = new HealthScript(2).apply("upstream failed CONTENT");
        script.passTime(Duration.ofMinutes(1));
        assertThat(script.permits()).isEqualTo("message probe 0");
        script.begin();
        assertThat(script.permits()).isEqualTo("delivery 1");
        script.begin();
        script.begin();
        assertThat(script.permits()).isEmpty();
    }
}
